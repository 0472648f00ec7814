#include "worktree/scan_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/tree.h"
#include "worktree/seal.h"
#include "worktree/sealed.h"

#define LIST_BYTES (32u << 10)

/*
 * Whether the index has `name` of this directory as a file, or, with
 * `as_dir`, files below it.
 */
static bool is_tracked(const struct scan *scan, const struct scan_dir *dir,
		       const char *name, bool as_dir)
{
	const struct index *index = scan->index;
	size_t skip = dir->path_len, len = strlen(name);
	size_t low = dir->first, high = dir->end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *path = index->entries[middle].path + skip;
		int order = strncmp(path, name, len);

		if (!order)
			order = (unsigned char)path[len] - (as_dir ? '/' : 0);
		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_gitlink(const struct scan *scan, const struct scan_dir *dir,
		       const char *name)
{
	char *path = xstrfmt("%s%s", dir->path, name);
	const struct index_entry *entry = index_find(scan->index, path);

	free(path);
	return entry && entry->mode == MODE_GITLINK;
}

/* Whether it was added to the list. */
static bool note_name(struct scan_names *names, const struct scan *scan,
		      const struct scan_dir *dir, int fd, const char *name,
		      unsigned char type)
{
	struct stat st;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	names->count++;
	if (type == DT_UNKNOWN && !fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		type = IFTODT(st.st_mode);
	if (type == DT_DIR && names->seen &&
	    sealed_note_name(dir, name, names->seen))
		return false;
	if (type == DT_DIR ? is_tracked(scan, dir, name, true) ||
				     is_gitlink(scan, dir, name)
			   : is_tracked(scan, dir, name, false))
		return false;
	buf_addch(&names->listed, type);
	buf_add(&names->listed, name, strlen(name) + 1);
	return true;
}

/* The next record of a list: a type and a name. */
static const char *next_record(const char *record)
{
	return record + strlen(record + 1) + 2;
}

static int compare_records(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a + 1, *(const char *const *)b + 1);
}

/* Where each of the `nr` records begins. false: they are in order. */
static bool list_records(const struct buf *names, size_t nr,
			 const char **records)
{
	const char *at = names->ptr;
	bool unsorted = false;

	for (size_t i = 0; i < nr; i++) {
		records[i] = at;
		at = next_record(at);
		unsorted |=
			i && compare_records(&records[i - 1], &records[i]) > 0;
	}
	return unsorted;
}

/*
 * In the order that paths have: so are the items that are made of them, which
 * lie one behind the other then as they are gone through. What is believed next
 * time needs no sorting any more.
 */
static void sort(struct buf *names, size_t nr)
{
	const char **records = xmalloc(array_bytes(nr, sizeof(*records)));
	struct buf sorted = BUF_INIT;

	if (list_records(names, nr, records)) {
		qsort(records, nr, sizeof(*records), compare_records);
		buf_grow(&sorted, names->len);
		for (size_t i = 0; i < nr; i++)
			buf_add(&sorted, records[i],
				(size_t)(next_record(records[i]) - records[i]));
		buf_release(names);
		*names = sorted;
	}
	free(records);
}

/*
 * Through the descriptor that is open anyway: a stream of its own, as
 * readdir() wants it, is five calls and 32 KiB from the heap more for each
 * directory.
 */
static int list(struct scan_names *names, const struct scan *scan,
		const struct scan_dir *dir, int fd, struct error *err)
{
	_Alignas(struct dirent64) char piece[LIST_BYTES];
	size_t nr = 0;
	ssize_t got;

	while ((got = getdents64(fd, piece, sizeof(piece))) > 0) {
		const struct dirent64 *entry;

		for (ssize_t at = 0; at < got; at += entry->d_reclen) {
			entry = (const struct dirent64 *)(piece + at);
			nr += note_name(names, scan, dir, fd, entry->d_name,
					entry->d_type);
		}
	}
	if (got < 0)
		return error_errno(err, "cannot list '%s'", dir->path);
	if (nr > 1)
		sort(&names->listed, nr);
	return 0;
}

int scan_names_read(struct scan_names *names, struct scan *scan,
		    struct scan_dir *dir, int fd, const struct stat *st,
		    uint64_t tracked, struct error *err)
{
	const struct roster *known = NULL;

	*names = (struct scan_names){.listed = BUF_INIT};
	if (scan->believes_times)
		known = rosters_find(scan->rosters, st);
	if (known && known->tracked == tracked) {
		dir->roster = known;
		names->at = known->names;
		names->end = known->names + known->len;
		names->count = known->count;
		return 0;
	}
	if (dir->seal)
		names->seen = xcalloc(dir->seal->nr_children + 1, 1);
	if (list(names, scan, dir, fd, err) < 0)
		return err->code;
	if (dir->seal)
		sealed_expect(scan, dir, names->seen);
	names->may_be_kept = scan->believes_times &&
			     st->st_dev == scan->device &&
			     roster_is_quiet(st, &scan->start);
	names->at = names->listed.ptr;
	names->end = names->listed.ptr + names->listed.len;
	return 0;
}

void scan_names_release(struct scan_names *names)
{
	buf_release(&names->listed);
	free(names->seen);
}

const char *scan_names_next(struct scan_names *names, unsigned char *type)
{
	const char *name;

	if (names->at == names->end)
		return NULL;
	*type = (unsigned char)*names->at;
	name = names->at + 1;
	names->at = name + strlen(name) + 1;
	return name;
}
