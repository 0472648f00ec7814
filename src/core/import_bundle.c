#include "core/import.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "core/foreign.h"
#include "core/id.h"
#include "core/import_session.h"
#include "core/journal.h"
#include "core/manifest_commit.h"
#include "core/remote_session.h"
#include "core/session.h"
#include "core/session_log.h"
#include "core/stored.h"
#include "core/verify.h"
#include "git/bundle.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/repository.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* What the bundle has of one checkpoint, beside the item of the result. */
struct brought {
	struct oid local; /* L; zero: none */
	bool pinned;
	bool local_set; /* by us, just now */
};

struct importing {
	struct repository *repo;
	const struct import_request *request;
	struct imported *out;
	struct brought *brought; /* one for each item */
	size_t alloc_brought;
	struct strmap places;	 /* "<session>/<id>": item, from 1 */
	struct strlist sessions; /* of this repository, sorted */
	struct strmap by_name;	 /* "<session>/<id>": a checkpoint of `here` */
	struct checkpoint_list here;
	size_t compared; /* items that have been held against `here` */
	struct bundle bundle;
	struct remote_sessions manifests; /* `number` 0: was read */
	int fd;
};

static char *tail_of(const struct checkpoint *name)
{
	return xstrfmt("%s/%s", name->session, name->id);
}

static void refuse(struct import_item *item, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
static void refuse(struct import_item *item, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	if (item->state == IMPORT_REFUSED)
		return;
	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	item->state = IMPORT_REFUSED;
	item->reason = buf_detach(&text);
}

/* -- what the file has --------------------------------------------------- */

/* Its place in the result, or -1. */
static ssize_t find_item(const struct importing *importing,
			 const struct checkpoint *name)
{
	char *tail = tail_of(name);
	/* What is there is the place plus one. */
	uintptr_t found = (uintptr_t)strmap_get(&importing->places, tail);

	free(tail);
	return (ssize_t)found - 1;
}

static void add_checkpoint(struct importing *importing,
			   const struct checkpoint *name)
{
	struct imported *out = importing->out;
	ssize_t at = find_item(importing, name);
	char *tail;

	if (at >= 0) {
		/* The same one twice: what its own clone calls it counts. */
		if (!oid_equal(&out->items[at].name.commit, &name->commit))
			refuse(&out->items[at],
			       "the file has two of this name");
		return;
	}
	checkpoint_copy(&imported_add(out)->name, name);
	tail = tail_of(name);
	strmap_put(&importing->places, tail, (void *)(uintptr_t)out->nr);
	free(tail);
	ARRAY_GROW(importing->brought, out->nr - 1, importing->alloc_brought);
	importing->brought[out->nr - 1] = (struct brought){.pinned = false};
}

/* `ref` below `prefix`, as a name below refs/checkpoints/. */
static bool parse_below(const char *ref, const char *prefix,
			struct checkpoint *out)
{
	char *name;
	bool is_one;

	*out = (struct checkpoint){0};
	if (strncmp(ref, prefix, strlen(prefix)) != 0)
		return false;
	name = xstrfmt("%s%s", CHECKPOINT_REFS, ref + strlen(prefix));
	is_one = checkpoint_parse_ref(name, out);
	free(name);
	return is_one;
}

/* L and pins, of checkpoints that are in the file, too. */
static bool add_part(struct importing *importing, const struct ref *ref)
{
	struct checkpoint name;
	ssize_t at = -1;
	bool is_local = parse_below(ref->name, CHECKPOINT_LOCAL_REFS, &name);
	bool is_pin = false;

	if (!is_local) {
		checkpoint_release(&name);
		is_pin = parse_below(ref->name, CHECKPOINT_PIN_REFS, &name);
	}
	if (is_local || is_pin)
		at = find_item(importing, &name);
	if (at >= 0 && is_local)
		importing->brought[at].local = ref->oid;
	else if (at >= 0)
		importing->brought[at].pinned = oid_equal(
			&ref->oid, &importing->out->items[at].name.commit);
	checkpoint_release(&name);
	return at >= 0;
}

/* Of a bundle that was made of a remote: the manifest is what counts. */
static bool is_manifest(const char *ref)
{
	const char *slash = strrchr(ref, '/');

	return !strncmp(ref, CHECKPOINT_REFS, strlen(CHECKPOINT_REFS)) &&
	       slash && manifest_number(slash + 1);
}

static void read_refs(struct importing *importing)
{
	const struct ref_list *refs = &importing->bundle.refs;

	remote_sessions_read(&importing->manifests, CHECKPOINT_REFS, refs);

	for (size_t i = 0; i < refs->nr; i++) {
		struct checkpoint name;

		if (checkpoint_parse_ref(refs->items[i].name, &name)) {
			name.commit = refs->items[i].oid;
			add_checkpoint(importing, &name);
		}
		checkpoint_release(&name);
	}
	for (size_t i = 0; i < refs->nr; i++) {
		struct checkpoint name;

		if (!checkpoint_parse_ref(refs->items[i].name, &name) &&
		    !add_part(importing, &refs->items[i]) &&
		    !is_manifest(refs->items[i].name))
			strlist_add(&importing->out->notes,
				    refs->items[i].name);
		checkpoint_release(&name);
	}
}

/* A manifest that is not what it should be is refused as a whole. */
static int read_manifest(struct importing *importing,
			 const struct remote_session *session,
			 struct error *err)
{
	struct manifest manifest;
	int ret = manifest_commit_read(importing->repo, &session->manifest,
				       session->name, &manifest, err);

	for (size_t i = 0; !ret && i < manifest.nr; i++) {
		char *ref = checkpoint_ref(CHECKPOINT_REFS, session->name,
					   manifest.items[i].id);
		struct checkpoint name;

		if (checkpoint_parse_ref(ref, &name)) {
			name.commit = manifest.items[i].commit;
			add_checkpoint(importing, &name);
		}
		checkpoint_release(&name);
		free(ref);
	}
	manifest_release(&manifest);
	if (ret < 0 && ret != ERR_FAILED) {
		struct checkpoint name = {0};
		struct imported *out = importing->out;

		name.session = xstrdup(session->name);
		name.id = xstrfmt("manifest-%lld", (long long)session->number);
		name.ref =
			checkpoint_ref(CHECKPOINT_REFS, name.session, name.id);
		add_checkpoint(importing, &name);
		refuse(&out->items[out->nr - 1], "%s", err->text);
		checkpoint_release(&name);
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* Add what the manifests list, of those that are here. `all`: they all are. */
static int read_manifests(struct importing *importing, bool all,
			  struct error *err)
{
	struct remote_sessions *sessions = &importing->manifests;
	int ret = 0;

	for (size_t i = 0; !ret && i < sessions->nr; i++) {
		struct remote_session *session = &sessions->items[i];

		if (!session->number ||
		    (!all &&
		     !object_exists(importing->repo, &session->manifest)))
			continue;
		ret = read_manifest(importing, session, err);
		session->number = 0;
	}
	return ret;
}

static bool has_manifests(const struct importing *importing)
{
	for (size_t i = 0; i < importing->manifests.nr; i++)
		if (importing->manifests.items[i].number)
			return true;
	return false;
}

/* -- what is here -------------------------------------------------------- */

static int read_here(struct importing *importing, struct error *err)
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
		char *tail = tail_of(&here->items[i - 1]);

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

static void set_place(struct import_item *item, bool home)
{
	char *ref =
		home ? checkpoint_ref(CHECKPOINT_REFS, item->name.session,
				      item->name.id)
		     : checkpoint_ref(CHECKPOINT_REMOTE_REFS CHECKPOINT_IMPORTED
				      "/",
				      item->name.session, item->name.id);

	free(item->name.ref);
	free(item->name.remote);
	item->name.ref = ref;
	item->name.remote = home ? NULL : xstrdup(CHECKPOINT_IMPORTED);
}

/* One that is here is known by its commit, wherever it is. */
static void compare_with_here(struct importing *importing,
			      struct import_item *item)
{
	char *tail = tail_of(&item->name);
	const struct checkpoint *here = strmap_get(&importing->by_name, tail);
	bool home = goes_home(importing, item);

	free(tail);
	set_place(item, home);
	if (!here || item->state == IMPORT_REFUSED)
		return;
	if (!oid_equal(&here->commit, &item->name.commit)) {
		refuse(item, "another checkpoint of this name is at %s",
		       here->ref);
	} else if (!here->remote || !home) {
		item->state = IMPORT_PRESENT;
		free(item->name.ref);
		item->name.ref = xstrdup(here->ref);
	}
}

/* Those that have no place yet. */
static void compare_all(struct importing *importing)
{
	struct imported *out = importing->out;

	for (; importing->compared < out->nr; importing->compared++)
		compare_with_here(importing, &out->items[importing->compared]);
}

/* -- looking at them ----------------------------------------------------- */

/* L is of C alone. */
static int check_local(struct importing *importing, size_t i, struct error *err)
{
	struct import_item *item = &importing->out->items[i];
	struct commit local;
	int ret = commit_read(importing->repo, &importing->brought[i].local,
			      &local, err);

	if (ret < 0) {
		refuse(item, "its local part: %s", err->text);
		error_release(err);
		return ret == ERR_FAILED ? ERR_FAILED : 0;
	}
	if (local.nr_parents != 1 ||
	    !oid_equal(&local.parents[0], &item->name.commit))
		refuse(item, "its local part is another checkpoint's");
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
		refuse(item, "another local part of it is at %s", name);
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
			refuse(item, "%s", verified->problems[i].text);
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

static int look_at_all(struct importing *importing, struct error *err)
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
			refuse(item, "%s", err->text);
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
		ret = read_manifests(importing, true, err);
	if (!ret)
		compare_all(importing);
	if (!ret)
		ret = look_at_all(importing, err);
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
		read_refs(&importing);
		ret = read_here(&importing, err);
	}
	if (!ret)
		ret = read_manifests(&importing, false, err);
	if (!ret)
		compare_all(&importing);
	if (!ret &&
	    (imported_count(out, IMPORT_NEW) || has_manifests(&importing)))
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
