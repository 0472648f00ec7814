#include "ui/restored.h"

#include "base/buf.h"
#include "base/path.h"
#include "core/record/json.h"
#include "core/restore/restore.h"
#include "git/ref_name.h"
#include "ui/output.h"

#define MAX_SHOWN 20

static void set_ref(struct json *object, const char *key, const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];

	json_set_string(object, key,
			oid_is_zero(oid) ? NULL : oid_hex(oid, hex));
}

/* Whether HEAD comes to be on another branch, or on none. */
static bool head_switches(const struct ref_moves *moves)
{
	const char *old = moves->old_branch, *new = moves->new_branch;

	return old && new ? strcmp(old, new) != 0 : old || new;
}

static void set_head(struct json *doc, const struct ref_moves *moves)
{
	struct json *head;

	if (!head_switches(moves)) {
		json_set_null(doc, "head");
		return;
	}
	head = json_set_object(doc, "head");
	json_set_path(head, "old", moves->old_branch);
	json_set_path(head, "new", moves->new_branch);
}

static void set_operation(struct json *doc, const struct restore_result *result)
{
	struct json *operation;

	if (!result->operation_changes) {
		json_set_null(doc, "operation");
		return;
	}
	operation = json_set_object(doc, "operation");
	json_set_string(operation, "old", result->old_operation);
	json_set_string(operation, "new", result->new_operation);
}

static void print_json(struct output *output,
		       const struct restore_request *request,
		       const struct restore_result *result, bool aborted)
{
	struct json *doc = json_object_new(), *array;

	json_set_string(doc, "target", result->target.id);
	json_set_string(doc, "safety", result->safety.id);
	json_set_bool(doc, "dry_run", request->dry_run);
	json_set_bool(doc, "aborted", aborted);
	json_set_bool(doc, "nothing", result->nothing);
	array = json_set_array(doc, "changes");
	for (size_t i = 0; i < result->plan.nr; i++) {
		const struct plan_item *item = &result->plan.items[i];
		struct json *change = json_add_object(array);

		json_set_path(change, "path", item->path);
		json_set_string(change, "action",
				plan_action_name(item->action));
		if (item->action == PLAN_KEEP)
			json_set_string(change, "reason",
					omit_reason_name(item->reason));
	}
	array = json_set_array(doc, "refs");
	for (size_t i = 0; i < result->moves.nr; i++) {
		struct json *ref = json_add_object(array);

		json_set_path(ref, "name", result->moves.items[i].name);
		set_ref(ref, "old", &result->moves.items[i].old_oid);
		set_ref(ref, "new", &result->moves.items[i].new_oid);
	}
	set_head(doc, &result->moves);
	json_set_bool(doc, "index", result->index_changes);
	set_operation(doc, result);
	json_set_string(doc, "mismatch",
			result->mismatch.len ? result->mismatch.ptr : NULL);
	array = json_set_array(doc, "protected");
	for (size_t i = 0; i < result->exposed.nr; i++)
		json_add_path(array, result->exposed.items[i]);
	json_set_bool(doc, "operation_left", result->operation_left);
	output_json(output, doc);
	json_free(doc);
}

static void print_nul(struct output *output,
		      const struct restore_result *result)
{
	for (size_t i = 0; i < result->plan.nr; i++) {
		const struct plan_item *item = &result->plan.items[i];
		const char *action = plan_action_name(item->action);

		output_write(output, action, strlen(action));
		output_write(output, " ", 1);
		output_write(output, item->path, strlen(item->path) + 1);
	}
}

static void print_plan(struct output *output,
		       const struct restore_result *result, size_t most)
{
	size_t shown = 0;

	for (size_t i = 0; i < result->plan.nr; i++) {
		const struct plan_item *item = &result->plan.items[i];
		struct buf path = BUF_INIT;

		if (shown++ == most) {
			output_say(output, "  ... and %zu more\n",
				   result->plan.nr - most);
			break;
		}
		path_quote(&path, item->path);
		if (item->action == PLAN_KEEP)
			output_say(output, "  %-7s %s (%s)\n",
				   plan_action_name(item->action), path.ptr,
				   omit_reason_name(item->reason));
		else
			output_say(output, "  %-7s %s\n",
				   plan_action_name(item->action), path.ptr);
		buf_release(&path);
	}
}

/* Its branch, or the commit, or that it is on none. */
static const char *head_text(const char *branch, const struct oid *oid,
			     char hex[OID_HEXSZ + 1])
{
	if (branch)
		return ref_name_short(branch);
	if (!oid)
		return "(detached)";
	oid_hex(oid, hex)[10] = '\0';
	return hex;
}

static void say_refs(struct output *output, const struct ref_moves *moves,
		     bool dry_run)
{
	const char *verb = dry_run ? "move " : "moved";
	const struct ref_move *head = NULL;
	char old_hex[OID_HEXSZ + 1], new_hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < moves->nr; i++) {
		const struct ref_move *move = &moves->items[i];

		if (!strcmp(move->name, "HEAD")) {
			head = move;
			continue;
		}
		output_say(output, "  %s   %s %.10s..%.10s\n", verb, move->name,
			   oid_is_zero(&move->old_oid)
				   ? "(none)"
				   : oid_hex(&move->old_oid, old_hex),
			   oid_is_zero(&move->new_oid)
				   ? "(none)"
				   : oid_hex(&move->new_oid, new_hex));
	}
	if (head || head_switches(moves))
		output_say(output, "  %s   HEAD %s..%s\n", verb,
			   head_text(moves->old_branch,
				     head ? &head->old_oid : NULL, old_hex),
			   head_text(moves->new_branch,
				     head ? &head->new_oid : NULL, new_hex));
}

/* What else changes. That the index does is what mostly is to be expected, and
 * said only where there is nothing else. */
static void say_state(struct output *output,
		      const struct restore_result *result, bool dry_run)
{
	const char *verb = dry_run ? "change" : "changed";
	const char *old = result->old_operation, *new = result->new_operation;

	if (result->operation_changes && old && new && !strcmp(old, new))
		output_say(output, "  %-7s the %s under way\n", verb, new);
	else if (result->operation_changes)
		output_say(output, "  %-7s the operation under way: %s..%s\n",
			   verb, old ? old : "(none)", new ? new : "(none)");
	else if (result->index_changes && !plan_changes(&result->plan) &&
		 !result->moves.nr && !head_switches(&result->moves))
		output_say(output, "  %-7s the index\n", verb);
}

static void print_dry_run(struct output *output,
			  const struct restore_result *result)
{
	output_say(output, "Would restore %s:\n", result->target.id);
	print_plan(output, result, SIZE_MAX);
	say_refs(output, &result->moves, true);
	say_state(output, result, true);
	if (!result->plan.nr && !result->moves.nr &&
	    !head_switches(&result->moves) && !result->index_changes &&
	    !result->operation_changes)
		output_say(output, "  nothing would change\n");
	if (result->mismatch.len)
		output_say(output, "Git state mismatch: %s",
			   result->mismatch.ptr);
}

static const char *verb(enum restore_kind kind, bool aborted)
{
	if (aborted)
		return "Took back to";
	return kind == RESTORE_UNDO   ? "Undone, back to"
	       : kind == RESTORE_REDO ? "Redone, back to"
				      : "Restored";
}

static void print_done(struct output *output,
		       const struct restore_request *request,
		       const struct restore_result *result, bool aborted)
{
	output_say(output, "%s %s: %zu change%s\n",
		   verb(request->kind, aborted), result->target.id,
		   plan_changes(&result->plan),
		   plan_changes(&result->plan) == 1 ? "" : "s");
	print_plan(output, result, MAX_SHOWN);
	say_refs(output, &result->moves, false);
	say_state(output, result, false);
	if (result->operation_left)
		output_say(output,
			   "The operation under way was not brought back: %s\n",
			   result->operation_reason);
	for (size_t i = 0; i < result->exposed.nr; i++)
		output_say(output,
			   "Protected, because it is no longer ignored: %s\n",
			   result->exposed.items[i]);
	if (result->safety.id && !aborted)
		output_say(output,
			   "What was there is saved as %s; 'git checkpoint %s' "
			   "brings it back\n",
			   result->safety.id,
			   request->kind == RESTORE_UNDO ? "redo" : "undo");
}

void restored_print(struct output *output,
		    const struct restore_request *request,
		    const struct restore_result *result, bool aborted)
{
	if (output->json)
		print_json(output, request, result, aborted);
	else if (output->nul)
		print_nul(output, result);
	else if (result->nothing)
		output_say(output, "Nothing to restore: all is as in %s\n",
			   result->target.id);
	else if (request->dry_run)
		print_dry_run(output, result);
	else
		print_done(output, request, result, aborted);
}
