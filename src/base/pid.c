#include "base/pid.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

/*
 * State and start time of a process in /proc/<pid>/stat, see proc(5): the
 * fields behind the name, which stands in brackets and may hold anything.
 * false: it cannot be told.
 */
static bool read_stat(pid_t number, char *state, uint64_t *since)
{
	char *path = xstrfmt("/proc/%ld/stat", (long)number);
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	unsigned long long started = 0;
	char *behind;
	bool found = false;

	if (!buf_read_file(&text, path, 65536, &ignored) &&
	    (behind = strrchr(text.ptr, ')')) != NULL)
		found = sscanf(behind,
			       ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			       "%*s %*s %*s %*s %*s %*s %*s %*s %llu",
			       state, &started) == 2;
	*since = started;
	error_release(&ignored);
	buf_release(&text);
	free(path);
	return found;
}

int pid_open(struct pid *out, pid_t number, struct error *err)
{
	char state = 0;

	*out = (struct pid){.number = number, .fd = -1};
	if (kill(number, 0) < 0 && errno != EPERM)
		return error_set(err, ERR_NOT_FOUND, "there is no process %ld",
				 (long)number);
	read_stat(number, &state, &out->since);
#ifdef SYS_pidfd_open
	/* Fails on kernels before 5.3, and where a sandbox forbids it. */
	out->fd = (int)syscall(SYS_pidfd_open, number, 0);
#endif
	return 0;
}

bool pid_ended(const struct pid *pid)
{
	struct pollfd wait = {.fd = pid->fd, .events = POLLIN};
	uint64_t since = 0;
	char state = 0;

	if (pid->fd >= 0)
		return poll(&wait, 1, 0) == 1;
	if (kill(pid->number, 0) < 0 && errno != EPERM)
		return true;
	/* One that has ended stays until its parent has asked for it. */
	return read_stat(pid->number, &state, &since) &&
	       (state == 'Z' || state == 'X' || since != pid->since);
}

bool pid_is_named(const struct pid *pid, const char *name)
{
	char *path = xstrfmt("/proc/%ld/comm", (long)pid->number);
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	bool is;

	buf_read_file(&text, path, 256, &ignored);
	buf_trim(&text);
	is = !strcmp(text.ptr, name);
	error_release(&ignored);
	buf_release(&text);
	free(path);
	return is;
}

void pid_release(struct pid *pid)
{
	if (pid->fd >= 0)
		close(pid->fd);
	pid->fd = -1;
}
