#include "git/index.h"

#include <errno.h>

#include "base/alloc.h"
#include "git/index_file.h"
#include "git/repository.h"
#include "git/tree.h"

/* git looks for it in $GIT_DIR, wherever GIT_INDEX_FILE is. */
static char *shared_path(struct repository *repo, const char *path,
			 const struct oid *base)
{
	char hex[OID_HEXSZ + 1];
	const char *slash = strrchr(path, '/');

	oid_hex(base, hex);
	if (repo)
		return xstrfmt("%s/sharedindex.%s", repo->git_dir, hex);
	return xstrfmt("%.*ssharedindex.%s",
		       slash ? (int)(slash - path + 1) : 0, path, hex);
}

static int join_shared(struct index *index, struct index_memory *memory,
		       struct repository *repo, const char *path,
		       struct index_file *own, struct error *err)
{
	struct index_file shared = {0};
	char *name = NULL;
	struct oid base;
	int ret;

	ret = index_split_base(own, &base, err);
	if (ret < 0 || oid_is_zero(&base)) {
		if (!ret && own->nr_unnamed)
			ret = error_set(err, ERR_INVALID,
					"%zu entries without a path",
					own->nr_unnamed);
		index->entries = own->entries;
		index->nr = own->nr;
		own->entries = NULL;
		return ret;
	}
	name = shared_path(repo, path, &base);
	ret = index_file_read(&shared, memory, 1, name, NULL, err);
	if (ret == ERR_NOT_FOUND)
		ret = err->code = ERR_INVALID;
	if (ret < 0)
		goto done;
	if (shared.link.present || shared.nr_unnamed ||
	    !oid_equal(&shared.checksum, &base)) {
		ret = error_set(err, ERR_INVALID,
				"'%s' is not the shared index that it names",
				name);
		goto done;
	}
	ret = index_split_join(own, &shared, &memory->arena, &index->entries,
			       &index->nr, err);
	if (!ret)
		ret = index_file_verify(&shared, name, err);
	index->split = true;
done:
	index_file_release(&shared);
	free(name);
	return ret;
}

static void describe(struct index *index, const struct index_file *file)
{
	index->exists = true;
	index->version = file->version;
	index->sparse = file->sparse;
	index->untracked_cache = file->untracked_cache;
	index->fsmonitor = file->fsmonitor;
	index->checksummed = file->checksummed;
	index->checksum = file->checksum;
	index->settled = file->settled;
	index->file = file->stat;
	index->mtime = file->stat.st_mtim;
}

/* What all entries have in common is found out in one pass: 100,000 of them are
 * 8 MB to go through. Returns whether one is a sparse directory. */
static bool survey(struct index *index)
{
	bool has_dir = false;

	index->flags = 0;
	index->nr_stages = 0;
	for (size_t i = 0; i < index->nr; i++) {
		struct index_entry *entry = &index->entries[i];

		if (index_entry_is_racy(index, entry))
			entry->flags |= INDEX_RACY;
		index->flags |= entry->flags;
		index->nr_stages += entry->stage != 0;
		has_dir |= entry->mode == MODE_TREE;
	}
	return has_dir;
}

static int assemble(struct index *index, struct repository *repo,
		    const char *path, struct index_file *file,
		    struct error *err)
{
	struct index_memory *memory = index->memory;
	int ret;

	ret = join_shared(index, memory, repo, path, file, err);
	if (ret < 0)
		return error_prefix(err, "cannot read index file '%s'", path);
	describe(index, file);
	/* Its counts are of the entries joined, but not yet expanded. */
	if (file->tree.present)
		index->tree = index_tree_parse(&memory->arena, file->tree.data,
					       file->tree.len);
	if (index->tree &&
	    !index_tree_agrees(index->tree, index->entries, index->nr))
		index->tree = NULL;
	if (survey(index)) {
		if (!index->sparse)
			return error_set(err, ERR_INVALID,
					 "index file '%s' has directories but "
					 "is not sparse",
					 path);
		ret = index_sparse_expand(repo, &memory->arena, &index->entries,
					  &index->nr, index->tree, err);
		if (ret < 0)
			return ret;
		survey(index);
	}
	ret = index_file_verify(file, path, err);
	if (!ret)
		index_file_rest(file);
	return ret;
}

int index_read(struct index **out, struct repository *repo, const char *path,
	       struct error *err)
{
	return index_read_seen(out, repo, path, NULL, err);
}

int index_read_seen(struct index **out, struct repository *repo,
		    const char *path, const struct index_seen *seen,
		    struct error *err)
{
	struct index *index = xcalloc(1, sizeof(*index));
	struct index_file file;
	int ret;

	index->memory = xcalloc(1, sizeof(struct index_memory));
	ret = index_file_read(&file, index->memory, 0, path, seen, err);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		index->version = 2;
		index->checksummed = true;
		ret = 0;
	} else if (!ret) {
		ret = assemble(index, repo, path, &file, err);
	}
	index_file_release(&file);
	if (ret < 0)
		index_free(index);
	else
		*out = index;
	return ret;
}

void index_free(struct index *index)
{
	if (!index)
		return;
	arena_release(&index->memory->arena);
	free(index->memory->files[0]);
	free(index->memory->files[1]);
	free(index->memory);
	free(index->entries);
	free(index);
}

static bool same_moment(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool index_file_unchanged(const struct index *index, const char *path)
{
	const struct stat *was = &index->file;
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT && !index->exists;
	return index->exists && st.st_dev == was->st_dev &&
	       st.st_ino == was->st_ino && st.st_size == was->st_size &&
	       same_moment(&st.st_mtim, &was->st_mtim) &&
	       same_moment(&st.st_ctim, &was->st_ctim);
}

size_t index_position(const struct index *index, const char *path, size_t len)
{
	size_t low = 0, high = index->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct index_entry *entry = &index->entries[middle];
		size_t shorter = entry->path_len < len ? entry->path_len : len;
		int order = memcmp(entry->path, path, shorter);

		if (order < 0 || (!order && entry->path_len < len))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct index_entry *index_find(const struct index *index,
				     const char *path)
{
	size_t len = strlen(path);
	size_t at = index_position(index, path, len);
	const struct index_entry *entry;

	if (at == index->nr)
		return NULL;
	entry = &index->entries[at];
	if (entry->stage || entry->path_len != len ||
	    memcmp(entry->path, path, len))
		return NULL;
	return entry;
}
