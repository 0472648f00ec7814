#include "worktree/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "git/config.h"
#include "git/repository.h"
#include "worktree/dir.h"
#include "worktree/scan_dir.h"

static const char *const reason_names[OMIT_NR] = {
	[OMIT_IGNORED] = "ignored",	     [OMIT_TOO_LARGE] = "too-large",
	[OMIT_NESTED] = "nested-repository", [OMIT_SUBMODULE] = "submodule",
	[OMIT_UNSAFE_NAME] = "unsafe-name",  [OMIT_SPECIAL] = "special-file",
	[OMIT_UNREADABLE] = "unreadable",    [OMIT_PROTECTED] = "protected",
	[OMIT_EXCLUDED] = "excluded",	     [OMIT_CHANGED] = "changed",
};

const char *omit_reason_name(enum omit_reason reason)
{
	return reason_names[reason];
}

int omit_reason_parse(const char *name)
{
	for (int i = 0; i < OMIT_NR; i++)
		if (!strcmp(reason_names[i], name))
			return i;
	return -1;
}

int scan_stat_rules(struct index_stat_rules *out, struct repository *repo,
		    struct error *err)
{
	const char *check = config_get(repo->config, "core.checkstat");

	out->check_stat = !check || strcmp(check, "minimal");
	if (config_get_bool(repo->config, "core.trustctime", true,
			    &out->trust_ctime, err) < 0 ||
	    config_get_bool(repo->config, "core.filemode", true,
			    &out->trust_mode, err) < 0 ||
	    config_get_bool(repo->config, "core.symlinks", true,
			    &out->has_symlinks, err) < 0)
		return err->code;
	return 0;
}

/*
 * Whether what this directory's tree would be is no longer what the index
 * knows: by an item of its own or one further down.
 */
static bool mark_differences(struct scan_dir *dir)
{
	dir->differs = false;
	for (size_t i = 0; i < dir->nr_items; i++) {
		enum scan_kind kind = dir->items[i].kind;

		if (kind == SCAN_CHANGED || kind == SCAN_DELETED ||
		    kind == SCAN_UNTRACKED || kind == SCAN_GITLINK)
			dir->differs = true;
	}
	for (struct scan_dir *child = dir->children; child; child = child->next)
		if (mark_differences(child))
			dir->differs = true;
	return dir->differs;
}

void scan_mark_differences(struct scan *scan)
{
	mark_differences(scan->top);
}

static int scan_task(void *context, struct thread_queue *queue, void *task,
		     struct error *err)
{
	return scan_dir_read(context, task, queue, err);
}

static struct scan_dir *new_top(struct scan *scan)
{
	struct scan_dir *top = xcalloc(1, sizeof(*top));

	top->path = xstrdup("");
	top->end = scan->index->nr;
	top->tree = scan->index->tree;
	top->excluded = 0;
	return top;
}

int scan_worktree(struct scan **out, struct repository *repo,
		  const struct scan_options *options, struct error *err)
{
	struct scan *scan = xcalloc(1, sizeof(*scan));

	scan->repo = repo;
	scan->options = *options;
	scan->top_fd = open(repo->worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan->top_fd < 0) {
		error_errno(err, "cannot open '%s'", repo->worktree);
		goto done;
	}
	if (scan_stat_rules(&scan->rules, repo, err) < 0 ||
	    index_read(&scan->index, repo, repo->index_file, err) < 0 ||
	    ignore_open(&scan->ignore, repo, scan->index, err) < 0)
		goto done;
	scan->permissions = xmalloc(
		array_bytes(scan->index->nr, sizeof(*scan->permissions)));
	memset(scan->permissions, 0xff,
	       array_bytes(scan->index->nr, sizeof(*scan->permissions)));
	scan->top = new_top(scan);
	if (thread_queue_run(scan->top, scan_task, NULL, scan, thread_count(),
			     err) < 0)
		goto done;
	scan_mark_differences(scan);
	*out = scan;
	return 0;
done:
	scan_free(scan);
	return err->code;
}

static void free_dir(struct scan_dir *dir)
{
	struct scan_dir *child, *next;

	if (!dir)
		return;
	for (child = dir->children; child; child = next) {
		next = child->next;
		free_dir(child);
	}
	for (size_t i = 0; i < dir->nr_items; i++)
		free(dir->items[i].path);
	free(dir->items);
	free(dir->path);
	free(dir);
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	free_dir(scan->top);
	ignore_free(scan->ignore);
	index_free(scan->index);
	free(scan->permissions);
	if (scan->top_fd >= 0)
		close(scan->top_fd);
	free(scan);
}

static int each_item(struct scan_dir *dir, scan_visit visit, void *context,
		     struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < dir->nr_items; i++)
		ret = visit(context, dir, &dir->items[i], err);
	for (struct scan_dir *child = dir->children; !ret && child;
	     child = child->next)
		ret = each_item(child, visit, context, err);
	return ret;
}

int scan_each(struct scan *scan, scan_visit visit, void *context,
	      struct error *err)
{
	return each_item(scan->top, visit, context, err);
}
