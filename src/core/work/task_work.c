#include "core/work/task_work.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/checkpoint.h"
#include "core/record/description.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/save/occasion.h"
#include "core/save/session_run.h"
#include "core/session/session_change.h"
#include "core/work/task_decide.h"
#include "git/ref.h"
#include "git/repository.h"

/* One call while it is made. */
struct working {
	struct repository *repo;
	const struct task_call *call;
	struct task_result *out;
	struct task_aim aim;
	struct session_change change;
	char *name;	  /* what the call is known by; NULL: no key */
	int64_t since_ms; /* when it was made first */
};

void task_result_release(struct task_result *result)
{
	session_state_release(&result->state);
	saved_release(&result->saved);
	free(result->task);
	*result = (struct task_result){0};
}

/* -- before -------------------------------------------------------------- */

/* Found out before anything is written: files that are there, each with a name
 * of its own. */
static int check_outputs(const struct strlist *outputs, struct error *err)
{
	for (size_t i = 0; outputs && i < outputs->nr; i++) {
		const char *path = outputs->items[i];
		struct stat st;

		if (stat(path, &st) < 0)
			return error_errno(err, "cannot attach '%s'", path);
		if (!S_ISREG(st.st_mode))
			return error_set(err, ERR_FAILED,
					 "cannot attach '%s': it is no file",
					 path);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(path_basename(outputs->items[k]),
				    path_basename(path)))
				return error_set(err, ERR_FAILED,
						 "two outputs are called '%s'",
						 path_basename(path));
	}
	return 0;
}

/* The active session, or why there is none. */
static int find_session(struct working *working, char **name, struct error *err)
{
	struct session_state state;
	int got = session_state_active(working->repo, &state, err);

	*name = NULL;
	if (got > 0)
		*name = xstrdup(state.id);
	session_state_release(&state);
	if (got)
		return got < 0 ? got : 0;
	return session_none(err);
}

/*
 * Whether the call with its key was made before: then it is about what it was
 * about then, whatever is current by now.
 */
static bool was_made(struct working *working)
{
	const struct task_call *call = working->call;
	const struct session_call *before;

	if (!call->key)
		return false;
	free(working->name);
	working->name = session_call_name(task_event_name(call->verb),
					  call->task, call->what, call->key);
	before = session_state_call(&working->change.state, working->name);
	if (!before)
		return false;
	working->since_ms = before->time_ms;
	if (before->task)
		working->aim.task = xstrdup(before->task);
	if (before->what)
		working->aim.what = xstrdup(before->what);
	return true;
}

/* Lock and fold the log, and see what is to be done. */
static int open_change(struct working *working, bool *made, struct error *err)
{
	struct session_state *state = &working->change.state;
	char *session = NULL;
	int ret = find_session(working, &session, err);

	*made = false;
	if (!ret)
		ret = session_change_open(&working->change, working->repo,
					  session, err);
	if (!ret && state->status != SESSION_ACTIVE)
		ret = session_none(err);
	free(session);
	if (ret < 0)
		return ret;
	task_aim_release(&working->aim);
	*made = was_made(working);
	if (*made)
		return 0;
	ret = task_aim_find(&working->aim, state, working->call, err);
	return ret < 0 ? ret
		       : task_decide(state, working->call, &working->aim, err);
}

/* -- the event ----------------------------------------------------------- */

/* The commit whose tree the work begins with: the last checkpoint, or HEAD. */
static int set_base(struct working *working, struct json *event,
		    struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	char hex[OID_HEXSZ + 1];
	struct head head;
	int ret = checkpoint_list_names(working->repo, SCOPE_WORKTREE, NULL,
					&list, err);

	if (!ret && list.nr)
		ret = checkpoint_read_commit(working->repo, &list.items[0],
					     err);
	if (!ret && list.nr && !oid_is_zero(&list.items[0].commit)) {
		json_set_string(event, "base",
				oid_hex(&list.items[0].commit, hex));
	} else if (!ret || ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = head_read(working->repo, &head, err);
		if (!ret && !head.unborn)
			json_set_string(event, "base", oid_hex(&head.id, hex));
		head_release(&head);
	}
	checkpoint_list_release(&list);
	return ret;
}

/* Where they are, from the top of the worktree if they are below it. */
static void add_outputs(struct working *working, struct json *event)
{
	const struct strlist *outputs = working->call->outputs;
	const char *top = working->repo->worktree;
	struct json *array;

	if (!outputs || !outputs->nr)
		return;
	array = json_set_array(event, "outputs");
	for (size_t i = 0; i < outputs->nr; i++) {
		char *path = realpath(outputs->items[i], NULL);
		const char *name = path ? path : outputs->items[i];

		if (path_is_below(name, top) && strlen(name) > strlen(top))
			name += strlen(top) + 1;
		json_add_path(array, name);
		free(path);
	}
}

static int add_event(struct working *working, struct error *err)
{
	const struct task_call *call = working->call;
	struct json *event = session_change_event(&working->change,
						  task_event_name(call->verb));

	task_event_fill(event, call, &working->aim);
	add_outputs(working, event);
	if (working->name)
		json_set_string(event, "call", working->name);
	if (call->verb == TASK_START && set_base(working, event, err) < 0) {
		json_free(event);
		return err->code;
	}
	if (session_change_add(&working->change, event, err) < 0)
		return err->code;
	working->since_ms = working->change.state.last_activity_ms;
	return 0;
}

/* Decide and write it, all under the lock. */
static int change(struct working *working, struct error *err)
{
	struct task_result *out = working->out;
	int ret = open_change(working, &out->repeated, err);

	if (!ret && !out->repeated)
		ret = add_event(working, err);
	if (!ret) {
		session_state_release(&out->state);
		out->state = working->change.state;
		working->change.state = (struct session_state){0};
		out->was_cut = working->change.cut;
		free(out->task);
		out->task = xstrdup_or_null(working->aim.task);
	}
	session_change_close(&working->change);
	return ret;
}

/* -- the checkpoints ----------------------------------------------------- */

static char *describe(const struct working *working)
{
	const struct task_call *call = working->call;
	const char *task = working->out->task;

	switch (call->verb) {
	case TASK_COMPLETE:
		return call->message ? xstrfmt("Completed task %s: %s", task,
					       call->message)
				     : xstrfmt("Completed task %s", task);
	case PHASE_COMPLETE:
		return xstrfmt("Completed phase %s of task %s",
			       working->aim.what, task);
	case SUBTASK_COMPLETE:
		return xstrfmt("Completed subtask %s of task %s",
			       working->aim.what, task);
	case TASK_FAIL:
		return call->message ? xstrfmt("Task %s failed: %s", task,
					       call->message)
				     : xstrfmt("Task %s failed", task);
	default:
		return NULL;
	}
}

/* A description is one line, and has an end. */
static void make_line(char *text)
{
	size_t end = DESCRIPTION_MAX_BYTES;

	text[strcspn(text, "\r\n")] = '\0';
	if (strlen(text) <= end)
		return;
	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	text[end] = '\0';
}

static int save(struct working *working, enum checkpoint_type type,
		struct error *err)
{
	struct task_result *out = working->out;
	struct save_options options = working->call->save;
	char *description = describe(working);
	int ret;

	if (description)
		make_line(description);
	options.type = type;
	options.description = type == TYPE_SPRINT_COMPLETE ? NULL : description;
	options.task = out->task;
	options.state = &out->state;
	options.any_place = options.leave_out_largest = true;
	options.key = working->call->key;
	options.key_since_ms = working->since_ms;
	options.attachments =
		type == TYPE_TASK_COMPLETE ? working->call->outputs : NULL;
	saved_release(&out->saved);
	ret = occasion_save(working->repo, &options, &out->saved, &out->made,
			    err);
	free(description);
	return ret;
}

static int tick(struct working *working, struct error *err)
{
	struct task_result *out = working->out;
	struct save_options options = working->call->save;

	options.state = &out->state;
	options.any_place = options.leave_out_largest = true;
	options.task = out->task;
	saved_release(&out->saved);
	return occasion_tick(working->repo, &options, &out->saved, &out->made,
			     err);
}

/* The plan of a sprint is worked off, and nothing of it failed. */
static bool ends_sprint(const struct working *working)
{
	const struct session_state *state = &working->out->state;

	return state->sprint && state->planned &&
	       !session_state_is_unfinished(state) &&
	       !session_state_count(state, TASK_FAILED);
}

static int save_after(struct working *working, struct error *err)
{
	int ret;

	switch (working->call->verb) {
	case TASK_COMPLETE:
		ret = save(working, TYPE_TASK_COMPLETE, err);
		break;
	case PHASE_COMPLETE:
		ret = save(working, TYPE_PHASE_COMPLETE, err);
		break;
	case SUBTASK_COMPLETE:
		ret = save(working, TYPE_SUBTASK_COMPLETE, err);
		break;
	default:
		ret = tick(working, err);
		break;
	}
	return ret;
}

/*
 * What follows a completion of all. Its checkpoint has a key of its own, or it
 * would be taken for the completion's.
 */
static int save_sprint(struct working *working, struct error *err)
{
	struct task_result *out = working->out;
	struct save_options options = working->call->save;
	char *key = working->call->key
			    ? xstrfmt("%s sprint", working->call->key)
			    : NULL;
	struct saved saved;
	bool made;
	int ret;

	options.type = TYPE_SPRINT_COMPLETE;
	options.state = &out->state;
	options.any_place = options.leave_out_largest = true;
	options.key = key;
	options.key_since_ms = working->since_ms;
	ret = occasion_save(working->repo, &options, &saved, &made, err);
	saved_release(&saved);
	free(key);
	return ret;
}

/*
 * What there was when it failed, first: the event comes after, so that the
 * state in it is the one before.
 */
static int save_before(struct working *working, struct error *err)
{
	struct task_result *out = working->out;
	bool made;
	int ret = open_change(working, &made, err);

	if (!ret && !made) {
		const struct session_task *task = session_state_task(
			&working->change.state, working->aim.task);

		working->since_ms = task->running_ms;
		out->state = working->change.state;
		working->change.state = (struct session_state){0};
		out->task = xstrdup(working->aim.task);
	}
	session_change_close(&working->change);
	if (ret < 0 || made)
		return ret;
	return save(working, TYPE_ERROR_RECOVERY, err);
}

/* -- the whole ----------------------------------------------------------- */

static int run(struct working *working, struct error *err)
{
	enum task_verb verb = working->call->verb;
	int ret = 0;

	if (verb == TASK_FAIL)
		ret = save_before(working, err);
	if (!ret)
		ret = change(working, err);
	/* The one before is this call's checkpoint. */
	if (!ret && verb != TASK_FAIL)
		ret = save_after(working, err);
	if (!ret && (verb == TASK_COMPLETE || verb == TASK_SKIP) &&
	    ends_sprint(working))
		ret = save_sprint(working, err);
	return ret;
}

int task_work(struct repository *repo, const struct task_call *call,
	      struct task_result *out, struct error *err)
{
	struct working working = {
		.repo = repo,
		.call = call,
		.out = out,
		.change = SESSION_CHANGE_INIT,
		.since_ms = RECORD_UNKNOWN,
	};
	int ret = journal_refuse(repo, err);

	*out = (struct task_result){0};
	record_init(&out->saved.record);
	if (!ret)
		ret = description_check(call->key, err);
	if (!ret && call->message && strlen(call->message) > TASK_MESSAGE_MAX)
		ret = error_set(err, ERR_INVALID,
				"the message is longer than %d bytes",
				TASK_MESSAGE_MAX);
	if (!ret)
		ret = check_outputs(call->outputs, err);
	if (!ret)
		ret = run(&working, err);
	task_aim_release(&working.aim);
	free(working.name);
	return ret;
}
