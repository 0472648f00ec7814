#include "base/alloc.h"
#include "worktree/scan.h"
#include "worktree/scan_dir.h"

bool scan_is_to_be_read(const struct scan_item *item)
{
	return item->kind == SCAN_CHANGED || item->kind == SCAN_UNTRACKED ||
	       item->kind == SCAN_IGNORED;
}

bool scan_is_untracked_file(const struct scan_item *item)
{
	return (item->kind == SCAN_UNTRACKED || item->kind == SCAN_IGNORED) &&
	       S_ISREG(item->stat.mode);
}

/* -- where they are ------------------------------------------------------ */

/* Of the directories that have items at all most have one or two, and there may
 * be 100,000 of them. */
static void make_room(struct scan_dir *dir)
{
	const uint32_t nr = dir->nr_items;
	struct scan_item *items;

	if (dir->alloc_items) {
		dir->alloc_items = nr * 2;
		dir->items =
			xrealloc(dir->items, array_bytes(dir->alloc_items,
							 sizeof(*dir->items)));
		return;
	}
	dir->alloc_items = nr + 1;
	items = xmalloc(array_bytes(dir->alloc_items, sizeof(*items)));
	if (nr)
		memcpy(items, dir->items, nr * sizeof(*items));
	dir->items = items;
}

struct scan_item *scan_add_item(struct scan_dir *dir)
{
	if (!dir->alloc_items || dir->nr_items == dir->alloc_items)
		make_room(dir);
	return &dir->items[dir->nr_items++];
}

void scan_trim_items(struct scan_dir *dir)
{
	if (!dir->nr_items || !dir->alloc_items ||
	    dir->nr_items == dir->alloc_items)
		return;
	dir->alloc_items = dir->nr_items;
	dir->items = xrealloc(dir->items,
			      array_bytes(dir->nr_items, sizeof(*dir->items)));
}

static void forget_missing(struct scan_dir *dir)
{
	if (dir->missing && dir->alloc_items) {
		free(dir->items);
		dir->items = NULL;
		dir->nr_items = dir->alloc_items = 0;
	}
	for (struct scan_dir *child = dir->children; child; child = child->next)
		forget_missing(child);
}

void scan_forget_missing(struct scan *scan)
{
	forget_missing(scan->top);
}

void scan_rest(const struct scan *scan)
{
	for (size_t i = 0; i < scan->nr_memories; i++)
		arena_rest(&scan->memories[i].items);
}

void scan_pass_items(struct scan *scan, size_t nr)
{
	const size_t passed = atomic_fetch_add_explicit(&scan->nr_passed, nr,
							memory_order_relaxed);

	if (passed % SCAN_ITEMS_AT_ONCE + nr >= SCAN_ITEMS_AT_ONCE)
		scan_rest(scan);
}

/* -- going through them -------------------------------------------------- */

static int each_item(struct scan *scan, struct scan_dir *dir, scan_visit visit,
		     void *context, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < dir->nr_items; i++) {
		ret = visit(context, dir, &dir->items[i], err);
		scan_pass_item(scan, i);
	}
	if (dir->nr_items)
		scan_pass_items(scan, dir->nr_items);
	return ret;
}

static int each_dir(struct scan *scan, struct scan_dir *dir, scan_visit visit,
		    void *context, struct error *err)
{
	int ret = each_item(scan, dir, visit, context, err);

	for (struct scan_dir *child = dir->children; !ret && child;
	     child = child->next)
		ret = each_dir(scan, child, visit, context, err);
	return ret;
}

int scan_each(struct scan *scan, scan_visit visit, void *context,
	      struct error *err)
{
	int ret = each_dir(scan, scan->top, visit, context, err);

	scan_rest(scan);
	return ret;
}

/* By such an item the tree is no longer what the index knows. */
static bool makes_a_difference(const struct scan_item *item)
{
	return item->kind == SCAN_CHANGED || item->kind == SCAN_DELETED ||
	       item->kind == SCAN_UNTRACKED || item->kind == SCAN_GITLINK;
}

struct marking {
	struct scan *scan;
	scan_visit visit;
	void *context;
};

static int mark_item(void *context, struct scan_dir *dir,
		     struct scan_item *item, struct error *err)
{
	const struct marking *marking = context;

	if (makes_a_difference(item))
		dir->differs = true;
	return marking->visit(marking->context, dir, item, err);
}

/* One differs by an item of its own or one further down. */
static int mark_dir(struct marking *marking, struct scan_dir *dir,
		    struct error *err)
{
	int ret;

	dir->differs = false;
	ret = each_item(marking->scan, dir, mark_item, marking, err);
	for (struct scan_dir *child = dir->children; !ret && child;
	     child = child->next) {
		ret = mark_dir(marking, child, err);
		if (child->differs)
			dir->differs = true;
	}
	return ret;
}

int scan_mark_differences(struct scan *scan, scan_visit visit, void *context,
			  struct error *err)
{
	struct marking marking = {scan, visit, context};
	int ret = mark_dir(&marking, scan->top, err);

	scan_rest(scan);
	return ret;
}

/* -- in the order of paths ----------------------------------------------- */

/* What is in a directory: a file, or a directory with items below it, whose
 * name ends in a slash, so that all below it come where it comes. */
struct place {
	const char *name;
	struct scan_item *item; /* NULL: a directory */
};

struct ordering {
	struct scan *scan;
	scan_visit visit;
	void *context;
};

static bool note_items(struct scan_dir *dir)
{
	dir->has_items = dir->nr_items;
	for (struct scan_dir *child = dir->children; child; child = child->next)
		if (note_items(child))
			dir->has_items = true;
	return dir->has_items;
}

static struct scan_dir *dir_of(const struct place *place, size_t parent_len)
{
	return (struct scan_dir *)(place->name - parent_len -
				   offsetof(struct scan_dir, path));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->name,
		      ((const struct place *)b)->name);
}

/* Mostly they are in order. */
static void sort_places(const struct scan *scan, struct place *places,
			size_t nr)
{
	size_t sorted = 1;

	while (sorted < nr &&
	       compare_names(&places[sorted - 1], &places[sorted]) < 0)
		scan_pass_item(scan, sorted++);
	if (sorted < nr)
		qsort(places, nr, sizeof(*places), compare_names);
}

/* The caller must free() them. */
static struct place *list_places(const struct scan *scan,
				 const struct scan_dir *dir, size_t *nr)
{
	size_t nr_dirs = 0, at;
	struct place *places;

	for (struct scan_dir *child = dir->children; child; child = child->next)
		nr_dirs += child->has_items;
	places = xmalloc(array_bytes(nr_dirs + dir->nr_items, sizeof(*places)));
	/* They are there in turn, the last one first. */
	*nr = at = nr_dirs;
	for (struct scan_dir *child = dir->children; child; child = child->next)
		if (child->has_items)
			places[--at] = (struct place){
				child->path + dir->path_len, NULL};
	for (size_t i = 0; i < dir->nr_items; i++) {
		struct scan_item *item = &dir->items[i];

		if (scan_is_to_be_read(item))
			places[(*nr)++] = (struct place){
				item->path + dir->path_len, item};
		scan_pass_item(scan, i);
	}
	return places;
}

static int each_to_read(const struct ordering *ordering, struct scan_dir *dir,
			struct error *err);

static int visit_place(const struct ordering *ordering, struct scan_dir *dir,
		       const struct place *place, struct error *err)
{
	if (place->item)
		return ordering->visit(ordering->context, dir, place->item,
				       err);
	return each_to_read(ordering, dir_of(place, dir->path_len), err);
}

static int each_to_read(const struct ordering *ordering, struct scan_dir *dir,
			struct error *err)
{
	struct place *places;
	size_t nr;
	int ret = 0;

	if (!dir->has_items)
		return 0;
	places = list_places(ordering->scan, dir, &nr);
	sort_places(ordering->scan, places, nr);
	for (size_t i = 0; !ret && i < nr; i++) {
		ret = visit_place(ordering, dir, &places[i], err);
		scan_pass_item(ordering->scan, i);
	}
	if (dir->nr_items)
		scan_pass_items(ordering->scan, dir->nr_items);
	free(places);
	return ret;
}

int scan_each_to_read(struct scan *scan, scan_visit visit, void *context,
		      struct error *err)
{
	const struct ordering ordering = {scan, visit, context};
	int ret;

	note_items(scan->top);
	ret = each_to_read(&ordering, scan->top, err);
	scan_rest(scan);
	return ret;
}
