#include "core/remote/push_gate.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/commit_text.h"
#include "core/record/id.h"
#include "core/record/remote_trust.h"
#include "core/remote/push_updates.h"
#include "core/secret/secret_scan.h"
#include "git/object.h"
#include "git/process.h"
#include "git/ref.h"

/* Where checkpoints are, and what leads to them. */
static const char *const ours[] = {
	CHECKPOINT_REFS,
	CHECKPOINT_PIN_REFS,
	CHECKPOINT_REMOTE_REFS,
	CHECKPOINT_NOTES_REFS,
};

struct gate {
	struct repository *repo;
	const char *name; /* of the remote */
	struct push_updates updates;
	struct oid_set checkpoints; /* every C of this repository */
	struct oid_set local;	    /* every L */
	struct buf known;	    /* what the other side has, for rev-list */
	struct oid *tips, *haves;
	size_t nr_tips, nr_haves;
};

/* -- what is ours -------------------------------------------------------- */

static bool is_below(const char *ref, const char *prefix)
{
	return !strncmp(ref, prefix, strlen(prefix));
}

static bool is_ours(const struct push_update *update)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (is_below(update->local, ours[i]) ||
		    is_below(update->remote, ours[i]))
			return true;
	return false;
}

static bool is_local(const struct push_update *update)
{
	return is_below(update->local, CHECKPOINT_LOCAL_REFS) ||
	       is_below(update->remote, CHECKPOINT_LOCAL_REFS);
}

static int read_set(struct gate *gate, const char *prefix, struct oid_set *out,
		    struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret = ref_list_read(gate->repo, prefix, &refs, err);

	for (size_t i = 0; i < refs.nr; i++)
		if (!oid_is_zero(&refs.items[i].oid))
			oid_set_add(out, &refs.items[i].oid);
	ref_list_release(&refs);
	return ret;
}

static int refuse_local(const struct gate *gate, const char *what,
			struct error *err)
{
	error_set(err, ERR_REFUSED,
		  "refusing to push '%s': what is in refs/checkpoints-local/ "
		  "is for this clone alone",
		  what);
	error_hint(err, "'git checkpoint push' sends checkpoints without it");
	return error_hint(err,
			  "instead of --mirror: git push --prune %s "
			  "'+refs/*:refs/*' '^refs/checkpoint*' "
			  "'^refs/notes/checkpoints/*'",
			  gate->name);
}

/* -- what else would travel ---------------------------------------------- */

/* The commits of an update that the other side has not got: "<id> <subject>",
 * a line each, and before each one that says "commit <id>". */
static int list_commits(const struct gate *gate,
			const struct push_update *update, struct buf *out,
			struct error *err)
{
	static const char *const argv[] = {"rev-list", "--format=%H %s",
					   "--stdin", NULL};
	struct buf input = BUF_INIT;
	struct git_command command = {.repo = gate->repo, .argv = argv};
	char hex[OID_HEXSZ + 1];
	int ret;

	buf_addf(&input, "%s\n", oid_hex(&update->new_oid, hex));
	buf_add(&input, gate->known.ptr, gate->known.len);
	command.input = input.ptr;
	command.input_len = input.len;
	ret = git_run(&command, out, NULL, err);
	buf_release(&input);
	return ret;
}

/* Only C has a ref; the others say in their message whose they are. */
static bool says(const char *subject, const char *role)
{
	size_t len = strlen(role);

	return !strncmp(subject, role, len) &&
	       checkpoint_id_is_valid(subject + len);
}

/* ERR_REFUSED: the commit is an L. 1: it is another part of a checkpoint. */
static int judge_commit(const struct gate *gate,
			const struct push_update *update, const char *line,
			struct error *err)
{
	const char *subject = line + OID_HEXSZ + 1;
	struct oid oid;

	if (!oid_parse(&oid, line) || line[OID_HEXSZ] != ' ')
		return 0;
	if (oid_set_has(&gate->local, &oid) || says(subject, COMMIT_TEXT_LOCAL))
		return refuse_local(gate, update->local, err);
	return oid_set_has(&gate->checkpoints, &oid) ||
	       says(subject, COMMIT_TEXT_INDEX) ||
	       says(subject, COMMIT_TEXT_STATE);
}

/* Whether a branch carries a checkpoint along, or a part of one. */
static int look_inside(struct gate *gate, const struct push_update *update,
		       struct error *err)
{
	struct strlist lines = STRLIST_INIT;
	struct buf commits = BUF_INIT;
	bool found = false;
	int ret = list_commits(gate, update, &commits, err);

	if (!ret)
		strlist_split(&lines, commits.ptr, '\n');
	/* To the end: an L behind a C must not go either. */
	for (size_t i = 0; ret >= 0 && i < lines.nr; i++) {
		ret = judge_commit(gate, update, lines.items[i], err);
		found |= ret > 0;
	}
	if (ret >= 0 && found)
		gate->tips[gate->nr_tips++] = update->new_oid;
	strlist_release(&lines);
	buf_release(&commits);
	return ret < 0 ? ret : 0;
}

/* What the other side has: git has just asked it, and what it had before. */
static int read_known(struct gate *gate, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	gate->haves = xcalloc(gate->updates.nr, sizeof(*gate->haves));
	for (size_t i = 0; i < gate->updates.nr; i++) {
		const struct oid *old = &gate->updates.items[i].old_oid;

		if (oid_is_zero(old) || !object_exists(gate->repo, old))
			continue;
		gate->haves[gate->nr_haves++] = *old;
		buf_addf(&gate->known, "^%s\n", oid_hex(old, hex));
	}
	return remote_trust_read(gate->repo, gate->name, &gate->known, err);
}

static int choose(struct gate *gate, struct error *err)
{
	int ret = read_known(gate, err);

	gate->tips = xcalloc(gate->updates.nr, sizeof(*gate->tips));
	for (size_t i = 0; !ret && i < gate->updates.nr; i++) {
		const struct push_update *update = &gate->updates.items[i];

		if (oid_is_zero(&update->new_oid))
			continue;
		if (is_local(update))
			ret = refuse_local(gate, update->local, err);
		else if (is_ours(update))
			gate->tips[gate->nr_tips++] = update->new_oid;
		else
			ret = look_inside(gate, update, err);
	}
	return ret;
}

static void release(struct gate *gate)
{
	push_updates_release(&gate->updates);
	free(gate->tips);
	free(gate->haves);
	buf_release(&gate->known);
	oid_set_release(&gate->checkpoints);
	oid_set_release(&gate->local);
}

int push_gate_check(struct repository *repo, const char *remote,
		    const char *lines, size_t len, struct secret_finds *out,
		    struct error *err)
{
	struct gate gate = {.repo = repo, .name = remote, .known = BUF_INIT};
	int ret = push_updates_parse(&gate.updates, lines, len, err);

	*out = (struct secret_finds){0};
	if (!ret)
		ret = read_set(&gate, CHECKPOINT_REFS, &gate.checkpoints, err);
	if (!ret)
		ret = read_set(&gate, CHECKPOINT_REMOTE_REFS, &gate.checkpoints,
			       err);
	if (!ret)
		ret = read_set(&gate, CHECKPOINT_LOCAL_REFS, &gate.local, err);
	if (!ret)
		ret = choose(&gate, err);
	if (!ret && gate.nr_tips) {
		const struct secret_request request = {
			.tips = gate.tips,
			.nr_tips = gate.nr_tips,
			.haves = gate.haves,
			.nr_haves = gate.nr_haves,
			.remote = remote,
			.what = "push",
		};

		ret = secret_scan(repo, &request, out, err);
		/* What could not be looked at does not pass. */
		if (ret < 0)
			ret = err->code = ERR_REFUSED;
	}
	release(&gate);
	return ret;
}
