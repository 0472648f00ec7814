/*
 * Pack indexes, version 2: gitformat-pack(5).
 */
#ifndef GIT_PACK_INDEX_H
#define GIT_PACK_INDEX_H

#include "base/error.h"
#include "git/oid.h"

/* An object of a pack: where its entry starts, and the CRC-32 of the entry as
 * it is in the pack, header included. */
struct pack_entry {
	struct oid oid;
	uint32_t crc;
	uint64_t offset;
};

struct pack_index {
	struct pack_entry *entries;
	size_t nr;
	unsigned char pack_sum[20]; /* the pack's trailer */
};

void pack_entries_sort_by_oid(struct pack_entry *entries, size_t nr);
void pack_entries_sort_by_offset(struct pack_entry *entries, size_t nr);

/* Write the index of `entries`, which are sorted by id, to `fd`. */
int pack_index_write(int fd, const struct pack_entry *entries, size_t nr,
		     const unsigned char pack_sum[20], struct error *err);

/* Whether the index in `fd` is that of these, byte for byte: ERR_INVALID where
 * it is not. */
int pack_index_compare(int fd, const struct pack_entry *entries, size_t nr,
		       const unsigned char pack_sum[20], struct error *err);

/*
 * Read the index of a pack of `pack_size` bytes from the start of `fd`; entries
 * come sorted by id. ERR_INVALID: wrong checksum, or anything that no index of
 * such a pack has. The caller must pack_index_release().
 */
int pack_index_read(int fd, uint64_t pack_size, struct pack_index *out,
		    struct error *err);
int pack_index_parse(const void *data, size_t len, uint64_t pack_size,
		     struct pack_index *out, struct error *err);
void pack_index_release(struct pack_index *index);

/*
 * Look one object up without reading the rest. Nothing but sizes is checked: of
 * a damaged index the offset may be that of anything in the pack, or of
 * nothing, so who reads there must compare what comes with the id.
 */
bool pack_index_find(const void *data, size_t len, uint64_t pack_size,
		     const struct oid *oid, uint64_t *offset);

#endif
