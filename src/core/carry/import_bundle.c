#include "core/carry/importing.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/carry/import_session.h"
#include "core/record/foreign.h"
#include "core/record/id.h"
#include "core/record/journal.h"
#include "core/record/session.h"
#include "core/record/session_log.h"
#include "core/record/stored.h"
#include "core/verify/verify.h"
#include "git/repository.h"

/* -- taking them in ------------------------------------------------------ */

static int mark_foreign(struct importing *importing, struct error *err)
{
	struct imported *out = importing->out;
	struct oid *commits = xcalloc(out->nr, sizeof(*commits));
	size_t nr = 0;
	int ret = 0;

	for (size_t i = 0; i < out->nr; i++)
		if (out->items[i].state != IMPORT_REFUSED &&
		    !out->items[i].name.remote &&
		    (importing->request->own ||
		     out->items[i].state == IMPORT_NEW))
			commits[nr++] = out->items[i].name.commit;
	if (nr)
		ret = foreign_mark(importing->repo, commits, nr,
				   !importing->request->own, err);
	free(commits);
	return ret;
}

static int adopt_sessions(struct importing *importing, struct error *err)
{
	const struct imported *out = importing->out;
	struct strlist names = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < out->nr; i++)
		if (out->items[i].state != IMPORT_REFUSED &&
		    !strlist_sorted_has(&importing->sessions,
					out->items[i].name.session))
			strlist_add(&names, out->items[i].name.session);
	strlist_sort(&names);
	strlist_unique(&names);
	if (names.nr)
		ret = session_adopt(importing->repo, &names, err);
	strlist_release(&names);
	return ret;
}

static int set_pin(struct importing *importing, size_t i, struct error *err)
{
	const struct checkpoint *name = &importing->out->items[i].name;
	char *ref =
		checkpoint_ref(CHECKPOINT_PIN_REFS, name->session, name->id);
	int ret = ref_update(importing->repo, ref, &name->commit, NULL, err);

	if (ret == ERR_CHANGED) {
		error_release(err);
		ret = 0;
	}
	free(ref);
	return ret;
}

/* Notes before refs: whoever finds the checkpoint finds its note. */
static int write_notes(struct importing *importing, struct error *err)
{
	const struct imported *out = importing->out;
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < out->nr; i++)
		if (out->items[i].state == IMPORT_NEW &&
		    !out->items[i].name.remote)
			checkpoint_list_add(&list, &out->items[i].name);
	if (list.nr)
		ret = verify_repair(importing->repo, &list, err);
	checkpoint_list_release(&list);
	return ret;
}

static int publish(struct importing *importing, struct error *err)
{
	struct imported *out = importing->out;
	int ret = mark_foreign(importing, err);

	if (!ret && importing->request->own)
		ret = adopt_sessions(importing, err);
	if (!ret)
		ret = write_notes(importing, err);
	for (size_t i = 0; !ret && i < out->nr; i++) {
		struct import_item *item = &out->items[i];

		if (item->state != IMPORT_NEW)
			continue;
		/* What others pin is theirs to keep. */
		if (importing->brought[i].pinned && !item->name.remote)
			ret = set_pin(importing, i, err);
		if (!ret)
			ret = ref_update(importing->repo, item->name.ref,
					 &item->name.commit, NULL, err);
		if (ret == ERR_CHANGED) {
			importing_refuse(item, "%s", err->text);
			error_release(err);
			ret = 0;
		}
	}
	return ret;
}

/* -- sessions ------------------------------------------------------------ */

/*
 * How far a session of our own had got is in its log, which no bundle has, and
 * in each of its checkpoints. Where the log is lost, the newest tells.
 */
static int bring_back_session(struct importing *importing, const char *name,
			      struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct stored stored = {0};
	int ret = checkpoint_list_read(importing->repo, SCOPE_ALL, name, &list,
				       err);

	if (!ret && list.nr)
		ret = stored_open(importing->repo, &list.items[0], &stored,
				  err);
	if (!ret && stored.record.session) {
		const struct old_session session = {
			.name = (char *)name,
			.time_ms = stored.record.timestamp,
			.session = stored.record.session,
			.task = stored.record.task,
		};

		ret = import_session_write(importing->repo, &session, err);
		if (ret > 0)
			importing->out->sessions++;
	}
	stored_release(&stored);
	checkpoint_list_release(&list);
	return ret < 0 ? ret : 0;
}

static int bring_back_sessions(struct importing *importing, struct error *err)
{
	const struct imported *out = importing->out;
	struct strlist names = STRLIST_INIT;
	struct id id;
	int ret = 0;

	for (size_t i = 0; i < out->nr; i++) {
		const struct import_item *item = &out->items[i];

		/* What is made outside of any session has no log. */
		if (id_parse(item->name.session, &id) && id.kind == ID_MANUAL)
			continue;
		if (item->state != IMPORT_REFUSED && !item->name.remote &&
		    !session_log_exists(importing->repo, item->name.session))
			strlist_add(&names, item->name.session);
	}
	strlist_sort(&names);
	strlist_unique(&names);
	for (size_t i = 0; !ret && i < names.nr; i++)
		ret = bring_back_session(importing, names.items[i], err);
	strlist_release(&names);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

static int check_needs(struct importing *importing, struct error *err)
{
	char *path = realpath(importing->request->path, NULL);
	int ret;

	if (!path)
		return error_errno(err, "cannot find '%s'",
				   importing->request->path);
	ret = bundle_check(importing->repo, path, err);
	free(path);
	if (ret < 0 && importing->bundle.nr_needs)
		error_hint(err, "the file leaves history out that this clone "
				"lacks; fetch it first");
	return ret;
}

static int unpack_and_take(struct importing *importing, struct error *err)
{
	struct pack_keep keep = PACK_KEEP_INIT;
	int ret = check_needs(importing, err);

	if (!ret)
		ret = bundle_unpack(importing->repo, &importing->bundle,
				    importing->fd, &keep, err);
	if (ret < 0)
		error_prefix(err, "cannot take in '%s'",
			     importing->request->path);
	if (!ret)
		ret = repository_refresh_objects(importing->repo, err);
	if (!ret)
		ret = importing_read_manifests(importing, true, err);
	if (!ret)
		importing_place(importing);
	if (!ret)
		ret = importing_check(importing, err);
	if (!ret)
		ret = publish(importing, err);
	pack_keep_drop(&keep);
	return ret;
}

static int open_file(struct importing *importing, struct error *err)
{
	const char *path = importing->request->path;
	int ret;

	importing->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (importing->fd < 0)
		return error_errno(err, "cannot open '%s'", path);
	ret = bundle_read(&importing->bundle, importing->fd, err);
	return ret < 0 ? error_prefix(err, "'%s'", path) : 0;
}

static void importing_release(struct importing *importing)
{
	if (importing->fd >= 0)
		close(importing->fd);
	bundle_release(&importing->bundle);
	remote_sessions_release(&importing->manifests);
	strlist_release(&importing->sessions);
	strmap_release(&importing->by_name, NULL);
	strmap_release(&importing->places, NULL);
	checkpoint_list_release(&importing->here);
	free(importing->brought);
}

int import_bundle(struct repository *repo, const struct import_request *request,
		  struct imported *out, struct error *err)
{
	struct importing importing = {
		.repo = repo,
		.request = request,
		.out = out,
		.places = STRMAP_INIT,
		.sessions = STRLIST_INIT,
		.by_name = STRMAP_INIT,
		.here = CHECKPOINT_LIST_INIT,
		.fd = -1,
	};
	int ret = journal_refuse(repo, err);

	*out = (struct imported){.notes = STRLIST_INIT};
	if (!ret)
		ret = open_file(&importing, err);
	if (!ret) {
		importing_read_refs(&importing);
		ret = importing_read_here(&importing, err);
	}
	if (!ret)
		ret = importing_read_manifests(&importing, false, err);
	if (!ret)
		importing_place(&importing);
	if (!ret && (imported_count(out, IMPORT_NEW) ||
		     importing_has_manifests(&importing)))
		ret = unpack_and_take(&importing, err);
	else if (!ret && request->own)
		ret = publish(&importing, err);
	if (!ret)
		ret = bring_back_sessions(&importing, err);
	if (!ret && !out->nr)
		ret = error_set(err, ERR_NOT_FOUND,
				"there is no checkpoint in '%s'",
				request->path);
	importing_release(&importing);
	return ret;
}
