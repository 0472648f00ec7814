#include "git/oid_sort.h"

/* Put those whose ids begin with the same byte together, each into the place of
 * one that goes to its own. `starts` gets where they begin. */
static void part_by_first_byte(unsigned char *items, size_t nr, size_t size,
			       size_t starts[257])
{
	unsigned char moved[OID_SORT_MAX_BYTES];
	size_t next[256];

	memset(starts, 0, 257 * sizeof(*starts));
	for (size_t i = 0; i < nr; i++)
		starts[items[i * size] + 1]++;
	for (size_t byte = 0; byte < 256; byte++) {
		starts[byte + 1] += starts[byte];
		next[byte] = starts[byte];
	}
	for (size_t byte = 0; byte < 256; byte++)
		while (next[byte] < starts[byte + 1]) {
			unsigned char *item = items + next[byte] * size;
			const size_t to = next[*item]++;

			/* It is where it is to be. */
			if (items + to * size == item)
				continue;
			memcpy(moved, item, size);
			memcpy(item, items + to * size, size);
			memcpy(items + to * size, moved, size);
		}
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, OID_RAWSZ);
}

/* Ids are spread evenly. */
void oid_sort(void *items, size_t nr, size_t size)
{
	unsigned char *bytes = items;
	size_t starts[257];

	part_by_first_byte(bytes, nr, size, starts);
	for (size_t byte = 0; byte < 256; byte++)
		if (starts[byte] < starts[byte + 1])
			qsort(bytes + starts[byte] * size,
			      starts[byte + 1] - starts[byte], size, compare);
}
