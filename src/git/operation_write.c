#include "git/operation.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/operation_files.h"
#include "git/operation_names.h"
#include "git/operation_stage.h"
#include "git/repository.h"

struct writing {
	const struct operation *before; /* NULL: whatever is there */
	const struct operation *after;
	/* Of each unit: what was found, whether it must change, and whether
	 * what it is to be is in place. */
	struct operation found[OPERATION_UNITS];
	bool changes[OPERATION_UNITS];
	bool brought[OPERATION_UNITS];
	int git_dir; /* a descriptor */
	struct operation_stage stage;
};

/* -- comparing ----------------------------------------------------------- */

static int compare(const void *path, const void *file)
{
	return strcmp(path, ((const struct operation_file *)file)->path);
}

static size_t count(const struct operation *operation,
		    const struct operation_unit *unit)
{
	size_t nr = 0;

	for (size_t i = 0; i < operation->nr_files; i++)
		nr += operation_unit_has(unit, operation->files[i].path);
	return nr;
}

/* Whether the files of a unit, as operation_files_read_unit() sorted them, are
 * those that `operation` has. */
static bool is_same(const struct operation *found,
		    const struct operation_unit *unit,
		    const struct operation *operation)
{
	if (count(operation, unit) != found->nr_files)
		return false;
	for (size_t i = 0; i < operation->nr_files; i++) {
		const struct operation_file *file = &operation->files[i];
		const struct operation_file *other;

		if (!operation_unit_has(unit, file->path))
			continue;
		other = bsearch(file->path, found->files, found->nr_files,
				sizeof(*other), compare);
		if (!other || other->text.len != file->text.len ||
		    memcmp(other->text.ptr, file->text.ptr, file->text.len))
			return false;
	}
	return true;
}

static int changed(const struct operation_unit *unit, struct error *err)
{
	return error_set(err, ERR_CHANGED, "'%s' was changed by somebody else",
			 unit->name);
}

/* See what is there, before anything is touched. */
static int plan(struct writing *writing, struct error *err)
{
	for (size_t i = 0; i < OPERATION_UNITS; i++) {
		const struct operation_unit *unit = &operation_units[i];
		struct operation *found = &writing->found[i];

		if (operation_files_read_unit(writing->git_dir, unit, found,
					      err) < 0)
			return err->code;
		writing->changes[i] = !is_same(found, unit, writing->after);
		/* What is not there may be in the stage of a run before. */
		if (writing->changes[i] && writing->before && found->nr_files &&
		    !is_same(found, unit, writing->before))
			return changed(unit, err);
	}
	return 0;
}

static int check_paths(const struct operation *operation, struct error *err)
{
	enum operation_format format;

	for (size_t i = 0; i < operation->nr_files; i++)
		if (!operation_name_find(operation->files[i].path, &format))
			return error_set(err, ERR_INVALID,
					 "'%s' is no file of an operation",
					 operation->files[i].path);
	return 0;
}

/* -- putting into place -------------------------------------------------- */

/* rename(2) that does not replace a file. */
static int rename_new(int from, int to, const char *name)
{
	struct stat st;

	if (!renameat2(from, name, to, name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* This file system cannot. */
	if (!fstatat(to, name, &st, AT_SYMLINK_NOFOLLOW)) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, name);
}

/*
 * Move a unit out of the way. It is looked at again there, where no path leads
 * to it.
 */
static int take_away(struct writing *writing, size_t number, struct error *err)
{
	const struct operation_unit *unit = &operation_units[number];
	const struct operation *found = &writing->found[number];
	struct operation moved = {.nr_files = 0};
	int ret;

	if (renameat(writing->git_dir, unit->name, writing->stage.old_dir,
		     unit->name) < 0) {
		if (errno != ENOENT)
			return error_errno(err, "cannot move '%s'", unit->name);
		return found->nr_files ? changed(unit, err) : 0;
	}
	ret = operation_files_read_unit(writing->stage.old_dir, unit, &moved,
					err);
	if (!ret && !is_same(&moved, unit, found))
		ret = changed(unit, err);
	operation_files_release(&moved);
	return ret;
}

static int bring(struct writing *writing, size_t number, struct error *err)
{
	const char *name = operation_units[number].name;

	if (rename_new(writing->stage.new_dir, writing->git_dir, name) < 0) {
		if (errno == EEXIST || errno == ENOTEMPTY)
			return changed(&operation_units[number], err);
		return error_errno(err, "cannot write '%s'", name);
	}
	writing->brought[number] = true;
	return 0;
}

/*
 * First goes what says that an operation is under way, and it comes last: where
 * this is interrupted, git sees none rather than half of one.
 */
static int apply(struct writing *writing, struct error *err)
{
	int ret = 0;

	for (size_t i = OPERATION_UNITS; i-- > 0 && !ret;)
		if (writing->changes[i])
			ret = take_away(writing, i, err);
	for (size_t i = 0; i < OPERATION_UNITS && !ret; i++)
		if (writing->changes[i] &&
		    count(writing->after, &operation_units[i]))
			ret = bring(writing, i, err);
	return ret;
}

/*
 * After a failure: everything back to where it was. What cannot go, because
 * somebody has written that again, stays in the stage.
 */
static void revert(struct writing *writing, struct error *err)
{
	const struct operation_stage *stage = &writing->stage;
	bool strays = false;

	for (size_t i = 0; i < OPERATION_UNITS; i++) {
		const char *name = operation_units[i].name;

		if (writing->brought[i] &&
		    rename_new(writing->git_dir, stage->new_dir, name) < 0)
			strays = true;
		if (rename_new(stage->old_dir, writing->git_dir, name) < 0 &&
		    errno != ENOENT)
			strays = true;
	}
	if (strays)
		operation_stage_keep(&writing->stage, err);
}

/* -- the whole ----------------------------------------------------------- */

static int stage_files(struct writing *writing, struct error *err)
{
	const struct operation *after = writing->after;
	int ret = 0;

	for (size_t i = 0; i < OPERATION_UNITS; i++) {
		const struct operation_unit *unit = &operation_units[i];

		for (size_t j = 0; j < after->nr_files && !ret; j++)
			if (writing->changes[i] &&
			    operation_unit_has(unit, after->files[j].path))
				ret = operation_stage_add(
					&writing->stage, &after->files[j], err);
	}
	return ret;
}

static int replace(struct writing *writing, struct repository *repo,
		   struct error *err)
{
	int ret = operation_stage_open(&writing->stage, repo, err);

	if (ret < 0)
		return ret;
	ret = stage_files(writing, err);
	if (!ret) {
		ret = apply(writing, err);
		if (ret < 0)
			revert(writing, err);
	}
	return operation_stage_close(&writing->stage, ret, err);
}

int operation_replace(struct repository *repo, const struct operation *before,
		      const struct operation *after, struct error *err)
{
	struct writing writing = {.before = before, .after = after};
	bool any = false;
	int ret;

	if (check_paths(after, err) < 0)
		return err->code;
	writing.git_dir =
		open(repo->git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writing.git_dir < 0)
		return error_errno(err, "cannot open '%s'", repo->git_dir);
	ret = plan(&writing, err);
	for (size_t i = 0; i < OPERATION_UNITS; i++)
		any |= writing.changes[i];
	if (!ret)
		ret = any ? replace(&writing, repo, err)
			  : operation_stage_clear(repo, err);
	for (size_t i = 0; i < OPERATION_UNITS; i++)
		operation_files_release(&writing.found[i]);
	close(writing.git_dir);
	return ret;
}

int operation_write(struct repository *repo, const struct operation *operation,
		    struct error *err)
{
	return operation_replace(repo, NULL, operation, err);
}
