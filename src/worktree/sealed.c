#include "worktree/sealed.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/sorted.h"
#include "worktree/scan.h"
#include "worktree/scan_dir.h"
#include "worktree/scan_reading.h"
#include "worktree/told.h"

/* More than these, and one of so many, are as good as all. */
#define LOOKS 256
#define ENTRIES 4096
#define SHARE 16

/* -- choosing ------------------------------------------------------------ */

struct choosing {
	const struct seal *seal;
	uint64_t *places;
	size_t nr, alloc, max;
	bool bad;
};

static void choose(struct choosing *choosing, uint64_t at)
{
	if (choosing->nr == choosing->max)
		choosing->bad = true;
	if (choosing->bad)
		return;
	ARRAY_GROW(choosing->places, choosing->nr, choosing->alloc);
	choosing->places[choosing->nr++] = at;
}

/* Find the directory; false: the seal has none. */
static bool descend(struct choosing *choosing, const char *path,
		    struct seal_dir *out)
{
	uint64_t at = seal_top(choosing->seal);

	for (;;) {
		size_t len = strcspn(path, "/");
		struct seal_child child;

		if (!seal_dir_at(choosing->seal, at, out)) {
			choosing->bad = true;
			return false;
		}
		if (!len)
			return true;
		if (!seal_find_child(out, path, len, &child))
			return false;
		at = child.at;
		path += len + (path[len] == '/');
	}
}

/* One that is not there is new, and found where it is. */
static void choose_dirs(struct choosing *choosing, const struct strlist *paths)
{
	struct seal_dir dir;

	for (size_t i = 0; i < paths->nr && !choosing->bad; i++)
		if (descend(choosing, paths->items[i], &dir))
			choose(choosing, dir.at);
}

static void choose_trees(struct choosing *choosing, const struct strlist *paths)
{
	struct seal_dir top, dir;

	for (size_t i = 0; i < paths->nr && !choosing->bad; i++) {
		uint64_t at;

		if (!descend(choosing, paths->items[i], &top))
			continue;
		for (at = top.start; !choosing->bad && at <= top.at;) {
			if (!seal_dir_next(choosing->seal, &at, &dir))
				choosing->bad = true;
			else
				choose(choosing, dir.at);
		}
	}
}

static void choose_looked(struct choosing *choosing)
{
	const uint64_t *places;
	size_t nr;

	if (!seal_looked(choosing->seal, &places, &nr)) {
		choosing->bad = true;
		return;
	}
	for (size_t i = 0; i < nr && !choosing->bad; i++)
		choose(choosing, places[i]);
}

/* Those with a file that may be written without an event. */
static void choose_written(struct choosing *choosing,
			   const struct writers *writers)
{
	uint64_t *places;
	size_t nr;

	if (!writers->nr)
		return;
	if (!seal_find_inodes(choosing->seal, writers->inodes, writers->nr,
			      &places, &nr))
		choosing->bad = true;
	for (size_t i = 0; i < nr && !choosing->bad; i++)
		choose(choosing, places[i]);
	free(places);
}

static int by_place(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seal_dir *)a)->path,
		      ((const struct seal_dir *)b)->path);
}

static bool load(struct sealed *out, struct choosing *choosing)
{
	uint64_t last = 0;

	qsort(choosing->places, choosing->nr, sizeof(*choosing->places),
	      by_place);
	out->looks = xcalloc(choosing->nr, sizeof(*out->looks));
	for (size_t i = 0; i < choosing->nr; i++) {
		struct seal_dir *dir = &out->looks[out->nr];

		if (choosing->places[i] == last)
			continue;
		last = choosing->places[i];
		if (!seal_dir_at(choosing->seal, last, dir))
			return false;
		for (size_t run = 0; run < dir->nr_runs; run++)
			out->nr_entries += dir->runs[run].nr;
		out->nr++;
	}
	qsort(out->looks, out->nr, sizeof(*out->looks), by_path);
	return true;
}

bool sealed_choose(struct sealed *out, const struct seal *seal,
		   const struct told *told)
{
	const struct seal_head *head = seal_head(seal);
	struct choosing choosing = {.seal = seal};
	bool good;

	*out = (struct sealed){.seal = seal};
	choosing.max = LOOKS + (size_t)head->nr_dirs / SHARE;
	choose(&choosing, seal_top(seal));
	choose_looked(&choosing);
	choose_dirs(&choosing, &told->dirs);
	choose_trees(&choosing, &told->trees);
	choose_trees(&choosing, &told->unwatched);
	choose_written(&choosing, &told->writers);
	good = !choosing.bad && load(out, &choosing) &&
	       out->nr_entries <= ENTRIES + head->nr_entries / SHARE;
	free(choosing.places);
	return good;
}

void sealed_release(struct sealed *sealed)
{
	free(sealed->looks);
	*sealed = (struct sealed){0};
}

/* -- looking up ---------------------------------------------------------- */

static int compare_path(const void *path, const void *dir)
{
	return strcmp(path, ((const struct seal_dir *)dir)->path);
}

/* The first that is not before a path. */
static size_t position(const struct sealed *sealed, const char *path)
{
	return sorted_place(path, sealed->looks, sealed->nr,
			    sizeof(*sealed->looks), compare_path);
}

const struct seal_dir *sealed_find(const struct sealed *sealed,
				   const char *path)
{
	size_t at = position(sealed, path);

	return at < sealed->nr && !strcmp(sealed->looks[at].path, path)
		       ? &sealed->looks[at]
		       : NULL;
}

static int by_offset(const void *a, const void *b)
{
	const struct index_run *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

struct index *sealed_read_index(const struct sealed *sealed, const char *path)
{
	const struct seal_head *head = seal_head(sealed->seal);
	struct index_run *runs = NULL;
	size_t nr = 0, alloc = 0;
	struct index *index;

	for (size_t i = 0; i < sealed->nr; i++)
		for (size_t run = 0; run < sealed->looks[i].nr_runs; run++) {
			ARRAY_GROW(runs, nr, alloc);
			runs[nr++] = sealed->looks[i].runs[run];
		}
	if (nr)
		qsort(runs, nr, sizeof(*runs), by_offset);
	index = index_read_part(path, &head->moment.index, head->index_version,
				runs, nr);
	free(runs);
	return index;
}

/* -- the walk ------------------------------------------------------------ */

bool sealed_passes(const struct scan *scan, struct scan_dir *dir)
{
	const struct scan_dir *parent = dir->parent;
	struct seal_child child;

	dir->seal = sealed_find(scan->sealed, dir->path);
	if (dir->seal || !parent)
		return false;
	dir->passed =
		parent->passed ||
		(parent->seal &&
		 seal_find_child(parent->seal, dir->path + parent->path_len,
				 dir->path_len - parent->path_len - 1, &child));
	return dir->passed;
}

/* Whether it is added, with its entries: by the index it is there already, and
 * what is not tracked is found by its name. */
static void add_child(struct reading *reading, const char *path, size_t len)
{
	const struct index *index = reading->scan->index;
	struct scan_dir *dir = reading->dir;
	const char *name = path + dir->path_len;
	size_t first = index_position(index, path, len), end = first;
	struct seal_child child;

	if (first < dir->end && !strncmp(index->entries[first].path, path, len))
		end = scan_end_of_dir(index, first, dir->end, len);
	len -= dir->path_len + 1;
	if (!dir->passed &&
	    (first < end || !seal_find_child(dir->seal, name, len, &child) ||
	     !child.tracked))
		return;
	reading_add_child(reading, name, len, first, end);
}

void sealed_add_children(struct reading *reading)
{
	const struct sealed *sealed = reading->scan->sealed;
	const struct scan_dir *dir = reading->dir;
	size_t at = position(sealed, dir->path);

	while (at < sealed->nr &&
	       !strncmp(sealed->looks[at].path, dir->path, dir->path_len)) {
		const char *path = sealed->looks[at].path;
		size_t len = dir->path_len;

		at++;
		if (!path[len])
			continue;
		len += strcspn(path + len, "/") + 1;
		add_child(reading, path, len);
		while (at < sealed->nr &&
		       !strncmp(sealed->looks[at].path, path, len))
			at++;
	}
}

bool sealed_note_name(const struct scan_dir *dir, const char *name, char *seen)
{
	struct seal_child child;

	if (!seal_find_child(dir->seal, name, strlen(name), &child))
		return false;
	seen[child.place] = 1;
	return child.tracked;
}

void sealed_expect(struct scan *scan, const struct scan_dir *dir,
		   const char *seen)
{
	struct buf path = BUF_INIT;

	for (size_t i = 0; dir->seal && i < dir->seal->nr_children; i++) {
		if (seen && seen[i])
			continue;
		buf_reset(&path);
		buf_addf(&path, "%s%s/", dir->path,
			 seal_child(dir->seal, i).name);
		if (sealed_find(scan->sealed, path.ptr))
			continue;
		pthread_mutex_lock(&scan->lock);
		scan->unsealed = true;
		pthread_mutex_unlock(&scan->lock);
	}
	buf_release(&path);
}
