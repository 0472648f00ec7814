#include "worktree/writer_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "worktree/nested.h"

/* A restore goes through the paths in order: a few levels for each thread. */
#define KEPT_DIRS 64
/* How often a directory may vanish under us before we give up. */
#define MAX_TRIES 100

struct writer_dirs {
	pthread_mutex_t mutex;
	const char *git_dir;
	struct writer_dir top;
	struct writer_dir *kept[KEPT_DIRS];
	size_t nr;
	unsigned long clock;
};

struct writer_dirs *writer_dirs_new(int top_fd, const char *git_dir)
{
	struct writer_dirs *dirs = xcalloc(1, sizeof(*dirs));

	pthread_mutex_init(&dirs->mutex, NULL);
	dirs->top.fd = top_fd;
	dirs->git_dir = git_dir;
	return dirs;
}

static void dir_free(struct writer_dir *dir)
{
	close(dir->fd);
	free(dir->path);
	free(dir);
}

void writer_dirs_free(struct writer_dirs *dirs)
{
	if (!dirs)
		return;
	for (size_t i = 0; i < dirs->nr; i++)
		dir_free(dirs->kept[i]);
	pthread_mutex_destroy(&dirs->mutex);
	free(dirs);
}

/* FNV-1a. */
static uint64_t hash_of(const char *path, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)path[i]) * 1099511628211u;
	return hash;
}

static struct writer_dir *find(struct writer_dirs *dirs, const char *path,
			       size_t len)
{
	uint64_t hash = hash_of(path, len);

	for (size_t i = 0; i < dirs->nr; i++) {
		struct writer_dir *dir = dirs->kept[i];

		if (dir->hash == hash && dir->len == len &&
		    !memcmp(dir->path, path, len))
			return dir;
	}
	return NULL;
}

/* The deepest directory of `path` that is open already. */
static struct writer_dir *find_deepest(struct writer_dirs *dirs,
				       const char *path, size_t len)
{
	struct writer_dir *dir = NULL;

	pthread_mutex_lock(&dirs->mutex);
	while (len && !(dir = find(dirs, path, len))) {
		while (len && path[len - 1] != '/')
			len--;
		if (len)
			len--;
	}
	if (!dir)
		dir = &dirs->top;
	dir->refs++;
	dir->used = ++dirs->clock;
	pthread_mutex_unlock(&dirs->mutex);
	return dir;
}

static void forget(struct writer_dirs *dirs, struct writer_dir *dir)
{
	for (size_t i = 0; i < dirs->nr; i++) {
		if (dirs->kept[i] == dir) {
			dirs->kept[i] = dirs->kept[--dirs->nr];
			break;
		}
	}
	dir->cached = false;
}

/* Make room for one more; false where all are in use. */
static bool make_room(struct writer_dirs *dirs)
{
	struct writer_dir *oldest = NULL;

	if (dirs->nr < KEPT_DIRS)
		return true;
	for (size_t i = 0; i < dirs->nr; i++) {
		struct writer_dir *dir = dirs->kept[i];

		if (!dir->refs && (!oldest || dir->used < oldest->used))
			oldest = dir;
	}
	if (!oldest)
		return false;
	forget(dirs, oldest);
	dir_free(oldest);
	return true;
}

static struct writer_dir *keep(struct writer_dirs *dirs, const char *path,
			       size_t len, int fd)
{
	struct writer_dir *dir;

	pthread_mutex_lock(&dirs->mutex);
	dir = find(dirs, path, len);
	if (dir) {
		/* Another thread was faster. */
		close(fd);
	} else {
		dir = xcalloc(1, sizeof(*dir));
		dir->fd = fd;
		dir->path = xstrndup(path, len);
		dir->len = len;
		dir->hash = hash_of(path, len);
		dir->cached = make_room(dirs);
		if (dir->cached)
			dirs->kept[dirs->nr++] = dir;
	}
	dir->refs++;
	dir->used = ++dirs->clock;
	pthread_mutex_unlock(&dirs->mutex);
	return dir;
}

void writer_dirs_put(struct writer_dirs *dirs, struct writer_dir *dir)
{
	bool last;

	pthread_mutex_lock(&dirs->mutex);
	last = !--dir->refs && !dir->cached && dir != &dirs->top;
	pthread_mutex_unlock(&dirs->mutex);
	if (last)
		dir_free(dir);
}

bool writer_dirs_is_gone(struct writer_dirs *dirs, struct writer_dir *dir)
{
	struct stat st;

	if (dir == &dirs->top || fstat(dir->fd, &st) < 0 || st.st_nlink)
		return false;
	pthread_mutex_lock(&dirs->mutex);
	if (dir->cached)
		forget(dirs, dir);
	pthread_mutex_unlock(&dirs->mutex);
	return true;
}

static int open_dir(int parent, const char *name)
{
	return openat(parent, name,
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Open it, and make it first where it is missing; -1 with errno. */
static int open_or_make(int parent, const char *name, bool make, bool *made)
{
	int fd = open_dir(parent, name);

	/* Another thread may remove the empty directory before it is open. */
	for (int i = 0; make && fd < 0 && errno == ENOENT && i < MAX_TRIES;
	     i++) {
		*made = !mkdirat(parent, name, 0777);
		if (!*made && errno != EEXIST)
			return -1;
		fd = open_dir(parent, name);
	}
	return fd;
}

/* Open one component; `path` to its end is `len` bytes. */
static int open_component(const struct writer_dirs *dirs,
			  const struct writer_dir *parent, const char *path,
			  const char *name, size_t len, bool make, int *out_fd,
			  struct error *err)
{
	bool made = false;
	struct stat st;
	int fd = open_or_make(parent->fd, name, make, &made);

	if (fd < 0) {
		if (errno == ENOTDIR || errno == ELOOP)
			return error_set(err, ERR_CHANGED,
					 "'%.*s' is not a directory", (int)len,
					 path);
		return error_errno(err, "cannot %s directory '%.*s'",
				   make ? "make" : "open", (int)len, path);
	}
	if (made) {
		*out_fd = fd;
		return 0;
	}
	if (!fstatat(fd, ".git", &st, AT_SYMLINK_NOFOLLOW)) {
		if (nested_is_repository(dirs->git_dir, fd))
			error_set(err, ERR_CHANGED,
				  "'%.*s' is a repository of its own", (int)len,
				  path);
	} else if (errno != ENOENT) {
		error_errno(err, "cannot look into directory '%.*s'", (int)len,
			    path);
	}
	if (err->code)
		close(fd);
	else
		*out_fd = fd;
	return err->code;
}

/* From `dir`, which is let go, down to `path`; 1: `dir` itself has vanished. */
static int descend(struct writer_dirs *dirs, struct writer_dir *dir,
		   const char *path, size_t len, bool make,
		   struct writer_dir **out, struct error *err)
{
	size_t pos = dir->len;

	while (pos < len) {
		char name[256];
		size_t start = pos ? pos + 1 : 0;
		const char *slash = memchr(path + start, '/', len - start);
		struct writer_dir *child;
		int fd = -1, rc;

		pos = slash ? (size_t)(slash - path) : len;
		if (pos - start >= sizeof(name)) {
			writer_dirs_put(dirs, dir);
			return error_set(err, ERR_INVALID,
					 "name too long in path '%s'", path);
		}
		memcpy(name, path + start, pos - start);
		name[pos - start] = '\0';
		rc = open_component(dirs, dir, path, name, pos, make, &fd, err);
		if (rc < 0) {
			if (rc == ERR_NOT_FOUND &&
			    writer_dirs_is_gone(dirs, dir))
				rc = 1;
			writer_dirs_put(dirs, dir);
			return rc;
		}
		child = keep(dirs, path, pos, fd);
		writer_dirs_put(dirs, dir);
		dir = child;
	}
	*out = dir;
	return 0;
}

int writer_dirs_get(struct writer_dirs *dirs, const char *path, size_t len,
		    bool make, struct writer_dir **out, struct error *err)
{
	int rc;

	for (int i = 0; i < MAX_TRIES; i++) {
		struct writer_dir *dir = find_deepest(dirs, path, len);

		rc = descend(dirs, dir, path, len, make, out, err);
		if (rc <= 0)
			return rc;
		error_release(err);
	}
	return error_set(err, ERR_CHANGED, "'%.*s' is removed again and again",
			 (int)len, path);
}
