/*
 * The form of the file of worktree/seal.h, for seal*.c alone: a header; the
 * records of directories, each behind those below it; the parts that the header
 * names. Each of these has a sum of its own, and all begin at a multiple of 8;
 * that of the inodes, which grows with the tree and is searched, has one for
 * each block. Numbers are in the machine's own order: the file never leaves it.
 */
#ifndef WORKTREE_SEAL_FILE_H
#define WORKTREE_SEAL_FILE_H

#include "worktree/seal.h"

#define SEAL_MAGIC "checkpoint-seal 3\n\n\n\n\n"

enum seal_part {
	SEAL_HOLDER,
	SEAL_MODES,
	SEAL_LINKS,
	SEAL_EXTRA,
	SEAL_OMITTED,
	SEAL_RULES,
	SEAL_LOOKED,
	SEAL_INODES, /* sorted; without a sum */
	SEAL_BLOCKS, /* one for each SEAL_BLOCK_INODES of them */
	SEAL_NR_PARTS,
};

struct seal_extent {
	uint64_t start, len, sum;
};

struct seal_header {
	char magic[sizeof(SEAL_MAGIC)];
	uint64_t seed, size, top;
	struct recall_head moment;
	struct oid commit, tree, index_tree;
	unsigned char terms[20];
	uint64_t nr_entries, nr_dirs;
	int64_t files, unstaged, untracked;
	uint32_t index_version, file_mode, exec_mode, dir_mode;
	struct seal_extent parts[SEAL_NR_PARTS];
	uint64_t sum; /* of all before it */
};

/* By inode, cut to 32 bits: the directory of each file. */
struct seal_inode {
	uint32_t inode;
	uint32_t at; /* in steps of 8 bytes */
};

#define SEAL_BLOCK_INODES 512

struct seal_block {
	uint64_t sum;
	uint32_t first; /* inode in it */
	uint32_t unused;
};

/*
 * A directory: this, its runs, its modes, its children, and texts: the path and
 * the children's names with their NULs, then its files.
 */
struct seal_record {
	uint64_t sum; /* of all behind it */
	uint64_t len; /* of the whole, with what fills it up to 8 bytes */
	uint64_t start;
	int64_t files, unstaged, untracked;
	uint32_t looked, tracked, nr_runs, nr_modes, nr_children;
	uint32_t unused;
	uint64_t path_len, names_len, cached_len;
};

struct seal_record_child {
	uint64_t at;
	uint32_t name; /* from where the names begin */
	uint32_t tracked;
};

/* A file: this, its conversion and its path, with their NULs. */
struct seal_file {
	struct stat_data stat;
	struct oid blob, raw;
	uint32_t keep_raw, unused;
};

struct seal {
	const char *data;
	size_t len;
	bool mapped;
	struct seal_header header;
	struct seal_head head;
};

/* A part's items as they lie there; NULL: it is not within the file. */
const void *seal_extent(const struct seal *seal, enum seal_part which,
			size_t item, size_t *nr);
/* The same, and it holds what its sum says; NULL: it is damaged. */
const void *seal_part(const struct seal *seal, enum seal_part which,
		      size_t item, size_t *nr);

/* Of a record, a part or a block: no two at different places are alike. */
uint64_t seal_sum(uint64_t seed, uint64_t at, const void *data, size_t len);
void seal_add_file(struct buf *out, const struct cache_entry *entry);
/* The one at `*at`; false: there is none, or it is cut. */
bool seal_take_file(const char *data, size_t len, size_t *at,
		    struct cache_entry *out);

#endif
