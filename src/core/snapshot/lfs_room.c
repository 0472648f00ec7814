#include "core/snapshot/lfs_room.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/path.h"
#include "git/repository.h"

#define LOCK_WAIT_MS 60000
#define MAX_SET_BYTES (UINT64_C(1) << 30)

char *lfs_room_path(const struct repository *repo, const char *name)
{
	char *sub = xstrfmt("checkpoint.d/lfs/%s", name);
	char *path = repository_common_path(repo, sub);

	free(sub);
	return path;
}

char *lfs_room_content(const struct repository *repo, const char *id)
{
	char *name = xstrfmt("content/%s", id);
	char *path = lfs_room_path(repo, name);

	free(name);
	return path;
}

bool lfs_room_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

int lfs_room_lock(const struct repository *repo, int *lock, struct error *err)
{
	char *path = lfs_room_path(repo, "lock");
	int ret = file_lock(lock, path, LOCK_WAIT_MS, err);

	free(path);
	return ret;
}

/* -- one file of content ------------------------------------------------- */

static int copy_bytes(int from, int to, struct error *err)
{
	char piece[65536];
	ssize_t got;

	while ((got = file_read_piece(&from, piece, sizeof(piece), err)) > 0)
		if (file_write_all(to, piece, (size_t)got, err) < 0)
			return err->code;
	if (got < 0)
		return err->code;
	if (fsync(to) < 0)
		return error_errno(err, "cannot sync");
	return 0;
}

/* Where the two are on different file systems. */
static int copy(const char *from, const char *to, struct error *err)
{
	char *beside = xstrfmt("%s.XXXXXX", to);
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : mkostemp(beside, O_CLOEXEC);
	int ret = 0;

	if (out < 0)
		ret = error_errno(err, "cannot copy '%s'", from);
	if (!ret)
		ret = copy_bytes(in, out, err);
	if (!ret && rename(beside, to) < 0)
		ret = error_errno(err, "cannot rename '%s'", beside);
	if (ret && out >= 0)
		unlink(beside);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(beside);
	return ret;
}

int lfs_room_share(const char *from, const char *to, struct error *err)
{
	char *dir;
	int ret = 0;

	if (!link(from, to) || errno == EEXIST)
		return 0;
	if (errno == ENOENT && !lfs_room_exists(from))
		return error_set(err, ERR_NOT_FOUND, "'%s' is gone", from);
	if (errno == ENOENT) {
		dir = xstrndup(to, (size_t)(path_basename(to) - to) - 1);
		ret = file_make_dir(dir, err);
		free(dir);
		if (ret < 0 || !link(from, to) || errno == EEXIST)
			return ret;
	}
	return copy(from, to, err);
}

/* -- what a checkpoint needs --------------------------------------------- */

char *lfs_room_needs(const struct repository *repo, const char *session,
		     const char *id)
{
	char *name = xstrfmt("checkpoints/%s:%s", session, id);
	char *path = lfs_room_path(repo, name);

	free(name);
	return path;
}

int lfs_room_read_set(const struct repository *repo, const char *sum,
		      struct strlist *out, struct error *err)
{
	char *name = xstrfmt("sets/%s", sum), *path = lfs_room_path(repo, name);
	struct buf text = BUF_INIT;
	char found[LFS_ID_BYTES];
	int ret = buf_read_file(&text, path, MAX_SET_BYTES, err);

	checksum_sha256_hex(text.ptr, text.len, found);
	if (!ret && strcmp(found, sum) != 0)
		ret = error_set(err, ERR_INVALID, "'%s' is damaged", path);
	for (size_t at = 0; !ret && at < text.len; at += LFS_ID_BYTES)
		strlist_addn(out, text.ptr + at, LFS_ID_BYTES - 1);
	buf_release(&text);
	free(path);
	free(name);
	return ret;
}

int lfs_room_read_needs(const char *path, char sum[LFS_ID_BYTES],
			struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = buf_read_file(&text, path, LFS_ID_BYTES, err);

	if (!ret && text.len != LFS_ID_BYTES - 1)
		ret = error_set(err, ERR_INVALID, "'%s' is damaged", path);
	if (!ret)
		memcpy(sum, text.ptr, LFS_ID_BYTES);
	buf_release(&text);
	return ret;
}
