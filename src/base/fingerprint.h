/*
 * 64 bits that tell short texts apart, for caches: fast, and with a seed that
 * nobody outside knows, so that nobody can make two that are alike.
 */
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include "base/compat.h"

/* A number that cannot be foreseen, to start with. */
uint64_t fingerprint_seed(void);
/* Add a text, and how long it is. */
uint64_t fingerprint_add(uint64_t sum, const void *data, size_t len);

#endif
