#include "core/restore/restore_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/strmap.h"
#include "core/restore/plan.h"
#include "core/snapshot/lfs.h"
#include "core/snapshot/target.h"
#include "git/config.h"
#include "git/hasher.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/convert.h"
#include "worktree/filter.h"

/* Where the bytes of a file that needs a filter are. */
struct made {
	int spool;	/* borrowed from the filter; -1: they are in `file` */
	uint64_t start; /* in the spool */
	uint64_t size;
	char *file; /* of git-lfs */
};

struct restore_bytes {
	struct repository *repo;
	const struct target *target;
	struct filter *filter;
	struct strmap made; /* by path: struct made * */
};

int restore_bytes_open(struct restore_bytes **out, struct repository *repo,
		       const struct target *target, struct error *err)
{
	struct restore_bytes *bytes = xcalloc(1, sizeof(*bytes));

	*out = bytes;
	bytes->repo = repo;
	bytes->target = target;
	bytes->filter = filter_new(repo);
	return lfs_bring_back(repo, &target->stored.name, err);
}

static void free_made(void *value)
{
	struct made *made = value;

	free(made->file);
	free(made);
}

void restore_bytes_free(struct restore_bytes *bytes)
{
	if (!bytes)
		return;
	strmap_release(&bytes->made, free_made);
	filter_free(bytes->filter);
	free(bytes);
}

static int mismatch(const char *path, const char *conversion, struct error *err)
{
	error_set(err, ERR_FAILED,
		  "the bytes of '%s' do not come back by '%s' here", path,
		  conversion);
	return error_hint(err, "the filter or its configuration is not what it "
			       "was when the checkpoint was made");
}

/* -- files that only a filter can make ----------------------------------- */

/* What a conversion needs from here. */
struct needed {
	bool git;     /* a run of git's filters */
	bool alone;   /* and what the driver gives is all of it */
	char *driver; /* filter.<driver>; NULL: none */
};

static struct needed needs_of(const struct worktree_conversion *conversion)
{
	struct error ignored = ERROR_INIT;
	struct needed needed = {false, false, NULL};
	struct convert convert;
	char *names = NULL;

	if (!conversion || conversion->keep_raw)
		return needed;
	if (!convert_parse(conversion->conversion, &convert, &names,
			   &ignored)) {
		needed.git = convert_needs_git(&convert);
		needed.alone = convert.filter && !convert.encoding &&
			       !convert.ident && convert.eol != CONVERT_CRLF &&
			       convert.eol != CONVERT_AUTO_CRLF;
		if (convert.filter)
			needed.driver = xstrdup(convert.filter);
	}
	free(names);
	error_release(&ignored);
	return needed;
}

static bool is_written(const struct plan_item *item)
{
	return (item->action == PLAN_CREATE || item->action == PLAN_WRITE) &&
	       item->mode != MODE_LINK;
}

static bool has_driver(const struct repository *repo, const char *driver)
{
	static const char *const names[] = {"smudge", "process"};
	bool has = false;

	for (size_t i = 0; !has && i < ARRAY_SIZE(names); i++) {
		char *key = xstrfmt("filter.%s.%s", driver, names[i]);
		const char *value = config_get(repo->config, key);

		has = value && *value;
		free(key);
	}
	return has;
}

/* Content of git-lfs needs no filter where it is at hand. */
static bool has_content(struct repository *repo, const struct oid *blob)
{
	char *file = lfs_find(repo, blob);

	free(file);
	return file != NULL;
}

int restore_bytes_check(struct repository *repo, const struct target *target,
			const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->nr; i++) {
		const struct plan_item *item = &plan->items[i];
		struct needed needed;

		if (!is_written(item))
			continue;
		needed = needs_of(worktree_extra_conversion(
			&target->worktree_extra, item->path));
		if (needed.alone && !has_driver(repo, needed.driver) &&
		    !has_content(repo, &item->blob)) {
			error_set(err, ERR_REFUSED,
				  "'%s' cannot be restored: there is no filter "
				  "'%s' here",
				  item->path, needed.driver);
			error_hint(err,
				   "set it up, or restore other paths with "
				   "'-- <path>'");
		}
		free(needed.driver);
		if (err->code)
			return err->code;
	}
	return 0;
}

struct filtering {
	struct restore_bytes *bytes;
	const struct oid *blob;
	bool differs; /* by what is configured here it comes out otherwise */
	const struct worktree_conversion *conversion;
};

static int hash_rest(int fd, uint64_t size, struct oid *out, struct error *err)
{
	struct hasher *hasher = NULL;
	char piece[65536];
	ssize_t got = 0;
	int ret = hasher_new(&hasher, OBJECT_BLOB, size, err);

	while (!ret && (got = read(fd, piece, sizeof(piece)))) {
		if (got > 0)
			ret = hasher_add(hasher, piece, (size_t)got, err);
		else if (errno != EINTR)
			ret = error_errno(err, "cannot read");
	}
	if (!ret)
		ret = hasher_finish(hasher, out, err);
	hasher_free(hasher);
	return ret;
}

/* Leave what the filter wrote where it is until its turn comes. */
static int take_filtered(void *context, int fd, uint64_t size,
			 struct error *err)
{
	struct filtering *filtering = context;
	const struct worktree_conversion *conversion = filtering->conversion;
	off_t start = lseek(fd, 0, SEEK_CUR);
	struct made *made;
	struct oid id;

	if (start < 0)
		return error_errno(err, "cannot read");
	if (hash_rest(fd, size, &id, err) < 0)
		return err->code;
	filtering->differs = !oid_equal(&id, &conversion->raw);
	if (filtering->differs)
		return 0;
	made = xcalloc(1, sizeof(*made));
	*made = (struct made){fd, (uint64_t)start, size, NULL};
	strmap_put(&filtering->bytes->made, conversion->path, made);
	return FILTER_KEEP;
}

static bool take_lfs(struct restore_bytes *bytes, const struct plan_item *item)
{
	char *file = lfs_find(bytes->repo, &item->blob);
	struct made *made;

	if (!file)
		return false;
	made = xcalloc(1, sizeof(*made));
	*made = (struct made){.spool = -1, .file = file};
	strmap_put(&bytes->made, item->path, made);
	return true;
}

/* All files that are to be made, and are not at hand; returns how many. */
static size_t gather(struct restore_bytes *bytes, const struct plan *plan,
		     struct filtering *out)
{
	size_t nr = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct plan_item *item = &plan->items[i];
		const struct worktree_conversion *conversion;
		struct needed needed;

		if (!is_written(item))
			continue;
		conversion = worktree_extra_conversion(
			&bytes->target->worktree_extra, item->path);
		needed = needs_of(conversion);
		free(needed.driver);
		if (!needed.git || (needed.alone && take_lfs(bytes, item)))
			continue;
		out[nr++] = (struct filtering){bytes, &item->blob, true,
					       conversion};
	}
	return nr;
}

/* Make those that differ, by what is configured here, or as it is recorded. */
static int make(struct restore_bytes *bytes, struct filtering *files, size_t nr,
		bool recorded, struct error *err)
{
	struct filter_request *requests = xcalloc(nr, sizeof(*requests));
	size_t asked = 0;
	int ret;

	for (size_t i = 0; i < nr; i++)
		if (files[i].differs)
			requests[asked++] = (struct filter_request){
				files[i].conversion->path, *files[i].blob,
				&files[i],
				recorded ? files[i].conversion->conversion
					 : NULL};
	ret = filter_smudge(bytes->filter, requests, asked, take_filtered, err);
	free(requests);
	return ret;
}

int restore_bytes_prepare(struct restore_bytes *bytes, const struct plan *plan,
			  struct error *err)
{
	struct filtering *files = xcalloc(plan->nr, sizeof(*files));
	size_t nr = gather(bytes, plan, files);
	int ret = make(bytes, files, nr, false, err);

	if (!ret)
		ret = make(bytes, files, nr, true, err);
	for (size_t i = 0; !ret && i < nr; i++)
		if (files[i].differs)
			ret = mismatch(files[i].conversion->path,
				       files[i].conversion->conversion, err);
	free(files);
	return ret;
}

/* -- one file ------------------------------------------------------------ */

static int write_piece(void *context, const void *data, size_t len,
		       struct error *err)
{
	return file_write_all(*(int *)context, data, len, err);
}

static int write_spooled(const struct made *made, int fd, struct error *err)
{
	char piece[65536];
	uint64_t at = 0;

	while (at < made->size) {
		size_t want = made->size - at < sizeof(piece)
				      ? (size_t)(made->size - at)
				      : sizeof(piece);
		ssize_t got = pread(made->spool, piece, want,
				    (off_t)(made->start + at));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_errno(err, "cannot read a temporary file");
		if (file_write_all(fd, piece, (size_t)got, err) < 0)
			return err->code;
		at += (uint64_t)got;
	}
	return 0;
}

/* Hashed while it is copied: nothing else vouches for a file of git-lfs. */
static int write_lfs(int from, uint64_t size, struct oid *id, int fd,
		     struct error *err)
{
	struct hasher *hasher = NULL;
	char piece[65536];
	ssize_t got = 0;
	int ret = hasher_new(&hasher, OBJECT_BLOB, size, err);

	while (!ret && (got = read(from, piece, sizeof(piece)))) {
		if (got > 0) {
			ret = hasher_add(hasher, piece, (size_t)got, err);
			if (!ret)
				ret = file_write_all(fd, piece, (size_t)got,
						     err);
		} else if (errno != EINTR) {
			ret = error_errno(err, "cannot read");
		}
	}
	if (!ret)
		ret = hasher_finish(hasher, id, err);
	hasher_free(hasher);
	return ret;
}

static int write_made(const struct made *made,
		      const struct worktree_conversion *conversion, int fd,
		      struct error *err)
{
	struct stat st;
	struct oid id;
	int from, ret;

	if (made->spool >= 0)
		return write_spooled(made, fd, err);
	from = open(made->file, O_RDONLY | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		ret = error_errno(err, "cannot read '%s'", made->file);
	else
		ret = write_lfs(from, (uint64_t)st.st_size, &id, fd, err);
	if (!ret && !oid_equal(&id, &conversion->raw))
		ret = mismatch(conversion->path, conversion->conversion, err);
	if (from >= 0)
		close(from);
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
	const struct made *made;

	if (!conversion)
		return object_stream(bytes->repo, blob, write_piece, &fd, err);
	if (conversion->keep_raw)
		return object_stream(bytes->repo, &conversion->raw, write_piece,
				     &fd, err);
	made = strmap_get(&bytes->made, path);
	if (made)
		return write_made(made, conversion, fd, err);
	return write_converted(bytes, conversion, path, blob, fd, err);
}
