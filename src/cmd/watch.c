#include "cmd/command.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/pid.h"
#include "core/hook/watch.h"
#include "core/hook/watch_lock.h"
#include "core/hook/watch_save.h"
#include "core/save/occasion.h"
#include "core/snapshot/watch_tell.h"
#include "git/config.h"
#include "git/environment.h"
#include "git/repository.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/signals.h"
#include "ui/watched.h"
#include "worktree/monitor.h"

/* Events that come in a burst are read together, and in a long one so that
 * reading takes a twentieth of the time. */
#define GATHER_MS 50
#define GATHER_MAX_MS 1000
#define GATHER_TIMES 20
/* Where something has to be looked at. */
#define LOOK_MS 1000
/* So long the last checkpoint waits for git. */
#define LAST_PATIENCE_MS 3000
/* A second signal so much later ends it without waiting for anything. */
#define REPEATED_MS 2000

enum {
	AT_SIGNALS,
	AT_KEYS,
	AT_PID,
	AT_GIT,
	AT_MONITOR,
	AT_TELL,
	AT_SAVE,
	NR_FDS
};

/* Why it ends. */
enum ending {
	GOES_ON,
	BY_SIGNAL,
	BY_PROCESS, /* --on-exit-of */
	BY_GIT,	    /* the git that runs us as its command */
	BY_OUTPUT,  /* nobody reads it any more */
};

struct watching {
	struct command_context *context;
	struct repository *repo;
	struct watch watch;
	struct watched watched;
	struct watch_request request;
	struct watch_save save;
	struct monitor *monitor; /* NULL: changes are not reported */
	struct watch_tell tell;
	struct signals signals;
	struct keys keys;
	struct pid pid; /* --on-exit-of; number 0: none */
	struct pid git; /* the git that runs us; number 0: none */
	int lock_fd;
	int64_t gather_ms; /* when to read events again */
	bool key_pressed;
	enum ending ending;
	int number; /* of the signal */
	int64_t ending_ms;
	bool over;
};

/* -- options ------------------------------------------------------------- */

struct watch_arguments {
	const char *interval;
	int64_t pid;
	int64_t interval_ms;
};

static int read_options(struct watch_arguments *out,
			struct command_context *context, int argc,
			const char **argv, struct error *err)
{
	const char *const usage[] = {
		"git checkpoint watch [--interval <time>] [--on-exit-of <pid>]",
		NULL,
	};
	const struct option table[] = {
		OPT_STRING(0, "interval", &out->interval, "time",
			   "save at most so often, as '15m' (default: "
			   "checkpoint.interval)"),
		OPT_INT(0, "on-exit-of", &out->pid, "pid",
			"save and end when this process has ended"),
		OPT_OUTPUT(context->output),
		OPT_END,
	};
	const struct options options = {usage, table, 0};
	struct arguments args;
	int64_t seconds;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr)
		return options_error(&options, err, "unexpected argument '%s'",
				     args.items[0]);
	if (out->pid != -1 && (out->pid < 1 || out->pid > INT_MAX))
		return options_error(&options, err, "no process id: %lld",
				     (long long)out->pid);
	if (!out->interval) {
		if (occasion_interval(context->repo, &seconds, err) < 0)
			return err->code;
		out->interval_ms = seconds ? seconds * 1000 : WATCH_NEVER;
		return 0;
	}
	if (!config_parse_seconds(out->interval, &seconds))
		return options_error(&options, err,
				     "bad interval '%s': want a number with "
				     "s, m, h, d or w behind it",
				     out->interval);
	out->interval_ms = seconds * 1000;
	return 0;
}

/* -- saving -------------------------------------------------------------- */

static int begin_save(struct watching *watching, enum checkpoint_type type,
		      struct error *err)
{
	const int fds[] = {
		watching->lock_fd, watching->signals.fd, watching->pid.fd,
		watching->monitor ? monitor_fd(watching->monitor) : -1,
		watching->tell.fd};

	watching->request.type = type;
	watching->request.interval_ms = watching->watch.interval_ms;
	/* What happens from here on is for the next one. */
	watch_begun(&watching->watch);
	output_flush(watching->context->output);
	return watch_save_start(&watching->save, &watching->request, fds,
				ARRAY_SIZE(fds), err);
}

/* Nothing that comes later can be saved. */
static bool is_gone(const struct repository *repo, struct error *err)
{
	if (!access(repo->worktree, F_OK))
		return false;
	error_errno(err, "the worktree '%s' is no longer there",
		    repo->worktree);
	return true;
}

static void end_save(struct watching *watching, struct error *err)
{
	struct watch *watch = &watching->watch;
	int64_t now = clock_monotonic_ms();
	bool was_last = watching->request.type == TYPE_INTERRUPTED;
	struct watch_result result;

	watch_save_finish(&watching->save, &result);
	if (result.outcome == WATCH_EARLY)
		watch_early(watch, now, result.wait_ms);
	else if (result.outcome == WATCH_OFF)
		watch_off(watch, now);
	else if (result.outcome == WATCH_FAILED)
		watch_failed(watch, now);
	else
		watch_saved(watch, now);
	if (was_last)
		watching->over = true;
	if (was_last && result.outcome == WATCH_FAILED) {
		error_move(err, &result.error);
		error_prefix(err, "the last checkpoint was not made");
	} else if (result.outcome != WATCH_FAILED ||
		   !is_gone(watching->repo, err)) {
		watched_result(&watching->watched, &result);
	}
	watch_result_release(&result);
}

/* The last checkpoint, once git has had its time. */
static int64_t step_to_the_end(struct watching *watching, int64_t now,
			       struct error *err)
{
	if (watch_git_is_busy(watching->repo) &&
	    now - watching->ending_ms < LAST_PATIENCE_MS) {
		watched_waiting(&watching->watched);
		return GATHER_MS;
	}
	begin_save(watching, TYPE_INTERRUPTED, err);
	return -1;
}

static void go_blind(struct watching *watching, struct error *why)
{
	monitor_free(watching->monitor);
	watching->monitor = NULL;
	watch_tell_close(&watching->tell);
	watching->watch.blind = true;
	watched_blind(&watching->watched, why, watching->watch.interval_ms);
	error_release(why);
}

/* When to read again what has come meanwhile, after a read begun at `start`. */
static int64_t gather_until(int64_t start)
{
	int64_t now = clock_monotonic_ms();
	int64_t wait = (now - start) * GATHER_TIMES;

	if (wait < GATHER_MS)
		wait = GATHER_MS;
	return now + (wait < GATHER_MAX_MS ? wait : GATHER_MAX_MS);
}

static void note_events(struct watching *watching, int64_t now, bool changed,
			struct error *err)
{
	if (err->code == ERR_UNSUPPORTED) {
		go_blind(watching, err);
		changed = true;
	}
	if (!err->code && changed)
		watch_changed(&watching->watch, now);
}

static void take_events(struct watching *watching, struct error *err)
{
	int64_t now = clock_monotonic_ms();
	bool changed = false;

	monitor_read(watching->monitor, &changed, err);
	note_events(watching, now, changed, err);
	watching->gather_ms = gather_until(now);
}

/* Somebody who makes a checkpoint asks what has changed. */
static void take_question(struct watching *watching, struct error *err)
{
	int64_t now = clock_monotonic_ms();
	bool changed = false;

	watch_tell_answer(&watching->tell, watching->monitor, &changed, err);
	note_events(watching, now, changed, err);
}

static enum watch_action decide(struct watching *watching, int64_t now,
				int64_t *wait_ms, struct error *err)
{
	enum watch_action action = watch_next(&watching->watch, now, wait_ms);

	/* Whether it is quiet is not known before all events are read. */
	if (action != WATCH_WAIT && watching->monitor) {
		take_events(watching, err);
		action = watch_next(&watching->watch, now, wait_ms);
	}
	return watching->key_pressed ? WATCH_SAVE : action;
}

/* Do what is to be done now. Returns for how long there is nothing more, -1:
 * until something happens. */
static int64_t step(struct watching *watching, struct error *err)
{
	struct watch *watch = &watching->watch;
	int64_t now = clock_monotonic_ms(), wait_ms;
	enum watch_action action;

	if (watching->save.pid)
		return -1;
	if (watching->ending != GOES_ON)
		return step_to_the_end(watching, now, err);
	action = decide(watching, now, &wait_ms, err);
	if (err->code || action == WATCH_WAIT)
		return wait_ms;
	if (action == WATCH_SAVE &&
	    !watch_may_save(watch, now, watch_git_is_busy(watching->repo),
			    &wait_ms)) {
		watched_waiting(&watching->watched);
		return wait_ms;
	}
	watch_settled(watch);
	if (watching->monitor && monitor_settle(watching->monitor, err) < 0) {
		if (err->code != ERR_UNSUPPORTED)
			return -1;
		go_blind(watching, err);
	}
	if (action == WATCH_SETTLE)
		return 0;
	begin_save(watching, watching->key_pressed ? TYPE_MANUAL : TYPE_AUTO,
		   err);
	watching->key_pressed = false;
	return -1;
}

/* -- what happens -------------------------------------------------------- */

static void end(struct watching *watching, enum ending ending)
{
	if (watching->ending != GOES_ON)
		return;
	watching->ending = ending;
	watching->ending_ms = clock_monotonic_ms();
}

/*
 * Whether somebody means it, who has waited. At a terminal ^C comes twice at
 * once: from the terminal, and from the git that runs us; so does its end.
 */
static bool is_repeated(const struct watching *watching, int number)
{
	return watching->ending == BY_SIGNAL && number != SIGHUP &&
	       clock_monotonic_ms() - watching->ending_ms >= REPEATED_MS;
}

static void take_signals(struct watching *watching)
{
	int number;

	while ((number = signals_next(&watching->signals)) != 0) {
		if (number == SIGCONT) {
			keys_open(&watching->keys);
		} else if (number == SIGTSTP || number == SIGQUIT ||
			   is_repeated(watching, number)) {
			keys_close(&watching->keys);
			signals_obey(&watching->signals, number);
		} else if (watching->ending == GOES_ON) {
			watching->number = number;
			end(watching, BY_SIGNAL);
		}
	}
}

static void take_keys(struct watching *watching)
{
	int key;

	while ((key = keys_next(&watching->keys)) != 0)
		if (key == 's' || key == 'S')
			watching->key_pressed = true;
}

static int64_t sooner(int64_t wait_ms, int64_t other_ms)
{
	return wait_ms < 0 || other_ms < wait_ms ? other_ms : wait_ms;
}

/* Whether a process that is followed can only be looked at. */
static bool must_look(const struct pid *pid)
{
	return pid->number && pid->fd < 0;
}

static void take_ends(struct watching *watching)
{
	if (watching->pid.number && pid_ended(&watching->pid))
		end(watching, BY_PROCESS);
	if (watching->git.number && pid_ended(&watching->git))
		end(watching, BY_GIT);
}

/* Wait for something to happen, at most `wait_ms`, and note it. */
static void wait_and_take(struct watching *watching, int64_t wait_ms,
			  struct error *err)
{
	int64_t now = clock_monotonic_ms();
	struct pollfd fds[NR_FDS] = {
		[AT_SIGNALS] = {.fd = watching->signals.fd},
		[AT_KEYS] = {.fd = watching->keys.fd},
		[AT_PID] = {.fd = -1},
		[AT_GIT] = {.fd = -1},
		[AT_MONITOR] = {.fd = -1},
		[AT_TELL] = {.fd = watching->tell.fd},
		[AT_SAVE] = {.fd = watching->save.from},
	};

	if (watching->ending == GOES_ON) {
		fds[AT_PID].fd = watching->pid.fd;
		fds[AT_GIT].fd = watching->git.fd;
	}
	if (watching->monitor && now >= watching->gather_ms)
		fds[AT_MONITOR].fd = monitor_fd(watching->monitor);
	else if (watching->monitor)
		wait_ms = sooner(wait_ms, watching->gather_ms - now);
	if (watching->signals.fd < 0 || must_look(&watching->pid) ||
	    must_look(&watching->git))
		wait_ms = sooner(wait_ms, LOOK_MS);
	for (size_t i = 0; i < NR_FDS; i++)
		fds[i].events = POLLIN;
	poll(fds, NR_FDS, wait_ms > INT_MAX ? INT_MAX : (int)wait_ms);

	take_signals(watching);
	if (fds[AT_KEYS].revents)
		take_keys(watching);
	take_ends(watching);
	if (fds[AT_MONITOR].revents)
		take_events(watching, err);
	if (!err->code && watching->tell.fd >= 0 && fds[AT_TELL].revents)
		take_question(watching, err);
	if (!err->code && fds[AT_SAVE].revents &&
	    watch_save_read(&watching->save))
		end_save(watching, err);
	if (output_closed(watching->context->output))
		end(watching, BY_OUTPUT);
}

/* -- the whole ----------------------------------------------------------- */

static void follow(struct watching *watching,
		   const struct watch_arguments *args)
{
	struct error gone = ERROR_INIT;

	/* One that has ended already has ended. */
	if (args->pid >= 0 &&
	    pid_open(&watching->pid, (pid_t)args->pid, &gone) < 0) {
		watching->pid.number = 0;
		end(watching, BY_PROCESS);
	}
	error_release(&gone);
	/*
	 * `git checkpoint watch` is git, and we are its child: it passes
	 * signals on, but that it is killed. Who started it takes it for us.
	 */
	if (pid_open(&watching->git, getppid(), &gone) < 0 ||
	    !pid_is_named(&watching->git, "git")) {
		pid_release(&watching->git);
		watching->git.number = 0;
	}
	error_release(&gone);
}

static int start(struct watching *watching, const struct watch_arguments *args,
		 struct error *err)
{
	struct error why = ERROR_INIT;

	watch_init(&watching->watch, args->interval_ms, clock_monotonic_ms());
	/* From here on one thread: a signal finds it, and it can fork. */
	if (repository_library(watching->repo, err) < 0 ||
	    watch_lock(&watching->lock_fd, watching->repo, err) < 0 ||
	    environment_enter(watching->repo, err) < 0)
		return err->code;
	follow(watching, args);
	if (signals_catch(&watching->signals, err) < 0)
		return err->code;
	if (monitor_open(&watching->monitor, watching->repo, &why) < 0 &&
	    why.code != ERR_UNSUPPORTED)
		return error_move(err, &why);
	/* Without it checkpoints look for themselves. */
	if (watching->monitor &&
	    watch_tell_open(&watching->tell, watching->repo, &why) < 0)
		error_release(&why);
	keys_open(&watching->keys);
	watching->watch.blind = !watching->monitor;
	watched_started(
		&watching->watched, watching->repo->worktree,
		watching->monitor ? monitor_count(watching->monitor) : 0,
		!watching->monitor, args->interval_ms, watching->keys.fd >= 0);
	if (!watching->monitor)
		go_blind(watching, &why);
	return 0;
}

static void say_end(struct watching *watching)
{
	if (watching->ending == BY_SIGNAL)
		watched_ended(&watching->watched, "signal", watching->number);
	else if (watching->ending == BY_PROCESS)
		watched_ended(&watching->watched, "process", 0);
	else if (watching->ending == BY_GIT)
		watched_ended(&watching->watched, "git", 0);
}

int cmd_watch(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct watching watching = {
		.context = context,
		.repo = context->repo,
		.watched = {.output = context->output},
		.request = {.argc = argc, .argv = as_typed},
		.save = WATCH_SAVE_INIT,
		.tell = WATCH_TELL_INIT,
		.signals = SIGNALS_INIT,
		.keys = KEYS_INIT,
		.pid = {.fd = -1},
		.git = {.fd = -1},
		.lock_fd = -1,
	};
	struct watch_arguments args = {.pid = -1};
	int ret = read_options(&args, context, argc, argv, err);

	if (!ret)
		ret = start(&watching, &args, err);
	while (!ret && !watching.over) {
		int64_t wait_ms = step(&watching, err);

		if (!err->code)
			wait_and_take(&watching, wait_ms, err);
		ret = err->code;
	}
	if (!ret)
		say_end(&watching);
	keys_close(&watching.keys);
	watch_tell_close(&watching.tell);
	monitor_free(watching.monitor);
	pid_release(&watching.pid);
	pid_release(&watching.git);
	watched_release(&watching.watched);
	file_unlock(watching.lock_fd);
	signals_release(&watching.signals);
	free(as_typed);
	return ret;
}
