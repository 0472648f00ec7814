#include "core/hook/git_hook_commit.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strlist.h"
#include "core/hook/hook_log.h"
#include "core/hook/hook_task.h"
#include "core/record/json.h"
#include "core/save/occasion.h"
#include "git/commit.h"
#include "git/config.h"
#include "git/process.h"
#include "git/ref.h"
#include "git/repository.h"

#define DEFAULT_TRAILER "Task-Complete"

/* A commit, and what is done because of it. */
struct made_commit {
	struct repository *repo;
	const struct git_hook *hook;
	struct commit commit;
	char hex[OID_HEXSZ + 1];
	struct strlist tasks;
	bool saved; /* a checkpoint was made */
};

static int read_trailer_name(const struct repository *repo, const char **out,
			     struct error *err)
{
	const char *name = config_get(repo->config, "checkpoint.tasktrailer");
	const char *at = name;

	*out = name ? name : DEFAULT_TRAILER;
	while (at && (isalnum((unsigned char)*at) || *at == '-'))
		at++;
	if (name && (*at || at == name))
		return error_set(err, ERR_FAILED,
				 "bad value '%s' for 'checkpoint.taskTrailer': "
				 "want letters, digits and '-'",
				 name);
	return 0;
}

/* What git takes for a trailer; it is asked only where the word is there. */
static int read_tasks(struct made_commit *made, struct error *err)
{
	struct buf said = BUF_INIT;
	const char *name;
	char *format;
	int ret;

	if (read_trailer_name(made->repo, &name, err) < 0)
		return err->code;
	if (!strcasestr(made->commit.message, name))
		return 0;
	format = xstrfmt("--format=%%(trailers:key=%s,valueonly,unfold)", name);
	ret = git_ask(made->repo, &said, err, "log", "-1",
		      "--no-show-signature", format, made->hex, NULL);
	if (!ret)
		strlist_split(&made->tasks, said.ptr, '\n');
	buf_release(&said);
	free(format);
	return ret;
}

static int read_commit(struct made_commit *made, struct error *err)
{
	struct head head;
	int ret = head_read(made->repo, &head, err);

	if (!ret && head.unborn)
		ret = error_set(err, ERR_NOT_FOUND, "there is no commit");
	if (!ret) {
		oid_hex(&head.id, made->hex);
		ret = commit_read(made->repo, &head.id, &made->commit, err);
	}
	head_release(&head);
	return ret;
}

static int log_commit(struct made_commit *made, struct error *err)
{
	struct json *event = hook_log_event("commit");

	json_set_string(event, "commit", made->hex);
	return hook_log_add(made->repo, event, err);
}

/* Complete one task: the session's, if there is one of that id. */
static int complete(struct made_commit *made, const char *task,
		    struct error *err)
{
	bool done = false;
	char *key = xstrfmt("commit %s %s", task, made->commit.author);
	const struct save_options options = {
		.type = TYPE_TASK_COMPLETE,
		.task = task,
		.key = key,
		.leave_out_largest = true,
		.argc = made->hook->argc,
		.argv = made->hook->argv,
	};
	struct saved saved = {0};
	bool now = false;
	int ret = hook_task_complete(made->repo, task, &options, &done, err);

	record_init(&saved.record);
	if (!ret && !done)
		ret = occasion_save(made->repo, &options, &saved, &now, err);
	made->saved |= now || done;
	saved_release(&saved);
	free(key);
	return ret;
}

/* A checkpoint of the commit as such. */
static int save_commit(struct made_commit *made, struct error *err)
{
	size_t len = strcspn(made->commit.message, "\n");
	char *text = xstrfmt("commit: %.*s", len < 200 ? (int)len : 200,
			     made->commit.message);
	const struct save_options options = {
		.type = TYPE_AUTO,
		.description = text,
		.leave_out_largest = true,
		.argc = made->hook->argc,
		.argv = made->hook->argv,
	};
	struct saved saved = {0};
	bool wanted;
	int ret = occasion_wants_commit(made->repo, &wanted, err);

	record_init(&saved.record);
	if (!ret && wanted)
		ret = save_checkpoint(made->repo, &options, &saved, err);
	saved_release(&saved);
	free(text);
	return ret;
}

int git_hook_post_commit(struct repository *repo, const struct git_hook *hook,
			 struct error *err)
{
	struct made_commit made = {
		.repo = repo, .hook = hook, .tasks = STRLIST_INIT};
	int ret = read_commit(&made, err);

	if (!ret)
		ret = log_commit(&made, err);
	if (!ret)
		ret = read_tasks(&made, err);
	for (size_t i = 0; !ret && i < made.tasks.nr; i++)
		ret = complete(&made, made.tasks.items[i], err);
	if (!ret && !made.saved)
		ret = save_commit(&made, err);
	commit_release(&made.commit);
	strlist_release(&made.tasks);
	return ret;
}
