#include "core/session/unfinished.h"

#include "core/record/record.h"
#include "core/record/stored.h"
#include "core/snapshot/workspace.h"
#include "git/ref.h"

void unfinished_release(struct unfinished *unfinished)
{
	session_state_release(&unfinished->state);
	checkpoint_list_release(&unfinished->recent);
	*unfinished = (struct unfinished){.recent = CHECKPOINT_LIST_INIT};
}

/* The newest that no restore has made; of what cannot be read nobody knows. */
static int read_recent(struct repository *repo, struct unfinished *out,
		       struct error *err)
{
	struct checkpoint_list all = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_names(repo, SCOPE_ALL, out->state.id, &all,
					err);

	for (size_t i = 0;
	     !ret && i < all.nr && out->recent.nr < UNFINISHED_RECENT; i++) {
		int type = TYPE_UNKNOWN;

		ret = checkpoint_read_commit(repo, &all.items[i], err);
		if (!ret)
			ret = checkpoint_type_of(repo, &all.items[i].commit,
						 &type, err);
		if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
			error_release(err);
			ret = 0;
			continue;
		}
		if (!ret && type != TYPE_PRE_RESTORE)
			checkpoint_list_add(&out->recent, &all.items[i]);
	}
	checkpoint_list_release(&all);
	return ret;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int compare_head(struct repository *repo, const struct record *record,
			bool *same, struct error *err)
{
	char hex[OID_HEXSZ + 1];
	struct head head;

	if (head_read(repo, &head, err) < 0)
		return err->code;
	*same = same_text(head.unborn ? NULL : oid_hex(&head.id, hex),
			  record->git.head) &&
		same_text(head.branch, record->git.branch);
	head_release(&head);
	return 0;
}

/* That it cannot be compared is a thing to say, and no failure. */
static void compare(struct repository *repo, struct unfinished *out)
{
	struct workspace workspace;
	struct stored stored;
	struct error ignored = ERROR_INIT;
	int ret = stored_open(repo, &out->recent.items[0], &stored, &ignored);

	if (!ret && stored.record.snapshot.digest) {
		ret = compare_head(repo, &stored.record, &out->head_matches,
				   &ignored);
		if (!ret) {
			ret = workspace_capture(&workspace, repo, NULL,
						&ignored);
			out->compared = !ret;
			out->files_match =
				!ret && !strcmp(workspace.digest,
						stored.record.snapshot.digest);
			workspace_release(&workspace);
		}
	}
	stored_release(&stored);
	error_release(&ignored);
}

int unfinished_find(struct repository *repo, struct unfinished *out,
		    struct error *err)
{
	int got;

	*out = (struct unfinished){.recent = CHECKPOINT_LIST_INIT};
	got = session_state_unfinished(repo, &out->state, err);
	if (got <= 0)
		return got;
	if (out->state.status == SESSION_ACTIVE)
		return 0;
	if (read_recent(repo, out, err) < 0)
		return err->code;
	if (out->recent.nr)
		compare(repo, out);
	return 1;
}
