#include "worktree/seal_file.h"

#include "base/alloc.h"

struct search {
	const struct seal *seal;
	const struct seal_inode *items;
	const struct seal_block *blocks;
	size_t nr, nr_blocks;
	size_t checked; /* the block that was found good last, and 1 */
	uint64_t *places;
	size_t nr_places, alloc_places;
};

/* In how many blocks so many are. */
static size_t blocks_of(size_t nr)
{
	return nr / SEAL_BLOCK_INODES + (nr % SEAL_BLOCK_INODES != 0);
}

static size_t end_of(const struct search *search, size_t block)
{
	return block + 1 < search->nr_blocks ? (block + 1) * SEAL_BLOCK_INODES
					     : search->nr;
}

static bool check_block(struct search *search, size_t block)
{
	const struct seal_header *header = &search->seal->header;
	const size_t first = block * SEAL_BLOCK_INODES;
	const size_t len =
		(end_of(search, block) - first) * sizeof(*search->items);
	const uint64_t at = header->parts[SEAL_INODES].start +
			    first * sizeof(*search->items);

	if (search->checked == block + 1)
		return true;
	if (seal_sum(header->seed, at, search->items + first, len) !=
	    search->blocks[block].sum)
		return false;
	search->checked = block + 1;
	return true;
}

/* The first that an inode can be in: of several files with the same inode, the
 * first may be at the end of the one before. */
static size_t find_block(const struct search *search, uint32_t inode)
{
	size_t low = 0, high = search->nr_blocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (search->blocks[middle].first < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

static void find_in_block(struct search *search, size_t block, uint32_t inode)
{
	const struct seal_inode *items = search->items;
	const size_t end = end_of(search, block);
	size_t low = block * SEAL_BLOCK_INODES, high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && items[low].inode == inode; low++) {
		ARRAY_GROW(search->places, search->nr_places,
			   search->alloc_places);
		search->places[search->nr_places++] =
			(uint64_t)items[low].at * 8;
	}
}

/* false: it is damaged where that inode would be. */
static bool find(struct search *search, uint32_t inode)
{
	for (size_t block = find_block(search, inode);
	     block < search->nr_blocks && search->blocks[block].first <= inode;
	     block++) {
		if (!check_block(search, block))
			return false;
		find_in_block(search, block, inode);
	}
	return true;
}

bool seal_find_inodes(const struct seal *seal, const uint32_t *inodes,
		      size_t nr, uint64_t **places, size_t *nr_places)
{
	struct search search = {.seal = seal};
	bool good;

	search.items = seal_extent(seal, SEAL_INODES, sizeof(*search.items),
				   &search.nr);
	search.blocks = seal_part(seal, SEAL_BLOCKS, sizeof(*search.blocks),
				  &search.nr_blocks);
	good = search.items && search.blocks &&
	       search.nr_blocks == blocks_of(search.nr);
	for (size_t i = 0; good && i < nr; i++)
		if (!i || inodes[i] != inodes[i - 1])
			good = find(&search, inodes[i]);
	*places = search.places;
	*nr_places = search.nr_places;
	return good;
}
