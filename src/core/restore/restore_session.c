#include "core/restore/restore_session.h"

#include "core/record/json.h"
#include "core/restore/restoring.h"
#include "core/save/session_run.h"
#include "git/repository.h"

static bool is_whole(enum restore_mode mode)
{
	return mode == RESTORE_AS_IS || mode == RESTORE_MOVE_HEAD ||
	       mode == RESTORE_BRANCH;
}

static bool is_of(const struct checkpoint *checkpoint, const char *session)
{
	return checkpoint->session && !strcmp(checkpoint->session, session);
}

/* In the journal there is only the safety checkpoint that an undo brings back:
 * what it undoes is on the stack still. */
static int finds_session(const struct undo_list *list, const char *safety,
			 const char *session)
{
	for (size_t i = list->nr; i-- > 0;)
		if (!strcmp(list->items[i].safety.ref, safety))
			return is_of(&list->items[i].target, session);
	return false;
}

/* Whether what is undone or redone was such a restore itself. */
static int was_of_session(struct restoring *restoring, const char *session,
			  bool *out, struct error *err)
{
	const struct journal *journal = restoring->journal;
	struct undo_stack stack;
	int ret;

	*out = true;
	if (restoring->undone) {
		*out = is_of(&restoring->undone->target, session);
		return 0;
	}
	if (!journal)
		return 0;
	/* An abort brings back what it started from. */
	if (restoring->aborting && journal->kind == RESTORE_RESTORE) {
		*out = is_of(&journal->target, session);
		return 0;
	}
	if (journal->kind == RESTORE_RESTORE)
		return 0;
	ret = undo_read(restoring->repo->git_dir, &stack, err);
	if (!ret)
		*out = finds_session(&stack.done, journal->target.ref,
				     session) ||
		       finds_session(&stack.undone, journal->target.ref,
				     session);
	undo_stack_release(&stack);
	return ret;
}

int restoring_set_session(struct restoring *restoring, struct error *err)
{
	const struct stored *target = &restoring->target.stored;
	const struct journal *journal = restoring->journal;
	int64_t events = RECORD_UNKNOWN;
	bool wanted;

	if (!is_whole(journal ? journal->mode : restoring->mode) ||
	    !target->name.session ||
	    !json_get_int(target->record.session, "events", &events))
		return 0;
	if (was_of_session(restoring, target->name.session, &wanted, err) < 0)
		return err->code;
	return wanted ? session_restored(restoring->repo, target->name.session,
					 target->name.id, events, err)
		      : 0;
}
