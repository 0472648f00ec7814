/*
 * The files of a snapshot: those whose content was read, and what the workspace
 * had at any path.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_FILES_H
#define CORE_SNAPSHOT_SNAPSHOT_FILES_H

#include "base/stat_data.h"
#include "git/oid.h"

struct cache_entry;
struct index_entry;
struct scan_item;
struct snapshot;

/* Of a file to which a conversion may apply. */
struct snapshot_conversion {
	const char *name; /* convert_describe(); NULL: none after all */
	struct oid raw;	  /* of the bytes on disk */
	bool converted;	  /* as in struct content */
	bool keep_raw;
	bool plain; /* unchanged, and stored just as it is */
};

/* A path whose content was read. There may be a million of them. */
struct snapshot_file {
	struct scan_item *item; /* path, index entry, what was read; borrowed
				   from the scan */
	const struct snapshot_conversion *conversion; /* NULL: the bytes on disk
							 are the blob */
};

/* What the workspace had at a path when the snapshot was taken. */
struct snapshot_path {
	bool present; /* a file or link that the snapshot holds */
	uint32_t mode;
	struct oid blob;
	struct oid raw;	 /* of the bytes on disk */
	bool known_stat; /* `stat` is what lstat() gave */
	struct stat_data stat;
	const struct index_entry *entry; /* or NULL */
};
void snapshot_find(const struct snapshot *snapshot, const char *path,
		   struct snapshot_path *out);

/* Add a file for an item whose content is to be read. */
void snapshot_add_file(struct snapshot *snapshot, struct scan_item *item);
/* Sort them by path, which they have to be to be found. */
void snapshot_sort_files(struct snapshot *snapshot);
/* The file `i` was looked at, by who goes through all of them: now and then
 * what they and their items take up may leave memory, as in scan_pass_items().
 */
void snapshot_pass_file(const struct snapshot *snapshot, size_t i);
/* All were. */
void snapshot_rest(const struct snapshot *snapshot);
struct snapshot_file *snapshot_find_file(const struct snapshot *snapshot,
					 const char *path);

/* What a cache is to say of a file, or of a path that was read; false: nothing.
 * `out` borrows. */
bool snapshot_file_cached(const struct snapshot_file *file,
			  struct cache_entry *out);
bool snapshot_cached(const struct snapshot *snapshot, const char *path,
		     struct cache_entry *out);

#endif
