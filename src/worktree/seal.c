#include "worktree/seal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fingerprint.h"
#include "git/repository.h"
#include "worktree/seal_file.h"

uint64_t seal_sum(uint64_t seed, uint64_t at, const void *data, size_t len)
{
	return fingerprint_add(seed + at, data, len);
}

/* -- the whole ----------------------------------------------------------- */

const void *seal_extent(const struct seal *seal, enum seal_part which,
			size_t item, size_t *nr)
{
	const struct seal_extent *extent = &seal->header.parts[which];

	if (extent->start % 8 || extent->start > seal->len ||
	    extent->len > seal->len - extent->start || extent->len % item)
		return NULL;
	*nr = (size_t)extent->len / item;
	return seal->data + extent->start;
}

const void *seal_part(const struct seal *seal, enum seal_part which,
		      size_t item, size_t *nr)
{
	const struct seal_extent *extent = &seal->header.parts[which];
	const void *data = seal_extent(seal, which, item, nr);

	return data && seal_sum(seal->header.seed, extent->start, data,
				(size_t)extent->len) == extent->sum
		       ? data
		       : NULL;
}

static bool read_header(struct seal *seal)
{
	struct seal_header *header = &seal->header;

	if (seal->len < sizeof(*header))
		return false;
	memcpy(header, seal->data, sizeof(*header));
	return !memcmp(header->magic, SEAL_MAGIC, sizeof(SEAL_MAGIC)) &&
	       header->size == seal->len &&
	       header->sum ==
		       fingerprint_add(0, seal->data,
				       sizeof(*header) - sizeof(header->sum)) &&
	       strnlen(header->moment.epoch, RECALL_EPOCH_SIZE) ==
		       RECALL_EPOCH_SIZE - 1;
}

static bool read_parts(struct seal *seal)
{
	struct seal_head *head = &seal->head;
	size_t len;

	head->holder = seal_part(seal, SEAL_HOLDER, 1, &len);
	if (!head->holder || !len || head->holder[len - 1])
		return false;
	head->modes = seal_part(seal, SEAL_MODES, sizeof(*head->modes),
				&head->nr_modes);
	head->links = seal_part(seal, SEAL_LINKS, sizeof(*head->links),
				&head->nr_links);
	head->extra = seal_part(seal, SEAL_EXTRA, 1, &head->extra_len);
	head->omitted = seal_part(seal, SEAL_OMITTED, 1, &head->omitted_len);
	return head->modes && head->links && head->extra && head->omitted;
}

static bool read_whole(struct seal *seal)
{
	const struct seal_header *header = &seal->header;

	if (!read_header(seal) || !read_parts(seal))
		return false;
	seal->head.moment = header->moment;
	memcpy(seal->head.terms, header->terms, sizeof(header->terms));
	seal->head.commit = header->commit;
	seal->head.tree = header->tree;
	seal->head.index_tree = header->index_tree;
	seal->head.index_version = header->index_version;
	seal->head.nr_entries = header->nr_entries;
	seal->head.nr_dirs = header->nr_dirs;
	seal->head.files = header->files;
	seal->head.unstaged = header->unstaged;
	seal->head.untracked = header->untracked;
	seal->head.file_mode = header->file_mode;
	seal->head.exec_mode = header->exec_mode;
	seal->head.dir_mode = header->dir_mode;
	return true;
}

struct seal *seal_parse(const void *data, size_t len)
{
	struct seal *seal = xcalloc(1, sizeof(*seal));

	seal->data = data;
	seal->len = len;
	if (read_whole(seal))
		return seal;
	free(seal);
	return NULL;
}

struct seal *seal_open(const struct repository *repo)
{
	char *path = repository_path(repo, "checkpoint.d/seal");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct seal *seal = NULL;
	void *data = MAP_FAILED;
	struct stat st;

	free(path);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			    fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return NULL;
	seal = seal_parse(data, (size_t)st.st_size);
	if (seal)
		seal->mapped = true;
	else
		munmap(data, (size_t)st.st_size);
	return seal;
}

void seal_close(struct seal *seal)
{
	if (!seal)
		return;
	if (seal->mapped)
		munmap((void *)seal->data, seal->len);
	free(seal);
}

const struct seal_head *seal_head(const struct seal *seal)
{
	return &seal->head;
}

/* -- lists --------------------------------------------------------------- */

bool seal_take_file(const char *data, size_t len, size_t *at,
		    struct cache_entry *out)
{
	struct seal_file file;
	const char *nul;

	if (*at > len || len - *at < sizeof(file))
		return false;
	memcpy(&file, data + *at, sizeof(file));
	*at += sizeof(file);
	*out = (struct cache_entry){
		.blob = file.blob,
		.raw = file.raw,
		.stat = file.stat,
		.keep_raw = file.keep_raw != 0,
		.conversion = data + *at,
	};
	nul = memchr(data + *at, '\0', len - *at);
	if (!nul)
		return false;
	*at = (size_t)(nul - data) + 1;
	out->path = data + *at;
	nul = memchr(data + *at, '\0', len - *at);
	if (!nul)
		return false;
	*at = (size_t)(nul - data) + 1;
	return true;
}

bool seal_rules(const struct seal *seal, struct seal_rules **out, size_t *nr)
{
	size_t len, at = 0, alloc = 0;
	const char *text = seal_part(seal, SEAL_RULES, 1, &len);
	struct cache_entry entry;

	*out = NULL;
	*nr = 0;
	if (!text)
		return false;
	while (at < len && seal_take_file(text, len, &at, &entry)) {
		ARRAY_GROW(*out, *nr, alloc);
		(*out)[(*nr)++] = (struct seal_rules){
			entry, !strcmp(entry.conversion, "a")};
	}
	return at == len;
}

bool seal_looked(const struct seal *seal, const uint64_t **out, size_t *nr)
{
	*out = seal_part(seal, SEAL_LOOKED, sizeof(**out), nr);
	return *out;
}

/* -- a directory --------------------------------------------------------- */

uint64_t seal_top(const struct seal *seal)
{
	return seal->header.top;
}

static bool children_are_good(const struct seal_dir *dir, const char *names,
			      uint64_t names_len)
{
	const struct seal_record_child *children = dir->children;

	if (dir->nr_children && (!names_len || names[names_len - 1]))
		return false;
	for (size_t i = 0; i < dir->nr_children; i++)
		if (children[i].name >= names_len ||
		    children[i].at >= dir->at || children[i].at < dir->start)
			return false;
	return true;
}

static bool take_lists(struct seal_dir *out, const struct seal_record *record,
		       const char *data)
{
	const char *lists = data + sizeof(*record);
	uint64_t left = record->len - sizeof(*record);
	uint64_t lists_len =
		record->nr_runs * (uint64_t)sizeof(struct index_run) +
		record->nr_modes * (uint64_t)sizeof(struct seal_count) +
		record->nr_children *
			(uint64_t)sizeof(struct seal_record_child);

	if (lists_len > left || !record->path_len ||
	    record->path_len > left - lists_len ||
	    record->names_len > left - lists_len - record->path_len ||
	    record->cached_len >
		    left - lists_len - record->path_len - record->names_len)
		return false;
	out->runs = (const void *)lists;
	out->nr_runs = record->nr_runs;
	out->modes = (const void *)(out->runs + out->nr_runs);
	out->nr_modes = record->nr_modes;
	out->children = out->modes + out->nr_modes;
	out->nr_children = record->nr_children;
	out->path = lists + lists_len;
	out->path_len = (size_t)record->path_len - 1;
	out->cached = out->path + record->path_len + record->names_len;
	out->cached_len = (size_t)record->cached_len;
	return strnlen(out->path, out->path_len + 1) == out->path_len &&
	       children_are_good(out, out->path + record->path_len,
				 record->names_len);
}

bool seal_dir_at(const struct seal *seal, uint64_t at, struct seal_dir *out)
{
	const char *data = seal->data + at;
	struct seal_record record;

	if (at % 8 || at < sizeof(struct seal_header) || at > seal->len ||
	    seal->len - at < sizeof(record))
		return false;
	memcpy(&record, data, sizeof(record));
	if (record.len < sizeof(record) || record.len % 8 ||
	    record.len > seal->len - at || record.start > at ||
	    seal_sum(seal->header.seed, at, data + sizeof(record.sum),
		     (size_t)record.len - sizeof(record.sum)) != record.sum)
		return false;
	*out = (struct seal_dir){
		.at = at,
		.start = record.start,
		.looked = record.looked != 0,
		.tracked = record.tracked != 0,
		.files = record.files,
		.unstaged = record.unstaged,
		.untracked = record.untracked,
	};
	return take_lists(out, &record, data);
}

bool seal_dir_next(const struct seal *seal, uint64_t *at, struct seal_dir *out)
{
	uint64_t len;

	if (!seal_dir_at(seal, *at, out))
		return false;
	memcpy(&len, seal->data + *at + offsetof(struct seal_record, len),
	       sizeof(len));
	*at += len;
	return true;
}

struct seal_child seal_child(const struct seal_dir *dir, size_t i)
{
	const struct seal_record_child *children = dir->children;

	return (struct seal_child){
		.name = dir->path + dir->path_len + 1 + children[i].name,
		.place = i,
		.at = children[i].at,
		.tracked = children[i].tracked != 0,
	};
}

bool seal_find_child(const struct seal_dir *dir, const char *name, size_t len,
		     struct seal_child *out)
{
	size_t low = 0, high = dir->nr_children;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order;

		*out = seal_child(dir, middle);
		order = strncmp(out->name, name, len);
		if (!order && !out->name[len])
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool seal_cached(const struct seal_dir *dir, size_t *at,
		 struct cache_entry *out)
{
	return *at < dir->cached_len &&
	       seal_take_file(dir->cached, dir->cached_len, at, out);
}
