/*
 * The floor: what no program can do without that saves a worktree through git
 * and libgit2. It starts, asks `git rev-parse` while libgit2 starts, walks the
 * worktree on two threads, each directory by its own descriptor with an
 * fstatat() for each name, and writes ten objects and two refs. It reads no
 * index, compares nothing, and knows one ignored directory by its name.
 */
#include "base/compat.h"

#include <dirent.h>
#include <fcntl.h>
#include <git2.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/thread.h"

#define SKIPPED "node_modules"

static int walk_dir(void *context, struct thread_queue *queue, void *task,
		    struct error *err)
{
	char *path = task;
	int fd = openat(*(int *)context, *path ? path : ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return error_errno(err, "cannot open '%s'", path);
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    !strcmp(name, ".git") || !strcmp(name, SKIPPED))
			continue;
		if (entry->d_type == DT_DIR)
			thread_queue_add(queue,
					 *path ? xstrfmt("%s/%s", path, name)
					       : xstrdup(name));
		else
			fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW);
	}
	closedir(dir);
	free(path);
	return 0;
}

static int start_rev_parse(pid_t *pid, int *from)
{
	const char *argv[] = {"git", "rev-parse", "--absolute-git-dir",
			      "--show-toplevel", NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], ret;

	if (pipe(ends) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	ret = posix_spawnp(pid, "git", &actions, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*from = ends[0];
	return ret;
}

static int write_all(git_repository *repo)
{
	git_odb *odb = NULL;
	git_reference *ref = NULL;
	git_oid oid;
	char text[64], name[64];
	int rc = git_repository_odb(&odb, repo);

	for (int i = 0; !rc && i < 10; i++) {
		snprintf(text, sizeof(text), "floor %ld %d\n", (long)getpid(),
			 i);
		rc = git_odb_write(&oid, odb, text, strlen(text),
				   GIT_OBJECT_BLOB);
	}
	for (int i = 0; !rc && i < 2; i++) {
		snprintf(name, sizeof(name), "refs/floor/%ld-%d",
			 (long)getpid(), i);
		rc = git_reference_create(&ref, repo, name, &oid, 0, NULL);
		git_reference_free(ref);
		ref = NULL;
	}
	git_odb_free(odb);
	return rc;
}

static int run(struct error *err)
{
	git_repository *repo = NULL;
	char said[8192];
	pid_t pid;
	int from, top, status, ret;
	ssize_t len;

	if (start_rev_parse(&pid, &from))
		return error_set(err, ERR_FAILED, "cannot start git");
	git_libgit2_init();
	len = read(from, said, sizeof(said) - 1);
	waitpid(pid, &status, 0);
	said[len > 0 ? len : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	if (git_repository_open_ext(&repo, said, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL))
		return error_set(err, ERR_FAILED, "cannot open '%s'", said);
	top = open(git_repository_workdir(repo), O_RDONLY | O_DIRECTORY);
	ret = thread_queue_run(xstrdup(""), walk_dir, free, &top, 2, err);
	if (!ret && write_all(repo))
		ret = error_set(err, ERR_FAILED, "cannot write");
	return ret;
}

int main(void)
{
	struct error err = ERROR_INIT;

	if (run(&err) < 0) {
		fprintf(stderr, "floor: %s\n", err.text);
		return 1;
	}
	return 0;
}
