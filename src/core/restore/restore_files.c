#include "core/restore/restore_files.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/restore/plan.h"
#include "core/restore/restore_applying.h"
#include "core/restore/restore_bytes.h"
#include "git/object.h"
#include "git/tree.h"
#include "worktree/dir.h"
#include "worktree/nest.h"
#include "worktree/writer.h"

/* -- what is there ------------------------------------------------------- */

/* Whether what came out has the bytes that the safety checkpoint holds. */
static int has_saved_bytes(void *context, int fd, const char *link,
			   struct error *err)
{
	const struct snapshot_path *found = context;
	struct buf text = BUF_INIT;
	struct oid id;
	int ret;

	if (link)
		ret = object_hash(&id, OBJECT_BLOB, link, strlen(link), err);
	else
		ret = buf_read_fd(&text, fd, SIZE_MAX, err);
	if (!ret && !link)
		ret = object_hash(&id, OBJECT_BLOB, text.ptr, text.len, err);
	buf_release(&text);
	return ret < 0 ? ret : oid_equal(&id, &found->raw);
}

/*
 * What the snapshot says of a path, as the writer wants it. A file that the
 * index vouches for is looked at now: if the index still does, its stat is as
 * good as one that the snapshot took.
 */
static int expect(struct applying *applying, const char *path,
		  struct snapshot_path *found, struct writer_expect *out,
		  struct error *err)
{
	const struct scan *scan = applying->now->scan;
	struct stat st;

	*out = (struct writer_expect){.same = has_saved_bytes,
				      .context = found};
	snapshot_find(applying->now, path, found);
	if (!found->present) {
		out->absent = true;
		return 0;
	}
	if (found->known_stat) {
		out->stat = found->stat;
		out->settled = true;
		return 0;
	}
	if (dir_stat(scan->top_fd, path, &st) < 0 ||
	    !index_entry_matches(scan->index, found->entry, &st, &scan->rules))
		return error_set(err, ERR_CHANGED, "'%s' was changed meanwhile",
				 path);
	stat_data_fill(&out->stat, &st);
	out->settled = true;
	return 0;
}

/* -- one item ------------------------------------------------------------ */

struct writing {
	struct applying *applying;
	const struct plan_item *item;
};

static int write_bytes(void *context, int fd, struct error *err)
{
	struct writing *writing = context;

	return restore_bytes_write(writing->applying->bytes,
				   writing->item->path, &writing->item->blob,
				   fd, err);
}

int applying_put(struct applying *applying, struct plan_item *item, unsigned n,
		 struct nest *nest, struct error *err)
{
	struct writing writing = {applying, item};
	struct writer_content content = {.mode = item->mode,
					 .permissions = item->permissions,
					 .write = write_bytes,
					 .context = &writing};
	struct writer_expect expected;
	struct snapshot_path found;
	struct buf link = BUF_INIT;
	struct stat after;
	int ret;

	ret = expect(applying, item->path, &found, &expected, err);
	if (!ret && item->mode == MODE_LINK) {
		ret = object_read(applying->now->repo, &item->blob, OBJECT_BLOB,
				  65536, &link, err);
		if (!ret && memchr(link.ptr, '\0', link.len))
			ret = error_set(err, ERR_INVALID,
					"a link with a NUL in it");
		content.link = link.ptr;
	}
	if (!ret)
		ret = nest ? nest_put(nest, item->path, &content, &after, err)
			   : writer_put(applying->writer, item->path, n,
					&expected, &content, &after, err);
	if (!ret)
		index_stat_fill(&item->after, &after);
	buf_release(&link);
	return ret;
}

static int delete_item(struct applying *applying, struct plan_item *item,
		       unsigned n, struct error *err)
{
	struct writer_expect expected;
	struct snapshot_path found;

	if (expect(applying, item->path, &found, &expected, err) < 0)
		return err->code;
	return writer_remove(applying->writer, item->path, n, &expected, "",
			     err);
}

/* The directory, and those above it that are empty without it. */
static int remove_dirs(struct applying *applying, const char *path,
		       struct error *err)
{
	char *dir = xstrdup(path);
	char *slash;
	int ret;

	for (;;) {
		struct stat st;

		ret = writer_rmdir(applying->writer, dir, err);
		slash = strrchr(dir, '/');
		if (ret < 0 || !slash ||
		    !dir_stat(applying->now->scan->top_fd, dir, &st))
			break;
		*slash = '\0';
	}
	free(dir);
	return ret;
}

/* A directory that the plan has emptied is gone, and needs no mode. */
static int chmod_dir(struct applying *applying, const struct plan_item *item,
		     struct error *err)
{
	char *dir = xstrndup(item->path, strlen(item->path) - 1);
	int fd = dir_open(applying->now->scan->top_fd, dir);
	int ret = 0;

	if (fd >= 0 && fchmod(fd, (mode_t)item->permissions) < 0)
		ret = error_errno(err, "cannot set the permissions of '%s'",
				  dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return ret;
}

static int chmod_item(struct applying *applying, struct plan_item *item,
		      struct error *err)
{
	struct writer_expect expected;
	struct snapshot_path found;
	struct stat after;

	if (item->path[strlen(item->path) - 1] == '/')
		return chmod_dir(applying, item, err);
	if (expect(applying, item->path, &found, &expected, err) < 0 ||
	    writer_chmod(applying->writer, item->path, item->permissions,
			 &expected, err) < 0)
		return err->code;
	if (dir_stat(applying->now->scan->top_fd, item->path, &after) < 0)
		return error_errno(err, "cannot look at '%s'", item->path);
	index_stat_fill(&item->after, &after);
	return 0;
}

/* -- in order ------------------------------------------------------------ */

int applying_item(struct applying *applying, size_t i, struct error *err)
{
	struct plan_item *item = &applying->plan->items[i];
	int ret = 0;

	switch (item->action) {
	case PLAN_DELETE:
		ret = delete_item(applying, item, (unsigned)i, err);
		break;
	case PLAN_RMDIR:
		ret = remove_dirs(applying, item->path, err);
		break;
	case PLAN_CREATE:
	case PLAN_WRITE:
		ret = applying_put(applying, item, (unsigned)i, NULL, err);
		break;
	case PLAN_CHMOD:
		ret = chmod_item(applying, item, err);
		break;
	case PLAN_MKDIR:
		ret = writer_mkdir(applying->writer, item->path,
				   item->permissions, err);
		break;
	case PLAN_KEEP:
		break;
	}
	if (ret < 0)
		return error_prefix(err, "cannot restore '%s'", item->path);
	item->done = true;
	return 0;
}

enum restore_step applying_step(const struct plan_item *item)
{
	switch (item->action) {
	case PLAN_DELETE:
	case PLAN_RMDIR:
		return STEP_CLEAR;
	case PLAN_CREATE:
	case PLAN_WRITE:
		return strcmp(path_basename(item->path), ".gitattributes")
			       ? STEP_FILES
			       : STEP_RULES;
	default:
		return STEP_REST;
	}
}

/* From the end: what is in a directory comes before it. */
static int apply_step(struct applying *applying, enum restore_step step,
		      struct error *err)
{
	const struct plan *plan = applying->plan;
	int ret = 0;

	for (size_t i = plan->nr; !ret && i-- > 0;)
		if (applying_step(&plan->items[i]) == step)
			ret = applying_item(applying, i, err);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

/* Let the owner write where the plan says what the permissions are to be. */
static int open_dir(struct applying *applying, const struct plan_item *item,
		    struct error *err)
{
	char *dir = xstrndup(item->path, strlen(item->path) - 1);
	int fd = dir_open(applying->now->scan->top_fd, dir);
	struct stat st;

	if (fd >= 0 && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0 &&
	    (fstat(fd, &st) < 0 || fchmod(fd, (st.st_mode & 07777) | 0300) < 0))
		error_errno(err, "cannot open '%s' for writing", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return err->code;
}

static int open_dirs(struct applying *applying, struct error *err)
{
	const struct plan *plan = applying->plan;

	/* From the start: those above come first. */
	for (size_t i = 0; i < plan->nr; i++) {
		const struct plan_item *item = &plan->items[i];

		if (item->action == PLAN_CHMOD &&
		    item->path[strlen(item->path) - 1] == '/' &&
		    open_dir(applying, item, err) < 0)
			return err->code;
	}
	return 0;
}

/* Directories that were empty go after the files, so that those which become
 * empty by that can go with them. */
static int clear(struct applying *applying, struct error *err)
{
	struct plan *plan = applying->plan;

	for (size_t i = plan->nr; i-- > 0;)
		if (plan->items[i].action == PLAN_DELETE &&
		    applying_item(applying, i, err) < 0)
			return err->code;
	for (size_t i = plan->nr; i-- > 0;)
		if (plan->items[i].action == PLAN_RMDIR &&
		    applying_item(applying, i, err) < 0)
			return err->code;
	return 0;
}

int restore_files(struct plan *plan, struct snapshot *now,
		  const struct target *target, struct writer *writer,
		  struct error *err)
{
	struct applying applying = {plan, now, target, writer, NULL};
	int ret = restore_bytes_open(&applying.bytes, now->repo, target, err);

	if (!ret)
		ret = open_dirs(&applying, err);
	if (!ret)
		ret = clear(&applying, err);
	if (!ret)
		ret = apply_step(&applying, STEP_RULES, err);
	if (!ret)
		ret = restore_bytes_prepare(applying.bytes, plan, err);
	if (!ret)
		ret = applying_files(&applying, err);
	if (!ret)
		ret = apply_step(&applying, STEP_REST, err);
	restore_bytes_free(applying.bytes);
	return ret;
}
