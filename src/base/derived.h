/*
 * Files of derived data, which nothing but speed depends on: written a piece at
 * a time, so that memory does not grow with them, and mapped to be read. They
 * end in a seal (base/fingerprint.h), and are only ever replaced whole. None is
 * synced: one that a crash has torn has a wrong seal.
 */
#ifndef BASE_DERIVED_H
#define BASE_DERIVED_H

#include "base/error.h"
#include "base/replacement.h"

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
	size_t len;	  /* without the seal */
	bool mapped;
};

#define DERIVED_MAX ((size_t)1 << 30)

/* Map the file. false: there is none, it is too large, or its seal is wrong;
 * then there is nothing to release. */
bool derived_open(struct derived *out, const char *path);
/* The same from memory, which is copied. For tests. */
bool derived_copy(struct derived *out, const void *data, size_t len);
/* It is not looked at for a while: until then it need not be in memory. */
void derived_rest(const struct derived *derived);
void derived_release(struct derived *derived);

#endif
