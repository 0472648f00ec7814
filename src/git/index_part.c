#include "git/index_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/index_seen.h"

/* An entry without flags, as versions 2 and 3 have it. */
static uint32_t size_of(const struct index_entry *entry)
{
	return (INDEX_ENTRY_HEAD + entry->path_len + 8) & ~UINT32_C(7);
}

bool index_is_plain(const struct index *index)
{
	return index->exists && index->settled && !index->split &&
	       !index->sparse && index->version <= 3 && !index->nr_stages &&
	       !(index->flags & ~(unsigned)INDEX_RACY);
}

struct index_run index_run_of(const struct index *index, size_t at)
{
	const struct index_entry *entry = &index->entries[at];
	return (struct index_run){
		.offset = (uint64_t)(index_entry_head(entry) -
				     index->memory->files[0]),
		.len = size_of(entry),
		.nr = 1,
	};
}

static bool add_up(const struct index_run *runs, size_t nr, size_t *bytes,
		   size_t *entries)
{
	*bytes = *entries = 0;
	for (size_t i = 0; i < nr; i++) {
		if (runs[i].len > INDEX_MAX_SIZE - *bytes)
			return false;
		*bytes += runs[i].len;
		*entries += runs[i].nr;
	}
	return true;
}

static bool read_runs(struct index *index, int fd, const struct index_run *runs,
		      size_t nr)
{
	unsigned char *data;
	size_t bytes, entries;

	if (!add_up(runs, nr, &bytes, &entries))
		return false;
	data = index->memory->files[0] = xmalloc(bytes + 1);
	index->memory->file_len = bytes;
	for (size_t i = 0; i < nr; i++) {
		if (file_read_at(fd, data, runs[i].len, runs[i].offset) !=
		    (ssize_t)runs[i].len)
			return false;
		data += runs[i].len;
	}
	return index_entries_parse(index, index->memory->files[0], bytes,
				   entries);
}

/* It was read while nobody wrote to it. */
static bool is_still(int fd, const struct index_seen *wanted)
{
	struct stat st;

	return !fstat(fd, &st) && index_seen_is(wanted, &st);
}

struct index *index_read_part(const char *path, const struct index_seen *wanted,
			      unsigned version, const struct index_run *runs,
			      size_t nr)
{
	struct index *index = xcalloc(1, sizeof(*index));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool good;

	index->memory = xcalloc(1, sizeof(*index->memory));
	index->exists = index->checksummed = index->settled = true;
	index->version = version;
	good = fd >= 0 && !fstat(fd, &index->file) &&
	       index_seen_is(wanted, &index->file) &&
	       read_runs(index, fd, runs, nr) && is_still(fd, wanted);
	index->mtime = index->file.st_mtim;
	for (size_t i = 0; good && i < index->nr; i++) {
		struct index_entry *entry = &index->entries[i];

		if (index_entry_is_racy(index, entry))
			entry->flags |= INDEX_RACY;
		index->flags |= entry->flags;
		index->nr_stages += entry->stage != 0;
	}
	if (fd >= 0)
		close(fd);
	if (good)
		return index;
	index_free(index);
	return NULL;
}
