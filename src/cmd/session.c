#include "cmd/command.h"

#include "base/alloc.h"
#include "core/session_run.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/sessions.h"

static const char *const session_usage[] = {
	"git checkpoint session start [<options>]",
	"git checkpoint session end [--interrupted | --sprint-complete]",
	"git checkpoint session list [--all]",
	"git checkpoint session show [--errors] [<session>]",
	"git checkpoint session clear",
	NULL,
};

enum ending {
	END_PLAINLY,
	END_INTERRUPTED,
	END_SPRINT,
};

struct session {
	struct session_start start;
	int ending;
	bool all;
	bool errors;
	const char *name; /* show: which one */
};

typedef int session_verb(struct command_context *context,
			 struct session *session, struct error *err);

/* -- the verbs ----------------------------------------------------------- */

static int run_start(struct command_context *context, struct session *session,
		     struct error *err)
{
	struct session_result result;
	int ret = session_start(context->repo, &session->start, &result, err);

	if (!ret)
		session_print_result(context->output, "Session started",
				     &result);
	session_result_release(&result);
	return ret;
}

static int run_end(struct command_context *context, struct session *session,
		   struct error *err)
{
	static const struct {
		enum session_status status;
		enum checkpoint_type type;
		const char *what;
	} endings[] = {
		[END_PLAINLY] = {SESSION_ENDED, TYPE_SESSION_END,
				 "Session ended"},
		[END_INTERRUPTED] = {SESSION_INTERRUPTED, TYPE_INTERRUPTED,
				     "Session interrupted"},
		[END_SPRINT] = {SESSION_ENDED, TYPE_SPRINT_COMPLETE,
				"Sprint completed, session ended"},
	};
	struct session_result result;
	int ret = session_end(context->repo, endings[session->ending].status,
			      endings[session->ending].type,
			      &session->start.save, &result, err);

	if (!ret)
		session_print_result(context->output,
				     endings[session->ending].what, &result);
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
		{"start", start->sprint || start->agent || start->force ||
				  start->fresh || start->pid >= 0},
		{"end", session->ending != END_PLAINLY},
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
		OPT_STRING(0, "agent", &start->agent, "name",
			   "start: who does the work"),
		OPT_INT(0, "pid", &start->pid, "pid",
			"start: measure the memory of this process"),
		OPT_FLAG(0, "force", &start->force,
			 "start: give the active session up"),
		OPT_FLAG(0, "fresh", &start->fresh,
			 "start: give an unfinished session up"),
		OPT_MODE(0, "interrupted", &session->ending, END_INTERRUPTED,
			 "end: to be continued"),
		OPT_MODE(0, "sprint-complete", &session->ending, END_SPRINT,
			 "end: the sprint is done, too"),
		OPT_FLAG(0, "all", &session->all,
			 "list: those of all worktrees"),
		OPT_FLAG(0, "errors", &session->errors,
			 "show: what went wrong, and nothing else"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {session_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "need a subcommand");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, args.items[0]))
			*verb = &verbs[i];
	if (!*verb)
		return options_error(&options, err, "unknown subcommand: `%s'",
				     args.items[0]);
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
	free(as_typed);
	return ret;
}
