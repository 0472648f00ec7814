/*
 * A pack file while it grows: entries go in as the bytes that they are in the
 * pack. pack.c makes these bytes, pack_gather.c copies them. One thread at a
 * time.
 */
#ifndef GIT_PACK_WRITER_H
#define GIT_PACK_WRITER_H

#include "base/error.h"
#include "base/spill.h"
#include "git/oid.h"
#include "git/pack_file.h"
#include "git/pack_index.h"
#include "git/pack_keep.h"

struct repository;

struct pack_writer {
	const struct repository *repo;
	struct pack_file file;	    /* created with the first entry */
	struct pack_entry *entries; /* in `room` */
	size_t nr;
	struct spill_array room;
	/* By id: the number of the entry, from 1, below 32 bits of the id that
	 * tell it from nearly all others; 0: free. */
	uint64_t *slots;
	size_t mask;
	unsigned char *buffer; /* what is not in the file yet */
	size_t buffered;
	uint64_t written; /* how much is */
	uint64_t start;	  /* of the entry that is being written */
	uint32_t crc;
	bool broken; /* a write failed: what is there cannot be used */
	char *name;  /* "pack-<sum>", once it is finished */
	struct pack_keep keep;
	bool fleeting; /* nobody needs it tomorrow: not kept, synced, listed */
	bool inflates; /* what is read back is inflated too */
};

void pack_writer_init(struct pack_writer *writer,
		      const struct repository *repo);

/*
 * An entry: begin, write its bytes (header first) in any number of pieces, then
 * either end it, with the id of its object, which is not in the pack yet, or
 * cancel it.
 */
int pack_writer_begin(struct pack_writer *writer, struct error *err);
int pack_writer_write(struct pack_writer *writer, const void *data, size_t len,
		      struct error *err);
void pack_writer_end(struct pack_writer *writer, const struct oid *oid);
void pack_writer_cancel(struct pack_writer *writer);

bool pack_writer_has(const struct pack_writer *writer, const struct oid *oid);
/* Where the next byte goes. */
uint64_t pack_writer_offset(const struct pack_writer *writer);

/*
 * Finish the file, read it back, index it, sync both, and `nr` other files at
 * the same time, and make the two visible behind a .keep, which
 * pack_writer_release() drops. With no entries it does nothing.
 */
int pack_writer_finish(struct pack_writer *writer, const int *beside, size_t nr,
		       struct error *err);
void pack_writer_release(struct pack_writer *writer);

#endif
