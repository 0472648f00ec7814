/*
 * What a push has to send.
 */
#include "core/remote/pushing.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "core/record/manifest_commit.h"
#include "core/record/record.h"
#include "core/record/remote_trust.h"
#include "core/record/session.h"
#include "core/remote/manifest_peek.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/process.h"
#include "git/ref.h"

/* -- what is here -------------------------------------------------------- */

/* The type by the trailer of C; the caller must free(). NULL: it cannot be
 * read, or says that it is another checkpoint. */
static char *read_type(struct repository *repo,
		       const struct checkpoint *checkpoint)
{
	struct error ignored = ERROR_INIT;
	struct commit commit;
	char *id = NULL, *type = NULL;

	if (!commit_read(repo, &checkpoint->commit, &commit, &ignored)) {
		id = commit_trailer(commit.message, "Checkpoint-Id");
		type = commit_trailer(commit.message, "Checkpoint-Type");
		commit_release(&commit);
	}
	if (!id || strcmp(id, checkpoint->id) != 0) {
		free(type);
		type = NULL;
	}
	free(id);
	error_release(&ignored);
	return type;
}

/* Newest first, so the first `auto` is the one that goes. */
static void add_wanted(struct pushing *pushing, struct pushing_session *session,
		       const struct checkpoint *checkpoint, bool *has_auto)
{
	char *type = read_type(pushing->repo, checkpoint);
	enum checkpoint_type known =
		type ? checkpoint_type_parse(type) : TYPE_UNKNOWN;
	bool wanted =
		pushing->request->all ||
		(known == TYPE_AUTO ? !*has_auto : known != TYPE_PRE_RESTORE);

	if (!type) {
		strlist_add(&session->out->unreadable, checkpoint->id);
		return;
	}
	*has_auto |= known == TYPE_AUTO;
	if (wanted)
		manifest_add(&session->wanted, checkpoint->id, type,
			     id_time(checkpoint->id), &checkpoint->commit);
	free(type);
}

static int read_wanted(struct pushing *pushing, struct pushing_session *session,
		       struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	bool has_auto = false;
	int ret = checkpoint_list_read(pushing->repo, SCOPE_ALL, session->name,
				       &list, err);

	for (size_t i = 0; !ret && i < list.nr; i++)
		add_wanted(pushing, session, &list.items[i], &has_auto);
	if (!ret && !list.nr && pushing->request->sessions->nr) {
		ret = error_set(err, ERR_NOT_FOUND,
				"this repository has no session '%s'",
				session->name);
		error_hint(err, "'git checkpoint list --all' shows those "
				"there are");
	}
	checkpoint_list_release(&list);
	return ret;
}

static void add_session(struct pushing *pushing, const char *name)
{
	struct pushing_session *session;

	ARRAY_GROW(pushing->sessions, pushing->nr, pushing->alloc);
	session = &pushing->sessions[pushing->nr++];
	*session = (struct pushing_session){.name = xstrdup(name)};
}

/* Those that are named, or all that were written here and are still. */
static int list_sessions(struct pushing *pushing, struct error *err)
{
	const struct strlist *named = pushing->request->sessions;
	struct strlist own = STRLIST_INIT, here = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < named->nr; i++)
		add_session(pushing, named->items[i]);
	if (!named->nr)
		ret = session_names_everywhere(pushing->repo, &own, err);
	if (!ret && !named->nr)
		ret = ref_list_children(pushing->repo, CHECKPOINT_REFS, &here,
					err);
	strlist_sort(&own);
	for (size_t i = 0; !ret && i < here.nr; i++)
		if (strlist_sorted_has(&own, here.items[i]))
			add_session(pushing, here.items[i]);
	strlist_release(&own);
	strlist_release(&here);
	return ret;
}

/* Room for what is said of each, which nothing moves any more. */
static void make_results(struct pushing *pushing)
{
	struct push *out = pushing->out;

	out->nr = out->alloc = pushing->nr;
	out->sessions = xcalloc(pushing->nr, sizeof(*out->sessions));
	for (size_t i = 0; i < pushing->nr; i++) {
		pushing->sessions[i].out = &out->sessions[i];
		out->sessions[i].name = xstrdup(pushing->sessions[i].name);
	}
}

/* -- what is there ------------------------------------------------------- */

/* Checkpoints that the remote lists, that were never pushed from here, and are
 * not here: somebody else writes to the session. */
static bool is_shared(const struct pushing_session *session,
		      const struct manifest *before)
{
	for (size_t i = 0; i < session->there.nr; i++) {
		const char *id = session->there.items[i].id;

		if (!manifest_find(before, id) &&
		    !manifest_find(&session->wanted, id))
			return true;
	}
	return false;
}

/* What was pushed and is not there any more was removed there. */
static void note_removed(struct pushing_session *session,
			 const struct manifest *before,
			 const struct remote_session *found)
{
	struct strlist *gone = &session->memory.gone;

	for (size_t i = 0; i < before->nr; i++) {
		const char *id = before->items[i].id;

		if (!manifest_find(&session->there, id))
			strlist_add(gone, id);
	}
	for (size_t i = 0; found && i < found->plain.nr; i++)
		for (size_t k = 0; k < gone->nr; k++)
			if (!strcmp(gone->items[k], found->plain.items[i].name))
				free(gone->items[k]),
					gone->items[k] =
						gone->items[--gone->nr];
	strlist_sort(gone);
	strlist_unique(gone);
}

/* Decide what the session lacks, now that `there` is known. */
static void compare(struct pushing_session *session,
		    const struct remote_session *found)
{
	struct push_session *out = session->out;

	manifest_release(&session->lacks);
	strlist_release(&out->removed);
	out->there = 0;
	for (size_t i = 0; i < session->wanted.nr; i++) {
		const struct manifest_item *item = &session->wanted.items[i];
		bool there = manifest_find(&session->there, item->id) != NULL;

		for (size_t k = 0; found && !there && k < found->plain.nr; k++)
			there = !strcmp(found->plain.items[k].name, item->id);
		if (there)
			out->there++;
		else if (strlist_sorted_has(&session->memory.gone, item->id))
			strlist_add(&out->removed, item->id);
		else
			manifest_add(&session->lacks, item->id, item->type,
				     item->time_ms, &item->commit);
	}
}

/* What memory has of the remote is over. The number goes on: nobody may take a
 * new manifest for an old one. */
static void forget_manifest(struct pushing_session *session)
{
	session->now = (struct oid){{0}};
	session->memory_changed |= session->memory.raw != NULL;
	free(session->memory.raw);
	session->memory.raw = NULL;
	session->memory.manifest = session->now;
}

/*
 * Read the remote's manifest from `raw`. 1: it is none, and another is to take
 * its place: somebody has put it there whose session it is not.
 */
static int read_manifest(struct pushing_session *session,
			 const struct remote_session *found, struct buf *raw,
			 struct error *err)
{
	struct pushed *memory = &session->memory;
	int ret = manifest_commit_parse(raw->ptr, raw->len, session->name,
					&session->there, err);

	memory->number = found->number;
	if (ret == ERR_INVALID) {
		error_release(err);
		manifest_release(&session->there);
		forget_manifest(session);
		return 1;
	}
	session->memory_changed |=
		!oid_equal(&found->manifest, &memory->manifest);
	session->now = memory->manifest = found->manifest;
	free(memory->raw);
	memory->raw = buf_detach(raw);
	return ret;
}

/* `raw` is the manifest's commit; empty: the remote has none. */
static int take_there(struct pushing_session *session,
		      const struct remote_session *found, struct buf *raw,
		      struct error *err)
{
	struct manifest before = MANIFEST_INIT;
	struct pushed *memory = &session->memory;
	struct error ignored = ERROR_INIT;
	bool remembered = memory->raw != NULL;
	int ret = 0;

	if (remembered)
		manifest_commit_parse(memory->raw, strlen(memory->raw),
				      session->name, &before, &ignored);
	error_release(&ignored);
	manifest_release(&session->there);
	if (raw->len)
		ret = read_manifest(session, found, raw, err);
	else
		forget_manifest(session);
	if (!ret) {
		note_removed(session, &before, found);
		session->out->shared |=
			remembered && is_shared(session, &before);
	}
	session->out->shared |= ret > 0;
	if (ret >= 0)
		compare(session, found);
	manifest_release(&before);
	return ret < 0 ? ret : 0;
}

/* The bytes of the manifest that memory has, if it is the one that is there. */
static bool take_remembered(const struct pushing_session *session,
			    const struct remote_session *found, struct buf *raw)
{
	if (!session->memory.raw ||
	    !oid_equal(&session->memory.manifest, &found->manifest))
		return false;
	buf_addstr(raw, session->memory.raw);
	return true;
}

static int read_there(struct pushing *pushing, struct pushing_session *first,
		      size_t nr, struct error *err)
{
	const struct push_request *request = pushing->request;
	static const struct remote_session none = {.number = 0};
	const struct remote_session **found = xcalloc(nr, sizeof(*found));
	const struct remote_session **asked = xcalloc(nr, sizeof(*asked));
	struct buf *raws = xcalloc(nr, sizeof(*raws));
	struct remote_sessions sessions;
	int ret;

	for (size_t i = 0; i < nr; i++)
		raws[i] = (struct buf)BUF_INIT;
	ret = remote_sessions_list(pushing->repo, request->remote,
				   request->flags, &sessions, err);
	for (size_t i = 0; !ret && i < nr; i++) {
		found[i] = remote_sessions_find(&sessions, first[i].name);
		asked[i] = found[i] && !take_remembered(&first[i], found[i],
							&raws[i])
				   ? found[i]
				   : &none;
	}
	if (!ret)
		ret = manifest_peek(pushing->repo, request->remote,
				    request->flags, asked, nr, raws, err);
	for (size_t i = 0; !ret && i < nr; i++)
		ret = take_there(&first[i], found[i], &raws[i], err);
	for (size_t i = 0; i < nr; i++)
		buf_release(&raws[i]);
	remote_sessions_release(&sessions);
	free(raws);
	free(asked);
	free(found);
	return ret;
}

int pushing_refresh(struct pushing *pushing, struct pushing_session *session,
		    struct error *err)
{
	return read_there(pushing, session, 1, err);
}

int pushing_plan(struct pushing *pushing, struct error *err)
{
	int ret = list_sessions(pushing, err);

	make_results(pushing);
	for (size_t i = 0; !ret && i < pushing->nr; i++) {
		struct pushing_session *session = &pushing->sessions[i];

		ret = read_wanted(pushing, session, err);
		pushed_read(pushing->repo, pushing->key, session->name,
			    &session->memory);
	}
	if (!ret && pushing->nr)
		ret = read_there(pushing, pushing->sessions, pushing->nr, err);
	for (size_t i = 0; !ret && i < pushing->nr; i++)
		pushing->total += pushing->sessions[i].lacks.nr;
	return ret;
}

int pushing_remember(struct pushing *pushing, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < pushing->nr; i++) {
		struct pushing_session *session = &pushing->sessions[i];

		if (session->memory_changed)
			ret = pushed_write(pushing->repo, pushing->key,
					   session->name, &session->memory,
					   err);
	}
	return ret;
}

/* -- what travels along -------------------------------------------------- */

static void add_lines(struct repository *repo, const struct manifest *manifest,
		      const char *sign, struct buf *out)
{
	char hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < manifest->nr; i++) {
		const struct oid *commit = &manifest->items[i].commit;
		struct error ignored = ERROR_INIT;
		struct commit parsed;
		char *base;

		if (!object_exists_quick(repo, commit) ||
		    commit_read(repo, commit, &parsed, &ignored) < 0) {
			error_release(&ignored);
			continue;
		}
		base = commit_trailer(parsed.message, "Checkpoint-Base");
		if (base && oid_parse(&parsed.tree, base))
			buf_addf(out, "%s%s\n", sign,
				 oid_hex(&parsed.tree, hex));
		free(base);
		commit_release(&parsed);
	}
}

void pushing_count_commits(struct pushing *pushing)
{
	static const char *const argv[] = {"rev-list", "--count", "--stdin",
					   NULL};
	struct git_command command = {.repo = pushing->repo, .argv = argv};
	struct buf input = BUF_INIT, text = BUF_INIT;
	struct error ignored = ERROR_INIT;

	for (size_t i = 0; i < pushing->nr; i++) {
		add_lines(pushing->repo, &pushing->sessions[i].lacks, "",
			  &input);
		add_lines(pushing->repo, &pushing->sessions[i].there, "^",
			  &input);
	}
	pushing->out->commits = 0;
	if (input.len &&
	    remote_trust_read(pushing->repo, pushing->request->remote, &input,
			      &ignored) < 0) {
		pushing->out->commits = -1;
	} else if (input.len) {
		command.input = input.ptr;
		command.input_len = input.len;
		/* A shallow or damaged history keeps nobody from pushing. */
		pushing->out->commits =
			git_run(&command, &text, NULL, &ignored) < 0
				? -1
				: strtoll(text.ptr, NULL, 10);
	}
	error_release(&ignored);
	buf_release(&input);
	buf_release(&text);
}
