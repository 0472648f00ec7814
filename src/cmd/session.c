#include "cmd/command.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"
#include "core/save/session_run.h"
#include "core/session/session_plan.h"
#include "core/session/unfinished.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/sessions.h"
#include "ui/unfinished.h"

static const char *const session_usage[] = {
	"git checkpoint session start [<options>]",
	"git checkpoint session end [--interrupted | --sprint-complete]",
	"git checkpoint session list [--all]",
	"git checkpoint session show [--errors] [<session>]",
	"git checkpoint session clear",
	NULL,
};

struct session {
	struct session_start start;
	const char *plan;
	struct json *tasks;
	char *sprint; /* of the plan */
	int answer;   /* enum unfinished_answer */
	int ending;   /* enum session_ending */
	bool all;
	bool errors;
	const char *name; /* show: which one */
};

typedef int session_verb(struct command_context *context,
			 struct session *session, struct error *err);

/* -- the verbs ----------------------------------------------------------- */

static int read_plan(struct session *session, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	if (!session->plan)
		return 0;
	if (strcmp(session->plan, "-"))
		ret = buf_read_file(&text, session->plan,
				    SESSION_PLAN_MAX_BYTES, err);
	else
		ret = buf_read_fd(&text, STDIN_FILENO, SESSION_PLAN_MAX_BYTES,
				  err);
	if (ret < 0)
		error_prefix(err, "cannot read the plan '%s'", session->plan);
	else
		ret = session_plan_parse(text.ptr, text.len, &session->tasks,
					 &session->sprint, err);
	buf_release(&text);
	session->start.tasks = session->tasks;
	if (!session->start.sprint)
		session->start.sprint = session->sprint;
	return ret;
}

static int start_new(struct command_context *context, struct session *session,
		     struct error *err)
{
	struct session_result result = {0};
	int ret = session_start(context->repo, &session->start, &result, err);

	if (!ret)
		session_print_result(context->output, "Session started",
				     &result);
	session_result_release(&result);
	return ret;
}

static int go_on(struct command_context *context, struct session *session,
		 const struct session_state *state, struct error *err)
{
	struct session_result result = {0};
	int ret;

	if (session->plan || session->start.sprint)
		return error_set(err, ERR_USAGE,
				 "a session that goes on has its plan and "
				 "sprint already");
	ret = session_continue(context->repo, state->id, &session->start,
			       &result, err);
	if (!ret)
		session_print_result(context->output, "Session goes on",
				     &result);
	session_result_release(&result);
	return ret;
}

/* An unfinished session is there: do what was said about it, or ask. */
static int meet(struct command_context *context, struct session *session,
		const struct unfinished *unfinished, struct error *err)
{
	enum unfinished_answer answer = session->answer;

	if (answer == UNFINISHED_ASK &&
	    unfinished_ask(context->output, context->repo, unfinished, &answer,
			   err) < 0)
		return err->code;
	if (answer == UNFINISHED_REVIEW) {
		unfinished_print(context->output, context->repo, unfinished,
				 true);
		return 0;
	}
	if (answer == UNFINISHED_CONTINUE)
		return go_on(context, session, &unfinished->state, err);
	session->start.fresh = true;
	return start_new(context, session, err);
}

static int nothing_to_continue(struct command_context *context,
			       struct error *err)
{
	struct session_state state;
	int got = session_state_active(context->repo, &state, err);

	session_state_release(&state);
	if (got < 0)
		return got;
	return error_set(err, ERR_REFUSED,
			 got ? "session already active: there is nothing to "
			       "go on with"
			     : "there is no session to go on with");
}

static int run_start(struct command_context *context, struct session *session,
		     struct error *err)
{
	struct unfinished unfinished = {.recent = CHECKPOINT_LIST_INIT};
	int got = read_plan(session, err);

	if (!got && !session->start.force)
		got = unfinished_find(context->repo, &unfinished, err);
	if (got > 0)
		got = meet(context, session, &unfinished, err);
	else if (!got && session->answer == UNFINISHED_CONTINUE)
		got = nothing_to_continue(context, err);
	else if (!got && session->answer == UNFINISHED_REVIEW)
		output_say(context->output, "No session is unfinished.\n");
	else if (!got)
		got = start_new(context, session, err);
	unfinished_release(&unfinished);
	return got;
}

static int run_end(struct command_context *context, struct session *session,
		   struct error *err)
{
	static const char *const what[] = {
		[SESSION_END_PLAINLY] = "Session ended",
		[SESSION_END_INTERRUPTED] = "Session interrupted",
		[SESSION_END_SPRINT] = "Sprint completed, session ended",
	};
	struct session_result result;
	int ret = session_end(context->repo, session->ending,
			      &session->start.save, &result, err);

	if (!ret)
		session_print_result(context->output, what[session->ending],
				     &result);
	session_result_release(&result);
	return ret;
}

static int run_list(struct command_context *context, struct session *session,
		    struct error *err)
{
	struct strlist names = STRLIST_INIT;
	struct session_state *states = NULL;
	size_t nr = 0;
	int ret = session_state_names(context->repo, session->all, &names, err);

	states = xcalloc(names.nr, sizeof(*states));
	for (size_t i = 0; !ret && i < names.nr; i++) {
		struct error damage = ERROR_INIT;

		if (!session_state_read(context->repo, names.items[i],
					&states[nr], &damage)) {
			nr++;
			continue;
		}
		/* One that cannot be read keeps no other from being shown. */
		output_warn(context->output, "%s", damage.text);
		session_state_release(&states[nr]);
		error_release(&damage);
	}
	if (!ret)
		sessions_print(context->output, states, nr);
	for (size_t i = 0; i < nr; i++)
		session_state_release(&states[i]);
	free(states);
	strlist_release(&names);
	return ret;
}

/* The one that is named, or the active one, or the newest. */
static int find_session(struct command_context *context,
			struct session *session, struct session_state *out,
			struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret;

	if (session->name)
		return session_state_read(context->repo, session->name, out,
					  err);
	ret = session_state_active(context->repo, out, err);
	if (ret)
		return ret < 0 ? ret : 0;
	session_state_release(out);
	ret = session_state_names(context->repo, false, &names, err);
	if (!ret && !names.nr) {
		ret = error_set(err, ERR_NOT_FOUND,
				"no session was started in this worktree yet");
		error_hint(err, "'git checkpoint session start' starts one");
	}
	if (!ret)
		ret = session_state_read(context->repo, names.items[0], out,
					 err);
	strlist_release(&names);
	return ret;
}

static int run_show(struct command_context *context, struct session *session,
		    struct error *err)
{
	struct session_state state = {0};
	int ret = find_session(context, session, &state, err);

	if (!ret) {
		session_warn(context->output, &state, false);
		if (session->errors)
			session_print_errors(context->output, &state);
		else
			session_print(context->output, &state);
	}
	session_state_release(&state);
	return ret;
}

static int run_clear(struct command_context *context, struct session *session,
		     struct error *err)
{
	struct session_result result;
	int ret = session_clear(context->repo, &session->start.save, &result,
				err);

	if (!ret)
		session_print_result(context->output, "Session cleared",
				     &result);
	session_result_release(&result);
	return ret;
}

/* -- the command line ---------------------------------------------------- */

static const struct verb {
	const char *name;
	session_verb *run;
} verbs[] = {
	{"start", run_start}, {"end", run_end},	    {"list", run_list},
	{"show", run_show},   {"clear", run_clear},
};

/* Options belong to one verb each. */
static int check_options(const struct session *session,
			 const struct options *options, const char *verb,
			 struct error *err)
{
	const struct session_start *start = &session->start;
	const struct {
		const char *verb;
		bool given;
	} owners[] = {
		{"start", start->sprint || start->agent || session->plan ||
				  start->force || start->fresh ||
				  start->pid >= 0},
		{"end", session->ending != SESSION_END_PLAINLY},
		{"list", session->all},
		{"show", session->errors || session->name},
	};

	for (size_t i = 0; i < ARRAY_SIZE(owners); i++)
		if (owners[i].given && strcmp(owners[i].verb, verb))
			return options_error(options, err,
					     "an option or argument is for "
					     "'session %s'",
					     owners[i].verb);
	return 0;
}

static int read_options(struct session *session, struct output *output,
			int argc, const char **argv, const struct verb **verb,
			struct error *err)
{
	struct session_start *start = &session->start;
	const struct option table[] = {
		OPT_STRING(0, "sprint", &start->sprint, "name",
			   "start: the group of sessions it belongs to"),
		OPT_STRING(0, "plan", &session->plan, "file",
			   "start: its tasks, as JSON; '-' is standard input"),
		OPT_STRING(0, "agent", &start->agent, "name",
			   "start: who does the work"),
		OPT_INT(0, "pid", &start->pid, "pid",
			"start: measure the memory of this process"),
		OPT_FLAG('y', "yes", &start->save.any_place,
			 "start: save also a whole home directory"),
		OPT_FLAG(0, "force", &start->force,
			 "start: give the active session up"),
		OPT_MODE(0, "continue", &session->answer, UNFINISHED_CONTINUE,
			 "start: go on with an unfinished session instead"),
		OPT_MODE(0, "fresh", &session->answer, UNFINISHED_FRESH,
			 "start: give an unfinished session up"),
		OPT_MODE(0, "review", &session->answer, UNFINISHED_REVIEW,
			 "start: show an unfinished session, and do nothing"),
		OPT_MODE(0, "interrupted", &session->ending,
			 SESSION_END_INTERRUPTED, "end: to be continued"),
		OPT_MODE(0, "sprint-complete", &session->ending,
			 SESSION_END_SPRINT, "end: the sprint is done, too"),
		OPT_FLAG(0, "all", &session->all,
			 "list: those of all worktrees"),
		OPT_FLAG(0, "errors", &session->errors,
			 "show: what went wrong, and nothing else"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {session_usage, table, 0};
	struct arguments args;
	size_t at;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (options_subcommand(&options, &args, verbs, ARRAY_SIZE(verbs),
			       sizeof(*verbs), &at, err) < 0)
		return err->code;
	*verb = &verbs[at];
	session->name = args.items[1];
	if (args.nr > 2)
		return options_error(&options, err, "too many arguments");
	return check_options(session, &options, args.items[0], err);
}

int cmd_session(struct command_context *context, int argc, const char **argv,
		struct error *err)
{
	struct session session = {.start.pid = RECORD_UNKNOWN};
	/* The parser puts them in another order. */
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	const struct verb *verb = NULL;
	int ret;

	session.start.save.argc = argc;
	session.start.save.argv = as_typed;
	ret = read_options(&session, context->output, argc, argv, &verb, err);
	if (!ret)
		ret = verb->run(context, &session, err);
	json_free(session.tasks);
	free(session.sprint);
	free(as_typed);
	return ret;
}
