#include "git/index_seen.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/path.h"

/* MAGIC, the struct as it is in memory, the SHA-1 of both. */
#define MAGIC "checkpoint-index 1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define FILE_LEN (MAGIC_LEN + sizeof(struct index_seen) + 20)

static void format(struct buf *out, const struct index_seen *seen)
{
	struct checksum_sha1 sum;
	unsigned char mark[20];

	buf_addstr(out, MAGIC);
	buf_add(out, seen, sizeof(*seen));
	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, out->ptr, out->len);
	checksum_sha1_finish(&sum, mark);
	buf_add(out, mark, sizeof(mark));
}

static char *seen_path(const char *git_dir)
{
	return path_join(git_dir, "checkpoint.d/index-seen");
}

void index_seen_read(const char *git_dir, struct index_seen *seen)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct error ignored = ERROR_INIT;
	char *path = seen_path(git_dir);

	memset(seen, 0, sizeof(*seen));
	if (!buf_read_file(&text, path, FILE_LEN, &ignored) &&
	    text.len == FILE_LEN) {
		memcpy(seen, text.ptr + MAGIC_LEN, sizeof(*seen));
		format(&again, seen);
		if (memcmp(again.ptr, text.ptr, FILE_LEN) != 0)
			memset(seen, 0, sizeof(*seen));
	}
	error_release(&ignored);
	buf_release(&text);
	buf_release(&again);
	free(path);
}

int index_seen_write(const char *git_dir, const struct index_seen *seen,
		     struct error *err)
{
	struct buf text = BUF_INIT;
	char *path = seen_path(git_dir);
	int ret;

	format(&text, seen);
	/* Not synced: what a crash tears has a wrong checksum. */
	ret = file_replace(path, text.ptr, text.len, false, err);
	buf_release(&text);
	free(path);
	return ret;
}

void index_seen_fill(struct index_seen *seen, const struct stat *st)
{
	memset(seen, 0, sizeof(*seen));
	seen->device = st->st_dev;
	seen->inode = st->st_ino;
	seen->size = (uint64_t)st->st_size;
	seen->mtime_sec = st->st_mtim.tv_sec;
	seen->mtime_nsec = (uint64_t)st->st_mtim.tv_nsec;
	seen->ctime_sec = st->st_ctim.tv_sec;
	seen->ctime_nsec = (uint64_t)st->st_ctim.tv_nsec;
}

bool index_seen_is(const struct index_seen *seen, const struct stat *st)
{
	struct index_seen now;

	index_seen_fill(&now, st);
	return now.inode && !memcmp(seen, &now, sizeof(now));
}
