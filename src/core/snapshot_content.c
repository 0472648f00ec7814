#include "core/snapshot_content.h"

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "core/snapshot.h"
#include "git/config.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/cache.h"
#include "worktree/convert.h"
#include "worktree/dir.h"
#include "worktree/plain.h"

struct reading {
	struct snapshot *snapshot;
	struct content_source source;
	struct content_source as_is; /* for ignored files, which L keeps */
	struct convert_config config;
	struct attr *attr;
	struct plain *plain;
	uint32_t *unknown; /* how many entries before each are not plain */
};

/* -- what is to be read -------------------------------------------------- */

static struct snapshot_file *add_file(struct snapshot *snapshot,
				      struct scan_item *item)
{
	struct snapshot_file *file;

	ARRAY_GROW(snapshot->files, snapshot->nr_files, snapshot->alloc_files);
	file = &snapshot->files[snapshot->nr_files++];
	*file = (struct snapshot_file){.item = item};
	return file;
}

static int gather(void *context, struct scan_dir *dir, struct scan_item *item,
		  struct error *err)
{
	struct reading *reading = context;

	(void)dir;
	(void)err;
	if (item->kind == SCAN_CHANGED || item->kind == SCAN_UNTRACKED ||
	    item->kind == SCAN_IGNORED)
		add_file(reading->snapshot, item);
	return 0;
}

/* Whether any rule could have a tracked file stored otherwise than on disk. */
static bool conversions_are_possible(const struct reading *reading)
{
	return reading->snapshot->scan->attribute_dirs.nr ||
	       reading->config.autocrlf != AUTOCRLF_FALSE ||
	       !attr_is_empty(reading->attr);
}

static int is_converted(struct reading *reading, const char *path, bool *out,
			struct error *err)
{
	struct attr_values values;
	struct convert convert;

	if (attr_lookup(reading->attr, path, &values, err) < 0 ||
	    convert_decide(&convert, &reading->config, &values, err) < 0)
		return error_prefix(err, "'%s'", path);
	*out = !convert_is_none(&convert);
	return 0;
}

/*
 * Tell the tracked files that have to be looked at from those that were, and
 * are still the same. Returns how many there are.
 */
static uint32_t count_unknown(struct reading *reading)
{
	const struct scan *scan = reading->snapshot->scan;
	const struct index *index = scan->index;
	uint32_t nr = 0;

	reading->unknown =
		xmalloc(array_bytes(index->nr + 1, sizeof(*reading->unknown)));
	for (size_t at = 0; at < index->nr; at++) {
		const struct index_entry *entry = &index->entries[at];

		reading->unknown[at] = nr;
		nr += !entry->stage && scan->permissions[at] < SCAN_IS_LINK &&
		      !plain_has(reading->plain, entry);
	}
	return reading->unknown[index->nr] = nr;
}

static bool is_unknown(const struct reading *reading, size_t at)
{
	return reading->unknown[at + 1] > reading->unknown[at];
}

/* An item that says no more than that it was looked at. */
static void add_same(struct scan_dir *dir, const struct index_entry *entry)
{
	ARRAY_GROW(dir->items, dir->nr_items, dir->alloc_items);
	dir->items[dir->nr_items++] =
		(struct scan_item){.kind = SCAN_SAME,
				   .path = xstrdup(entry->path),
				   .entry = entry,
				   .mode = entry->mode,
				   .oid = entry->oid};
}

/*
 * An unchanged tracked file that a conversion applies to: its bytes may be
 * others than its blob's, so they are looked at once, and cached.
 */
static int gather_converted(struct reading *reading, struct scan_dir *dir,
			    struct error *err)
{
	const struct index *index = reading->snapshot->scan->index;
	size_t item = 0, nr_items = dir->nr_items;

	if (reading->unknown[dir->first] == reading->unknown[dir->end])
		return 0;
	for (size_t at = dir->first; at < dir->end; at++) {
		const struct index_entry *entry = &index->entries[at];
		bool converted = false;

		if (!is_unknown(reading, at))
			continue;
		while (item < nr_items && (!dir->items[item].entry ||
					   dir->items[item].entry < entry))
			item++;
		if ((item < nr_items && dir->items[item].entry == entry) ||
		    strchr(entry->path + dir->path_len, '/'))
			continue;
		if (is_converted(reading, entry->path, &converted, err) < 0)
			return err->code;
		if (converted)
			add_same(dir, entry);
		else
			plain_add(reading->plain, entry);
	}
	for (struct scan_dir *child = dir->children; child; child = child->next)
		if (gather_converted(reading, child, err) < 0)
			return err->code;
	return 0;
}

static int by_entry(const void *a, const void *b)
{
	const struct scan_item *x = a, *y = b;

	if (!x->entry || !y->entry)
		return !x->entry - !y->entry;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Restore the order that the walk left: tracked ones first, as in the index.
 * Only then do pointers to items last. */
static int settle_items(struct snapshot *snapshot, struct scan_dir *dir)
{
	if (dir->nr_items)
		qsort(dir->items, dir->nr_items, sizeof(*dir->items), by_entry);
	for (size_t i = 0; i < dir->nr_items; i++)
		if (dir->items[i].kind == SCAN_SAME)
			add_file(snapshot, &dir->items[i]);
	for (struct scan_dir *child = dir->children; child; child = child->next)
		settle_items(snapshot, child);
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_file *)a)->item->path,
		      ((const struct snapshot_file *)b)->item->path);
}

/* -- more than was asked for --------------------------------------------- */

static bool is_new(const struct snapshot *snapshot,
		   const struct snapshot_file *file)
{
	const struct scan_item *item = file->item;

	return (item->kind == SCAN_UNTRACKED || item->kind == SCAN_IGNORED) &&
	       S_ISREG(item->st.st_mode) &&
	       !cache_find(snapshot->cache, item->path, &item->st);
}

/* The largest new file; NULL: there is none. */
static struct snapshot_file *largest_new(struct snapshot *snapshot)
{
	struct snapshot_file *largest = NULL;

	for (size_t i = 0; i < snapshot->nr_files; i++) {
		struct snapshot_file *file = &snapshot->files[i];

		if (is_new(snapshot, file) &&
		    (!largest ||
		     file->item->st.st_size > largest->item->st.st_size))
			largest = file;
	}
	return largest;
}

/*
 * Hold new data within the limit before any of it is read: refuse, or leave
 * the largest files out.
 */
static int limit_new_bytes(struct snapshot *snapshot,
			   const struct snapshot_options *options,
			   struct error *err)
{
	uint64_t total = 0;

	if (!options->max_new_bytes)
		return 0;
	for (size_t i = 0; i < snapshot->nr_files; i++)
		if (is_new(snapshot, &snapshot->files[i]))
			total += (uint64_t)snapshot->files[i].item->st.st_size;
	if (total <= options->max_new_bytes)
		return 0;
	if (!options->leave_out_largest) {
		error_set(err, ERR_REFUSED,
			  "%llu bytes of new untracked files, more than "
			  "checkpoint.maxNewBytes (%llu)",
			  (unsigned long long)total,
			  (unsigned long long)options->max_new_bytes);
		return error_hint(err, "'--yes' saves them all; .gitignore or "
				       "checkpoint.exclude leaves some out");
	}
	while (total > options->max_new_bytes) {
		struct snapshot_file *file = largest_new(snapshot);

		total -= (uint64_t)file->item->st.st_size;
		file->item->kind = SCAN_OMITTED;
		file->item->reason = OMIT_TOO_LARGE;
		*file = snapshot->files[--snapshot->nr_files];
	}
	return 0;
}

static int gather_all(struct reading *reading,
		      const struct snapshot_options *options, struct error *err)
{
	struct snapshot *snapshot = reading->snapshot;

	if (scan_each(snapshot->scan, gather, reading, err) < 0)
		return err->code;
	if (conversions_are_possible(reading)) {
		reading->plain = plain_read(snapshot->repo);
		if (count_unknown(reading)) {
			snapshot->nr_files = 0;
			if (gather_converted(reading, snapshot->scan->top,
					     err) < 0)
				return err->code;
			settle_items(snapshot, snapshot->scan->top);
			if (scan_each(snapshot->scan, gather, reading, err) < 0)
				return err->code;
		}
	} else {
		/* No need to look for rules in each directory. */
		reading->source.attr = NULL;
	}
	if (limit_new_bytes(snapshot, options, err) < 0)
		return err->code;
	if (snapshot->nr_files)
		qsort(snapshot->files, snapshot->nr_files,
		      sizeof(*snapshot->files), compare_files);
	return 0;
}

/* -- reading ------------------------------------------------------------- */

static int read_one(void *context, size_t i, struct error *err)
{
	struct reading *reading = context;
	struct snapshot_file *file = &reading->snapshot->files[i];
	struct scan_item *item = file->item;

	if (item->kind != SCAN_SAME)
		return content_read(item->kind == SCAN_IGNORED
					    ? &reading->as_is
					    : &reading->source,
				    item->path, &item->st, item->entry,
				    &file->content, err);
	if (dir_stat(reading->source.top_fd, item->path, &item->st) < 0 ||
	    !S_ISREG(item->st.st_mode)) {
		file->content.state = CONTENT_VANISHED;
		return 0;
	}
	return content_read_raw(&reading->source, item->path, &item->st,
				item->entry, &file->content, err);
}

/* What only git can convert, in one batch. */
static int read_filtered(struct reading *reading, struct error *err)
{
	struct snapshot *snapshot = reading->snapshot;
	const char **paths = xcalloc(snapshot->nr_files, sizeof(*paths));
	struct content **contents =
		xcalloc(snapshot->nr_files, sizeof(*contents));
	const struct oid **known = xcalloc(snapshot->nr_files, sizeof(*known));
	size_t nr = 0;
	int ret = 0;

	for (size_t i = 0; i < snapshot->nr_files; i++) {
		struct snapshot_file *file = &snapshot->files[i];

		if (file->content.state != CONTENT_NEEDS_GIT)
			continue;
		paths[nr] = file->item->path;
		contents[nr] = &file->content;
		known[nr++] = file->item->kind == SCAN_SAME
				      ? &file->item->entry->oid
				      : NULL;
	}
	if (nr)
		ret = content_clean(&reading->source, paths, contents, known,
				    nr, err);
	free(known);
	free(contents);
	free(paths);
	return ret;
}

/* -- what it came to ----------------------------------------------------- */

static void settle_read(struct snapshot *snapshot, struct snapshot_file *file)
{
	struct scan_item *item = file->item;
	const struct content *content = &file->content;

	item->oid = content->blob;
	item->mode = content->mode;
	item->st = content->st;
	/* A link that core.symlinks=false keeps as a plain file. */
	if (item->entry && item->entry->mode == MODE_LINK &&
	    !snapshot->scan->rules.has_symlinks && item->mode == MODE_FILE)
		item->mode = MODE_LINK;
	if (item->kind == SCAN_CHANGED && !item->entry->stage &&
	    !(item->entry->flags & INDEX_INTENT_TO_ADD) &&
	    item->mode == item->entry->mode &&
	    oid_equal(&item->oid, &item->entry->oid))
		item->kind = SCAN_SAME;
	if (item->kind == SCAN_UNTRACKED || item->kind == SCAN_IGNORED)
		snapshot->new_untracked_bytes += content->new_bytes;
}

/* A tracked file that the walk found unchanged, and that is not stored in
 * another form than it has. */
static bool is_plain(const struct snapshot_file *file)
{
	return file->item->kind == SCAN_SAME &&
	       file->content.state == CONTENT_READ &&
	       oid_equal(&file->content.blob, &file->content.raw);
}

static void settle(struct reading *reading, struct snapshot_file *file)
{
	struct snapshot *snapshot = reading->snapshot;
	struct scan_item *item = file->item;

	file->plain = is_plain(file);
	if (file->plain)
		plain_add(reading->plain, item->entry);

	switch (file->content.state) {
	case CONTENT_READ:
		settle_read(snapshot, file);
		break;
	case CONTENT_VANISHED:
		item->kind = item->entry ? SCAN_DELETED : SCAN_GONE;
		break;
	case CONTENT_CHANGING:
		item->kind = SCAN_OMITTED;
		item->reason = OMIT_CHANGED;
		break;
	case CONTENT_UNREADABLE:
	case CONTENT_NEEDS_GIT:
		item->kind = SCAN_OMITTED;
		item->reason = OMIT_UNREADABLE;
		break;
	}
}

static int open_reading(struct reading *reading, struct snapshot *snapshot,
			struct error *err)
{
	struct scan *scan = snapshot->scan;

	reading->snapshot = snapshot;
	if (convert_config_read(&reading->config, snapshot->repo->config, err) <
		    0 ||
	    attr_open(&reading->attr, snapshot->repo, scan->index, scan->top_fd,
		      ATTR_WORKTREE, err) < 0)
		return err->code;
	attr_limit(reading->attr, &scan->attribute_dirs);
	reading->source = (struct content_source){
		.repo = snapshot->repo,
		.top_fd = scan->top_fd,
		.attr = reading->attr,
		.config = &reading->config,
		.cache = snapshot->cache,
		.pack = snapshot->pack,
		.trust_mode = scan->rules.trust_mode,
	};
	reading->as_is = reading->source;
	reading->as_is.attr = NULL;
	return 0;
}

int snapshot_read_content(struct snapshot *snapshot,
			  const struct snapshot_options *options,
			  struct error *err)
{
	struct reading reading = {0};
	int ret = open_reading(&reading, snapshot, err);

	if (!ret)
		ret = gather_all(&reading, options, err);
	if (!ret)
		ret = thread_for(snapshot->nr_files, read_one, &reading, err);
	if (!ret)
		ret = read_filtered(&reading, err);
	if (!ret) {
		for (size_t i = 0; i < snapshot->nr_files; i++)
			settle(&reading, &snapshot->files[i]);
		scan_mark_differences(snapshot->scan);
	}
	snapshot->plain = reading.plain;
	free(reading.unknown);
	attr_free(reading.attr);
	return ret;
}
