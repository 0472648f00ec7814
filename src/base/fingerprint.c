#include "base/fingerprint.h"

#include <sys/random.h>
#include <time.h>

uint64_t fingerprint_seed(void)
{
	struct timespec now;
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		return seed;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)&seed << 20;
}

static uint64_t mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0x9fb21c651e98df25);
	return sum ^ sum >> 29;
}

uint64_t fingerprint_add(uint64_t sum, const void *data, size_t len)
{
	const char *at = data;
	uint64_t word;

	sum = mix(sum, len);
	for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum = mix(sum, word);
	}
	word = 0;
	memcpy(&word, at, len);
	return mix(sum, word);
}
