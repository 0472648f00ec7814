/*
 * Reading a pack's entries back from its file.
 */
#ifndef GIT_PACK_CHECK_H
#define GIT_PACK_CHECK_H

#include "base/error.h"
#include "git/pack_index.h"

/*
 * Read the first `size` bytes of the pack in `fd`, on several threads where
 * there is much: `sum` becomes their SHA-1. Each entry (they are sorted by
 * offset, from behind the header to `size` without gaps) must have its CRC-32,
 * which says that the file has the bytes that were written. With `inflate` it
 * must also be no delta, and inflate to exactly the size that it says.
 * ERR_INVALID where one does not. Only pread(2) is used on `fd`.
 */
int pack_check(int fd, uint64_t size, const struct pack_entry *entries,
	       size_t nr, bool inflate, unsigned char sum[20],
	       struct error *err);

#endif
