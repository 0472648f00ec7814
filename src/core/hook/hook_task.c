#include "core/hook/hook_task.h"

#include "core/session/session_state.h"
#include "core/work/task_work.h"

/* How the active session has the task. 1: it has one of that id. */
static int find(struct repository *repo, const char *id, enum task_status *out,
		struct error *err)
{
	const struct session_task *task = NULL;
	struct session_state state;
	int ret = session_state_active(repo, &state, err);

	if (ret > 0)
		task = session_state_task(&state, id);
	if (task)
		*out = task->status;
	session_state_release(&state);
	return ret < 0 ? ret : task != NULL;
}

static int call(struct repository *repo, enum task_verb verb, const char *task,
		const struct save_options *save, struct error *err)
{
	struct task_call request = {
		.verb = verb, .task = task, .key = save->key, .save = *save};
	struct task_result result;
	int ret;

	/* It makes its own of these. */
	request.save.key = NULL;
	request.save.task = NULL;
	request.save.description = NULL;
	ret = task_work(repo, &request, &result, err);
	task_result_release(&result);
	return ret;
}

int hook_task_complete(struct repository *repo, const char *task,
		       const struct save_options *save, bool *done,
		       struct error *err)
{
	enum task_status status = TASK_PENDING;
	int ret = find(repo, task, &status, err);

	*done = ret > 0;
	if (ret <= 0)
		return ret;
	ret = 0;
	if (status == TASK_PENDING)
		ret = call(repo, TASK_START, task, save, err);
	if (!ret && (status == TASK_PENDING || status == TASK_IN_PROGRESS))
		ret = call(repo, TASK_COMPLETE, task, save, err);
	return ret;
}
