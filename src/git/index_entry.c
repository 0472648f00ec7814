#include "git/index_file.h"

#include "git/tree.h"

/* -- what lies in front of the path --------------------------------------- */

const struct oid *index_entry_oid(const struct index_entry *entry)
{
	return (const struct oid *)(index_entry_head(entry) + INDEX_AT_OID);
}

struct index_stat index_entry_stat(const struct index_entry *entry)
{
	const unsigned char *p = index_entry_head(entry);

	return (struct index_stat){
		.ctime_sec = index_get32(p),
		.ctime_nsec = index_get32(p + 4),
		.mtime_sec = index_get32(p + INDEX_AT_MTIME),
		.mtime_nsec = index_get32(p + INDEX_AT_MTIME + 4),
		.dev = index_get32(p + 16),
		.ino = index_get32(p + 20),
		.uid = index_get32(p + 28),
		.gid = index_get32(p + 32),
		.size = index_get32(p + INDEX_AT_SIZE),
	};
}

char *index_entry_put_head(struct index_entry *entry, struct arena *arena,
			   size_t len, const struct oid *oid,
			   const struct index_stat *stat)
{
	static const struct index_stat unknown;
	unsigned char *p = arena_get(arena, INDEX_ENTRY_HEAD + len + 1, 1);
	char *copy = (char *)p + INDEX_ENTRY_HEAD;

	if (!stat)
		stat = &unknown;
	memset(p, 0, INDEX_ENTRY_HEAD);
	index_put32(p, stat->ctime_sec);
	index_put32(p + 4, stat->ctime_nsec);
	index_put32(p + INDEX_AT_MTIME, stat->mtime_sec);
	index_put32(p + INDEX_AT_MTIME + 4, stat->mtime_nsec);
	index_put32(p + 16, stat->dev);
	index_put32(p + 20, stat->ino);
	index_put32(p + 28, stat->uid);
	index_put32(p + 32, stat->gid);
	index_put32(p + INDEX_AT_SIZE, stat->size);
	memcpy(p + INDEX_AT_OID, oid->id, OID_RAWSZ);
	copy[len] = '\0';
	entry->path = copy;
	entry->path_len = (uint32_t)len;
	entry->flags &= (uint8_t)~INDEX_LONG_HEAD;
	return copy;
}

void index_entry_fill(struct index_entry *entry, struct arena *arena,
		      const char *path, size_t len, const struct oid *oid,
		      const struct index_stat *stat)
{
	memcpy(index_entry_put_head(entry, arena, len, oid, stat), path, len);
}

/* -- what an entry may be ------------------------------------------------- */

static size_t common_prefix(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t x, y;

		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			break;
	}
	while (i < len && a[i] == b[i])
		i++;
	return i;
}

static const char *path_fault(const struct index_entry *entry, size_t start)
{
	const char *path = entry->path;
	size_t len = entry->path_len;

	/* Only a sparse directory's path ends in a slash. */
	if (entry->mode == MODE_TREE) {
		if (len < 2 || path[len - 1] != '/')
			return "is a directory without a slash at the end";
		len--;
	}
	while (start && path[start - 1] != '/')
		start--;
	for (;;) {
		const char *name = path + start;
		const char *slash = memchr(name, '/', len - start);
		size_t name_len = slash ? (size_t)(slash - name) : len - start;

		if (!name_len)
			return "has an empty path component";
		if (name[0] == '.' &&
		    (name_len == 1 || (name_len == 2 && name[1] == '.')))
			return "has '.' or '..' in its path";
		if (!slash)
			return NULL;
		start += name_len + 1;
	}
}

static const char *order_fault(const struct index_entry *prev,
			       const struct index_entry *entry, size_t common)
{
	if (common < prev->path_len && common < entry->path_len)
		return (unsigned char)entry->path[common] >
				       (unsigned char)prev->path[common]
			       ? NULL
			       : "is out of order";
	if (prev->path_len > entry->path_len)
		return "is out of order";
	if (prev->path_len < entry->path_len)
		return prev->mode != MODE_TREE ? NULL
					       : "is inside a sparse directory";
	if (!prev->stage)
		return "is there twice";
	return prev->stage < entry->stage ? NULL : "has its stages in disorder";
}

static const char *mode_fault(const struct index_entry *entry)
{
	switch (entry->mode) {
	case MODE_FILE:
	case MODE_EXEC:
	case MODE_LINK:
	case MODE_GITLINK:
		return NULL;
	case MODE_TREE:
		if (!entry->stage && (entry->flags & INDEX_SKIP_WORKTREE))
			return NULL;
		return "is a directory that is not skip-worktree";
	default:
		return "has an unknown mode";
	}
}

const char *index_entry_fault(const struct index_entry *prev,
			      const struct index_entry *entry)
{
	const char *fault = mode_fault(entry);
	size_t common = 0;

	if (fault)
		return fault;
	if (prev) {
		size_t len = prev->path_len < entry->path_len ? prev->path_len
							      : entry->path_len;

		common = common_prefix(prev->path, entry->path, len);
		fault = order_fault(prev, entry, common);
		if (fault)
			return fault;
	}
	return path_fault(entry, common);
}

const char *index_entries_fault(const struct index_entry *entries, size_t nr,
				size_t *at)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *fault = index_entry_fault(
			i ? &entries[i - 1] : NULL, &entries[i]);

		if (fault) {
			*at = i;
			return fault;
		}
	}
	return NULL;
}
