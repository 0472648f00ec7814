#include "cmd/command.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/hook/watch.h"
#include "core/hook/watch_changes.h"
#include "core/hook/watch_ending.h"
#include "core/hook/watch_lock.h"
#include "core/hook/watch_save.h"
#include "core/save/occasion.h"
#include "git/config.h"
#include "git/environment.h"
#include "git/repository.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/signals.h"
#include "ui/watched.h"
#include "worktree/monitor.h"

/* Where something has to be looked at. */
#define LOOK_MS 1000
/* So long the last checkpoint waits for git. */
#define LAST_PATIENCE_MS 3000
/* And so often is looked whether git is still at work. */
#define BUSY_MS 50

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

struct watching {
	struct command_context *context;
	struct repository *repo;
	struct watch watch;
	struct watched watched;
	struct watch_request request;
	struct watch_save save;
	struct watch_changes changes;
	struct watch_ending ending;
	struct signals signals;
	struct keys keys;
	int lock_fd;
	bool key_pressed;
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
	const int fds[] = {watching->lock_fd, watching->signals.fd,
			   watching->ending.process.fd,
			   watch_changes_fd(&watching->changes),
			   watching->changes.tell.fd};

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
	    now - watching->ending.since_ms < LAST_PATIENCE_MS) {
		watched_waiting(&watching->watched);
		return BUSY_MS;
	}
	begin_save(watching, TYPE_INTERRUPTED, err);
	return -1;
}

static void go_blind(struct watching *watching, struct error *why)
{
	watch_changes_close(&watching->changes);
	watching->watch.blind = true;
	watched_blind(&watching->watched, why, watching->watch.interval_ms);
	error_release(why);
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

	watch_changes_read(&watching->changes, &changed, err);
	note_events(watching, now, changed, err);
}

/* Somebody who makes a checkpoint asks what has changed. */
static void take_question(struct watching *watching, struct error *err)
{
	int64_t now = clock_monotonic_ms();
	bool changed = false;

	watch_changes_answer(&watching->changes, &changed, err);
	note_events(watching, now, changed, err);
}

static enum watch_action decide(struct watching *watching, int64_t now,
				int64_t *wait_ms, struct error *err)
{
	enum watch_action action = watch_next(&watching->watch, now, wait_ms);

	/* Whether it is quiet is not known before all events are read. */
	if (action != WATCH_WAIT && watching->changes.monitor) {
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
	if (watching->ending.end != WATCH_GOES_ON)
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
	if (watching->changes.monitor &&
	    monitor_settle(watching->changes.monitor, err) < 0) {
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

static void take_signals(struct watching *watching)
{
	int number;

	while ((number = signals_next(&watching->signals)) != 0) {
		if (number == SIGCONT) {
			keys_open(&watching->keys);
		} else if (number == SIGTSTP || number == SIGQUIT ||
			   watch_ending_is_repeated(&watching->ending,
						    number)) {
			keys_close(&watching->keys);
			signals_obey(&watching->signals, number);
		} else {
			watch_ending_note(&watching->ending, WATCH_END_SIGNAL,
					  number);
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
		[AT_TELL] = {.fd = watching->changes.tell.fd},
		[AT_SAVE] = {.fd = watching->save.from},
	};

	if (watching->ending.end == WATCH_GOES_ON) {
		fds[AT_PID].fd = watching->ending.process.fd;
		fds[AT_GIT].fd = watching->ending.git.fd;
	}
	if (now >= watching->changes.read_ms)
		fds[AT_MONITOR].fd = watch_changes_fd(&watching->changes);
	else if (watching->changes.monitor)
		wait_ms = sooner(wait_ms, watching->changes.read_ms - now);
	if (watching->signals.fd < 0 ||
	    watch_ending_must_look(&watching->ending))
		wait_ms = sooner(wait_ms, LOOK_MS);
	for (size_t i = 0; i < NR_FDS; i++)
		fds[i].events = POLLIN;
	poll(fds, NR_FDS, wait_ms > INT_MAX ? INT_MAX : (int)wait_ms);

	take_signals(watching);
	if (fds[AT_KEYS].revents)
		take_keys(watching);
	watch_ending_look(&watching->ending);
	if (fds[AT_MONITOR].revents)
		take_events(watching, err);
	if (!err->code && watching->changes.tell.fd >= 0 &&
	    fds[AT_TELL].revents)
		take_question(watching, err);
	if (!err->code && fds[AT_SAVE].revents &&
	    watch_save_read(&watching->save))
		end_save(watching, err);
	if (output_closed(watching->context->output))
		watch_ending_note(&watching->ending, WATCH_END_OUTPUT, 0);
}

/* -- the whole ----------------------------------------------------------- */

static int start(struct watching *watching, const struct watch_arguments *args,
		 struct error *err)
{
	struct watch_changes *changes = &watching->changes;
	struct error why = ERROR_INIT;

	watch_init(&watching->watch, args->interval_ms, clock_monotonic_ms());
	/* From here on one thread: a signal finds it, and it can fork. */
	if (repository_library(watching->repo, err) < 0 ||
	    watch_lock(&watching->lock_fd, watching->repo, err) < 0 ||
	    environment_enter(watching->repo, err) < 0)
		return err->code;
	watch_ending_follow(&watching->ending, args->pid);
	if (signals_catch(&watching->signals, err) < 0)
		return err->code;
	if (watch_changes_open(changes, watching->repo, &why) < 0 &&
	    why.code != ERR_UNSUPPORTED)
		return error_move(err, &why);
	keys_open(&watching->keys);
	watching->watch.blind = !changes->monitor;
	watched_started(&watching->watched, watching->repo->worktree,
			changes->monitor ? monitor_count(changes->monitor) : 0,
			!changes->monitor, args->interval_ms,
			watching->keys.fd >= 0);
	if (!changes->monitor)
		go_blind(watching, &why);
	return 0;
}

static void say_end(struct watching *watching)
{
	static const char *const reasons[] = {
		[WATCH_END_SIGNAL] = "signal",
		[WATCH_END_PROCESS] = "process",
		[WATCH_END_GIT] = "git",
		[WATCH_END_OUTPUT] = NULL,
	};
	const struct watch_ending *ending = &watching->ending;

	if (reasons[ending->end])
		watched_ended(&watching->watched, reasons[ending->end],
			      ending->number);
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
		.changes = WATCH_CHANGES_INIT,
		.ending = WATCH_ENDING_INIT,
		.signals = SIGNALS_INIT,
		.keys = KEYS_INIT,
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
	watch_changes_close(&watching.changes);
	watch_ending_release(&watching.ending);
	watched_release(&watching.watched);
	file_unlock(watching.lock_fd);
	signals_release(&watching.signals);
	free(as_typed);
	return ret;
}
