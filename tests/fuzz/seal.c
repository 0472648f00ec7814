/*
 * Any bytes can be read as a seal; what is read as one has directories below
 * directories, whose lists can be walked through. Sums are put right first.
 */
#include "worktree/seal_file.h"

#include "base/alloc.h"
#include "base/fingerprint.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool is_within(const struct seal_extent *part, size_t len)
{
	return part->start >= sizeof(struct seal_header) && part->start < len &&
	       part->len <= len - part->start;
}

/* As many blocks as fit in both. */
static void put_blocks_right(char *data, size_t len,
			     const struct seal_header *header)
{
	const struct seal_extent *inodes = &header->parts[SEAL_INODES];
	const struct seal_extent *blocks = &header->parts[SEAL_BLOCKS];
	const size_t step = SEAL_BLOCK_INODES * sizeof(struct seal_inode);

	if (!is_within(inodes, len) || !is_within(blocks, len))
		return;
	for (size_t at = 0, block = 0;
	     at < inodes->len &&
	     block + sizeof(struct seal_block) <= blocks->len;
	     at += step, block += sizeof(struct seal_block)) {
		size_t left = (size_t)inodes->len - at;
		uint64_t sum = seal_sum(header->seed, inodes->start + at,
					data + inodes->start + at,
					left < step ? left : step);

		memcpy(data + blocks->start + block, &sum, sizeof(sum));
	}
}

static void put_right(char *data, size_t len)
{
	struct seal_header header;

	memcpy(&header, data, sizeof(header));
	memcpy(header.magic, SEAL_MAGIC, sizeof(SEAL_MAGIC));
	header.size = len;
	put_blocks_right(data, len, &header);
	for (size_t i = 0; i < SEAL_NR_PARTS; i++) {
		struct seal_extent *part = &header.parts[i];

		if (is_within(part, len))
			part->sum =
				seal_sum(header.seed, part->start,
					 data + part->start, (size_t)part->len);
	}
	header.sum = fingerprint_add(0, &header,
				     sizeof(header) - sizeof(header.sum));
	memcpy(data, &header, sizeof(header));
}

static void put_dir_right(char *data, size_t len, uint64_t at, uint64_t seed)
{
	struct seal_record record;

	if (at < sizeof(struct seal_header) || at > len ||
	    len - at < sizeof(record))
		return;
	memcpy(&record, data + at, sizeof(record));
	if (record.len < sizeof(record) || record.len > len - at)
		return;
	record.sum = seal_sum(seed, at, data + at + sizeof(record.sum),
			      (size_t)record.len - sizeof(record.sum));
	memcpy(data + at, &record.sum, sizeof(record.sum));
}

static void walk(const struct seal *seal, char *data, size_t len, uint64_t seed,
		 uint64_t at, int *left)
{
	struct cache_entry entry;
	struct seal_dir dir;
	size_t file = 0;

	put_dir_right(data, len, at, seed);
	if (--*left < 0 || !seal_dir_at(seal, at, &dir))
		return;
	expect(strlen(dir.path) == dir.path_len);
	for (size_t i = 0; i < dir.nr_runs; i++)
		*left -= dir.runs[i].nr == UINT32_MAX;
	for (size_t i = 0; i < dir.nr_modes; i++)
		*left -= dir.modes[i].what == UINT32_MAX;
	while (seal_cached(&dir, &file, &entry))
		expect(strlen(entry.path) + strlen(entry.conversion) <
		       dir.cached_len);
	for (size_t i = 0; i<dir.nr_children && * left> 0; i++) {
		struct seal_child child = seal_child(&dir, i), found;

		expect(child.at < at);
		expect(!strlen(child.name) || child.name > dir.path);
		seal_find_child(&dir, child.name, strlen(child.name), &found);
		walk(seal, data, len, seed, child.at, left);
	}
}

/* Or a compiler would leave out what only reads. */
static volatile size_t read_all;

static void look_at_parts(const struct seal *seal)
{
	const struct seal_head *head = seal_head(seal);
	static const uint32_t inodes[] = {0, 1, 41, 42, 1 << 30, UINT32_MAX};
	struct seal_rules *rules;
	const uint64_t *looked;
	uint64_t *places;
	size_t nr, sum = strlen(head->holder);

	if (seal_looked(seal, &looked, &nr))
		for (size_t i = 0; i < nr; i++)
			sum += (size_t)looked[i];
	if (seal_find_inodes(seal, inodes, ARRAY_SIZE(inodes), &places, &nr))
		for (size_t i = 0; i < nr; i++)
			sum += (size_t)places[i];
	free(places);
	if (seal_rules(seal, &rules, &nr))
		for (size_t i = 0; i < nr; i++)
			sum += strlen(rules[i].stat.path);
	for (size_t i = 0; i < head->nr_links; i++)
		sum += (size_t)head->links[i];
	for (size_t i = 0; i < head->nr_modes; i++)
		sum += head->modes[i].nr;
	read_all = sum;
	free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct seal_header header;
	struct seal *seal;
	int left = 1000;
	char *data;

	if (size < sizeof(header))
		return 0;
	data = xmemdup(input, size);
	put_right(data, size);
	memcpy(&header, data, sizeof(header));
	seal = seal_parse(data, size);
	if (seal) {
		look_at_parts(seal);
		walk(seal, data, size, header.seed, seal_top(seal), &left);
	}
	seal_close(seal);
	free(data);
	return 0;
}
