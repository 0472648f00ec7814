#include "ui/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/config.h"
#include "git/process.h"

extern char **environ;

struct pager {
	pid_t pid;
	int fd;	      /* the caller's, our end of the pipe while it runs */
	int terminal; /* what `fd` was */
	struct sigaction interrupt;
	struct sigaction quit;
};

bool pager_in_use(void)
{
	const char *value = getenv("GIT_PAGER_IN_USE");

	return value && (!strcmp(value, "true") || !strcmp(value, "1"));
}

int pager_takes_color(bool *out, const struct config *config, struct error *err)
{
	*out = true;
	if (!config)
		return 0;
	return config_get_bool(config, "color.pager", true, out, err);
}

static void set_environment(int fd)
{
	struct winsize size;
	char *columns;

	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	setenv("GIT_PAGER_IN_USE", "true", 1);
	/* What prints into the pipe cannot ask the terminal any more. */
	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col) {
		columns = xstrfmt("%u", (unsigned)size.ws_col);
		setenv("COLUMNS", columns, 0);
		free(columns);
	}
}

/* Run `command` from the pipe `input` to the terminal `output`. */
static int spawn(pid_t *pid, const char *command, int input, int output,
		 struct error *err)
{
	const char *const argv[] = {"sh", "-c", command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int failure;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGQUIT);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	failure = posix_spawn(pid, "/bin/sh", &actions, &attributes,
			      (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (failure) {
		errno = failure;
		return error_errno(err, "cannot run the pager '%s'", command);
	}
	return 0;
}

/*
 * What is typed to stop something is for the pager, as `less` does with ^C. If
 * it ended us, the pager would be left alone on the terminal.
 */
static void ignore_keyboard(struct pager *pager)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &ignore, &pager->interrupt);
	sigaction(SIGQUIT, &ignore, &pager->quit);
}

int pager_start(struct pager **out, const struct repository *repo, int fd,
		struct error *err)
{
	struct buf command = BUF_INIT;
	int pipe_fds[2] = {-1, -1};
	int terminal = -1;
	pid_t pid;
	int rc;

	*out = NULL;
	rc = git_ask(repo, &command, err, "var", "GIT_PAGER", NULL);
	if (rc < 0)
		goto done;
	buf_trim(&command);
	if (!command.len || !strcmp(command.ptr, "cat"))
		goto done;
	terminal = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (terminal < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0) {
		rc = error_errno(err, "cannot make a pipe");
		goto done;
	}
	set_environment(fd);
	rc = spawn(&pid, command.ptr, pipe_fds[0], terminal, err);
	if (rc < 0)
		goto done;
	if (dup2(pipe_fds[1], fd) < 0) {
		rc = error_errno(err, "cannot make a pipe");
		goto done;
	}
	*out = xmalloc(sizeof(**out));
	**out = (struct pager){.pid = pid, .fd = fd, .terminal = terminal};
	ignore_keyboard(*out);
	terminal = -1;
done:
	if (terminal >= 0)
		close(terminal);
	if (pipe_fds[0] >= 0)
		close(pipe_fds[0]);
	if (pipe_fds[1] >= 0)
		close(pipe_fds[1]);
	buf_release(&command);
	return rc;
}

void pager_finish(struct pager *pager)
{
	/* This closes the pipe, which ends the pager's input. */
	dup2(pager->terminal, pager->fd);
	close(pager->terminal);
	while (waitpid(pager->pid, NULL, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &pager->interrupt, NULL);
	sigaction(SIGQUIT, &pager->quit, NULL);
	unsetenv("GIT_PAGER_IN_USE");
	free(pager);
}
