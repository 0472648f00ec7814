/*
 * The parts that the index reader is made of; for git/index*.c only.
 *
 * An index_file is one file as it is on disk, gitformat-index(5): checked, but
 * neither joined with its shared index nor expanded.
 *
 *	index_parse.c      the file: header, entries
 *	index_part.c       some of the entries
 *	index_sum.c        the checksum
 *	index_entry.c      an entry, and what it may be
 *	index_extension.c  what follows the entries
 *	index_split.c      `link`: joining with the shared index
 *	index_sparse.c     `sdir`: expanding sparse directories
 *	index_tree.c       `TREE`: the cache tree
 *	index_tree_walk.c  what it says of the entries
 *	index_tree_update.c  one for other entries
 *	index_write.c      a file from entries
 *	index_stream.c     its bytes, and their checksum
 */
#ifndef GIT_INDEX_FILE_H
#define GIT_INDEX_FILE_H

#include "git/index.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/checksum.h"

/* More than any index of git's has, and what keeps sizes within 32 bits. */
#define INDEX_MAX_SIZE 0xffff0000u
/* More entries than this in a sparse index's trees are taken for an attack. */
#define INDEX_MAX_ENTRIES (64u << 20)

#define INDEX_ENTRY_HEAD 62 /* bytes of an entry before its path */
#define INDEX_AT_MTIME 8    /* where in it something lies */
#define INDEX_AT_MODE 24
#define INDEX_AT_SIZE 36
#define INDEX_AT_OID 40
#define INDEX_AT_FLAGS 60
#define INDEX_ENTRY_ASSUME_VALID 0x8000
#define INDEX_ENTRY_EXTENDED 0x4000
#define INDEX_ENTRY_STAGE_SHIFT 12
#define INDEX_ENTRY_NAME_MASK 0x0fff
#define INDEX_EXTENDED_SKIP_WORKTREE 0x4000
#define INDEX_EXTENDED_INTENT_TO_ADD 0x2000

/* Memory that lives as long as the index; zero it before use. */
struct index_memory {
	struct arena arena;
	unsigned char *files[2]; /* the index, the shared index */
	size_t file_len;	 /* of the index */
};

/*
 * The checksum is taken on another thread while this one parses, as that takes
 * as long. Zeroed, it is one that is finished. It stays where it was started.
 */
struct index_sum {
	const unsigned char *data;
	size_t len;
	unsigned char value[OID_RAWSZ];
	pthread_t thread;
	bool threaded;
};

void index_sum_start(struct index_sum *sum, const unsigned char *data,
		     size_t len);
const unsigned char *index_sum_finish(struct index_sum *sum);

struct index_seen;

struct index_part {
	const unsigned char *data;
	size_t len;
	bool present;
};

struct index_file {
	const unsigned char *data; /* owned by the index_memory */
	size_t len;
	struct stat stat;
	unsigned version;
	struct index_entry *entries;
	size_t nr;
	/*
	 * How many entries in front have no name: they replace entries of the
	 * shared index. 0 in any other file.
	 */
	size_t nr_unnamed;
	size_t entries_end; /* where they do, and extensions begin */
	struct index_part link, tree;
	bool sparse;
	bool untracked_cache;
	bool fsmonitor;
	bool checksummed;
	struct oid checksum; /* as the file says */
	bool settled;	     /* its last change is a tick ago */
	bool trusted;	     /* its checksum was right before */
	struct index_sum sum;
};

/*
 * Read and parse `path`. `slot` says which of memory->files it is. Besides
 * index_read()'s errors, ERR_NOT_FOUND: there is no such file. Whether the
 * checksum is right, only index_file_verify() tells; that of the file that was
 * `seen` (may be NULL) is. The caller must index_file_release(), also after an
 * error.
 */
int index_file_read(struct index_file *file, struct index_memory *memory,
		    unsigned slot, const char *path,
		    const struct index_seen *seen, struct error *err);

/*
 * Make `nr` entries of an index from `len` bytes, which are theirs, of version
 * 2 or 3. false: they are no such entries.
 */
bool index_entries_parse(struct index *index, const unsigned char *data,
			 size_t len, size_t nr);

int index_file_verify(struct index_file *file, const char *path,
		      struct error *err);
/* Once it is verified, and its extensions are parsed: nobody reads those again.
 * With an untracked cache they are megabytes. */
void index_file_rest(const struct index_file *file);
void index_file_release(struct index_file *file);

/* index_entry_fill(), but that the path is for the caller to write, to what is
 * returned: `len` bytes, with a NUL behind them already. */
char *index_entry_put_head(struct index_entry *entry, struct arena *arena,
			   size_t len, const struct oid *oid,
			   const struct index_stat *stat);

/*
 * Whether `entry` may stand behind `prev` (NULL: the first): strictly sorted,
 * no stage 0 beside other stages, the path clean, the mode known. With `prev`
 * checked before, only what differs from it is looked at.
 * Returns NULL, or what is wrong with it.
 */
const char *index_entry_fault(const struct index_entry *prev,
			      const struct index_entry *entry);
/* The same for all of `entries`. `at` is set to the bad one. */
const char *index_entries_fault(const struct index_entry *entries, size_t nr,
				size_t *at);

/* The extensions, from `pos` up to the checksum. */
int index_extensions_parse(struct index_file *file, size_t pos,
			   struct error *err);

/*
 * Join `own`, a file with a `link` extension, with its shared index. The
 * caller must free() the entries.
 */
int index_split_join(const struct index_file *own,
		     const struct index_file *shared, struct arena *arena,
		     struct index_entry **entries, size_t *nr,
		     struct error *err);
/* The id of the shared index; all zero where there is none. */
int index_split_base(const struct index_file *own, struct oid *out,
		     struct error *err);

/*
 * Replace sparse directories by the files in their trees, and recount `tree`
 * (may be NULL), which agrees with the entries.
 */
int index_sparse_expand(struct repository *repo, struct arena *arena,
			struct index_entry **entries, size_t *nr,
			struct index_tree *tree, struct error *err);

/* Deeper than any path that can be opened; what keeps recursion off the end
 * of the stack. */
#define INDEX_TREE_MAX_DEPTH 2048

/* Parse a TREE extension; NULL where it is not one. */
struct index_tree *index_tree_parse(struct arena *arena,
				    const unsigned char *data, size_t len);
/* Put the children in order. false: two have the same name. */
bool index_tree_sort(struct index_tree *tree);
/*
 * Whether it agrees with the entries: each valid tree spans just the entries
 * of its directory, all of them merged and none intent-to-add. Says of each
 * tree whether it is complete.
 */
bool index_tree_agrees(struct index_tree *tree,
		       const struct index_entry *entries, size_t nr);
/*
 * Recount it, which agrees with the entries, for where they go: moved[i] is
 * where entry i will be, moved[nr] how many there will be.
 */
void index_tree_move(struct index_tree *tree, const struct index_entry *entries,
		     size_t nr, const size_t *moved);

/* A copy with its children sorted; NULL where two have the same name. */
struct index_tree *index_tree_copy(struct arena *arena,
				   const struct index_tree *tree);
/*
 * The same, and make trees invalid of which a subdirectory is missing or
 * invalid: git takes those of a valid tree for valid.
 */
bool index_tree_complete(struct index_tree *tree,
			 const struct index_entry *entries, size_t nr);
/* Append it as a TREE extension has it. */
void index_tree_format(const struct index_tree *tree, struct buf *out);

/* Write a whole index to `fd`, as index_lock_write(). */
int index_file_write(int fd, const struct index_entry *entries, size_t nr,
		     const struct index *from, unsigned version,
		     bool checksummed, const struct index_tree *tree,
		     struct error *err);

/*
 * Bytes on their way into an index file. The checksum is taken on another
 * thread while this one writes, as that takes as long. The caller must
 * index_stream_release(), also after an error.
 */
#define INDEX_STREAM_PIECES 16
struct index_stream_piece {
	const char *data;
	size_t len;
	char *owned; /* `data`, where it is to be freed; or NULL */
};
struct index_stream {
	int fd;
	struct buf out; /* to be written next */
	uint64_t written, told;
	bool checksummed;
	struct checksum_sha1 sum;
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct index_stream_piece pieces[INDEX_STREAM_PIECES];
	size_t first, nr;
	bool ended;
};
void index_stream_init(struct index_stream *stream, int fd, bool checksummed);
int index_stream_add(struct index_stream *stream, const void *data, size_t len,
		     struct error *err);
/* The same; `data` is there, as it is, until index_stream_release(). */
int index_stream_add_lasting(struct index_stream *stream, const void *data,
			     size_t len, struct error *err);
/* Write what is left, and the checksum: zero where it is not `checksummed`. */
int index_stream_finish(struct index_stream *stream, struct error *err);
void index_stream_release(struct index_stream *stream);

/* Where an entry starts: INDEX_ENTRY_HEAD bytes, two more with extended flags,
 * and its path. */
static inline const unsigned char *
index_entry_head(const struct index_entry *entry)
{
	return (const unsigned char *)entry->path - INDEX_ENTRY_HEAD -
	       (entry->flags & INDEX_LONG_HEAD ? 2 : 0);
}

/* Big-endian numbers, at any address. */
static inline uint32_t index_get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline void index_put16(unsigned char *p, unsigned value)
{
	p[0] = (unsigned char)(value >> 8);
	p[1] = (unsigned char)value;
}

static inline void index_put32(unsigned char *p, uint32_t value)
{
	index_put16(p, value >> 16);
	index_put16(p + 2, value & 0xffff);
}

static inline uint16_t index_get16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

#endif
