#include "core/carry/importing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/verify/verify.h"
#include "git/commit.h"

/* L is of C alone. */
static int check_local(struct importing *importing, size_t i, struct error *err)
{
	struct import_item *item = &importing->out->items[i];
	struct commit local;
	int ret = commit_read(importing->repo, &importing->brought[i].local,
			      &local, err);

	if (ret < 0) {
		importing_refuse(item, "its local part: %s", err->text);
		error_release(err);
		return ret == ERR_FAILED ? ERR_FAILED : 0;
	}
	if (local.nr_parents != 1 ||
	    !oid_equal(&local.parents[0], &item->name.commit))
		importing_refuse(item,
				 "its local part is another checkpoint's");
	commit_release(&local);
	return 0;
}

/* L gets its ref first: a checkpoint is never without it. */
static int set_local(struct importing *importing, size_t i, struct error *err)
{
	struct import_item *item = &importing->out->items[i];
	struct brought *brought = &importing->brought[i];
	char *name = checkpoint_ref(CHECKPOINT_LOCAL_REFS, item->name.session,
				    item->name.id);
	struct oid there;
	int ret = ref_read(importing->repo, name, &there, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = ref_update(importing->repo, name, &brought->local, NULL,
				 err);
		brought->local_set = !ret;
	} else if (!ret && !oid_equal(&there, &brought->local)) {
		importing_refuse(item, "another local part of it is at %s",
				 name);
	}
	free(name);
	return ret;
}

static int take_back_local(struct importing *importing, size_t i,
			   struct error *err)
{
	const struct checkpoint *name = &importing->out->items[i].name;
	struct brought *brought = &importing->brought[i];
	struct ref_list refs = REF_LIST_INIT;
	char *ref;
	int ret;

	if (!brought->local_set)
		return 0;
	ref = checkpoint_ref(CHECKPOINT_LOCAL_REFS, name->session, name->id);
	ref_list_add(&refs, ref, &brought->local);
	ret = ref_delete(importing->repo, &refs, err);
	brought->local_set = false;
	ref_list_release(&refs);
	free(ref);
	return ret;
}

/* Everything but what this clone lacks, and the note, which is made later. */
static void judge(struct import_item *item, const struct verified *verified)
{
	for (size_t i = 0; i < verified->nr; i++)
		if (verified->problems[i].kind == VERIFY_LOST ||
		    verified->problems[i].kind == VERIFY_WRONG)
			importing_refuse(item, "%s",
					 verified->problems[i].text);
}

static int look_at(struct importing *importing, struct verify *verify, size_t i,
		   struct error *err)
{
	struct import_item *item = &importing->out->items[i];
	bool has_local = !oid_is_zero(&importing->brought[i].local);
	struct verified verified = {0};
	struct checkpoint name;
	int ret = 0;

	if (has_local)
		ret = check_local(importing, i, err);
	if (!ret && has_local && item->state == IMPORT_NEW)
		ret = set_local(importing, i, err);
	if (!ret && item->state == IMPORT_NEW) {
		checkpoint_copy(&name, &item->name);
		/* Of one without L none is asked for. */
		free(name.remote);
		name.remote = has_local ? NULL : xstrdup(CHECKPOINT_IMPORTED);
		ret = verify_checkpoint(verify, &name, &verified, err);
		judge(item, &verified);
		verified_release(&verified);
		checkpoint_release(&name);
	}
	if (item->state == IMPORT_REFUSED || ret < 0) {
		struct error ignored = ERROR_INIT;
		int taken =
			take_back_local(importing, i, ret < 0 ? &ignored : err);

		error_release(&ignored);
		ret = ret < 0 ? ret : taken;
	}
	return ret;
}

int importing_check(struct importing *importing, struct error *err)
{
	const struct import_request *request = importing->request;
	struct imported *out = importing->out;
	struct verify *verify = NULL;
	int ret = verify_open(&verify, importing->repo, err);

	for (size_t i = 0; !ret && i < out->nr; i++) {
		if (out->items[i].state == IMPORT_NEW)
			ret = look_at(importing, verify, i, err);
		if (request->tick)
			request->tick(request->tick_context, i + 1, out->nr);
	}
	verify_close(verify);
	return ret;
}
