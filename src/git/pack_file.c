#include "git/pack_file.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/config.h"
#include "git/repository.h"

#define PACK_FILE_MODE 0444

char *pack_file_path(const struct repository *repo, const char *name)
{
	return xstrfmt("%s/pack/%s", repo->objects_dir, name);
}

char *pack_part_path(const struct repository *repo, const char *name,
		     const char *extension)
{
	return xstrfmt("%s/pack/%s%s", repo->objects_dir, name, extension);
}

/* repository_share() for a file that has no path yet; it is never written. */
static int share(int fd, const struct repository *repo, struct error *err)
{
	mode_t mode = repo->share_mode & 0444;
	struct stat st;

	if (!mode)
		return 0;
	if (fstat(fd, &st) < 0)
		return error_errno(err, "cannot stat a new pack");
	if (!repo->share_exact)
		mode |= st.st_mode & 0777;
	if (fchmod(fd, mode) < 0)
		return error_errno(err, "cannot set a new pack's permissions");
	return 0;
}

/* Whether a nameless file can get a name later: that goes through /proc. */
static bool has_proc(void)
{
	return !access("/proc/self/fd", X_OK);
}

static int open_nameless(const char *dir)
{
	int fd;

	if (!has_proc()) {
		errno = EOPNOTSUPP;
		return -1;
	}
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, PACK_FILE_MODE);
	/* EISDIR and EINVAL are what older kernels and some systems say. */
	if (fd < 0 && (errno == EISDIR || errno == EINVAL))
		errno = EOPNOTSUPP;
	return fd;
}

static char *temporary_path(const struct repository *repo)
{
	char random[17];

	random_hex(random, 8);
	return xstrfmt("%s/pack/tmp_pack_%s", repo->objects_dir, random);
}

static int open_new(struct pack_file *file, const struct repository *repo)
{
	char *dir = pack_file_path(repo, "");

	file->fd = open_nameless(dir);
	free(dir);
	while (file->fd < 0 && (errno == EOPNOTSUPP || errno == EEXIST)) {
		free(file->temporary);
		file->temporary = temporary_path(repo);
		file->fd = open(file->temporary,
				O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
				PACK_FILE_MODE);
	}
	return file->fd;
}

int pack_file_create(struct pack_file *file, const struct repository *repo,
		     struct error *err)
{
	char *dir = NULL;
	int ret = 0;

	*file = (struct pack_file)PACK_FILE_INIT;
	if (open_new(file, repo) < 0 && errno == ENOENT) {
		dir = pack_file_path(repo, "");
		ret = path_make_dirs(dir, 0777, err);
		if (!ret)
			open_new(file, repo);
	}
	if (!ret && file->fd < 0)
		ret = error_errno(err, "cannot create a pack in '%s/pack'",
				  repo->objects_dir);
	if (!ret)
		ret = share(file->fd, repo, err);
	if (ret < 0)
		pack_file_release(file);
	free(dir);
	return ret;
}

/* Whether one word of core.fsync, without its minus, speaks of packs. */
static bool names_packs(const char *word, size_t len)
{
	static const char *const words[] = {
		"pack",	     "pack-metadata", "objects", "derived-metadata",
		"committed", "added",	      "all"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len &&
		    !strncasecmp(word, words[i], len))
			return true;
	return false;
}

/*
 * core.fsync is a list: what it names is added to git's default, or to nothing
 * behind "none"; what it names with a minus is left out in any case. A pack
 * and its index are one thing here.
 */
static bool wants_sync(const struct repository *repo)
{
	const char *at = config_get(repo->config, "core.fsync");
	bool wanted = true, added = false, refused = false;

	while (at && *at) {
		size_t len = strcspn(at, ", \t\n\r");

		if (len == 4 && !strncasecmp(at, "none", 4))
			wanted = false;
		else if (len && *at == '-')
			refused |= names_packs(at + 1, len - 1);
		else
			added |= names_packs(at, len);
		at += len;
		at += strspn(at, ", \t\n\r");
	}
	return (wanted || added) && !refused;
}

static int sync_fd(int fd, const struct repository *repo)
{
	const char *method = config_get(repo->config, "core.fsyncmethod");
	int ret;

	if (method && !strcmp(method, "writeout-only"))
		return sync_file_range(fd, 0, 0,
				       SYNC_FILE_RANGE_WAIT_BEFORE |
					       SYNC_FILE_RANGE_WRITE |
					       SYNC_FILE_RANGE_WAIT_AFTER);
	do
		ret = fsync(fd);
	while (ret < 0 && errno == EINTR);
	return ret;
}

int pack_file_sync(const struct pack_file *file, const struct repository *repo,
		   struct error *err)
{
	if (wants_sync(repo) && sync_fd(file->fd, repo) < 0)
		return error_errno(err, "cannot sync a pack");
	return 0;
}

int pack_file_sync_names(const struct repository *repo, struct error *err)
{
	char *inside;
	int ret;

	if (!wants_sync(repo))
		return 0;
	inside = pack_file_path(repo, "x");
	ret = file_sync_dir(inside, err);
	free(inside);
	return ret;
}

/* link(2) for both kinds of file. */
static int link_to(const struct pack_file *file, const char *path)
{
	char proc[64];

	if (file->temporary)
		return link(file->temporary, path);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", file->fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static void forget_temporary(struct pack_file *file)
{
	free(file->temporary);
	file->temporary = NULL;
}

/* Give it `path` where nothing has that name yet. */
static int publish_new(struct pack_file *file, const char *path)
{
	if (!link_to(file, path)) {
		if (file->temporary)
			unlink(file->temporary);
		forget_temporary(file);
		return 0;
	}
	if (errno == EEXIST || !file->temporary)
		return -1;
	/* A file system without hard links. */
	if (!access(path, F_OK)) {
		errno = EEXIST;
		return -1;
	}
	if (rename(file->temporary, path) < 0)
		return -1;
	forget_temporary(file);
	return 0;
}

int pack_file_publish(struct pack_file *file, const struct repository *repo,
		      const char *path, bool replace, struct error *err)
{
	char *aside;

	if (!publish_new(file, path))
		return 0;
	if (errno != EEXIST || !replace)
		return error_errno(err, "cannot create '%s'", path);
	/* Only rename(2) replaces, and it needs a name to start from. */
	if (!file->temporary) {
		aside = temporary_path(repo);
		if (link_to(file, aside) < 0) {
			error_errno(err, "cannot create '%s'", aside);
			free(aside);
			return err->code;
		}
		file->temporary = aside;
	}
	if (rename(file->temporary, path) < 0)
		return error_errno(err, "cannot replace '%s'", path);
	forget_temporary(file);
	return 0;
}

void pack_file_release(struct pack_file *file)
{
	if (file->temporary)
		unlink(file->temporary);
	forget_temporary(file);
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
