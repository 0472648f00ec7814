/*
 * Index files made by hand, as git would not make them.
 */
#ifndef INDEX_RAW_H
#define INDEX_RAW_H

#include "base/buf.h"
#include "base/checksum.h"
#include "git/oid.h"

static inline void put16(struct buf *out, unsigned value)
{
	buf_addch(out, (char)(value >> 8));
	buf_addch(out, (char)value);
}

static inline void put32(struct buf *out, uint32_t value)
{
	put16(out, value >> 16);
	put16(out, value & 0xffff);
}

static inline void put_head(struct buf *out, unsigned version, uint32_t nr)
{
	buf_addstr(out, "DIRC");
	put32(out, version);
	put32(out, nr);
}

struct raw_entry {
	const char *path;
	uint32_t mode;
	unsigned stage, more; /* flags that need version 3 */
};

static inline void put_entry(struct buf *out, const struct raw_entry *entry)
{
	size_t len = strlen(entry->path), start = out->len;

	for (int i = 0; i < 10; i++)
		put32(out, i == 6 ? entry->mode : 1);
	for (int i = 0; i < OID_RAWSZ; i++)
		buf_addch(out, 'i');
	put16(out,
	      (entry->more ? 0x4000 : 0) | entry->stage << 12 | (unsigned)len);
	if (entry->more)
		put16(out, entry->more);
	buf_add(out, entry->path, len + 1);
	while ((out->len - start) & 7)
		buf_addch(out, '\0');
}

/* Where index.skipHash is on, there are zeros instead of the checksum. */
static inline void put_no_checksum(struct buf *out)
{
	for (int i = 0; i < OID_RAWSZ; i++)
		buf_addch(out, '\0');
}

/* What put_checksum() has appended says so in `out`, too. */
static inline void put_checksum(struct buf *raw, struct oid *out)
{
	struct checksum_sha1 sum;

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, raw->ptr, raw->len);
	checksum_sha1_finish(&sum, out->id);
	buf_add(raw, out->id, OID_RAWSZ);
}

/* An EWAH bitmap of up to 64 bits. */
static inline void put_bitmap(struct buf *out, uint64_t bits)
{
	put32(out, 64);
	put32(out, 2);
	put32(out, 2); /* one literal word follows */
	put32(out, 0);
	put32(out, (uint32_t)(bits >> 32));
	put32(out, (uint32_t)bits);
	put32(out, 0);
}

#endif
