#include "worktree/seal_file.h"

#include "base/alloc.h"
#include "base/sorted.h"

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

static int compare_first(const void *inode, const void *block)
{
	const uint32_t a = *(const uint32_t *)inode;
	const uint32_t b = ((const struct seal_block *)block)->first;

	return (a > b) - (a < b);
}

static int compare_inode(const void *inode, const void *item)
{
	const uint32_t a = *(const uint32_t *)inode;
	const uint32_t b = ((const struct seal_inode *)item)->inode;

	return (a > b) - (a < b);
}

/* The first that an inode can be in: of several files with the same inode, the
 * first may be at the end of the one before. */
static size_t find_block(const struct search *search, uint32_t inode)
{
	size_t place = sorted_place(&inode, search->blocks, search->nr_blocks,
				    sizeof(*search->blocks), compare_first);

	return place ? place - 1 : 0;
}

static void find_in_block(struct search *search, size_t block, uint32_t inode)
{
	const struct seal_inode *items = search->items;
	const size_t first = block * SEAL_BLOCK_INODES;
	const size_t end = end_of(search, block);
	size_t at = first + sorted_place(&inode, items + first, end - first,
					 sizeof(*items), compare_inode);

	for (; at < end && items[at].inode == inode; at++) {
		ARRAY_GROW(search->places, search->nr_places,
			   search->alloc_places);
		search->places[search->nr_places++] =
			(uint64_t)items[at].at * 8;
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
