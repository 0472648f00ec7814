#include "worktree/content.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/index.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/cache.h"
#include "worktree/convert.h"
#include "worktree/dir.h"

/* Files above this are streamed where no conversion needs them whole. */
#define STREAM_BYTES (8u << 20)
#define LOOK_BYTES (256u << 10)
#define ATTEMPTS 4

struct reading {
	const struct content_source *source;
	const char *path;
	const struct index_entry *entry;
	struct convert convert;
	struct content *out;
	int fd;
	bool raw_only; /* the blob is the entry's; just look at the bytes */
};

/* -- a quiet moment ------------------------------------------------------ */

static bool same_stat(const struct stat *a, const struct stat *b)
{
	struct stat_data was;

	stat_data_fill(&was, a);
	return stat_data_is(&was, b);
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/*
 * Wait until the clock that stamps files has moved past the file's last
 * change: from then on every write gets another stamp. A stamp from the future
 * needs no waiting, any write would set it back. Returns whether it waited.
 */
static bool wait_for_tick(const struct stat *st)
{
	const struct timespec pause = {0, 1000000};

	for (int i = 0; i < 30; i++) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if (is_before(&st->st_ctim, &now))
			return i > 0;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* -- bytes --------------------------------------------------------------- */

static int read_all(int fd, size_t size, struct buf *out, struct error *err)
{
	buf_grow(out, size + 1);
	for (;;) {
		ssize_t got = read(fd, out->ptr + out->len,
				   out->alloc - out->len - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "cannot read");
		if (!got)
			return 0;
		buf_setlen(out, out->len + (size_t)got);
		/* Whether it grew, the caller's second fstat() will say. */
		if (out->len >= size)
			return 0;
	}
}

static ssize_t read_piece(void *context, void *data, size_t len,
			  struct error *err)
{
	ssize_t got;

	do
		got = read(*(int *)context, data, len);
	while (got < 0 && errno == EINTR);
	return got < 0 ? error_errno(err, "cannot read") : got;
}

/* The id of a file's bytes without keeping them, in constant memory. */
static int hash_file(int fd, struct oid *out, struct error *err)
{
	char name[32];
	git_oid id;
	int rc;

	snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	rc = git_odb_hashfile(&id, name, GIT_OBJECT_BLOB);
	if (rc < 0)
		return error_libgit2(err, rc, "cannot hash");
	memcpy(out->id, id.id, OID_RAWSZ);
	return 0;
}

/*
 * Add a blob, unless it is the one that the index has: a file whose stamp is
 * too new to be believed is mostly unchanged.
 */
static int add_blob(struct reading *reading, const char *data, size_t len,
		    struct oid *out, struct error *err)
{
	const struct index_entry *entry = reading->entry;

	if (entry && !entry->stage &&
	    index_entry_stat(entry).size == (uint32_t)len &&
	    object_exists(reading->source->repo, index_entry_oid(entry))) {
		if (object_hash(out, OBJECT_BLOB, data, len, err) < 0)
			return err->code;
		if (oid_equal(out, index_entry_oid(entry)))
			return 0;
	}
	return pack_add(reading->source->pack, OBJECT_BLOB, data, len, out,
			err);
}

/* -- conversion ---------------------------------------------------------- */

/* Whether the path's blob in the index has CRLF line ends, as git asks before
 * it converts a file that only looks like text. */
static int index_has_crlf(struct reading *reading, const struct buf *raw,
			  bool *out, struct error *err)
{
	struct buf blob = BUF_INIT;
	int ret = 0;

	*out = false;
	/* To be added only later: nothing is there, maybe not even the empty
	 * blob that stands for it. */
	if (!reading->entry || reading->entry->mode == MODE_GITLINK ||
	    reading->entry->flags & INDEX_INTENT_TO_ADD ||
	    !convert_asks_index(&reading->convert, raw->ptr, raw->len))
		return 0;
	ret = object_read(reading->source->repo,
			  index_entry_oid(reading->entry), OBJECT_BLOB,
			  UINT64_MAX, &blob, err);
	if (!ret)
		*out = convert_has_crlf(blob.ptr, blob.len);
	buf_release(&blob);
	return ret;
}

static bool gives_back(const struct reading *reading, const struct buf *blob,
		       const struct oid *id, const struct buf *raw)
{
	struct buf back = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	bool same;

	if (convert_to_worktree(&reading->convert, blob->ptr, blob->len,
				oid_hex(id, hex), &back))
		same = back.len == raw->len &&
		       !memcmp(back.ptr, raw->ptr, raw->len);
	else
		same = blob->len == raw->len &&
		       !memcmp(blob->ptr, raw->ptr, raw->len);
	buf_release(&back);
	return same;
}

static int take_converted(struct reading *reading, const struct buf *raw,
			  struct error *err)
{
	struct pack *pack = reading->source->pack;
	struct content *out = reading->out;
	struct buf blob = BUF_INIT;
	bool crlf;
	int ret;

	ret = index_has_crlf(reading, raw, &crlf, err);
	if (ret < 0)
		return ret;
	if (!convert_to_git(&reading->convert, raw->ptr, raw->len, crlf, &blob))
		return pack_add(pack, OBJECT_BLOB, raw->ptr, raw->len,
				&out->blob, err);
	ret = pack_add(pack, OBJECT_BLOB, blob.ptr, blob.len, &out->blob, err);
	if (!ret)
		ret = object_hash(&out->raw, OBJECT_BLOB, raw->ptr, raw->len,
				  err);
	out->converted = true;
	out->keep_raw = !gives_back(reading, &blob, &out->blob, raw);
	if (!ret && out->keep_raw)
		ret = pack_add(pack, OBJECT_BLOB, raw->ptr, raw->len, &out->raw,
			       err);
	buf_release(&blob);
	return ret;
}

/* Line ends and ident only ever make a file smaller: with the size of its blob
 * it is its blob. */
static bool is_its_blob(struct reading *reading, const struct stat *st)
{
	struct error missing = ERROR_INIT;
	uint64_t size = 0;
	bool same = !object_header(reading->source->repo,
				   index_entry_oid(reading->entry), NULL, &size,
				   &missing) &&
		    size == (uint64_t)st->st_size;

	error_release(&missing);
	return same;
}

/* A file whose blob the index vouches for: is it stored converted? */
static int take_raw_only(struct reading *reading, const struct buf *raw,
			 struct error *err)
{
	struct content *out = reading->out;
	struct buf blob = BUF_INIT;
	int ret;

	out->blob = *index_entry_oid(reading->entry);
	ret = object_hash(&out->raw, OBJECT_BLOB, raw->ptr, raw->len, err);
	if (ret < 0 || oid_equal(&out->raw, &out->blob))
		return ret;
	out->converted = true;
	ret = object_read(reading->source->repo, &out->blob, OBJECT_BLOB,
			  UINT64_MAX, &blob, err);
	if (!ret)
		out->keep_raw = !gives_back(reading, &blob, &out->blob, raw);
	if (!ret && out->keep_raw)
		ret = pack_add(reading->source->pack, OBJECT_BLOB, raw->ptr,
			       raw->len, &out->raw, err);
	buf_release(&blob);
	return ret;
}

/*
 * Whether a large file goes into the pack as it is, so that it need not be in
 * memory: with text=auto most large files are no text. 1: it does. A change
 * meanwhile is found as any other.
 */
static int is_streamed(struct reading *reading, const struct stat *st,
		       struct error *err)
{
	struct convert_look look = {.convert = &reading->convert};
	off_t at = 0;
	ssize_t got;
	char *piece;

	if ((uint64_t)st->st_size <= STREAM_BYTES)
		return 0;
	if (convert_is_none(&reading->convert))
		return 1;
	piece = xmalloc(LOOK_BYTES);
	do {
		got = pread(reading->fd, piece, LOOK_BYTES, at);
		at += got > 0 ? got : 0;
	} while ((got < 0 && errno == EINTR) ||
		 (got > 0 && convert_look(&look, piece, (size_t)got)));
	free(piece);
	if (got < 0)
		return error_errno(err, "cannot read");
	return convert_look_unchanged(&look);
}

static int take_bytes(struct reading *reading, const struct stat *st,
		      struct error *err)
{
	struct content *out = reading->out;
	struct buf raw = BUF_INIT;
	int ret;

	if (convert_needs_git(&reading->convert)) {
		out->state = CONTENT_NEEDS_GIT;
		return hash_file(reading->fd, &out->raw, err);
	}
	if (reading->raw_only && is_its_blob(reading, st)) {
		out->blob = out->raw = *index_entry_oid(reading->entry);
		return 0;
	}
	ret = reading->raw_only ? 0 : is_streamed(reading, st, err);
	if (ret < 0)
		return ret;
	if (ret) {
		ret = pack_add_stream(reading->source->pack,
				      (uint64_t)st->st_size, read_piece,
				      &reading->fd, &out->blob, err);
		out->raw = out->blob;
		return ret;
	}
	ret = read_all(reading->fd, (size_t)st->st_size, &raw, err);
	if (ret < 0)
		goto done;
	if (reading->raw_only)
		ret = take_raw_only(reading, &raw, err);
	else if (convert_is_none(&reading->convert))
		ret = add_blob(reading, raw.ptr, raw.len, &out->blob, err);
	else
		ret = take_converted(reading, &raw, err);
	if (!ret && !out->converted)
		out->raw = out->blob;
done:
	buf_release(&raw);
	return ret;
}

/* -- one path ------------------------------------------------------------ */

static enum content_state state_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENXIO:
		return CONTENT_VANISHED;
	default:
		return CONTENT_UNREADABLE;
	}
}

static uint32_t mode_of(const struct reading *reading, uint32_t mode)
{
	const struct index_entry *entry = reading->entry;

	if (S_ISLNK(mode))
		return MODE_LINK;
	/* Where the file system has no such thing, the index remembers. */
	if (!reading->source->trust_mode && entry &&
	    (entry->mode == MODE_FILE || entry->mode == MODE_EXEC))
		return entry->mode;
	return reading->source->trust_mode && (mode & 0100) ? MODE_EXEC
							    : MODE_FILE;
}

/* Read until nothing changed while we did. */
static int read_file(struct reading *reading, struct error *err)
{
	struct content *out = reading->out;
	struct stat before, after;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		bool moved = false;

		free(out->conversion);
		*out = (struct content){.state = CONTENT_READ};
		reading->fd =
			dir_open_file(reading->source->top_fd, reading->path);
		if (reading->fd < 0) {
			out->state = state_of_errno(errno);
			return 0;
		}
		if (fstat(reading->fd, &before) < 0 ||
		    !S_ISREG(before.st_mode)) {
			out->state = CONTENT_VANISHED;
			goto next;
		}
		if ((wait_for_tick(&before) &&
		     fstat(reading->fd, &before) < 0) ||
		    take_bytes(reading, &before, err) < 0 ||
		    fstat(reading->fd, &after) < 0)
			moved = err->code == ERR_CHANGED;
		else
			moved = !same_stat(&before, &after);
		if (err->code && !moved) {
			error_prefix(err, "'%s'", reading->path);
			close(reading->fd);
			return err->code;
		}
		error_release(err);
	next:
		close(reading->fd);
		if (!moved)
			break;
		out->state = CONTENT_CHANGING;
	}
	stat_data_fill(&out->stat, &before);
	out->mode = mode_of(reading, before.st_mode);
	out->new_bytes = (uint64_t)before.st_size;
	return 0;
}

static int read_link(struct reading *reading, const struct stat_data *stat,
		     struct error *err)
{
	struct content *out = reading->out;
	struct buf target = BUF_INIT;
	const char *name;
	int dir =
		dir_open_parent(reading->source->top_fd, reading->path, &name);
	ssize_t len = -1;
	int ret = 0;

	if (dir >= 0) {
		buf_grow(&target, 65536);
		len = readlinkat(dir, name, target.ptr, target.alloc - 1);
	}
	if (len < 0) {
		out->state = errno == EINVAL ? CONTENT_VANISHED
					     : state_of_errno(errno);
		goto done;
	}
	ret = pack_add(reading->source->pack, OBJECT_BLOB, target.ptr,
		       (size_t)len, &out->blob, err);
	out->raw = out->blob;
	out->mode = MODE_LINK;
	out->stat = *stat;
	out->new_bytes = (uint64_t)len;
done:
	if (dir >= 0)
		close(dir);
	buf_release(&target);
	return ret;
}

static bool take_cached(struct reading *reading, const struct stat_data *stat,
			const char *conversion)
{
	struct content *out = reading->out;
	struct cache_entry known;

	if (!cache_find(reading->source->cache, reading->path, stat, &known) ||
	    strcmp(known.conversion, conversion))
		return false;
	/* Of a raw reading, and the index has moved on since. */
	if (reading->raw_only &&
	    !oid_equal(&known.blob, index_entry_oid(reading->entry)))
		return false;
	out->blob = known.blob;
	out->raw = known.raw;
	out->converted = !oid_equal(&known.blob, &known.raw);
	out->keep_raw = known.keep_raw;
	out->stat = *stat;
	out->mode = mode_of(reading, stat->mode);
	return true;
}

static int read_any(struct reading *reading, const struct stat_data *stat,
		    struct error *err)
{
	struct attr_values values;
	struct buf conversion = BUF_INIT;
	int ret;

	*reading->out = (struct content){.state = CONTENT_READ};
	if (S_ISLNK(stat->mode)) {
		if (take_cached(reading, stat, "-"))
			return 0;
		return read_link(reading, stat, err);
	}
	if (reading->source->attr &&
	    (attr_lookup(reading->source->attr, reading->path, &values, err) <
		     0 ||
	     convert_decide(&reading->convert, reading->source->config, &values,
			    err) < 0))
		return error_prefix(err, "'%s'", reading->path);
	convert_describe(&reading->convert, &conversion);
	if (take_cached(reading, stat, conversion.ptr))
		ret = 0;
	else
		ret = read_file(reading, err);
	if (!convert_is_none(&reading->convert))
		reading->out->conversion = buf_detach(&conversion);
	buf_release(&conversion);
	return ret;
}

int content_read(const struct content_source *source, const char *path,
		 const struct stat_data *stat, const struct index_entry *entry,
		 struct content *out, struct error *err)
{
	struct reading reading = {
		.source = source, .path = path, .entry = entry, .out = out};

	return read_any(&reading, stat, err);
}

int content_read_raw(const struct content_source *source, const char *path,
		     const struct stat_data *stat,
		     const struct index_entry *entry, struct content *out,
		     struct error *err)
{
	struct reading reading = {.source = source,
				  .path = path,
				  .entry = entry,
				  .out = out,
				  .raw_only = true};

	return read_any(&reading, stat, err);
}

void content_release(struct content *content)
{
	free(content->conversion);
	*content = (struct content){0};
}
