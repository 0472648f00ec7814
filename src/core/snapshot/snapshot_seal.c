#include "core/snapshot/snapshot_seal.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "core/snapshot/lfs.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_census.h"
#include "core/snapshot/snapshot_stock.h"
#include "git/index_seen.h"
#include "git/repository.h"
#include "worktree/cache.h"
#include "worktree/roster.h"
#include "worktree/seal.h"

/* With more directories that are always looked at, it saves nothing. */
#define LOOKED 128
#define LOOKED_SHARE 32

struct sealing {
	const struct snapshot *snapshot;
	struct seal_writer *writer;
	struct census *census; /* of the directory at hand; then empty again */
	struct census *all;
	struct snapshot_counts counts;
	size_t nr_dirs, nr_looked;
	struct seal_rules *rules;
	size_t nr_rules, alloc_rules;
};

/* -- a directory --------------------------------------------------------- */

struct lists {
	struct index_run *runs;
	size_t nr_runs, alloc_runs;
	struct seal_child *children;
	size_t nr_children, alloc_children;
	struct cache_entry *contents;
	size_t nr_contents, alloc_contents;
	struct seal_count *modes;
	size_t nr_modes;
};

static void release(struct lists *lists)
{
	for (size_t i = 0; i < lists->nr_children; i++)
		free((char *)lists->children[i].name);
	free(lists->runs);
	free(lists->children);
	free(lists->contents);
	free(lists->modes);
}

static void add_run(struct lists *lists, struct index_run run)
{
	struct index_run *last =
		lists->nr_runs ? &lists->runs[lists->nr_runs - 1] : NULL;

	if (last && last->offset + last->len == run.offset &&
	    last->len < (1u << 30)) {
		last->len += run.len;
		last->nr += run.nr;
		return;
	}
	ARRAY_GROW(lists->runs, lists->nr_runs, lists->alloc_runs);
	lists->runs[lists->nr_runs++] = run;
}

/* Its own files in the index: what lies between those of its directories; all
 * that are below one which is not there. */
static void list_entries(struct sealing *sealing, const struct scan_dir *dir,
			 struct lists *lists)
{
	const struct scan *scan = sealing->snapshot->scan;
	bool all = dir->missing || dir->unreadable;

	for (size_t at = dir->first; at < dir->end; at++) {
		const struct index_entry *entry = &scan->index->entries[at];

		if (!all && strchr(entry->path + dir->path_len, '/'))
			continue;
		add_run(lists, index_run_of(scan->index, at));
		seal_add_inode(sealing->writer, index_entry_stat(entry).ino);
		if (scan->permissions[at] < SCAN_IS_LINK)
			census_add_file(sealing->census, scan->permissions[at]);
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cache_entry *)a)->path,
		      ((const struct cache_entry *)b)->path);
}

/* What was read in it, and what it adds to the counts. false: what is there is
 * not yet what it will be, and has to be looked at again. */
static bool list_items(struct sealing *sealing, const struct scan_dir *dir,
		       struct lists *lists, struct snapshot_counts *counts)
{
	bool lasting = true;

	for (size_t i = 0; i < dir->nr_items; i++) {
		const struct scan_item *item = &dir->items[i];
		struct cache_entry entry;

		snapshot_count_item(counts, item);
		seal_add_inode(sealing->writer, item->stat.inode);
		if (item->kind == SCAN_UNTRACKED && S_ISREG(item->stat.mode))
			census_add_file(sealing->census,
					item->stat.mode & 07777);
		lasting &= item->kind != SCAN_GONE &&
			   (item->kind != SCAN_OMITTED ||
			    (item->reason != OMIT_CHANGED &&
			     item->reason != OMIT_UNREADABLE));
		if (!snapshot_cached(sealing->snapshot, item->path, &entry))
			continue;
		ARRAY_GROW(lists->contents, lists->nr_contents,
			   lists->alloc_contents);
		lists->contents[lists->nr_contents++] = entry;
	}
	if (lists->nr_contents)
		qsort(lists->contents, lists->nr_contents,
		      sizeof(*lists->contents), by_path);
	return lasting;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct seal_child *)a)->name,
		      ((const struct seal_child *)b)->name);
}

static uint64_t seal_dir(struct sealing *sealing, const struct scan_dir *dir);

static void list_children(struct sealing *sealing, const struct scan_dir *dir,
			  struct lists *lists)
{
	for (const struct scan_dir *child = dir->children; child;
	     child = child->next) {
		size_t len = child->path_len - dir->path_len - 1;

		ARRAY_GROW(lists->children, lists->nr_children,
			   lists->alloc_children);
		lists->children[lists->nr_children++] = (struct seal_child){
			.name = xstrndup(child->path + dir->path_len, len),
			.at = seal_dir(sealing, child),
			.tracked = child->first < child->end,
		};
	}
	if (lists->nr_children)
		qsort(lists->children, lists->nr_children,
		      sizeof(*lists->children), by_name);
}

/* All that are below it come first. Returns where it lies. */
static uint64_t seal_dir(struct sealing *sealing, const struct scan_dir *dir)
{
	uint64_t start = seal_at(sealing->writer), at;
	struct snapshot_counts counts = {0};
	struct lists lists = {0};
	struct seal_new_dir new;
	bool lasting;

	list_children(sealing, dir, &lists);
	list_entries(sealing, dir, &lists);
	lasting = list_items(sealing, dir, &lists, &counts);
	census_add_dir(sealing->census, dir);
	lists.modes = census_take_list(sealing->census, &lists.nr_modes);
	census_add_list(sealing->all, lists.modes, lists.nr_modes, 1);
	new = (struct seal_new_dir){
		.dir = {.path = dir->path,
			.path_len = dir->path_len,
			.start = start,
			.looked = !dir->recalled || !lasting,
			.tracked = dir->first < dir->end,
			.files = counts.files,
			.unstaged = counts.unstaged,
			.untracked = counts.untracked,
			.runs = lists.runs,
			.nr_runs = lists.nr_runs,
			.modes = lists.modes,
			.nr_modes = lists.nr_modes,
			.nr_children = lists.nr_children},
		.below = lists.children,
		.contents = lists.contents,
		.nr_contents = lists.nr_contents,
	};
	at = seal_add(sealing->writer, &new);
	sealing->counts.files += counts.files;
	sealing->counts.unstaged += counts.unstaged;
	sealing->counts.untracked += counts.untracked;
	sealing->nr_dirs++;
	sealing->nr_looked += new.dir.looked;
	release(&lists);
	if (dir->nr_items)
		scan_pass_items(sealing->snapshot->scan, dir->nr_items);
	return at;
}

/* -- rules --------------------------------------------------------------- */

/* Only such as have been what they are since before the walk. */
static bool add_rules(struct sealing *sealing, const struct strlist *dirs,
		      const char *name, bool attributes, struct strlist *paths)
{
	const struct scan *scan = sealing->snapshot->scan;

	for (size_t i = 0; i < dirs->nr; i++) {
		struct seal_rules *rules;
		struct stat st;

		strlist_addf(paths, "%s%s", dirs->items[i], name);
		ARRAY_GROW(sealing->rules, sealing->nr_rules,
			   sealing->alloc_rules);
		rules = &sealing->rules[sealing->nr_rules++];
		*rules = (struct seal_rules){.attributes = attributes};
		rules->stat.path = paths->items[paths->nr - 1];
		if (fstatat(scan->top_fd, rules->stat.path, &st,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode) || !roster_is_quiet(&st, &scan->start))
			return false;
		stat_data_fill(&rules->stat.stat, &st);
	}
	return true;
}

/* -- the whole ----------------------------------------------------------- */

static bool has_special(const struct snapshot *snapshot)
{
	const struct scan *scan = snapshot->scan;

	return snapshot->count_ignored || snapshot->left_out ||
	       scan->top->missing || scan->top->unreadable ||
	       !index_is_plain(scan->index);
}

static bool may_seal(const struct snapshot *snapshot)
{
	return snapshot->may_seal && snapshot->told.records &&
	       snapshot->scan->told && snapshot->scan->seen_before &&
	       !has_special(snapshot) &&
	       !lfs_may_need(snapshot->repo, snapshot);
}

static int compare_inode(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void fill_head(const struct sealing *sealing, struct seal_head *head)
{
	const struct snapshot *snapshot = sealing->snapshot;
	const struct scan *scan = snapshot->scan;

	head->moment = snapshot->told.head;
	index_seen_fill(&head->moment.index, &scan->index->file);
	memcpy(head->terms, snapshot->terms, sizeof(head->terms));
	head->tree = snapshot->tree;
	head->index_tree = snapshot->index_tree;
	head->index_version = scan->index->version;
	head->nr_entries = scan->index->nr;
	head->nr_dirs = sealing->nr_dirs;
	head->files = sealing->counts.files;
	head->unstaged = sealing->counts.unstaged;
	head->untracked = sealing->counts.untracked;
	head->file_mode = snapshot->worktree_extra.file_mode;
	head->exec_mode = snapshot->worktree_extra.exec_mode;
	head->dir_mode = snapshot->worktree_extra.dir_mode;
}

static int write_seal(struct sealing *sealing, const char *ref,
		      const struct oid *commit, struct error *err)
{
	const struct snapshot *snapshot = sealing->snapshot;
	const struct scan *scan = snapshot->scan;
	struct buf extra = BUF_INIT, omitted = BUF_INIT;
	struct seal_head head = {.holder = ref, .commit = *commit};
	uint64_t *links = NULL;
	int ret;

	fill_head(sealing, &head);
	head.modes = census_take_list(sealing->all, &head.nr_modes);
	if (scan->nr_links) {
		links = xmemdup(scan->links, scan->nr_links * sizeof(*links));
		qsort(links, scan->nr_links, sizeof(*links), compare_inode);
	}
	head.links = links;
	head.nr_links = scan->nr_links;
	worktree_extra_write(&snapshot->worktree_extra, &extra);
	omitted_write(&snapshot->omitted, &omitted);
	head.extra = extra.ptr;
	head.extra_len = extra.len;
	head.omitted = omitted.ptr;
	head.omitted_len = omitted.len;
	ret = seal_write(sealing->writer, &head, sealing->rules,
			 sealing->nr_rules, err);
	buf_release(&extra);
	buf_release(&omitted);
	free((void *)head.modes);
	free(links);
	return ret;
}

int snapshot_seal(const struct snapshot *snapshot, const char *ref,
		  const struct oid *commit, struct error *err)
{
	const struct scan *scan = snapshot->scan;
	struct sealing sealing = {.snapshot = snapshot};
	struct strlist paths = STRLIST_INIT;
	int ret = 0;

	if (!may_seal(snapshot))
		return 0;
	if (add_rules(&sealing, &scan->attribute_dirs, ".gitattributes", true,
		      &paths) &&
	    add_rules(&sealing, &scan->ignore_dirs, ".gitignore", false,
		      &paths)) {
		sealing.writer = seal_writer_new(snapshot->repo);
		sealing.census = census_new();
		sealing.all = census_new();
		seal_dir(&sealing, scan->top);
		if (sealing.nr_looked <=
		    LOOKED + sealing.nr_dirs / LOOKED_SHARE)
			ret = write_seal(&sealing, ref, commit, err);
		census_free(sealing.census);
		census_free(sealing.all);
		seal_writer_free(sealing.writer);
	}
	free(sealing.rules);
	strlist_release(&paths);
	return ret;
}
