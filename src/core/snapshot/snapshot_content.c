#include "core/snapshot/snapshot_content.h"

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_unchanged.h"
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
	uint32_t *unknown;  /* how many entries before each are not plain */
	struct look *looks; /* in the order of the index */
	size_t nr_looks, alloc_looks;
};

/* -- what is to be read -------------------------------------------------- */

static int gather(void *context, struct scan_dir *dir, struct scan_item *item,
		  struct error *err)
{
	struct reading *reading = context;

	(void)dir;
	(void)err;
	if (item->kind == SCAN_CHANGED || item->kind == SCAN_UNTRACKED ||
	    item->kind == SCAN_IGNORED)
		snapshot_add_file(reading->snapshot, item);
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

		snapshot->left_out = true;
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

	if (snapshot_may_convert(snapshot, &reading->source)) {
		/* That of a few directories is found out anew. */
		reading->plain = snapshot->sealed ? plain_parse("", 0)
						  : plain_read(snapshot->repo);
		if (snapshot_read_unchanged(snapshot, &reading->source,
					    reading->plain, err) < 0)
			return err->code;
	} else {
		/* No need to look for rules in each directory. */
		reading->source.attr = NULL;
	}
	/* Not before: items move where some are added. */
	if (scan_each(snapshot->scan, gather, reading, err) < 0)
		return err->code;
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

	if (file->was_read)
		return 0;
	return content_read(
		item->kind == SCAN_IGNORED ? &reading->as_is : &reading->source,
		item->path, &item->st, item->entry, &file->content, err);
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
				      ? &file->item->entry->data->oid
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
	    oid_equal(&item->oid, &item->entry->data->oid))
		item->kind = SCAN_SAME;
	if (item->kind == SCAN_UNTRACKED || item->kind == SCAN_IGNORED)
		snapshot->new_untracked_bytes += content->new_bytes;
}

/* An unchanged file of which only git's filter could say that it is stored
 * just as it is. */
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
	attr_free(reading.attr);
	return ret;
}
