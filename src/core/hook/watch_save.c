#include "core/hook/watch_save.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "core/record/checkpoint.h"
#include "core/record/checkpoint_name.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/save/occasion.h"
#include "core/save/save.h"
#include "git/repository.h"

#define MAX_BYTES (64u << 20)

static const char *const outcomes[] = {"made", "skipped", "early", "off",
				       "failed"};

/* -- in the child -------------------------------------------------------- */

static int save(struct repository *repo, const struct watch_request *request,
		struct json *doc, enum watch_outcome *outcome,
		struct error *err)
{
	const struct save_options options = {
		.type = request->type,
		.leave_out_largest = true,
		/* Nobody waits for it, and others go by what it finds. */
		.look_at_all = true,
		.argc = request->argc,
		.argv = request->argv,
	};
	struct json *warnings = json_set_array(doc, "warnings");
	struct saved saved;
	int ret = save_checkpoint(repo, &options, &saved, err);

	if (!ret)
		*outcome = saved.skipped ? WATCH_SKIPPED : WATCH_MADE;
	if (!ret && !saved.skipped) {
		struct json *record =
			json_set(doc, "record", record_to_json(&saved.record));

		json_set_string(record, "ref", saved.checkpoint.ref);
	}
	for (size_t i = 0; i < saved.warnings.nr; i++)
		json_add_string(warnings, saved.warnings.items[i]);
	saved_release(&saved);
	return ret;
}

/* How long the newest checkpoint is not old enough yet; 0: it is. */
static int time_left(struct repository *repo, int64_t interval_ms, int64_t *out,
		     struct error *err)
{
	struct checkpoint latest;
	int64_t age;
	int ret = checkpoint_latest(repo, 0, &latest, err);

	*out = 0;
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	age = clock_now_ms() - id_time(latest.id);
	/* A clock that was set back is no reason to wait. */
	if (age >= 0 && age < interval_ms)
		*out = interval_ms - age;
	checkpoint_release(&latest);
	return 0;
}

static int decide_and_save(struct repository *repo,
			   const struct watch_request *request,
			   struct json *doc, enum watch_outcome *outcome,
			   struct error *err)
{
	int64_t left = 0;
	bool wanted;

	if (occasion_wants(repo, request->type, &wanted, err) < 0)
		return err->code;
	if (!wanted) {
		*outcome = WATCH_OFF;
		return 0;
	}
	if (request->type == TYPE_AUTO &&
	    time_left(repo, request->interval_ms, &left, err) < 0)
		return err->code;
	if (left) {
		*outcome = WATCH_EARLY;
		json_set_int(doc, "wait_ms", left);
		return 0;
	}
	return save(repo, request, doc, outcome, err);
}

static void run(const struct watch_request *request, int to)
{
	struct error err = ERROR_INIT, ignored = ERROR_INIT;
	enum watch_outcome outcome = WATCH_FAILED;
	struct json *doc = json_object_new();
	struct repository *repo = NULL;
	struct buf text = BUF_INIT;

	if (repository_open(&repo, &err) < 0 ||
	    decide_and_save(repo, request, doc, &outcome, &err) < 0) {
		json_set_int(doc, "code", err.code);
		json_set_string(doc, "text", err.text);
		json_set_string(doc, "hints", err.hints);
	}
	json_set_string(doc, "outcome", outcomes[outcome]);
	json_write_compact(&text, doc);
	/* A parent that is gone has nobody to tell. */
	file_write_all(to, text.ptr, text.len, &ignored);
}

/*
 * ^C goes to every process of the terminal's group, and a service that is
 * stopped gets its signal in all of its processes: neither is to end a save
 * half-way, nor the git commands that it runs.
 */
static void become_child(const int *fds, size_t nr_fds)
{
	static const int deaf[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t none;

	setpgid(0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(deaf); i++)
		signal(deaf[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < nr_fds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* -- in the parent ------------------------------------------------------- */

int watch_save_start(struct watch_save *save,
		     const struct watch_request *request, const int *fds,
		     size_t nr_fds, struct error *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, "cannot make a pipe");
	pid = fork();
	if (pid < 0) {
		error_errno(err, "cannot start a process");
		close(ends[0]);
		close(ends[1]);
		return err->code;
	}
	if (!pid) {
		close(ends[0]);
		become_child(fds, nr_fds);
		run(request, ends[1]);
		/* What is not printed yet is the parent's to print. */
		_exit(0);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	save->pid = pid;
	save->from = ends[0];
	buf_reset(&save->text);
	return 0;
}

bool watch_save_read(struct watch_save *save)
{
	for (;;) {
		ssize_t got;

		buf_grow(&save->text, 65536);
		got = read(save->from, save->text.ptr + save->text.len, 65536);
		if (got > 0)
			buf_setlen(&save->text, save->text.len + (size_t)got);
		else if (got == 0)
			return true;
		else if (errno != EINTR)
			return errno != EAGAIN;
	}
}

static int parse(const struct json *doc, struct watch_result *out)
{
	const char *outcome = json_get_string(doc, "outcome");
	int64_t code = ERR_FAILED;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(outcomes); i++)
		if (outcome && !strcmp(outcome, outcomes[i]))
			break;
	if (i == ARRAY_SIZE(outcomes))
		return -1;
	out->outcome = (enum watch_outcome)i;
	json_get_int(doc, "wait_ms", &out->wait_ms);
	if (json_get(doc, "record"))
		out->record = json_copy(json_get(doc, "record"));
	JSON_FOR_EACH (item, json_get(doc, "warnings"))
		strlist_add(&out->warnings, json_as_string(item));
	if (out->outcome == WATCH_FAILED) {
		const char *hints = json_get_string(doc, "hints");

		json_get_int(doc, "code", &code);
		error_set(&out->error, (enum error_code)code, "%s",
			  json_get_string(doc, "text"));
		if (hints && *hints)
			error_hint(&out->error, "%.*s", (int)strlen(hints) - 1,
				   hints);
	}
	return 0;
}

void watch_save_finish(struct watch_save *save, struct watch_result *out)
{
	struct error ignored = ERROR_INIT;
	struct json *doc = NULL;
	int status = 0;

	*out = (struct watch_result){.outcome = WATCH_FAILED};
	close(save->from);
	while (waitpid(save->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (json_parse(&doc, save->text.ptr, save->text.len, MAX_BYTES,
		       &ignored) < 0 ||
	    parse(doc, out) < 0) {
		if (WIFSIGNALED(status))
			error_set(&out->error, ERR_FAILED,
				  "the process that saves died of signal %d",
				  WTERMSIG(status));
		else
			error_set(&out->error, ERR_FAILED,
				  "the process that saves exited with status "
				  "%d",
				  WEXITSTATUS(status));
	}
	error_release(&ignored);
	json_free(doc);
	buf_release(&save->text);
	save->pid = 0;
	save->from = -1;
}

void watch_result_release(struct watch_result *result)
{
	json_free(result->record);
	strlist_release(&result->warnings);
	error_release(&result->error);
	*result = (struct watch_result){0};
}
