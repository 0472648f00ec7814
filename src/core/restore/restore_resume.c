#include "core/restore/restoring.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "core/restore/restore_head.h"
#include "core/restore/restore_lock.h"
#include "core/restore/restore_sweep.h"
#include "git/repository.h"

/* The lock of the index that the killed restore held is nobody's now. */
static int drop_lock(struct repository *repo, const struct journal *journal,
		     struct error *err)
{
	char *path = xstrfmt("%s.lock", repo->index_file);
	struct stat st;
	int ret = 0;

	if (journal->index_lock && !stat(path, &st) &&
	    (int64_t)st.st_ino == journal->index_lock && unlink(path) < 0)
		ret = error_errno(err, "cannot remove '%s'", path);
	free(path);
	return ret;
}

static int resume_journal(struct repository *repo, bool aborting, int argc,
			  const char *const *argv, struct restore_result *out,
			  struct error *err)
{
	struct restore_request request = {.argc = argc, .argv = argv};
	struct restoring restoring = {.repo = repo,
				      .request = &request,
				      .out = out,
				      .aborting = aborting};
	struct journal journal = {0};
	int lock = -1;
	int ret = restore_lock(&lock, repo, err);

	restore_result_init(out);
	if (!ret)
		ret = journal_read(repo, &journal, err);
	if (ret == ERR_NOT_FOUND)
		error_set(err, ERR_REFUSED, "no restore is under way");
	if (!ret)
		ret = repository_library(repo, err);
	if (!ret)
		ret = drop_lock(repo, &journal, err);
	if (!ret)
		ret = restore_sweep(repo, &journal, err);
	if (!ret) {
		request.operation = journal.operation || aborting;
		restoring.journal = &journal;
		restoring.paths = &journal.pathspecs;
		restoring.mode = journal.mode;
		if (restoring.mode == RESTORE_AS_IS ||
		    (aborting && restoring.mode == RESTORE_BRANCH))
			restoring.mode = RESTORE_MOVE_HEAD;
		if (aborting) {
			ref_moves_invert(&out->moves, &journal.moves);
		} else {
			struct ref_moves back;

			ref_moves_invert(&back, &journal.moves);
			ref_moves_invert(&out->moves, &back);
			ref_moves_release(&back);
		}
		ret = restoring_run(
			&restoring,
			aborting ? &journal.safety : &journal.target, err);
	}
	journal_release(&journal);
	file_unlock(lock);
	return ret;
}

int restore_continue(struct repository *repo, int argc, const char *const *argv,
		     struct restore_result *out, struct error *err)
{
	return resume_journal(repo, false, argc, argv, out, err);
}

int restore_abort(struct repository *repo, int argc, const char *const *argv,
		  struct restore_result *out, struct error *err)
{
	return resume_journal(repo, true, argc, argv, out, err);
}
