#include "worktree/recall.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/derived.h"
#include "base/fingerprint.h"
#include "git/repository.h"
#include "worktree/roster.h"

/*
 * The file: a header; the records; inodes with several links; a path, names
 * and files for each record; then the seal. Numbers are in the machine's own
 * order: the file never leaves it.
 */
#define MAGIC "checkpoint-recall 2\n\n\n"

struct header {
	char magic[sizeof(MAGIC)];
	struct recall_head head;
	uint64_t seed;
	uint64_t nr, nr_links;
};

struct record {
	uint64_t tracked;
	uint64_t start; /* of its texts, behind all records and inodes */
	uint64_t path_len, names_len, files_len;
	uint32_t count, mode;
	uint16_t file_mode, exec_mode;
};

/* What is kept of lstat(). */
struct file {
	uint64_t device, inode, size;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint32_t mode, uid, gid; /* mode 0: it was not there */
};

struct recall {
	struct recall_head head;
	uint64_t seed;
	struct derived file; /* what the items point into */
	struct recalled *items;
	size_t nr;
	uint64_t *links; /* sorted */
	size_t nr_links;
	uint32_t *slots; /* 1 + place in items, by path; 0: free */
	size_t mask;
};

/* -- reading ------------------------------------------------------------- */

static bool files_are_clean(const char *files, size_t len)
{
	while (len) {
		const char *nul;

		if (len < sizeof(struct file) + 2)
			return false;
		files += sizeof(struct file);
		len -= sizeof(struct file);
		nul = memchr(files, '\0', len);
		if (!nul || nul == files)
			return false;
		len -= (size_t)(nul - files) + 1;
		files = nul + 1;
	}
	return true;
}

static bool take_record(struct recalled *item, const char *data,
			const char *texts, uint64_t len)
{
	struct record record;

	memcpy(&record, data, sizeof(record));
	if (record.start > len || record.path_len < 2 ||
	    record.path_len > len - record.start)
		return false;
	len -= record.start + record.path_len;
	if (record.names_len > len || record.files_len > len - record.names_len)
		return false;
	*item = (struct recalled){
		.path = texts + record.start,
		.path_len = (size_t)record.path_len - 1,
		.tracked = record.tracked,
		.names = texts + record.start + record.path_len,
		.names_len = (size_t)record.names_len,
		.files_len = (size_t)record.files_len,
		.count = record.count,
		.mode = record.mode,
		.file_mode = record.file_mode,
		.exec_mode = record.exec_mode,
	};
	item->files = item->names + item->names_len;
	return strnlen(item->path, item->path_len + 1) == item->path_len &&
	       roster_names_are_clean(item->names, item->names_len) &&
	       files_are_clean(item->files, item->files_len);
}

static size_t slot_of(const struct recall *recall, const char *path, size_t len)
{
	return (size_t)(fingerprint_add(recall->seed, path, len) >> 20) &
	       recall->mask;
}

static void enter_all(struct recall *recall)
{
	size_t size = 16;

	while (size < recall->nr * 2)
		size *= 2;
	recall->mask = size - 1;
	recall->slots = xcalloc(size, sizeof(*recall->slots));
	for (size_t i = 0; i < recall->nr; i++) {
		size_t slot = slot_of(recall, recall->items[i].path,
				      recall->items[i].path_len);

		while (recall->slots[slot])
			slot = (slot + 1) & recall->mask;
		recall->slots[slot] = (uint32_t)i + 1;
	}
}

static bool parse(struct recall *recall)
{
	const struct derived *file = &recall->file;
	struct header header;
	const char *at;
	size_t left;

	if (file->len < sizeof(header))
		return false;
	memcpy(&header, file->data, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) ||
	    strnlen(header.head.epoch, RECALL_EPOCH_SIZE) !=
		    RECALL_EPOCH_SIZE - 1)
		return false;
	at = file->data + sizeof(header);
	left = file->len - sizeof(header);
	if (header.nr > left / sizeof(struct record))
		return false;
	left -= (size_t)header.nr * sizeof(struct record);
	if (header.nr_links > left / sizeof(uint64_t))
		return false;
	left -= (size_t)header.nr_links * sizeof(uint64_t);
	recall->items = xcalloc((size_t)header.nr, sizeof(*recall->items));
	recall->links = xcalloc((size_t)header.nr_links, sizeof(uint64_t));
	recall->nr = (size_t)header.nr;
	recall->nr_links = (size_t)header.nr_links;
	if (recall->nr_links)
		memcpy(recall->links, at + recall->nr * sizeof(struct record),
		       recall->nr_links * sizeof(uint64_t));
	for (size_t i = 0; i < recall->nr; i++)
		if (!take_record(&recall->items[i],
				 at + i * sizeof(struct record),
				 file->data + file->len - left, left))
			return false;
	recall->head = header.head;
	recall->seed = header.seed;
	enter_all(recall);
	return true;
}

/* Nothing, and sums that nobody can foresee. */
static void make_empty(struct recall *recall)
{
	free(recall->items);
	free(recall->links);
	derived_release(&recall->file);
	*recall = (struct recall){0};
	recall->seed = fingerprint_seed();
}

static char *recall_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/recall");
}

struct recall *recall_read(const struct repository *repo)
{
	struct recall *recall = xcalloc(1, sizeof(*recall));
	char *path = recall_path(repo);

	/* Missing or unreadable: then nothing is known. */
	if (!derived_open(&recall->file, path) || !parse(recall))
		make_empty(recall);
	free(path);
	return recall;
}

struct recall *recall_parse(const void *data, size_t len)
{
	struct recall *recall = xcalloc(1, sizeof(*recall));

	if (!derived_copy(&recall->file, data, len) || !parse(recall))
		make_empty(recall);
	return recall;
}

struct recall *recall_of(const struct recall_head *head, const uint64_t *links,
			 size_t nr_links)
{
	struct recall *recall = recall_parse("", 0);

	recall->head = *head;
	recall->nr_links = nr_links;
	if (nr_links)
		recall->links = xmemdup(links, nr_links * sizeof(*links));
	return recall;
}

void recall_free(struct recall *recall)
{
	if (!recall)
		return;
	free(recall->items);
	free(recall->links);
	free(recall->slots);
	derived_release(&recall->file);
	free(recall);
}

const struct recall_head *recall_head(const struct recall *recall)
{
	return &recall->head;
}

size_t recall_count(const struct recall *recall)
{
	return recall->nr;
}

uint64_t recall_seed(const struct recall *recall)
{
	return recall->seed;
}

/* -- looking up ---------------------------------------------------------- */

static int compare_inode(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

bool recall_has_link(const struct recall *recall, uint64_t inode)
{
	return recall->nr_links &&
	       bsearch(&inode, recall->links, recall->nr_links, sizeof(inode),
		       compare_inode);
}

static struct recalled *find(const struct recall *recall, const char *path,
			     size_t len)
{
	size_t slot;

	if (!recall->nr)
		return NULL;
	slot = slot_of(recall, path, len);
	for (; recall->slots[slot]; slot = (slot + 1) & recall->mask) {
		struct recalled *item = &recall->items[recall->slots[slot] - 1];

		if (item->path_len == len && !memcmp(item->path, path, len))
			return item;
	}
	return NULL;
}

const struct recalled *recall_find(const struct recall *recall,
				   const char *path, size_t len)
{
	const struct recalled *item = find(recall, path, len);

	return item && !item->forgotten ? item : NULL;
}

void recall_forget(struct recall *recall, const char *path)
{
	struct recalled *item = find(recall, path, strlen(path));

	if (item)
		item->forgotten = true;
}

/* -- files --------------------------------------------------------------- */

bool recalled_next(const struct recalled *dir, size_t *at, const char **name,
		   struct stat *out)
{
	struct file file;

	if (*at >= dir->files_len)
		return false;
	memcpy(&file, dir->files + *at, sizeof(file));
	*name = dir->files + *at + sizeof(file);
	*at += sizeof(file) + strlen(*name) + 1;
	*out = (struct stat){
		.st_dev = file.device,
		.st_ino = file.inode,
		.st_mode = file.mode,
		.st_nlink = 1,
		.st_uid = file.uid,
		.st_gid = file.gid,
		.st_size = (off_t)file.size,
		.st_mtim = {file.mtime_sec, file.mtime_nsec},
		.st_ctim = {file.ctime_sec, file.ctime_nsec},
	};
	return true;
}

static bool find_from(const struct recalled *dir, size_t from, size_t end,
		      size_t *at, const char *wanted, struct stat *out)
{
	const char *name;

	while (from < end && recalled_next(dir, &from, &name, out)) {
		if (strcmp(name, wanted))
			continue;
		*at = from;
		return true;
	}
	return false;
}

int recalled_stat(const struct recalled *dir, size_t *at, const char *name,
		  struct stat *out)
{
	if (!find_from(dir, *at, dir->files_len, at, name, out) &&
	    !find_from(dir, 0, *at, at, name, out)) {
		errno = ENODATA;
		return -1;
	}
	if (out->st_mode)
		return 0;
	errno = ENOENT;
	return -1;
}

void recall_add_file(struct buf *out, const char *name, const struct stat *st)
{
	struct file file = {0};

	if (st)
		file = (struct file){
			.device = st->st_dev,
			.inode = st->st_ino,
			.size = (uint64_t)st->st_size,
			.mtime_sec = st->st_mtim.tv_sec,
			.ctime_sec = st->st_ctim.tv_sec,
			.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
			.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
			.mode = st->st_mode,
			.uid = st->st_uid,
			.gid = st->st_gid,
		};
	buf_add(out, &file, sizeof(file));
	buf_add(out, name, strlen(name) + 1);
}

/* -- writing ------------------------------------------------------------- */

static void add_record(struct derived_writer *out, const struct recalled *item,
		       uint64_t *start)
{
	struct record record;

	/* No byte of it is left to chance. */
	memset(&record, 0, sizeof(record));
	record.tracked = item->tracked;
	record.start = *start;
	record.path_len = item->path_len + 1;
	record.names_len = item->names_len;
	record.files_len = item->files_len;
	record.count = item->count;
	record.mode = item->mode;
	record.file_mode = item->file_mode;
	record.exec_mode = item->exec_mode;
	derived_add(out, &record, sizeof(record));
	*start += record.path_len + record.names_len + record.files_len;
}

static void add_links(struct derived_writer *out, const uint64_t *links,
		      size_t nr)
{
	uint64_t *sorted;

	if (!nr)
		return;
	sorted = xmemdup(links, nr * sizeof(*links));
	qsort(sorted, nr, sizeof(*sorted), compare_inode);
	derived_add(out, sorted, nr * sizeof(*sorted));
	free(sorted);
}

int recall_write(const struct repository *repo, const struct recall_head *head,
		 uint64_t seed, const struct recalled *const *items, size_t nr,
		 const uint64_t *links, size_t nr_links, struct error *err)
{
	struct header header;
	struct derived_writer out;
	char *path = recall_path(repo);
	uint64_t start = 0;

	memset(&header, 0, sizeof(header));
	memcpy(header.magic, MAGIC, sizeof(MAGIC));
	memcpy(&header.head, head, sizeof(*head));
	header.seed = seed;
	header.nr = nr;
	header.nr_links = nr_links;
	derived_begin(&out, path);
	free(path);
	derived_add(&out, &header, sizeof(header));
	for (size_t i = 0; i < nr; i++)
		add_record(&out, items[i], &start);
	add_links(&out, links, nr_links);
	for (size_t i = 0; i < nr; i++) {
		derived_add(&out, items[i]->path, items[i]->path_len + 1);
		derived_add(&out, items[i]->names, items[i]->names_len);
		derived_add(&out, items[i]->files, items[i]->files_len);
	}
	return derived_end(&out, err);
}
