#include "core/carry/importing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "core/record/id.h"
#include "core/record/session.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

int importing_read_here(struct importing *importing, struct error *err)
{
	struct checkpoint_list *here = &importing->here;
	int ret = checkpoint_list_read(importing->repo, SCOPE_ALL, NULL, here,
				       err);

	if (!ret)
		ret = checkpoint_list_read(importing->repo, SCOPE_REMOTES, NULL,
					   here, err);
	if (!ret)
		ret = session_names_everywhere(importing->repo,
					       &importing->sessions, err);
	strlist_sort(&importing->sessions);
	/* Own ones come first and count. */
	for (size_t i = here->nr; i > 0; i--) {
		char *tail = importing_tail(&here->items[i - 1]);

		strmap_put(&importing->by_name, tail, &here->items[i - 1]);
		free(tail);
	}
	return ret;
}

/* A name beyond the clock would be everybody's latest, for ever. */
static bool goes_home(const struct importing *importing,
		      const struct import_item *item)
{
	if (importing->request->own)
		return true;
	return !item->name.remote &&
	       strlist_sorted_has(&importing->sessions, item->name.session) &&
	       id_time(item->name.id) < clock_now_ms() + DAY_MS;
}

static void replace(struct checkpoint *name, const char *ref,
		    const char *remote)
{
	struct checkpoint wanted = *name, copy;

	wanted.ref = (char *)ref;
	wanted.remote = (char *)remote;
	checkpoint_copy(&copy, &wanted);
	checkpoint_release(name);
	*name = copy;
}

static void set_place(struct import_item *item, bool home)
{
	char *ref =
		home ? checkpoint_ref(CHECKPOINT_REFS, item->name.session,
				      item->name.id)
		     : checkpoint_ref(CHECKPOINT_REMOTE_REFS CHECKPOINT_IMPORTED
				      "/",
				      item->name.session, item->name.id);

	replace(&item->name, ref, home ? NULL : CHECKPOINT_IMPORTED);
	free(ref);
}

/* One that is here is known by its commit, wherever it is. */
static void compare_with_here(struct importing *importing,
			      struct import_item *item)
{
	char *tail = importing_tail(&item->name);
	const struct checkpoint *here = strmap_get(&importing->by_name, tail);
	bool home = goes_home(importing, item);

	free(tail);
	set_place(item, home);
	if (!here || item->state == IMPORT_REFUSED)
		return;
	if (!oid_equal(&here->commit, &item->name.commit)) {
		importing_refuse(item,
				 "another checkpoint of this name is at %s",
				 here->ref);
	} else if (!here->remote || !home) {
		item->state = IMPORT_PRESENT;
		replace(&item->name, here->ref, item->name.remote);
	}
}

/* Those that have no place yet. */
void importing_place(struct importing *importing)
{
	struct imported *out = importing->out;

	for (; importing->compared < out->nr; importing->compared++)
		compare_with_here(importing, &out->items[importing->compared]);
}
