#include "git/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/message.h"
#include "git/spawn.h"

/* What is kept of a child's standard error; the rest is read and dropped. */
#define MAX_SAID ((size_t)64 << 10)

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* For error text; the caller must free() it. */
static char *command_name(const struct git_command *command)
{
	const char *const *argv = command->argv;

	if (command->program)
		return xstrdup(command->program);
	while (*argv && !strcmp(*argv, "-c") && argv[1])
		argv += 2;
	return xstrfmt("git %s", *argv ? *argv : "");
}

/*
 * write(2) that fails with EPIPE and raises no signal in any thread, whatever
 * the process does about SIGPIPE.
 */
static ssize_t write_quietly(int fd, const void *data, size_t len)
{
	static const struct timespec at_once;
	sigset_t mask, old, pending;
	ssize_t written;
	bool was_pending;
	int saved;

	sigemptyset(&mask);
	sigaddset(&mask, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &mask, &old);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	written = write(fd, data, len);
	saved = errno;
	/* Also where the reader went after some of it: then there is no EPIPE.
	 */
	sigpending(&pending);
	if (!was_pending && sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&mask, NULL, &at_once) < 0 &&
		       errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return written;
}

static int wait_for(pid_t pid, int *wait_status)
{
	while (waitpid(pid, wait_status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int git_job_start(struct git_job *job, const struct git_command *command,
		  struct error *err)
{
	const bool piped[SPAWN_STREAMS] = {
		!command->inherit_input && command->input_len,
		!command->inherit_output && !command->output_fd,
		!command->inherit_errors,
	};
	int ours[SPAWN_STREAMS], flags;
	int ret;

	*job = (struct git_job){.to = -1, .from = -1, .errors = -1};
	ret = git_spawn(command, piped, ours, &job->pid, err);
	if (ret < 0)
		return ret;
	job->to = ours[SPAWN_INPUT];
	job->from = ours[SPAWN_OUTPUT];
	job->errors = ours[SPAWN_ERRORS];
	job->name = command_name(command);
	job->input = command->input;
	job->input_len = command->input_len;
	if (job->to >= 0) {
		flags = fcntl(job->to, F_GETFL);
		fcntl(job->to, F_SETFL, flags | O_NONBLOCK);
	}
	return 0;
}

/* Some of the input. A child that does not want all of it is no failure. */
static void feed(struct git_job *job)
{
	ssize_t written = write_quietly(job->to, job->input, job->input_len);

	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written < 0) {
		close_fd(&job->to);
		return;
	}
	job->input += written;
	job->input_len -= (size_t)written;
	if (!job->input_len)
		close_fd(&job->to);
}

/* What is there to read, at most `limit` bytes of it kept. */
static int drain(int *fd, struct buf *out, size_t limit)
{
	char scratch[16384];
	ssize_t got;

	if (out && out->len < limit) {
		buf_grow(out, sizeof(scratch));
		got = read(*fd, out->ptr + out->len, sizeof(scratch));
		if (got > 0)
			buf_setlen(out, out->len + (size_t)got);
	} else {
		got = read(*fd, scratch, sizeof(scratch));
	}
	if (got == 0)
		close_fd(fd);
	return got < 0 && errno != EINTR && errno != EAGAIN ? -1 : 0;
}

/* Move everything until the child has closed its ends. Returns -1 and errno. */
static int converse(struct git_job *job, struct buf *out, struct buf *said)
{
	while (job->to >= 0 || job->from >= 0 || job->errors >= 0) {
		struct pollfd fds[] = {
			{.fd = job->to, .events = POLLOUT},
			{.fd = job->from, .events = POLLIN},
			{.fd = job->errors, .events = POLLIN},
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (fds[SPAWN_INPUT].revents)
			feed(job);
		if (fds[SPAWN_OUTPUT].revents &&
		    drain(&job->from, out, SIZE_MAX) < 0)
			return -1;
		if (fds[SPAWN_ERRORS].revents &&
		    drain(&job->errors, said, MAX_SAID) < 0)
			return -1;
		/* Nobody reads any more: the rest of the input is not wanted.
		 */
		if (job->from < 0 && job->errors < 0 &&
		    fds[SPAWN_INPUT].revents & (POLLERR | POLLHUP))
			close_fd(&job->to);
	}
	return 0;
}

static int report_status(const char *name, int wait_status, struct error *err)
{
	if (WIFSIGNALED(wait_status))
		return error_set(err, ERR_FAILED, "'%s' died of signal %d",
				 name, WTERMSIG(wait_status));
	return error_set(err, ERR_FAILED, "'%s' exited with status %d", name,
			 WEXITSTATUS(wait_status));
}

int git_job_finish(struct git_job *job, struct buf *out, int *status,
		   struct error *err)
{
	struct buf said = BUF_INIT;
	int wait_status = 0;
	int ret = 0;

	if (converse(job, out, &said) < 0)
		ret = error_errno(err, "cannot talk to '%s'", job->name);
	close_fd(&job->to);
	close_fd(&job->from);
	close_fd(&job->errors);
	if (wait_for(job->pid, &wait_status) < 0 && !ret)
		ret = error_errno(err, "cannot wait for '%s'", job->name);
	if (ret < 0)
		goto done;

	if (status) {
		*status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
						 : 128 + WTERMSIG(wait_status);
		message_to_error(&said, 0, err);
	} else if (wait_status) {
		ret = ERR_FAILED;
		if (WIFSIGNALED(wait_status) ||
		    !message_to_error(&said, ERR_FAILED, err))
			report_status(job->name, wait_status, err);
	}
done:
	free(job->name);
	job->name = NULL;
	buf_release(&said);
	return ret;
}

int git_run(const struct git_command *command, struct buf *out, int *status,
	    struct error *err)
{
	struct git_job job;
	int ret = git_job_start(&job, command, err);

	return ret < 0 ? ret : git_job_finish(&job, out, status, err);
}

int git_ask(const struct repository *repo, struct buf *out, struct error *err,
	    ...)
{
	struct git_command command = {.repo = repo};
	const char **argv = NULL;
	size_t nr = 0, alloc = 0;
	va_list args;
	int ret;

	va_start(args, err);
	do {
		ARRAY_GROW(argv, nr, alloc);
		argv[nr] = va_arg(args, const char *);
	} while (argv[nr++]);
	va_end(args);
	command.argv = argv;
	ret = git_run(&command, out, NULL, err);
	free(argv);
	return ret;
}

int git_child_start(struct git_child *child, const struct git_command *command,
		    struct error *err)
{
	const bool piped[SPAWN_STREAMS] = {true, true, false};
	int ours[SPAWN_STREAMS];
	int ret;

	*child = (struct git_child){.to = -1, .from = -1};
	ret = git_spawn(command, piped, ours, &child->pid, err);
	if (ret < 0)
		return ret;
	child->to = ours[SPAWN_INPUT];
	child->from = ours[SPAWN_OUTPUT];
	child->name = command_name(command);
	return 0;
}

int git_child_write(struct git_child *child, const void *data, size_t len,
		    struct error *err)
{
	const char *pos = data;

	while (len) {
		ssize_t written = write_quietly(child->to, pos, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			error_errno(err, "cannot write to '%s'", child->name);
			return err->code;
		}
		pos += written;
		len -= (size_t)written;
	}
	return 0;
}

int git_child_finish(struct git_child *child, struct error *err)
{
	int wait_status = 0;
	int ret = 0;

	close_fd(&child->to);
	close_fd(&child->from);
	if (wait_for(child->pid, &wait_status) < 0)
		ret = error_errno(err, "cannot wait for '%s'", child->name);
	else if (wait_status)
		ret = report_status(child->name, wait_status, err);
	free(child->name);
	child->name = NULL;
	return ret;
}
