/*
 * 64 bits that tell short texts apart, for caches: fast, and with a seed that
 * nobody outside knows, so that nobody can make two that are alike.
 */
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include "base/buf.h"
#include "base/compat.h"

/* A number that cannot be foreseen, to start with. */
uint64_t fingerprint_seed(void);
/* Add a text, and how long it is. */
uint64_t fingerprint_add(uint64_t sum, const void *data, size_t len);

/*
 * A file of ours that nothing but speed depends on ends in the fingerprint of
 * all before it: not against those who could write the file anyway, but to
 * tell one that a crash has torn, or a disk has damaged. It takes a tenth of
 * what SHA-1 takes.
 */
#define FINGERPRINT_SEAL_SIZE sizeof(uint64_t)
/* So many bytes at a time, and what is left at the end, are added to a sum that
 * begins with 0: so that a file can be sealed while it is written. */
#define FINGERPRINT_PIECE ((size_t)64 << 10)
void fingerprint_seal(struct buf *out);
/* Whether `len` bytes are sealed; their seal is part of them. */
bool fingerprint_is_sealed(const void *data, size_t len);

#endif
