#include "worktree/content_bytes.h"

#include <errno.h>
#include <git2.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "git/index.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/convert.h"

/* Files above this are streamed where no conversion needs them whole. */
#define STREAM_BYTES (8u << 20)
#define LOOK_BYTES (256u << 10)

/* -- reading ------------------------------------------------------------ */

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
static int add_blob(const struct content_bytes *bytes, const char *data,
		    size_t len, struct oid *out, struct error *err)
{
	const struct index_entry *entry = bytes->entry;

	if (entry && !entry->stage &&
	    index_entry_stat(entry).size == (uint32_t)len &&
	    object_exists(bytes->source->repo, index_entry_oid(entry))) {
		if (object_hash(out, OBJECT_BLOB, data, len, err) < 0)
			return err->code;
		if (oid_equal(out, index_entry_oid(entry)))
			return 0;
	}
	return pack_add(bytes->source->pack, OBJECT_BLOB, data, len, out, err);
}

/* -- conversion ---------------------------------------------------------- */

/* Whether the path's blob in the index has CRLF line ends, as git asks before
 * it converts a file that only looks like text. */
static int index_has_crlf(const struct content_bytes *bytes,
			  const struct buf *raw, bool *out, struct error *err)
{
	struct buf blob = BUF_INIT;
	int ret = 0;

	*out = false;
	/* To be added only later: nothing is there, maybe not even the empty
	 * blob that stands for it. */
	if (!bytes->entry || bytes->entry->mode == MODE_GITLINK ||
	    bytes->entry->flags & INDEX_INTENT_TO_ADD ||
	    !convert_asks_index(bytes->convert, raw->ptr, raw->len))
		return 0;
	ret = object_read(bytes->source->repo, index_entry_oid(bytes->entry),
			  OBJECT_BLOB, UINT64_MAX, &blob, err);
	if (!ret)
		*out = convert_has_crlf(blob.ptr, blob.len);
	buf_release(&blob);
	return ret;
}

static bool gives_back(const struct content_bytes *bytes,
		       const struct buf *blob, const struct oid *id,
		       const struct buf *raw)
{
	struct buf back = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	bool same;

	if (convert_to_worktree(bytes->convert, blob->ptr, blob->len,
				oid_hex(id, hex), &back))
		same = back.len == raw->len &&
		       !memcmp(back.ptr, raw->ptr, raw->len);
	else
		same = blob->len == raw->len &&
		       !memcmp(blob->ptr, raw->ptr, raw->len);
	buf_release(&back);
	return same;
}

static int take_converted(const struct content_bytes *bytes,
			  const struct buf *raw, struct content *out,
			  struct error *err)
{
	struct pack *pack = bytes->source->pack;
	struct buf blob = BUF_INIT;
	bool crlf;
	int ret;

	ret = index_has_crlf(bytes, raw, &crlf, err);
	if (ret < 0)
		return ret;
	if (!convert_to_git(bytes->convert, raw->ptr, raw->len, crlf, &blob))
		return pack_add(pack, OBJECT_BLOB, raw->ptr, raw->len,
				&out->blob, err);
	ret = pack_add(pack, OBJECT_BLOB, blob.ptr, blob.len, &out->blob, err);
	if (!ret)
		ret = object_hash(&out->raw, OBJECT_BLOB, raw->ptr, raw->len,
				  err);
	out->converted = true;
	out->keep_raw = !gives_back(bytes, &blob, &out->blob, raw);
	if (!ret && out->keep_raw)
		ret = pack_add(pack, OBJECT_BLOB, raw->ptr, raw->len, &out->raw,
			       err);
	buf_release(&blob);
	return ret;
}

/* Line ends and ident only ever make a file smaller: with the size of its blob
 * it is its blob. */
static bool is_its_blob(const struct content_bytes *bytes)
{
	struct error missing = ERROR_INIT;
	uint64_t size = 0;
	bool same = !object_header(bytes->source->repo,
				   index_entry_oid(bytes->entry), NULL, &size,
				   &missing) &&
		    size == bytes->size;

	error_release(&missing);
	return same;
}

/* A file whose blob the index vouches for: is it stored converted? */
static int take_raw_only(const struct content_bytes *bytes,
			 const struct buf *raw, struct content *out,
			 struct error *err)
{
	struct buf blob = BUF_INIT;
	int ret;

	out->blob = *index_entry_oid(bytes->entry);
	ret = object_hash(&out->raw, OBJECT_BLOB, raw->ptr, raw->len, err);
	if (ret < 0 || oid_equal(&out->raw, &out->blob))
		return ret;
	out->converted = true;
	ret = object_read(bytes->source->repo, &out->blob, OBJECT_BLOB,
			  UINT64_MAX, &blob, err);
	if (!ret)
		out->keep_raw = !gives_back(bytes, &blob, &out->blob, raw);
	if (!ret && out->keep_raw)
		ret = pack_add(bytes->source->pack, OBJECT_BLOB, raw->ptr,
			       raw->len, &out->raw, err);
	buf_release(&blob);
	return ret;
}

/*
 * Whether a large file goes into the pack as it is, so that it need not be in
 * memory: with text=auto most large files are no text. 1: it does. A change
 * meanwhile is found as any other.
 */
static int is_streamed(const struct content_bytes *bytes, struct error *err)
{
	struct convert_look look = {.convert = bytes->convert};
	off_t at = 0;
	ssize_t got;
	char *piece;

	if (bytes->size <= STREAM_BYTES)
		return 0;
	if (convert_is_none(bytes->convert))
		return 1;
	piece = xmalloc(LOOK_BYTES);
	do {
		got = pread(bytes->fd, piece, LOOK_BYTES, at);
		at += got > 0 ? got : 0;
	} while ((got < 0 && errno == EINTR) ||
		 (got > 0 && convert_look(&look, piece, (size_t)got)));
	free(piece);
	if (got < 0)
		return error_errno(err, "cannot read");
	return convert_look_unchanged(&look);
}

/* -- the whole ----------------------------------------------------------- */

int content_bytes_take(const struct content_bytes *bytes, struct content *out,
		       struct error *err)
{
	struct buf raw = BUF_INIT;
	int fd = bytes->fd, ret;

	if (convert_needs_git(bytes->convert)) {
		out->state = CONTENT_NEEDS_GIT;
		return hash_file(fd, &out->raw, err);
	}
	if (bytes->raw_only && is_its_blob(bytes)) {
		out->blob = out->raw = *index_entry_oid(bytes->entry);
		return 0;
	}
	ret = bytes->raw_only ? 0 : is_streamed(bytes, err);
	if (ret < 0)
		return ret;
	if (ret) {
		ret = pack_add_stream(bytes->source->pack, bytes->size,
				      file_read_piece, &fd, &out->blob, err);
		out->raw = out->blob;
		return ret;
	}
	ret = read_all(fd, (size_t)bytes->size, &raw, err);
	if (ret < 0)
		goto done;
	if (bytes->raw_only)
		ret = take_raw_only(bytes, &raw, out, err);
	else if (convert_is_none(bytes->convert))
		ret = add_blob(bytes, raw.ptr, raw.len, &out->blob, err);
	else
		ret = take_converted(bytes, &raw, out, err);
	if (!ret && !out->converted)
		out->raw = out->blob;
done:
	buf_release(&raw);
	return ret;
}
