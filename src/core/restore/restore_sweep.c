#include "core/restore/restore_sweep.h"

#include "base/alloc.h"
#include "core/record/journal.h"
#include "core/snapshot/target.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/writer.h"

struct sweeping {
	struct repository *repo;
	struct target safety, target;
};

/* The id of the bytes that a checkpoint has for a path. 0: it has none. */
static int bytes_of(struct sweeping *sweeping, const struct target *from,
		    const char *path, struct oid *out, struct error *err)
{
	const struct worktree_conversion *conversion =
		worktree_extra_conversion(&from->worktree_extra, path);
	uint32_t mode;
	int ret;

	if (conversion) {
		*out = conversion->raw;
		return 1;
	}
	ret = tree_find(sweeping->repo, &from->stored.tree, path, &mode, out,
			err);
	if (ret == ERR_NOT_FOUND && !oid_is_zero(&from->ignored_tree)) {
		error_release(err);
		ret = tree_find(sweeping->repo, &from->ignored_tree, path,
				&mode, out, err);
	}
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	return ret < 0 ? ret : 1;
}

/* Whether `text` is the beginning of what the target has. */
static int is_beginning(struct sweeping *sweeping, const struct oid *wanted,
			const struct buf *text, struct error *err)
{
	struct buf whole = BUF_INIT;
	int ret = 0;

	if (object_exists(sweeping->repo, wanted))
		ret = object_read(sweeping->repo, wanted, OBJECT_BLOB,
				  UINT64_MAX, &whole, err);
	if (!ret)
		ret = text->len <= whole.len &&
		      !memcmp(text->ptr, whole.ptr, text->len);
	buf_release(&whole);
	return ret;
}

static int may_go(struct sweeping *sweeping, const char *path,
		  const struct buf *text, struct error *err)
{
	struct oid found, wanted;
	int got;

	if (object_hash(&found, OBJECT_BLOB, text->ptr, text->len, err) < 0)
		return err->code;
	got = bytes_of(sweeping, &sweeping->safety, path, &wanted, err);
	if (got < 0 || (got && oid_equal(&found, &wanted)))
		return got;
	got = bytes_of(sweeping, &sweeping->target, path, &wanted, err);
	if (got <= 0 || oid_equal(&found, &wanted))
		return got;
	return is_beginning(sweeping, &wanted, text, err);
}

static int look_at(void *context, const char *path, int fd,
		   const char *temporary, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = 0;

	(void)temporary;
	/* A link, which has no descriptor, is made in one step: there is
	 * nothing of anybody's in it that its path has not. */
	if (fd < 0)
		return 1;
	ret = buf_read_fd(&text, fd, SIZE_MAX, err);
	if (!ret)
		ret = may_go(context, path, &text, err);
	buf_release(&text);
	return ret;
}

int restore_sweep(struct repository *repo, const struct journal *journal,
		  struct error *err)
{
	struct sweeping sweeping = {.repo = repo};
	struct writer *writer = NULL;
	int ret;

	ret = target_open(repo, &journal->safety, &sweeping.safety, err);
	if (!ret)
		ret = target_open(repo, &journal->target, &sweeping.target,
				  err);
	if (!ret)
		ret = writer_open(&writer, repo->worktree, repo->git_dir,
				  journal->tag, NULL, err);
	for (size_t i = 0; !ret && i < journal->plan.nr; i++) {
		const char *path = journal->plan.items[i];

		/* A directory's permissions need no file beside it. */
		if (path[strlen(path) - 1] != '/')
			ret = writer_sweep(writer, path, (unsigned)i, look_at,
					   &sweeping, err);
	}
	writer_close(writer);
	target_release(&sweeping.safety);
	target_release(&sweeping.target);
	return ret;
}
