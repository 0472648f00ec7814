#include "cmd/command.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/save/session_run.h"
#include "core/work/brief.h"
#include "core/work/resume.h"
#include "ui/briefed.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/resume_ask.h"
#include "ui/sessions.h"

static const char *const resume_usage[] = {
	"git checkpoint resume [<options>] [<checkpoint> | <session> | <task>]",
	"git checkpoint resume --list",
	NULL,
};

struct resuming {
	const char *name;
	bool list;
	int way;  /* enum resume_way */
	int side; /* enum resume_side */
	struct session_start start;
};

static int read_options(struct resuming *resuming, struct output *output,
			int argc, const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "list", &resuming->list,
			 "list the tasks that can be resumed"),
		OPT_MODE(0, "continue", &resuming->way, RESUME_CONTINUE,
			 "go on, without asking whether to"),
		OPT_MODE(0, "fresh", &resuming->way, RESUME_FRESH,
			 "give the session up and start another"),
		OPT_MODE(0, "review", &resuming->way, RESUME_REVIEW,
			 "show how far it is, and change nothing"),
		OPT_MODE(0, "ours", &resuming->side, SIDE_OURS,
			 "keep files as they are in the workspace"),
		OPT_MODE(0, "theirs", &resuming->side, SIDE_THEIRS,
			 "bring files back as they are in the checkpoint"),
		OPT_MODE(0, "abort", &resuming->side, SIDE_ABORT,
			 "do nothing where files differ"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {resume_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	resuming->name = args.items[0];
	if (resuming->list &&
	    (resuming->name || resuming->way || resuming->side))
		return options_error(&options, err, "--list stands alone");
	if (resuming->side &&
	    (resuming->way == RESUME_FRESH || resuming->way == RESUME_REVIEW))
		return options_error(&options, err,
				     "--ours, --theirs and --abort are for "
				     "going on");
	return 0;
}

/* -- looking ------------------------------------------------------------- */

static void hint_nothing(struct output *output)
{
	if (!output->json)
		output_hint(output, "there is nothing to resume");
}

static int run_list(struct command_context *context, struct error *err)
{
	struct recovery_list list = RECOVERY_LIST_INIT;
	int ret = recovery_list_read(context->repo, &list, err);

	if (!ret && !briefed_list(context->output, &list))
		hint_nothing(context->output);
	recovery_list_release(&list);
	return ret;
}

static void print_brief(struct command_context *context,
			const struct resume *resume, bool review)
{
	struct json *brief = brief_make(resume, review, clock_now_ms());

	briefed_print(context->output, brief);
	json_free(brief);
}

/* -- going on ------------------------------------------------------------ */

static int run_fresh(struct command_context *context, struct resuming *resuming,
		     const struct resume *resume, struct error *err)
{
	struct session_result result;
	int ret;

	resuming->start.fresh = resume->from->ours;
	resuming->start.force =
		resume->from->ours && resume->state->status == SESSION_ACTIVE;
	ret = session_start(context->repo, &resuming->start, &result, err);
	if (!ret)
		session_print_result(context->output, "Session started",
				     &result);
	session_result_release(&result);
	return ret;
}

/* Finished work is not done again. */
static int check_open(const struct resume *resume, struct error *err)
{
	const struct session_task *task =
		resume->task ? session_state_task(resume->state, resume->task)
			     : NULL;

	if (task && task->status == TASK_COMPLETED)
		error_set(err, ERR_REFUSED, "task '%s' is completed", task->id);
	else if (!task && resume->state->nr_tasks &&
		 !session_state_is_unfinished(resume->state))
		error_set(err, ERR_REFUSED,
			  "all tasks of session '%s' are finished",
			  resume->state->id);
	else if (resume->from->superseded)
		error_set(err, ERR_REFUSED,
			  "another session goes on with session '%s'",
			  resume->state->id);
	else
		return 0;
	return error_hint(err, "'--review' shows what was done");
}

/* Before any file is touched. */
static int check_active(struct repository *repo, const struct resume *resume,
			struct error *err)
{
	struct session_state active;
	int ret = resume_is_stopped(resume)
			  ? session_state_active(repo, &active, err)
			  : 0;

	if (ret > 0) {
		error_set(err, ERR_REFUSED,
			  "session already active: '%s' in this worktree",
			  active.id);
		ret = error_hint(err, "'git checkpoint session end' ends it");
	}
	if (resume_is_stopped(resume))
		session_state_release(&active);
	return ret;
}

static int find_sound(struct command_context *context, struct resume *resume,
		      bool *fresh, struct error *err)
{
	int ret = 0;

	while (!ret && !*fresh && resume->damage) {
		ret = resume_ask_backup(resume, fresh, err);
		if (!ret && !*fresh)
			ret = resume_use_backup(context->repo, resume, err);
	}
	return ret;
}

/* What is told is how it is, not how it was. */
static int compare_again(struct repository *repo, struct resume *resume,
			 struct error *err)
{
	drift_release(&resume->drift);
	return drift_find(repo, &resume->stored, true, &resume->drift, err);
}

static int bring_back(struct command_context *context,
		      const struct resuming *resuming, struct resume *resume,
		      struct error *err)
{
	const struct save_options *save = &resuming->start.save;
	struct strlist paths = STRLIST_INIT;
	int ret =
		resume_ask_files(context->output, context->repo, resume,
				 (enum resume_side)resuming->side, &paths, err);

	if (!ret && paths.nr)
		ret = resume_restore(context->repo, resume, &paths, save->argc,
				     save->argv, err);
	if (!ret && paths.nr)
		ret = compare_again(context->repo, resume, err);
	strlist_release(&paths);
	return ret;
}

static int run_continue(struct command_context *context,
			struct resuming *resuming, struct resume *resume,
			struct error *err)
{
	bool fresh = false;

	if (check_open(resume, err) < 0 ||
	    check_active(context->repo, resume, err) < 0 ||
	    find_sound(context, resume, &fresh, err) < 0)
		return err->code;
	if (fresh)
		return run_fresh(context, resuming, resume, err);
	if (bring_back(context, resuming, resume, err) < 0 ||
	    resume_take_up(context->repo, resume, &resuming->start, err) < 0)
		return err->code;
	print_brief(context, resume, false);
	return 0;
}

/* Whoever names something, or says what to do about files, has decided. */
static bool is_decided(const struct resuming *resuming,
		       const struct resume *resume)
{
	return resuming->way || resuming->name || resuming->side ||
	       !resume_is_stopped(resume);
}

static int choose_way(struct command_context *context,
		      struct resuming *resuming, const struct resume *resume,
		      struct error *err)
{
	enum resume_way way = (enum resume_way)resuming->way;
	int ret = 0;

	/* A review comes back to the question. */
	while (!ret && !is_decided(resuming, resume)) {
		ret = resume_ask_way(context->output, context->repo, resume,
				     &way, err);
		if (!ret && way == RESUME_REVIEW) {
			print_brief(context, resume, true);
			output_print(context->output, "\n");
		} else {
			resuming->way = (int)way;
		}
	}
	return ret;
}

static int run(struct command_context *context, struct resuming *resuming,
	       struct resume *resume, struct error *err)
{
	if (resume_verify(context->repo, resume, err) < 0 ||
	    choose_way(context, resuming, resume, err) < 0)
		return err->code;
	switch ((enum resume_way)resuming->way) {
	case RESUME_REVIEW:
		print_brief(context, resume, true);
		return 0;
	case RESUME_FRESH:
		return run_fresh(context, resuming, resume, err);
	case RESUME_UNDECIDED:
	case RESUME_CONTINUE:
		break;
	}
	return run_continue(context, resuming, resume, err);
}

/* A review never refuses: of nothing, it shows nothing. */
static int find(struct command_context *context,
		const struct resuming *resuming, struct resume *resume,
		bool *nothing, struct error *err)
{
	bool review = resuming->way == RESUME_REVIEW;
	int ret =
		resume_find(context->repo, resuming->name, review, resume, err);

	*nothing = ret == ERR_REFUSED && review && !resuming->name;
	if (!*nothing)
		return ret;
	error_release(err);
	return run_list(context, err);
}

int cmd_resume(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct resuming resuming = {.start.pid = RECORD_UNKNOWN};
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct resume resume = {.list = RECOVERY_LIST_INIT};
	bool nothing = false;
	int ret;

	resuming.start.save.argc = argc;
	resuming.start.save.argv = as_typed;
	ret = read_options(&resuming, context->output, argc, argv, err);
	if (!ret && resuming.list) {
		ret = run_list(context, err);
	} else if (!ret) {
		if (resuming.way != RESUME_REVIEW)
			ret = journal_refuse(context->repo, err);
		if (!ret)
			ret = find(context, &resuming, &resume, &nothing, err);
		if (!ret && !nothing)
			ret = run(context, &resuming, &resume, err);
	}
	resume_release(&resume);
	free(as_typed);
	return ret;
}
