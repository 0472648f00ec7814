/*
 * Files of derived data, which nothing but speed depends on: written a piece at
 * a time, so that memory does not grow with them, and mapped to be read. They
 * end in a fingerprint of all before it, and are only ever replaced whole. That
 * is not against those who could write the file anyway, but tells one that a
 * crash has torn, for none is synced, or a disk has damaged. It takes a tenth
 * of what SHA-1 takes.
 */
#ifndef BASE_DERIVED_H
#define BASE_DERIVED_H

#include "base/error.h"
#include "base/replacement.h"

/* So many bytes at a time, and what is left at the end, are added to a sum that
 * begins with 0. */
#define DERIVED_PIECE ((size_t)64 << 10)
#define DERIVED_SUM_SIZE sizeof(uint64_t)
/* What a file with this content ends in. */
uint64_t derived_sum(const void *data, size_t len);

/* -- writing ------------------------------------------------------------- */

struct derived_writer {
	struct replacement file;
	char *piece;
	size_t len; /* of it, so far */
	uint64_t sum;
};

/* What fails is told at the end, which must follow. */
void derived_begin(struct derived_writer *writer, const char *path);
void derived_add(struct derived_writer *writer, const void *data, size_t len);
int derived_end(struct derived_writer *writer, struct error *err);

/* -- reading ------------------------------------------------------------- */

struct derived {
	const char *data; /* aligned to 8; NULL: there is none */
	size_t len;	  /* without the sum */
	bool mapped;
};

#define DERIVED_MAX ((size_t)1 << 30)

/* Map the file. false: there is none, it is too large, or its sum is wrong;
 * then there is nothing to release. */
bool derived_open(struct derived *out, const char *path);
/* The same from memory, which is copied. For tests. */
bool derived_copy(struct derived *out, const void *data, size_t len);
/* It is not looked at for a while: until then it need not be in memory. */
void derived_rest(const struct derived *derived);
void derived_release(struct derived *derived);

#endif
