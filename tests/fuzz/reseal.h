/*
 * Putting right what a file of derived data ends in (base/derived.h): a fuzzer
 * would never find it.
 */
#ifndef TESTS_FUZZ_RESEAL_H
#define TESTS_FUZZ_RESEAL_H

#include "base/buf.h"
#include "base/derived.h"

static inline void reseal(struct buf *file)
{
	uint64_t sum;

	if (file->len < sizeof(sum))
		return;
	sum = derived_sum(file->ptr, file->len - sizeof(sum));
	memcpy(file->ptr + file->len - sizeof(sum), &sum, sizeof(sum));
}

#endif
