#include "git/pack_index.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "git/oid_sort.h"

#define HEADER_BYTES 8
#define FANOUT_BYTES (256 * 4)
#define TRAILER_BYTES 40
#define ENTRY_BYTES (OID_RAWSZ + 4 + 4)
#define LARGE_OFFSET 0x80000000u
#define PIECE_BYTES (64u << 10)

/* An index of twenty million objects; ours have some thousands. */
#define INDEX_MAX_BYTES (UINT64_C(640) << 20)

static const unsigned char header[HEADER_BYTES] = {0xff, 't', 'O', 'c',
						   0,	 0,   0,   2};

_Static_assert(offsetof(struct pack_entry, oid) == 0 &&
		       sizeof(struct pack_entry) <= OID_SORT_MAX_BYTES,
	       "oid_sort() can sort them");

static int compare_offsets(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void pack_entries_sort_by_oid(struct pack_entry *entries, size_t nr)
{
	oid_sort(entries, nr, sizeof(*entries));
}

void pack_entries_sort_by_offset(struct pack_entry *entries, size_t nr)
{
	if (nr)
		qsort(entries, nr, sizeof(*entries), compare_offsets);
}

/* What is written, on its way to the file; or is compared with what is there.
 */
struct output {
	int fd;
	char *there; /* a piece of it; NULL: it is written */
	off_t at;
	struct checksum_sha1 sum;
	struct buf piece;
	int ret;
	struct error *err;
};

static int compare(struct output *out)
{
	ssize_t got = file_read_at(out->fd, out->there, out->piece.len,
				   (uint64_t)out->at);

	if (got < 0)
		return error_errno(out->err, "cannot read a pack index");
	if ((size_t)got < out->piece.len ||
	    memcmp(out->there, out->piece.ptr, out->piece.len) != 0)
		return error_set(out->err, ERR_INVALID,
				 "the pack's index is not what was written");
	return 0;
}

static void flush(struct output *out)
{
	checksum_sha1_add(&out->sum, out->piece.ptr, out->piece.len);
	if (!out->ret && out->there)
		out->ret = compare(out);
	else if (!out->ret)
		out->ret = file_write_all(out->fd, out->piece.ptr,
					  out->piece.len, out->err);
	out->at += (off_t)out->piece.len;
	buf_reset(&out->piece);
}

static void put(struct output *out, const void *data, size_t len)
{
	if (out->piece.len + len > PIECE_BYTES)
		flush(out);
	buf_add(&out->piece, data, len);
}

static void put_u32(struct output *out, uint32_t value)
{
	unsigned char bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(value >> (24 - 8 * i));
	put(out, bytes, sizeof(bytes));
}

static void put_fanout(struct output *out, const struct pack_entry *entries,
		       size_t nr)
{
	size_t below = 0;

	for (unsigned first = 0; first < 256; first++) {
		while (below < nr && entries[below].oid.id[0] == first)
			below++;
		put_u32(out, (uint32_t)below);
	}
}

/* Offsets of 2 GiB and more are places in a table of their own. */
static void put_offsets(struct output *out, const struct pack_entry *entries,
			size_t nr)
{
	uint32_t large = 0;

	for (size_t i = 0; i < nr; i++) {
		if (entries[i].offset < LARGE_OFFSET)
			put_u32(out, (uint32_t)entries[i].offset);
		else
			put_u32(out, LARGE_OFFSET | large++);
	}
	for (size_t i = 0; i < nr && large; i++) {
		if (entries[i].offset < LARGE_OFFSET)
			continue;
		put_u32(out, (uint32_t)(entries[i].offset >> 32));
		put_u32(out, (uint32_t)entries[i].offset);
		large--;
	}
}

static void put_all(struct output *out, const struct pack_entry *entries,
		    size_t nr, const unsigned char pack_sum[20])
{
	unsigned char sum[20];

	checksum_sha1_init(&out->sum);
	put(out, header, sizeof(header));
	put_fanout(out, entries, nr);
	for (size_t i = 0; i < nr; i++)
		put(out, entries[i].oid.id, OID_RAWSZ);
	for (size_t i = 0; i < nr; i++)
		put_u32(out, entries[i].crc);
	put_offsets(out, entries, nr);
	put(out, pack_sum, 20);
	flush(out);
	checksum_sha1_finish(&out->sum, sum);
	put(out, sum, sizeof(sum));
	flush(out);
	buf_release(&out->piece);
}

int pack_index_write(int fd, const struct pack_entry *entries, size_t nr,
		     const unsigned char pack_sum[20], struct error *err)
{
	struct output out = {.fd = fd, .piece = BUF_INIT, .err = err};

	put_all(&out, entries, nr, pack_sum);
	return out.ret;
}

int pack_index_compare(int fd, const struct pack_entry *entries, size_t nr,
		       const unsigned char pack_sum[20], struct error *err)
{
	struct output out = {.fd = fd, .piece = BUF_INIT, .err = err};
	struct stat st;

	out.there = xmalloc(PIECE_BYTES);
	put_all(&out, entries, nr, pack_sum);
	free(out.there);
	if (!out.ret && (fstat(fd, &st) < 0 || st.st_size != out.at))
		out.ret = error_set(err, ERR_INVALID,
				    "the pack's index is not what was written");
	return out.ret;
}

static uint32_t get_u32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/* The tables of an index of a checked size. */
struct tables {
	const unsigned char *fanout;
	const unsigned char *oids;
	const unsigned char *crcs;
	const unsigned char *offsets;
	const unsigned char *large;
	size_t nr;
	size_t nr_large;
};

static bool find_tables(const unsigned char *data, size_t len,
			struct tables *out)
{
	size_t rest;

	if (len < HEADER_BYTES + FANOUT_BYTES + TRAILER_BYTES ||
	    memcmp(data, header, HEADER_BYTES) != 0)
		return false;
	out->fanout = data + HEADER_BYTES;
	out->nr = get_u32(out->fanout + FANOUT_BYTES - 4);
	rest = len - HEADER_BYTES - FANOUT_BYTES - TRAILER_BYTES;
	if (out->nr > rest / ENTRY_BYTES)
		return false;
	rest -= out->nr * ENTRY_BYTES;
	out->nr_large = rest / 8;
	out->oids = out->fanout + FANOUT_BYTES;
	out->crcs = out->oids + out->nr * OID_RAWSZ;
	out->offsets = out->crcs + out->nr * 4;
	out->large = out->offsets + out->nr * 4;
	return rest % 8 == 0 && out->nr_large <= out->nr;
}

static bool sum_matches(const unsigned char *data, size_t len)
{
	struct checksum_sha1 sum;
	unsigned char actual[20];

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, data, len - 20);
	checksum_sha1_finish(&sum, actual);
	return !memcmp(actual, data + len - 20, 20);
}

/* false: no entry of a pack of `pack_size` bytes starts there. */
static bool get_offset(const struct tables *tables, size_t i,
		       uint64_t pack_size, uint64_t *out)
{
	uint32_t offset = get_u32(tables->offsets + 4 * i);
	uint32_t place = offset & ~LARGE_OFFSET;

	*out = offset;
	if (offset & LARGE_OFFSET) {
		if (place >= tables->nr_large)
			return false;
		*out = (uint64_t)get_u32(tables->large + 8 * (size_t)place)
			       << 32 |
		       get_u32(tables->large + 8 * (size_t)place + 4);
	}
	return *out >= 12 && pack_size >= 20 && *out < pack_size - 20;
}

static bool get_entries(const struct tables *tables, uint64_t pack_size,
			struct pack_entry *entries)
{
	unsigned first = 0;
	size_t nr_large = 0, i;

	for (i = 0; i < tables->nr; i++) {
		struct pack_entry *entry = &entries[i];

		memcpy(entry->oid.id, tables->oids + i * OID_RAWSZ, OID_RAWSZ);
		entry->crc = get_u32(tables->crcs + 4 * i);
		if (i && oid_compare(&entries[i - 1].oid, &entry->oid) >= 0)
			return false;
		for (; first < entry->oid.id[0]; first++)
			if (get_u32(tables->fanout + 4 * first) != i)
				return false;
		if (!get_offset(tables, i, pack_size, &entry->offset))
			return false;
		nr_large += tables->offsets[4 * i] >> 7;
	}
	for (; first < 256; first++)
		if (get_u32(tables->fanout + 4 * first) != i)
			return false;
	return nr_large == tables->nr_large;
}

int pack_index_parse(const void *data, size_t len, uint64_t pack_size,
		     struct pack_index *out, struct error *err)
{
	struct tables tables;

	*out = (struct pack_index){0};
	if (!find_tables(data, len, &tables))
		return error_set(err, ERR_INVALID,
				 "not a pack index of version 2");
	if (!sum_matches(data, len))
		return error_set(err, ERR_INVALID,
				 "pack index has a wrong checksum");
	out->nr = tables.nr;
	out->entries = xmalloc(array_bytes(tables.nr, sizeof(*out->entries)));
	memcpy(out->pack_sum, (const char *)data + len - TRAILER_BYTES, 20);
	if (!get_entries(&tables, pack_size, out->entries)) {
		pack_index_release(out);
		return error_set(err, ERR_INVALID, "pack index is damaged");
	}
	return 0;
}

int pack_index_read(int fd, uint64_t pack_size, struct pack_index *out,
		    struct error *err)
{
	struct buf data = BUF_INIT;
	struct stat st;
	int ret;

	*out = (struct pack_index){0};
	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, "cannot read a pack index");
	if (st.st_size < 0 || (uint64_t)st.st_size > INDEX_MAX_BYTES)
		return error_set(err, ERR_INVALID, "pack index is too large");
	buf_grow(&data, (size_t)st.st_size);
	ret = buf_read_fd(&data, fd, (size_t)st.st_size, err);
	if (!ret)
		ret = pack_index_parse(data.ptr, data.len, pack_size, out, err);
	buf_release(&data);
	return ret;
}

bool pack_index_find(const void *data, size_t len, uint64_t pack_size,
		     const struct oid *oid, uint64_t *offset)
{
	struct tables tables;
	size_t low, high;

	if (!find_tables(data, len, &tables))
		return false;
	low = oid->id[0] ? get_u32(tables.fanout + 4 * (oid->id[0] - 1)) : 0;
	high = get_u32(tables.fanout + 4 * oid->id[0]);
	if (high > tables.nr)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(oid->id, tables.oids + middle * OID_RAWSZ,
				   OID_RAWSZ);

		if (!order)
			return get_offset(&tables, middle, pack_size, offset);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void pack_index_release(struct pack_index *index)
{
	free(index->entries);
	*index = (struct pack_index){0};
}
