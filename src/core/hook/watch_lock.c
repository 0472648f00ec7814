#include "core/hook/watch_lock.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "git/repository.h"

#define FILE_NAME "checkpoint.d/watch"
/* One that is about to end makes its last checkpoint. */
#define WAIT_MS 2000

/* What the other one wrote; it may be about to. */
static int refuse(const char *path, struct error *err)
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;

	buf_read_file(&text, path, 64, &ignored);
	error_release(&ignored);
	buf_trim(&text);
	if (text.len)
		error_set(err, ERR_REFUSED,
			  "a watch is running already, as process %s",
			  text.ptr);
	else
		error_set(err, ERR_REFUSED, "a watch is running already");
	buf_release(&text);
	return err->code;
}

int watch_lock(int *out_fd, struct repository *repo, struct error *err)
{
	char *path = repository_path(repo, FILE_NAME);
	char *pid = xstrfmt("%ld\n", (long)getpid());
	int ret = file_lock(out_fd, path, WAIT_MS, err);

	if (ret == ERR_LOCKED) {
		error_release(err);
		ret = refuse(path, err);
	} else if (!ret &&
		   (ftruncate(*out_fd, 0) < 0 ||
		    file_write_all(*out_fd, pid, strlen(pid), err) < 0)) {
		if (!err->code)
			error_errno(err, "cannot write");
		ret = error_prefix(err, "'%s'", path);
		file_unlock(*out_fd);
		*out_fd = -1;
	}
	free(pid);
	free(path);
	return ret;
}

static bool is_there(char *path)
{
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

bool watch_git_is_busy(const struct repository *repo)
{
	return is_there(xstrfmt("%s.lock", repo->index_file)) ||
	       is_there(repository_path(repo, "HEAD.lock"));
}
