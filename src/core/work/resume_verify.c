#include "core/work/resume.h"

#include "base/alloc.h"
#include "core/snapshot/connectivity.h"
#include "git/config.h"
#include "git/object.h"
#include "git/repository.h"

/* -- whether a checkpoint is whole --------------------------------------- */

static bool is_damage(int code)
{
	return code == ERR_NOT_FOUND || code == ERR_INVALID ||
	       code == ERR_NEWER || code == ERR_UNSUPPORTED;
}

/* Its commits and metadata can be read, and all its objects are there. What is
 * in a file is read only where it is to be brought back. */
static int look_at(struct repository *repo, const struct checkpoint *checkpoint,
		   struct stored *stored, struct error *err)
{
	int ret = stored_open(repo, checkpoint, stored, err);

	if (!ret)
		ret = connectivity_check(repo, &checkpoint->commit, err);
	return ret;
}

static bool is_good(struct repository *repo,
		    const struct checkpoint *checkpoint)
{
	struct error ignored = ERROR_INIT;
	struct stored stored;
	bool good = !look_at(repo, checkpoint, &stored, &ignored);

	stored_release(&stored);
	error_release(&ignored);
	return good;
}

/* The newest good one of the session that is older; none is no error. */
static int find_backup(struct repository *repo, struct resume *resume,
		       struct error *err)
{
	const struct checkpoint *bad = &resume->checkpoint;
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	bool passed = false;
	int ret = checkpoint_list_read(repo,
				       bad->remote ? SCOPE_REMOTES : SCOPE_ALL,
				       bad->session, &list, err);

	for (size_t i = 0; !ret && i < list.nr && !resume->backup.ref; i++) {
		const struct checkpoint *item = &list.items[i];
		struct error ignored = ERROR_INIT;
		int type;

		if (!strcmp(item->ref, bad->ref)) {
			passed = true;
			continue;
		}
		if (passed &&
		    !checkpoint_type_of(repo, &item->commit, &type, &ignored) &&
		    type != TYPE_PRE_RESTORE && is_good(repo, item))
			checkpoint_copy(&resume->backup, item);
		error_release(&ignored);
	}
	checkpoint_list_release(&list);
	return ret;
}

static int note_damage(struct repository *repo, struct resume *resume,
		       struct error *err)
{
	resume->newer = err->code == ERR_NEWER;
	free(resume->damage);
	resume->damage = xstrdup(err->text);
	error_release(err);
	return find_backup(repo, resume, err);
}

/* -- the files ----------------------------------------------------------- */

/* What may have to be brought back can be. */
static int read_through(struct repository *repo, const struct drift *drift,
			struct error *err)
{
	for (size_t i = 0; i < drift->nr; i++) {
		const struct drift_file *file = &drift->files[i];

		/* A nested repository's commit is not here. */
		if (oid_is_zero(&file->blob) ||
		    !object_exists(repo, &file->blob))
			continue;
		if (object_verify(repo, &file->blob, err) < 0)
			return error_prefix(err, "'%s' cannot be restored",
					    file->path);
	}
	return 0;
}

static int compare(struct repository *repo, struct resume *resume,
		   struct error *err)
{
	bool wanted;

	if (config_get_bool(repo->config, "checkpoint.verifyonresume", true,
			    &wanted, err) < 0 ||
	    drift_find(repo, &resume->stored, wanted, &resume->drift, err) < 0)
		return err->code;
	return read_through(repo, &resume->drift, err);
}

int resume_verify(struct repository *repo, struct resume *resume,
		  struct error *err)
{
	int ret;

	if (!resume->checkpoint.ref)
		return 0;
	resume->opened = true;
	ret = look_at(repo, &resume->checkpoint, &resume->stored, err);
	if (is_damage(ret))
		return note_damage(repo, resume, err);
	if (!ret)
		ret = compare(repo, resume, err);
	return is_damage(ret) ? note_damage(repo, resume, err) : ret;
}

int resume_use_backup(struct repository *repo, struct resume *resume,
		      struct error *err)
{
	if (resume->opened)
		stored_release(&resume->stored);
	resume->opened = false;
	drift_release(&resume->drift);
	checkpoint_release(&resume->checkpoint);
	resume->checkpoint = resume->backup;
	resume->backup = (struct checkpoint){0};
	free(resume->damage);
	resume->damage = NULL;
	return resume_verify(repo, resume, err);
}
