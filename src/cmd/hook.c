#include "cmd/command.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "core/agent/agent_event.h"
#include "core/agent/agent_run.h"
#include "core/hook/git_hook.h"
#include "core/hook/hook_log.h"
#include "core/remote/push_queue.h"
#include "core/restore/restore_lock.h"
#include "git/config.h"
#include "git/repository.h"
#include "ui/options.h"
#include "ui/output.h"

/* More than this nobody has to tell a hook. */
#define MAX_INPUT (64u << 20)
#define DEFAULT_TIMEOUT_S 10

struct call {
	const char *event;
	struct git_hook git;
	struct buf input;
	struct agent_event agent;
	int agent_ret; /* how reading it went; 0 for a hook of git's */
	struct error agent_err;
};

static int read_options(struct call *call, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const char *const usage[] = {
		"git checkpoint hook [<options>] <git event> [<argument>...]",
		"git checkpoint hook [<options>] <agent>:<event>",
		NULL,
	};
	const struct option table[] = {
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {usage, table, OPTIONS_STOP_AT_ARGUMENT};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "which event?");
	call->event = args.items[0];
	call->git.name = args.items[0];
	call->git.args = args.items + 1;
	return 0;
}

/* Of hooks of git's only pre-push is told something there; others may have been
 * given what is not for them, and never ends. */
static int read_input(struct call *call, struct error *err)
{
	if (isatty(STDIN_FILENO) ||
	    (!strchr(call->event, ':') && strcmp(call->event, "pre-push") != 0))
		return 0;
	return buf_read_fd(&call->input, STDIN_FILENO, MAX_INPUT, err);
}

/* What the agent says, and where it is: its hooks may run elsewhere. */
static void read_agent_event(struct call *call)
{
	if (!strchr(call->event, ':'))
		return;
	call->agent_ret =
		agent_event_read(&call->agent, call->event, call->input.ptr,
				 call->input.len, &call->agent_err);
	/* Where that cannot be, here is where it is meant. */
	if (call->agent.cwd && chdir(call->agent.cwd) < 0)
		return;
}

/*
 * Nobody is disturbed by what goes wrong here: git's command and the agent's
 * work go on. It is in the log.
 */
static int pass_over(struct repository *repo, const struct call *call,
		     struct error *err)
{
	if (err->code == ERR_REFUSED && !strcmp(call->event, "pre-push"))
		return err->code;
	if (err->code && err->text)
		hook_log_error(repo, call->event, err->text);
	error_release(err);
	return 0;
}

static int run_agent(struct output *output, struct repository *repo,
		     struct call *call, struct error *err)
{
	struct agent_answer answer;
	struct buf text = BUF_INIT;
	int ret;

	if (call->agent_ret < 0) {
		error_move(err, &call->agent_err);
		return pass_over(repo, call, err);
	}
	ret = agent_run(repo, &call->agent, call->git.argc, call->git.argv,
			&answer, err);
	if (ret < 0)
		ret = pass_over(repo, call, err);
	agent_answer_print(&answer, &call->agent, &text);
	output_write(output, text.ptr, text.len);
	agent_answer_release(&answer);
	buf_release(&text);
	return ret;
}

static int run(struct output *output, struct repository *repo,
	       struct call *call, struct error *err)
{
	int ret;

	if (strchr(call->event, ':'))
		return run_agent(output, repo, call, err);
	if (!git_hook_is_known(call->event)) {
		hook_log_error(repo, call->event, "no such event is known");
		return 0;
	}
	call->git.input = call->input.ptr;
	ret = git_hook_run(repo, &call->git, err);
	return ret < 0 ? pass_over(repo, call, err) : 0;
}

static void say_refusal(struct output *output, const struct error *err)
{
	struct strlist lines = STRLIST_INIT;

	output_warn(output, "%s", err->text);
	strlist_split(&lines, err->hints ? err->hints : "", '\n');
	for (size_t i = 0; i < lines.nr; i++)
		output_hint(output, "%s", lines.items[i]);
	strlist_release(&lines);
}

/* The child: its answer is whole, or it is none. */
static void run_in_child(struct command_context *context,
			 struct repository *repo, struct call *call)
{
	struct error err = ERROR_INIT;
	struct error output_err = ERROR_INIT;
	int status = 0;

	setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	if (run(context->output, repo, call, &err) < 0) {
		status = error_exit_status(&err);
		say_refusal(context->output, &err);
	}
	if (output_finish(context->output, &output_err) < 0 && !status)
		status = error_exit_status(&output_err);
	_exit(status);
}

/* What nobody has looked at must not be pushed; other pushes go on. */
static bool sends_checkpoints(const struct call *call)
{
	return !strcmp(call->event, "pre-push") &&
	       strstr(call->input.ptr, "refs/checkpoint");
}

/*
 * The work is a child's, which can be stopped at any moment: whatever a kill
 * leaves, the next command goes on from.
 */
static int run_bounded(struct command_context *context, struct repository *repo,
		       struct call *call, struct error *err)
{
	struct child_end end;
	sigset_t before;
	int64_t seconds;
	pid_t pid;
	int ret;

	if (config_get_seconds(repo->config, "checkpoint.hooktimeout",
			       DEFAULT_TIMEOUT_S, &seconds, err) < 0)
		return err->code;
	if (seconds > 24 * 60 * 60)
		seconds = 24 * 60 * 60;
	child_hold_signals(&before);
	pid = fork();
	if (!pid) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		run_in_child(context, repo, call);
	}
	if (pid < 0) {
		ret = error_errno(err, "cannot fork");
	} else {
		setpgid(pid, pid);
		ret = child_wait(pid, seconds ? seconds * 1000 : INT32_MAX,
				 &end, err);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ret < 0)
		return ret;
	if (end.killed) {
		output_warn(context->output,
			    "%s: given up after %d seconds "
			    "(checkpoint.hookTimeout)",
			    call->event, (int)seconds);
		hook_log_error(repo, call->event, "given up: out of time");
		context->status = sends_checkpoints(call) ? 1 : 0;
		return 0;
	}
	context->status = end.status == 1 ? 1 : 0;
	return 0;
}

/* The process that has called the hook: git push, above the shell of the hook;
 * 0: not known. */
static pid_t git_above_us(void)
{
	char path[64];
	struct buf text = BUF_INIT;
	struct error ignored = ERROR_INIT;
	const char *behind;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)getppid());
	if (!buf_read_file(&text, path, 4096, &ignored)) {
		/* "<pid> (<name>) <state> <parent>": a name may hold ")". */
		behind = strrchr(text.ptr, ')');
		if (!behind || sscanf(behind, ") %*c %d", &parent) != 1)
			parent = 0;
	}
	error_release(&ignored);
	buf_release(&text);
	return parent > 1 ? (pid_t)parent : 0;
}

/* A push is under way: that of checkpoints comes after it, if it is wanted. */
static void push_behind(struct command_context *context,
			struct repository *repo, const struct call *call)
{
	struct error err = ERROR_INIT;
	bool wanted = false;
	const char *remote = call->git.args[0];

	if (strcmp(call->event, "pre-push") != 0 || context->status || !remote)
		return;
	if (push_queue_wanted(repo, &wanted, &err) < 0 ||
	    (wanted && push_queue_add(repo, remote, git_above_us(), &err) < 0))
		hook_log_error(repo, call->event, err.text);
	error_release(&err);
}

int cmd_hook(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct call call = {
		.input = BUF_INIT,
		.agent = {.paths = STRLIST_INIT, .deletes = STRLIST_INIT}};
	struct repository *repo = NULL;
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	int ret;

	call.git.argc = argc;
	call.git.argv = as_typed;
	ret = read_options(&call, context->output, argc, argv, err);
	if (ret < 0)
		goto done;
	ret = read_input(&call, err);
	if (!ret)
		read_agent_event(&call);
	if (!ret)
		ret = repository_open(&repo, err);
	if (!ret)
		restore_lock_sweep(repo);
	if (!ret)
		ret = run_bounded(context, repo, &call, err);
	if (!ret)
		push_behind(context, repo, &call);
	if (ret < 0) {
		/* There is nothing to save, and no log. */
		if (ret != ERR_NOT_FOUND && err->text)
			output_warn(context->output, "%s: %s", call.event,
				    err->text);
		error_release(err);
		ret = 0;
	}
done:
	repository_free(repo);
	agent_event_release(&call.agent);
	error_release(&call.agent_err);
	buf_release(&call.input);
	free(as_typed);
	return ret;
}
