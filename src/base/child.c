#include "base/child.h"

#include <errno.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static void set_of_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void child_hold_signals(sigset_t *before)
{
	sigset_t set;

	set_of_signals(&set);
	sigprocmask(SIG_BLOCK, &set, before);
}

/* Whether the kernel sent it: then the whole process group has it. */
static bool is_of_terminal(const siginfo_t *info)
{
	return info->si_code == SI_KERNEL;
}

/* The next signal, at most until `deadline` (0: for ever); 0: time is over. */
static int next_signal(siginfo_t *info, int64_t deadline)
{
	sigset_t set;
	int number;

	set_of_signals(&set);
	for (;;) {
		int64_t left = deadline - clock_monotonic_ms();
		struct timespec wait;

		if (!deadline) {
			number = sigwaitinfo(&set, info);
		} else {
			if (left < 0)
				left = 0;
			wait.tv_sec = (time_t)(left / 1000);
			wait.tv_nsec = (long)(left % 1000) * 1000000;
			number = sigtimedwait(&set, info, &wait);
		}
		if (number > 0)
			return number;
		if (errno == EAGAIN)
			return 0;
	}
}

static void read_end(int wait_status, struct child_end *out)
{
	if (WIFSIGNALED(wait_status)) {
		out->signal = WTERMSIG(wait_status);
		out->status = 128 + out->signal;
	} else {
		out->status = WEXITSTATUS(wait_status);
	}
}

int child_wait(pid_t pid, int64_t limit_ms, struct child_end *out,
	       struct error *err)
{
	int64_t deadline = limit_ms ? clock_monotonic_ms() + limit_ms : 0;
	pid_t whom = limit_ms ? -pid : pid;
	int wait_status;

	*out = (struct child_end){0};
	for (;;) {
		siginfo_t info;
		pid_t got = waitpid(pid, &wait_status, WNOHANG);
		int number;

		if (got == pid)
			break;
		if (got < 0 && errno != EINTR)
			return error_errno(err, "cannot wait for process %d",
					   (int)pid);
		number = next_signal(&info, deadline);
		if (!number) {
			kill(-pid, SIGKILL);
			out->killed = true;
			deadline = 0;
		} else if (number != SIGCHLD &&
			   (whom < 0 || !is_of_terminal(&info))) {
			kill(whom, number);
		}
	}
	read_end(wait_status, out);
	return 0;
}

static int spawn(const char *const *argv, const sigset_t *mask, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t defaults;
	int number = posix_spawnattr_init(&attr);

	if (number)
		return number;
	/* What main() ignores for our sake. */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	number = posix_spawnp(pid, argv[0], NULL, &attr, (char *const *)argv,
			      environ);
	posix_spawnattr_destroy(&attr);
	return number;
}

int child_run(const char *const *argv, struct child_end *out, struct error *err)
{
	sigset_t before;
	pid_t pid;
	int number, ret;

	child_hold_signals(&before);
	number = spawn(argv, &before, &pid);
	if (number) {
		errno = number;
		ret = error_errno(err, "cannot run '%s'", argv[0]);
	} else {
		ret = child_wait(pid, 0, out, err);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

void child_end_likewise(int signal_number)
{
	const struct rlimit none = {0, 0};

	if (!signal_number)
		return;
	/* Its core is the one that is of use. */
	setrlimit(RLIMIT_CORE, &none);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}
