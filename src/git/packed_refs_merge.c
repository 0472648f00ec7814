/* Writing packed-refs: packed_refs_merge() of git/packed_refs.h. */
#include "git/packed_refs.h"

#include "base/buf.h"
#include "base/file.h"
#include "git/ref.h"

#define HEADER "# pack-refs with: peeled fully-peeled sorted \n"
#define PIECE_BYTES ((size_t)1 << 16)

struct merge {
	int fd;
	const struct packed_refs *packed;
	size_t done; /* of its bytes */
	struct buf piece;
};

static int flush(struct merge *merge, struct error *err)
{
	int ret = file_write_all(merge->fd, merge->piece.ptr, merge->piece.len,
				 err);

	buf_reset(&merge->piece);
	return ret;
}

static int put(struct merge *merge, const char *text, size_t len,
	       struct error *err)
{
	if (merge->piece.len + len > PIECE_BYTES && flush(merge, err) < 0)
		return err->code;
	/* Most of a large file goes as it lies there. */
	if (len > PIECE_BYTES)
		return file_write_all(merge->fd, text, len, err);
	buf_add(&merge->piece, text, len);
	return 0;
}

/* What is there in front of `pos`. */
static int copy_until(struct merge *merge, size_t pos, struct error *err)
{
	size_t from = merge->done;

	if (pos < from)
		return error_set(err, ERR_INVALID,
				 "'packed-refs' is not sorted at byte %zu",
				 pos);
	merge->done = pos;
	return put(merge, merge->packed->map + from, pos - from, err);
}

static int add_ref(struct merge *merge, const struct ref *ref,
		   struct error *err)
{
	size_t pos = packed_refs_seek(merge->packed, ref->name), behind = pos;
	char hex[OID_HEXSZ + 1];
	struct packed_ref there = {0};
	struct buf line = BUF_INIT;
	int ret = copy_until(merge, pos, err);

	if (!ret)
		ret = packed_refs_next(merge->packed, &behind, &there, err);
	if (ret > 0 && there.name_len == strlen(ref->name) &&
	    !memcmp(there.name, ref->name, there.name_len))
		merge->done = behind;
	if (ret < 0)
		return ret;
	buf_addf(&line, "%s %s\n", oid_hex(&ref->oid, hex), ref->name);
	ret = put(merge, line.ptr, line.len, err);
	buf_release(&line);
	return ret;
}

int packed_refs_merge(int fd, const struct packed_refs *packed,
		      const struct ref_list *refs, struct error *err)
{
	struct merge merge = {.fd = fd, .packed = packed, .piece = BUF_INIT};
	int ret = 0;

	if (packed->len && (!packed->sorted || packed->foreign ||
			    packed->map[packed->len - 1] != '\n'))
		return error_set(err, ERR_UNSUPPORTED,
				 "'packed-refs' was not written by a git that "
				 "is known");
	if (!packed->len)
		ret = put(&merge, HEADER, strlen(HEADER), err);
	for (size_t i = 0; !ret && i < refs->nr; i++)
		ret = add_ref(&merge, &refs->items[i], err);
	if (!ret)
		ret = copy_until(&merge, packed->len, err);
	if (!ret)
		ret = flush(&merge, err);
	buf_release(&merge.piece);
	return ret;
}
