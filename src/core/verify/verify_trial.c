#include "core/verify/verifying.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "core/restore/plan.h"
#include "core/restore/restore_bytes.h"
#include "core/verify/verify_scratch.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/dir.h"
#include "worktree/writer.h"

/* So many files are tried at once, on all threads; of those for which a filter
 * may have to run, which are kept open until they are written, fewer. */
#define BATCH 4096
#define FILTER_BATCH 128
#define LINK_MAX_BYTES 65536

struct trial_file {
	char *path;
	uint32_t mode;
	struct oid blob;
	struct oid key;	       /* what decides about its bytes */
	const struct oid *raw; /* the id that they have; NULL: the blob's */
	struct error err;      /* why it does not come back */
};

struct trial {
	struct verifying *verifying;
	/* The repository with the scratch directory as its worktree: filters
	 * look for attributes there. */
	struct repository there;
	struct writer *writer;
	int top_fd;
	const struct strlist *skip;
	struct restore_bytes *bytes;
	struct trial_file *files;
	size_t nr, alloc;
	size_t converted; /* of them */
	/* First come the files of attributes, and stay; then the others. */
	bool attributes;
	bool has_attributes;
};

/* -- one file ------------------------------------------------------------ */

struct writing {
	struct trial *trial;
	struct trial_file *file;
	bool failed; /* the bytes do not come back: nothing else is wrong */
};

static int write_bytes(void *context, int fd, struct error *err)
{
	struct writing *writing = context;
	int ret =
		restore_bytes_write(writing->trial->bytes, writing->file->path,
				    &writing->file->blob, fd, err);

	writing->failed = ret < 0;
	return ret;
}

static int read_back(struct trial *trial, const struct trial_file *file,
		     const struct stat *st, struct oid *out, struct error *err)
{
	const char *name;
	int ret, fd = -1;

	if (file->mode == MODE_LINK) {
		char *target = xmalloc((size_t)st->st_size + 1);
		int dir = dir_open_parent(trial->top_fd, file->path, &name);
		ssize_t len = dir < 0 ? -1
				      : readlinkat(dir, name, target,
						   (size_t)st->st_size + 1);

		ret = len < 0 ? error_errno(err, "cannot read the link")
			      : object_hash(out, OBJECT_BLOB, target,
					    (size_t)len, err);
		if (dir >= 0)
			close(dir);
		free(target);
		return ret;
	}
	fd = dir_open_file(trial->top_fd, file->path);
	if (fd < 0)
		return error_errno(err, "cannot open what was written");
	ret = verifying_hash(fd, out, err);
	close(fd);
	return ret;
}

static void remove_file(struct trial *trial, const struct trial_file *file)
{
	const char *name;
	int dir = dir_open_parent(trial->top_fd, file->path, &name);

	/* What stays is removed with the whole directory. */
	if (dir >= 0) {
		unlinkat(dir, name, 0);
		close(dir);
	}
}

static int put_file(struct trial *trial, struct trial_file *file, unsigned n,
		    struct stat *st, struct error *err)
{
	struct writing writing = {trial, file, false};
	const struct writer_expect expect = {.absent = true};
	struct writer_content content = {.mode = file->mode,
					 .permissions = -1,
					 .write = write_bytes,
					 .context = &writing};
	struct buf link = BUF_INIT;
	int ret = 0;

	if (file->mode == MODE_LINK) {
		ret = object_read(trial->verifying->repo, &file->blob,
				  OBJECT_BLOB, LINK_MAX_BYTES, &link,
				  &file->err);
		if (!ret && (!link.len || memchr(link.ptr, '\0', link.len)))
			ret = error_set(&file->err, ERR_INVALID,
					"no link leads there");
		content.link = link.ptr;
	}
	if (!ret)
		ret = writer_put(trial->writer, file->path, n, &expect,
				 &content, st, &file->err);
	else
		writing.failed = true;
	buf_release(&link);
	if (ret < 0 && !writing.failed)
		return error_move(err, &file->err);
	return 0;
}

/* That the bytes do not come back is noted in the file. */
static int try_file(void *context, size_t i, struct error *err)
{
	struct trial *trial = context;
	struct trial_file *file = &trial->files[i];
	struct oid found;
	struct stat st;
	int ret;

	if (put_file(trial, file, (unsigned)i, &st, err) < 0)
		return err->code;
	if (file->err.code)
		return 0;
	ret = read_back(trial, file, &st, &found, err);
	if (!ret && !oid_equal(&found, file->raw ? file->raw : &file->blob))
		error_set(&file->err, ERR_INVALID,
			  "it comes back with other bytes");
	if (!trial->attributes)
		remove_file(trial, file);
	return ret;
}

/* -- many ---------------------------------------------------------------- */

static void end_batch(struct trial *trial, bool tried)
{
	struct verify *verify = trial->verifying->verify;

	for (size_t i = 0; i < trial->nr; i++) {
		struct trial_file *file = &trial->files[i];

		if (file->err.code) {
			struct buf quoted = BUF_INIT;

			path_quote(&quoted, file->path);
			verifying_add(trial->verifying, VERIFY_HERE,
				      "'%s' cannot be restored here: %s",
				      quoted.ptr, file->err.text);
			buf_release(&quoted);
		} else if (tried) {
			oid_set_add(&verify->tried, &file->key);
		}
		error_release(&file->err);
		free(file->path);
	}
	trial->nr = trial->converted = 0;
}

/* Run the filters that these files need. 1: one fails. */
static int run_filters(struct trial *trial, struct error *err)
{
	struct plan plan = PLAN_INIT;
	int ret;

	if (!trial->converted)
		return 0;
	plan.items = xcalloc(trial->nr, sizeof(*plan.items));
	for (; plan.nr < trial->nr; plan.nr++) {
		const struct trial_file *file = &trial->files[plan.nr];

		plan.items[plan.nr] = (struct plan_item){
			.path = file->path,
			.action = PLAN_CREATE,
			.mode = file->mode,
			.blob = file->blob,
		};
	}
	ret = restore_bytes_prepare(trial->bytes, &plan, err);
	free(plan.items);
	if (ret == ERR_FAILED) {
		verifying_add(trial->verifying, VERIFY_HERE,
			      "not all files can be restored here: %s",
			      err->text);
		error_release(err);
		ret = 1;
	}
	return ret;
}

static int try_batch(struct trial *trial, struct error *err)
{
	const struct target *target = &trial->verifying->target;
	bool tried = false;
	int ret = 0;

	if (!trial->nr)
		return 0;
	ret = restore_bytes_open(&trial->bytes, &trial->there, target, err);
	if (!ret)
		ret = run_filters(trial, err);
	if (!ret) {
		ret = thread_for(trial->nr, try_file, trial, err);
		tried = !ret;
	}
	end_batch(trial, tried);
	restore_bytes_free(trial->bytes);
	trial->bytes = NULL;
	return ret < 0 ? ret : 0;
}

/* What decides about the bytes: the blob, and how it is converted. */
static int make_key(const struct oid *blob, uint32_t mode,
		    const struct worktree_conversion *conversion,
		    struct oid *out, struct error *err)
{
	struct buf text = BUF_INIT;
	char blob_hex[OID_HEXSZ + 1], raw_hex[OID_HEXSZ + 1];
	int ret;

	buf_addf(&text, "%s %o %s %s %d", oid_hex(blob, blob_hex),
		 (unsigned)mode,
		 conversion ? oid_hex(&conversion->raw, raw_hex) : "-",
		 conversion ? conversion->conversion : "-",
		 conversion && conversion->keep_raw);
	ret = object_hash(out, OBJECT_BLOB, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

static bool is_wanted(const struct trial *trial, const char *path,
		      const struct tree_entry *entry)
{
	bool attributes = entry->mode != MODE_LINK &&
			  !strcmp(path_basename(path), ".gitattributes");

	if (entry->mode == MODE_GITLINK ||
	    (entry->mode == MODE_LINK &&
	     !writer_caps(trial->writer)->symlinks) ||
	    (trial->attributes && !attributes) ||
	    (!trial->attributes && trial->has_attributes && attributes) ||
	    strlist_sorted_has(trial->skip, path))
		return false;
	return !trial->verifying->repo->partial ||
	       object_exists(trial->verifying->repo, &entry->oid);
}

static int add_file(void *context, const char *path,
		    const struct tree_entry *entry, struct error *err)
{
	struct trial *trial = context;
	const struct worktree_conversion *conversion =
		worktree_extra_conversion(
			&trial->verifying->target.worktree_extra, path);
	struct trial_file *file;
	struct oid key;

	if (!is_wanted(trial, path, entry))
		return 0;
	if (make_key(&entry->oid, entry->mode, conversion, &key, err) < 0)
		return err->code;
	if (!trial->attributes &&
	    oid_set_has(&trial->verifying->verify->tried, &key))
		return 0;
	ARRAY_GROW(trial->files, trial->nr, trial->alloc);
	file = &trial->files[trial->nr++];
	*file = (struct trial_file){.path = xstrdup(path),
				    .mode = entry->mode,
				    .blob = entry->oid,
				    .key = key,
				    .raw = conversion ? &conversion->raw
						      : NULL};
	trial->converted += conversion != NULL;
	if (trial->nr < BATCH && trial->converted < FILTER_BATCH)
		return 0;
	return try_batch(trial, err);
}

/* -- the whole ----------------------------------------------------------- */

static bool needs_attributes(const struct worktree_extra *extra)
{
	for (size_t i = 0; i < extra->nr_conversions; i++)
		if (!extra->conversions[i].keep_raw)
			return true;
	return false;
}

static int try_tree(struct trial *trial, const struct oid *tree,
		    struct error *err)
{
	if (tree_walk(trial->verifying->repo, tree, UINT64_MAX, add_file, trial,
		      err) < 0)
		return err->code;
	return try_batch(trial, err);
}

static int try_files(struct trial *trial, struct error *err)
{
	const struct target *target = &trial->verifying->target;

	if (needs_attributes(&target->worktree_extra)) {
		trial->attributes = true;
		if (try_tree(trial, &target->stored.tree, err) < 0)
			return err->code;
		trial->attributes = false;
		trial->has_attributes = true;
	}
	if (try_tree(trial, &target->stored.tree, err) < 0)
		return err->code;
	if (oid_is_zero(&target->ignored_tree) ||
	    trial->verifying->local_damaged)
		return 0;
	return try_tree(trial, &target->ignored_tree, err);
}

int verify_trial(struct verifying *verifying, const struct strlist *skip,
		 struct error *err)
{
	const struct verify_scratch *scratch = verifying->verify->scratch;
	struct trial trial = {.verifying = verifying,
			      .there = *verifying->repo,
			      .skip = skip};
	int ret;

	trial.there.worktree = scratch->top;
	trial.there.index_file = scratch->index;
	trial.there.prefix = (char *)"";
	trial.top_fd = open(scratch->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trial.top_fd < 0)
		return error_errno(err, "cannot open '%s'", scratch->top);
	ret = writer_open(&trial.writer, scratch->top, NULL, "verify", NULL,
			  err);
	if (!ret)
		ret = try_files(&trial, err);
	/* What an error left. */
	end_batch(&trial, false);
	free(trial.files);
	writer_close(trial.writer);
	close(trial.top_fd);
	if (!ret)
		ret = verify_scratch_clear(scratch, err);
	return ret;
}
