#include "core/restore_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/strmap.h"
#include "core/plan.h"
#include "core/target.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/convert.h"
#include "worktree/filter.h"

struct restore_bytes {
	struct repository *repo;
	const struct target *target;
	struct strmap filtered; /* by path: int *, a file with the bytes */
};

int restore_bytes_open(struct restore_bytes **out, struct repository *repo,
		       const struct target *target, struct error *err)
{
	(void)err;
	*out = xcalloc(1, sizeof(**out));
	(*out)->repo = repo;
	(*out)->target = target;
	return 0;
}

static void free_file(void *value)
{
	close(*(int *)value);
	free(value);
}

void restore_bytes_free(struct restore_bytes *bytes)
{
	if (!bytes)
		return;
	strmap_release(&bytes->filtered, free_file);
	free(bytes);
}

/* -- files that only a filter can make ----------------------------------- */

struct filtering {
	struct restore_bytes *bytes;
	const char *path;
};

static int copy_file(int from, int to, struct error *err)
{
	char piece[65536];
	ssize_t got;

	while ((got = read(from, piece, sizeof(piece)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "cannot read");
		if (file_write_all(to, piece, (size_t)got, err) < 0)
			return err->code;
	}
	return 0;
}

/* Keep what the filter wrote until its turn comes; the name is gone at once. */
static int keep_filtered(void *context, int fd, uint64_t size,
			 struct error *err)
{
	struct filtering *filtering = context;
	char *name = repository_path(filtering->bytes->repo,
				     "checkpoint.d/smudged.XXXXXX");
	int copy = mkostemp(name, O_CLOEXEC);
	int ret, *value;

	(void)size;
	if (copy < 0) {
		ret = error_errno(err, "cannot create '%s'", name);
		free(name);
		return ret;
	}
	unlink(name);
	free(name);
	ret = copy_file(fd, copy, err);
	if (ret < 0) {
		close(copy);
		return ret;
	}
	value = xmalloc(sizeof(*value));
	*value = copy;
	strmap_put(&filtering->bytes->filtered, filtering->path, value);
	return 0;
}

static bool needs_filter(const struct worktree_conversion *conversion)
{
	struct error ignored = ERROR_INIT;
	struct convert convert;
	char *names = NULL;
	bool needs = false;

	if (!conversion || conversion->keep_raw)
		return false;
	if (!convert_parse(conversion->conversion, &convert, &names, &ignored))
		needs = convert_needs_git(&convert);
	free(names);
	error_release(&ignored);
	return needs;
}

int restore_bytes_prepare(struct restore_bytes *bytes, const struct plan *plan,
			  struct error *err)
{
	struct filter_request *requests = xcalloc(plan->nr, sizeof(*requests));
	struct filtering *contexts = xcalloc(plan->nr, sizeof(*contexts));
	size_t nr = 0;
	int ret = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct plan_item *item = &plan->items[i];

		if ((item->action != PLAN_CREATE &&
		     item->action != PLAN_WRITE) ||
		    item->mode == MODE_LINK ||
		    !needs_filter(worktree_extra_conversion(
			    &bytes->target->worktree_extra, item->path)))
			continue;
		contexts[nr] = (struct filtering){bytes, item->path};
		requests[nr] = (struct filter_request){item->path, item->blob,
						       &contexts[nr]};
		nr++;
	}
	if (nr)
		ret = filter_smudge(bytes->repo, requests, nr, keep_filtered,
				    err);
	free(requests);
	free(contexts);
	return ret;
}

/* -- one file ------------------------------------------------------------ */

static int write_piece(void *context, const void *data, size_t len,
		       struct error *err)
{
	return file_write_all(*(int *)context, data, len, err);
}

static int mismatch(const char *path, const char *conversion, struct error *err)
{
	error_set(err, ERR_FAILED,
		  "the bytes of '%s' do not come back by '%s' here", path,
		  conversion);
	return error_hint(err, "the filter or its configuration is not what it "
			       "was when the checkpoint was made");
}

static int write_filtered(int from,
			  const struct worktree_conversion *conversion,
			  const char *path, int fd, struct error *err)
{
	struct buf text = BUF_INIT;
	struct oid id;
	int ret = 0;

	if (lseek(from, 0, SEEK_SET) < 0)
		ret = error_errno(err, "cannot read '%s'", path);
	if (!ret)
		ret = buf_read_fd(&text, from, SIZE_MAX, err);
	if (!ret)
		ret = object_hash(&id, OBJECT_BLOB, text.ptr, text.len, err);
	if (!ret && !oid_equal(&id, &conversion->raw))
		ret = mismatch(path, conversion->conversion, err);
	if (!ret)
		ret = file_write_all(fd, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

static int write_converted(struct restore_bytes *bytes,
			   const struct worktree_conversion *conversion,
			   const char *path, const struct oid *blob, int fd,
			   struct error *err)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	struct convert convert;
	char *names = NULL;
	struct oid id;
	int ret;

	ret = convert_parse(conversion->conversion, &convert, &names, err);
	if (!ret)
		ret = object_read(bytes->repo, blob, OBJECT_BLOB, UINT64_MAX,
				  &text, err);
	if (ret < 0)
		goto done;
	if (!convert_to_worktree(&convert, text.ptr, text.len,
				 oid_hex(blob, hex), &out))
		buf_add(&out, text.ptr, text.len);
	ret = object_hash(&id, OBJECT_BLOB, out.ptr, out.len, err);
	if (!ret && !oid_equal(&id, &conversion->raw))
		ret = mismatch(path, conversion->conversion, err);
	if (!ret)
		ret = file_write_all(fd, out.ptr, out.len, err);
done:
	free(names);
	buf_release(&text);
	buf_release(&out);
	return ret;
}

int restore_bytes_write(struct restore_bytes *bytes, const char *path,
			const struct oid *blob, int fd, struct error *err)
{
	const struct worktree_conversion *conversion =
		worktree_extra_conversion(&bytes->target->worktree_extra, path);
	const int *filtered;

	if (!conversion)
		return object_stream(bytes->repo, blob, write_piece, &fd, err);
	if (conversion->keep_raw)
		return object_stream(bytes->repo, &conversion->raw, write_piece,
				     &fd, err);
	filtered = strmap_get(&bytes->filtered, path);
	if (filtered)
		return write_filtered(*filtered, conversion, path, fd, err);
	return write_converted(bytes, conversion, path, blob, fd, err);
}
