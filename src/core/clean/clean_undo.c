#include "core/clean/clean_undo.h"

#include "base/alloc.h"
#include "core/clean/clean.h"
#include "core/save/undo.h"
#include "git/repository.h"
#include "git/worktrees.h"

static int refuse(const char *git_dir, const struct checkpoint *needed,
		  struct error *err)
{
	error_set(err, ERR_REFUSED,
		  "checkpoint '%s' is needed by a restore that is unfinished "
		  "in '%s'",
		  needed->id, git_dir);
	return error_hint(err,
			  "'git checkpoint restore --continue' or '--abort' "
			  "there ends it");
}

static int check_journal(const char *git_dir, const struct strlist *refs,
			 struct error *err)
{
	struct repository there = {.git_dir = (char *)git_dir};
	struct journal journal;
	int ret = journal_read(&there, &journal, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	} else if (!ret && strlist_sorted_has(refs, journal.target.ref)) {
		ret = refuse(git_dir, &journal.target, err);
	} else if (!ret && strlist_sorted_has(refs, journal.safety.ref)) {
		ret = refuse(git_dir, &journal.safety, err);
	}
	journal_release(&journal);
	return ret;
}

int clean_undo_check(struct repository *repo, const struct strlist *refs,
		     struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = 0;

	if (refs->nr)
		ret = worktree_git_dirs(repo, &dirs, err);
	for (size_t i = 0; !ret && i < dirs.nr; i++)
		ret = check_journal(dirs.items[i], refs, err);
	strlist_release(&dirs);
	return ret;
}

/* The newest one that goes takes all below it along. */
static void add_lost(const char *git_dir, const struct undo_list *list,
		     bool redo, const struct strlist *refs, struct cleaned *out)
{
	size_t lost = list->nr;

	while (lost &&
	       !strlist_sorted_has(refs, list->items[lost - 1].safety.ref))
		lost--;
	while (lost--) {
		const struct undo_entry *entry = &list->items[lost];

		ARRAY_GROW(out->lost, out->nr_lost, out->alloc_lost);
		out->lost[out->nr_lost++] = (struct clean_loss){
			xstrdup(git_dir), xstrdup(entry->target.id),
			entry->time_ms, redo};
	}
}

int clean_undo_read(struct repository *repo, const struct strlist *refs,
		    struct cleaned *out, struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = 0;

	if (refs->nr)
		ret = worktree_git_dirs(repo, &dirs, err);
	for (size_t i = 0; !ret && i < dirs.nr; i++) {
		struct undo_stack stack;

		ret = undo_read(dirs.items[i], &stack, err);
		if (!ret) {
			add_lost(dirs.items[i], &stack.done, false, refs, out);
			add_lost(dirs.items[i], &stack.undone, true, refs, out);
		}
		undo_stack_release(&stack);
	}
	strlist_release(&dirs);
	return ret;
}

int clean_undo_forget(struct repository *repo,
		      const struct checkpoint_list *list, struct error *err)
{
	size_t lost;

	for (size_t i = 0; i < list->nr; i++)
		if (undo_forget(repo, list->items[i].ref, &lost, err) < 0)
			return err->code;
	return 0;
}
