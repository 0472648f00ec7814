#include "git/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strlist.h"
#include "git/environment.h"
#include "git/process.h"
#include "git/repository.h"

/* Above the three standard ones, which the child's are dup2()ed onto. */
static int move_up(int *fd)
{
	int moved;

	if (*fd > STDERR_FILENO)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return -1;
	close(*fd);
	*fd = moved;
	return 0;
}

static int make_pipe(int *ours, int *theirs, bool we_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	*ours = fds[we_write];
	*theirs = fds[!we_write];
	return move_up(ours) < 0 || move_up(theirs) < 0 ? -1 : 0;
}

/* The command line: hooks are turned off where the user can not see it. */
static void build_argv(struct strlist *out, const struct git_command *command)
{
	strlist_add(out, command->program ? command->program : "git");
	if (command->repo && !command->program && !command->with_hooks) {
		strlist_add(out, "-c");
		strlist_add(out, "core.hooksPath=/dev/null");
	}
	for (size_t i = 0; command->argv[i]; i++)
		strlist_add(out, command->argv[i]);
}

static int spawn(const struct git_command *command, const int theirs[],
		 pid_t *pid)
{
	struct strlist argv = STRLIST_INIT, env = STRLIST_INIT;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t reset;
	int number;

	build_argv(&argv, command);
	environment_build(&env, command);
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);

	number = posix_spawnattr_init(&attr);
	if (number)
		goto done_lists;
	number = posix_spawn_file_actions_init(&actions);
	if (number)
		goto done_attr;
	posix_spawnattr_setsigdefault(&attr, &reset);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	if (command->repo)
		number = posix_spawn_file_actions_addchdir_np(
			&actions, command->repo->worktree);
	for (int i = 0; i < SPAWN_STREAMS && !number; i++)
		if (theirs[i] >= 0)
			number = posix_spawn_file_actions_adddup2(&actions,
								  theirs[i], i);
	if (!number)
		number = posix_spawnp(pid, argv.items[0], &actions, &attr,
				      argv.items, env.items);
	posix_spawn_file_actions_destroy(&actions);
done_attr:
	posix_spawnattr_destroy(&attr);
done_lists:
	strlist_release(&argv);
	strlist_release(&env);
	return number;
}

/* What is no pipe and not ours: the file that is named, or for input none. */
static int open_files(const struct git_command *command, const bool piped[],
		      int theirs[])
{
	if (command->output_fd)
		theirs[SPAWN_OUTPUT] =
			fcntl(*command->output_fd, F_DUPFD_CLOEXEC,
			      STDERR_FILENO + 1);
	if (command->output_fd && theirs[SPAWN_OUTPUT] < 0)
		return -1;
	if (piped[SPAWN_INPUT] || command->inherit_input)
		return 0;
	theirs[SPAWN_INPUT] =
		command->input_fd ? fcntl(*command->input_fd, F_DUPFD_CLOEXEC,
					  STDERR_FILENO + 1)
				  : open("/dev/null", O_RDONLY | O_CLOEXEC);
	return theirs[SPAWN_INPUT] < 0 ? -1 : move_up(&theirs[SPAWN_INPUT]);
}

static void close_all(int fds[])
{
	for (int i = 0; i < SPAWN_STREAMS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

int git_spawn(const struct git_command *command, const bool piped[], int ours[],
	      pid_t *pid, struct error *err)
{
	int theirs[SPAWN_STREAMS] = {-1, -1, -1};
	int number = 0;

	for (int i = 0; i < SPAWN_STREAMS; i++)
		ours[i] = -1;
	for (int i = 0; i < SPAWN_STREAMS && !number; i++)
		if (piped[i] &&
		    make_pipe(&ours[i], &theirs[i], i == SPAWN_INPUT) < 0)
			number = errno;
	if (!number && open_files(command, piped, theirs) < 0)
		number = errno;
	if (!number)
		number = spawn(command, theirs, pid);
	close_all(theirs);
	if (number) {
		close_all(ours);
		errno = number;
		error_errno(err, "cannot run '%s'",
			    command->program ? command->program : "git");
		/* That there is no program is no answer to what was asked. */
		err->code = ERR_FAILED;
		return err->code;
	}
	return 0;
}
