#include "core/restore/restore_head.h"

#include "base/alloc.h"
#include "git/process.h"
#include "git/ref_name.h"
#include "git/repository.h"
#include "git/worktrees.h"

static const struct oid none;

/* -- what differs -------------------------------------------------------- */

static void describe(struct buf *out, const char *branch, const struct oid *id)
{
	char hex[OID_HEXSZ + 1];

	if (branch)
		branch = ref_name_short(branch);
	if (oid_is_zero(id))
		buf_addf(out, "%s, which has no commit yet",
			 branch ? branch : "nothing");
	else if (branch)
		buf_addf(out, "%s at %.10s", branch, oid_hex(id, hex));
	else
		buf_addf(out, "%.10s, detached", oid_hex(id, hex));
}

static int recorded_head(const struct target *target, struct oid *out,
			 struct error *err)
{
	const struct record_git *git = &target->stored.record.git;

	*out = none;
	if (git->head &&
	    (strlen(git->head) != OID_HEXSZ || !oid_parse(out, git->head)))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: git.head is no "
				 "commit");
	if (!oid_equal(out, &target->stored.base))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: git.head is not the "
				 "base");
	if (git->branch && strncmp(git->branch, "refs/heads/", 11))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: git.branch is no "
				 "branch");
	return 0;
}

static int head_moves(struct repository *repo, const struct target *target,
		      struct ref_moves *out, struct buf *why, struct error *err)
{
	const char *branch = target->stored.record.git.branch;
	struct oid wanted, current = none;
	struct head head;
	int ret;

	if (recorded_head(target, &wanted, err) < 0 ||
	    head_read(repo, &head, err) < 0)
		return err->code;
	out->old_branch = xstrdup_or_null(head.branch);
	out->new_branch = xstrdup_or_null(branch);
	ret = 0;
	if (branch) {
		ret = ref_read(repo, branch, &current, err);
		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			current = none;
			ret = 0;
		}
		if (!ret && !oid_equal(&current, &wanted))
			ref_moves_add(out, branch, &current, &wanted);
	} else if (head.branch || !oid_equal(&head.id, &wanted)) {
		ref_moves_add(out, "HEAD", &head.id, &wanted);
	}
	if (!ret && (out->nr || !head.branch != !branch ||
		     (branch && strcmp(branch, head.branch)))) {
		buf_addstr(why, "HEAD is ");
		describe(why, head.branch, &head.id);
		buf_addstr(why, "; the checkpoint was made on ");
		describe(why, branch, &wanted);
		buf_addch(why, '\n');
	}
	head_release(&head);
	return ret;
}

static int operation_moves(struct repository *repo, const struct ref_list *refs,
			   struct ref_moves *out, struct buf *why,
			   struct error *err)
{
	for (size_t i = 0; i < refs->nr; i++) {
		const struct ref *ref = &refs->items[i];
		struct oid current;

		/* HEAD's own branch is dealt with. */
		if (out->new_branch && !strcmp(ref->name, out->new_branch))
			continue;
		if (ref_read(repo, ref->name, &current, err) < 0) {
			if (err->code != ERR_NOT_FOUND)
				return err->code;
			error_release(err);
			current = none;
		}
		if (oid_equal(&current, &ref->oid))
			continue;
		ref_moves_add(out, ref->name, &current, &ref->oid);
		buf_addf(why,
			 "'%s', which the operation under way names, has "
			 "another value\n",
			 ref->name);
	}
	return 0;
}

static bool has_ref(const struct ref_list *refs, const char *name)
{
	for (size_t i = 0; i < refs->nr; i++)
		if (!strcmp(refs->items[i].name, name))
			return true;
	return false;
}

/* git takes whatever is below these for a part of the operation: one more
 * "good" commit, and a bisection goes elsewhere. */
static int other_operation_moves(struct repository *repo,
				 const struct ref_list *refs,
				 struct ref_moves *out, struct buf *why,
				 struct error *err)
{
	struct ref_list there = REF_LIST_INIT;
	int ret = ref_list_read(repo, "refs/bisect/", &there, err);

	if (!ret)
		ret = ref_list_read(repo, "refs/rewritten/", &there, err);
	for (size_t i = 0; !ret && i < there.nr; i++) {
		const struct ref *ref = &there.items[i];

		if (has_ref(refs, ref->name))
			continue;
		ref_moves_add(out, ref->name, &ref->oid, &none);
		buf_addf(why, "'%s' was not there\n", ref->name);
	}
	ref_list_release(&there);
	return ret;
}

int restore_head_moves(struct repository *repo, const struct target *target,
		       bool operation, struct ref_moves *out, struct buf *why,
		       struct error *err)
{
	const struct ref_list *refs = &target->operation.refs;
	int ret;

	*out = (struct ref_moves){0};
	ret = head_moves(repo, target, out, why, err);
	if (!ret && operation)
		ret = operation_moves(repo, refs, out, why, err);
	if (!ret && operation)
		ret = other_operation_moves(repo, refs, out, why, err);
	return ret;
}

int restore_head_branch(struct repository *repo, const struct target *target,
			const char *branch, struct ref_moves *out,
			struct error *err)
{
	char *name = xstrfmt("refs/heads/%s", branch);
	struct oid wanted, current;
	struct head head = {0};
	int ret;

	*out = (struct ref_moves){0};
	ret = git_ask(repo, NULL, err, "check-ref-format", "--branch", branch,
		      NULL);
	if (ret < 0) {
		error_set(err, ERR_INVALID, "'%s' is not a valid branch name",
			  branch);
		goto done;
	}
	ret = ref_read(repo, name, &current, err);
	if (!ret) {
		ret = error_set(err, ERR_EXISTS,
				"a branch named '%s' already exists", branch);
		goto done;
	}
	if (ret != ERR_NOT_FOUND)
		goto done;
	error_release(err);
	ret = recorded_head(target, &wanted, err);
	if (!ret && oid_is_zero(&wanted))
		ret = error_set(err, ERR_REFUSED,
				"the checkpoint has no commit to start a "
				"branch from");
	if (!ret)
		ret = head_read(repo, &head, err);
	if (!ret) {
		out->old_branch = xstrdup_or_null(head.branch);
		out->new_branch = xstrdup(name);
		ref_moves_add(out, name, &none, &wanted);
	}
	head_release(&head);
done:
	free(name);
	return ret;
}

int restore_head_check(struct repository *repo, const struct ref_moves *moves,
		       struct error *err)
{
	for (size_t i = 0; i <= moves->nr; i++) {
		const char *name = i < moves->nr ? moves->items[i].name
						 : moves->new_branch;
		char *where;

		if (!name || strncmp(name, "refs/heads/", 11) ||
		    (i == moves->nr && moves->old_branch &&
		     !strcmp(name, moves->old_branch)))
			continue;
		if (worktree_using_branch(repo, name, &where, err) < 0)
			return err->code;
		if (!where)
			continue;
		error_set(err, ERR_REFUSED,
			  "branch '%s' is in use in another worktree (%s)",
			  name + 11, where);
		error_hint(err, "'--keep-head' restores the files only");
		free(where);
		return err->code;
	}
	return 0;
}

/* -- moving -------------------------------------------------------------- */

/* HEAD itself is moved only to be detached: through a branch it may name the
 * same commit and not be there yet. */
static bool is_detached(struct repository *repo, struct error *err)
{
	struct head head;
	bool detached;

	if (head_read(repo, &head, err) < 0)
		return false;
	detached = !head.branch;
	head_release(&head);
	return detached;
}

/* 1: it has the new value; 0: it has the old one. */
static int is_moved(struct repository *repo, const struct ref_move *move,
		    struct error *err)
{
	struct oid current;

	if (ref_read(repo, move->name, &current, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return err->code;
		error_release(err);
		current = none;
	}
	if (oid_equal(&current, &move->new_oid))
		return strcmp(move->name, "HEAD") || is_detached(repo, err);
	if (oid_equal(&current, &move->old_oid))
		return 0;
	return error_set(err, ERR_CHANGED, "'%s' was moved meanwhile",
			 move->name);
}

static void add_command(struct buf *input, const struct ref_move *move)
{
	static const char zero[] = "0000000000000000000000000000000000000000";
	char new_hex[OID_HEXSZ + 1], old_hex[OID_HEXSZ + 1];

	oid_hex(&move->new_oid, new_hex);
	oid_hex(&move->old_oid, old_hex);
	if (oid_is_zero(&move->new_oid))
		buf_addf(input, "delete %s%c%s%c", move->name, 0, old_hex, 0);
	else
		buf_addf(input, "update %s%c%s%c%s%c", move->name, 0, new_hex,
			 0, oid_is_zero(&move->old_oid) ? zero : old_hex, 0);
}

/* Whether HEAD is on the branch already that it is to be on in the end. */
static bool is_on_branch(struct repository *repo, const char *branch)
{
	struct error err = ERROR_INIT;
	struct head head;
	bool there = false;

	if (branch && !head_read(repo, &head, &err)) {
		there = head.branch && !strcmp(head.branch, branch);
		head_release(&head);
	}
	error_release(&err);
	return there;
}

/* Those moves that are of HEAD itself, or those that are not. */
static int update_some(struct repository *repo, const struct ref_moves *moves,
		       bool of_head, const char *reason, struct error *err)
{
	const char *argv[] = {"update-ref", "--no-deref", "-m", reason,
			      "--stdin",    "-z",	  NULL};
	struct git_command command = {.repo = repo, .argv = argv};
	struct buf input = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; i < moves->nr; i++) {
		const struct ref_move *move = &moves->items[i];
		int moved;

		if (!strcmp(move->name, "HEAD") != of_head ||
		    (of_head && is_on_branch(repo, moves->new_branch)))
			continue;
		moved = is_moved(repo, move, err);
		if (moved < 0) {
			ret = moved;
			break;
		}
		if (!moved)
			add_command(&input, move);
	}
	if (!ret && input.len) {
		command.input = input.ptr;
		command.input_len = input.len;
		ret = git_run(&command, NULL, NULL, err);
	}
	buf_release(&input);
	return ret;
}

/* git makes no transaction of HEAD and the branch that it is on: HEAD is
 * detached first. */
static int update_refs(struct repository *repo, const struct ref_moves *moves,
		       const char *reason, struct error *err)
{
	int ret = update_some(repo, moves, true, reason, err);

	return ret ? ret : update_some(repo, moves, false, reason, err);
}

/* HEAD to another branch. A detached one is a move of the ref HEAD itself. */
static int switch_branch(struct repository *repo, const struct ref_moves *moves,
			 const char *reason, struct error *err)
{
	struct head head;
	bool there, expected;

	if (!moves->new_branch)
		return 0;
	if (head_read(repo, &head, err) < 0)
		return err->code;
	there = head.branch && !strcmp(head.branch, moves->new_branch);
	expected = moves->old_branch ? head.branch && !strcmp(head.branch,
							      moves->old_branch)
				     : !head.branch;
	head_release(&head);
	if (there)
		return 0;
	if (!expected)
		return error_set(err, ERR_CHANGED, "HEAD was moved meanwhile");
	return git_ask(repo, NULL, err, "symbolic-ref", "-m", reason, "HEAD",
		       moves->new_branch, NULL);
}

int restore_head_apply(struct repository *repo, const struct ref_moves *moves,
		       const char *reason, struct error *err)
{
	if (update_refs(repo, moves, reason, err) < 0)
		return err->code;
	return switch_branch(repo, moves, reason, err);
}

void ref_moves_invert(struct ref_moves *out, const struct ref_moves *moves)
{
	*out = (struct ref_moves){0};
	for (size_t i = 0; i < moves->nr; i++)
		ref_moves_add(out, moves->items[i].name,
			      &moves->items[i].new_oid,
			      &moves->items[i].old_oid);
	out->old_branch = xstrdup_or_null(moves->new_branch);
	out->new_branch = xstrdup_or_null(moves->old_branch);
}
