#include "core/save/undo.h"

#include "base/alloc.h"
#include "base/file.h"
#include "core/record/json_file.h"
#include "git/repository.h"
#include "git/worktrees.h"

#define FILE_NAME "checkpoint.d/undo"
#define MAX_BYTES (64u << 20)
#define WAIT_MS 10000

static int damaged(struct error *err)
{
	return error_set(err, ERR_INVALID, "damaged file of ours: '%s'",
			 FILE_NAME);
}

/* -- memory -------------------------------------------------------------- */

void undo_entry_release(struct undo_entry *entry)
{
	checkpoint_release(&entry->target);
	checkpoint_release(&entry->safety);
	strlist_release(&entry->pathspecs);
	strlist_release(&entry->made);
	ref_moves_release(&entry->moves);
	free(entry->branch);
	*entry = (struct undo_entry){0};
}

static void release_list(struct undo_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		undo_entry_release(&list->items[i]);
	free(list->items);
	*list = (struct undo_list){0};
}

void undo_stack_release(struct undo_stack *stack)
{
	release_list(&stack->done);
	release_list(&stack->undone);
}

static void push(struct undo_list *list, struct undo_entry *entry)
{
	ARRAY_GROW(list->items, list->nr, list->alloc);
	list->items[list->nr++] = *entry;
	*entry = (struct undo_entry){0};
}

static void drop_at(struct undo_list *list, size_t at)
{
	undo_entry_release(&list->items[at]);
	memmove(&list->items[at], &list->items[at + 1],
		(list->nr - at - 1) * sizeof(*list->items));
	list->nr--;
}

/* -- the file ------------------------------------------------------------ */

static void entry_to_json(const struct undo_entry *entry, struct json *object)
{
	char hex[OID_HEXSZ + 1];

	json_set_int(object, "time", entry->time_ms);
	json_set_int(object, "mode", entry->mode);
	checkpoint_to_json(&entry->target, json_set_object(object, "target"));
	checkpoint_to_json(&entry->safety, json_set_object(object, "safety"));
	ref_moves_to_json(&entry->moves, json_set_object(object, "moves"));
	json_set_paths(object, "pathspecs", &entry->pathspecs);
	json_set_paths(object, "made", &entry->made);
	if (entry->branch)
		json_set_path(object, "branch", entry->branch);
	json_set_string(object, "head", oid_hex(&entry->head, hex));
}

static int entry_from_json(struct undo_entry *out, const struct json *object,
			   struct error *err)
{
	const char *head = json_get_string(object, "head");
	struct buf branch = BUF_INIT;
	int64_t mode;

	*out = (struct undo_entry){0};
	if (!json_get_int(object, "mode", &mode) || mode < 0 ||
	    mode > RESTORE_NEW_WORKTREE ||
	    !json_get_int(object, "time", &out->time_ms) || !head ||
	    !oid_parse(&out->head, head))
		return damaged(err);
	out->mode = (enum restore_mode)mode;
	if (checkpoint_from_json(&out->target, json_get(object, "target"),
				 err) < 0 ||
	    checkpoint_from_json(&out->safety, json_get(object, "safety"),
				 err) < 0 ||
	    ref_moves_from_json(&out->moves, json_get(object, "moves"), err) <
		    0)
		return err->code;
	if (!json_get_paths(object, "pathspecs", &out->pathspecs) ||
	    !json_get_paths(object, "made", &out->made))
		return damaged(err);
	if (json_get_path(object, "branch", &branch))
		out->branch = buf_detach(&branch);
	return 0;
}

static int list_from_json(struct undo_list *out, const struct json *array,
			  struct error *err)
{
	JSON_FOR_EACH (item, array) {
		struct undo_entry entry;

		if (entry_from_json(&entry, item, err) < 0) {
			undo_entry_release(&entry);
			return err->code;
		}
		push(out, &entry);
	}
	return 0;
}

int undo_read(const char *git_dir, struct undo_stack *out, struct error *err)
{
	char *path = xstrfmt("%s/%s", git_dir, FILE_NAME);
	struct json *doc;
	int ret = json_file_read(&doc, path, MAX_BYTES, err);

	*out = (struct undo_stack){0};
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
		goto done;
	}
	if (ret == ERR_INVALID)
		ret = damaged(err);
	if (!ret)
		ret = list_from_json(&out->done, json_get(doc, "done"), err);
	if (!ret)
		ret = list_from_json(&out->undone, json_get(doc, "undone"),
				     err);
done:
	json_free(doc);
	free(path);
	return ret;
}

static void list_to_json(const struct undo_list *list, struct json *array)
{
	for (size_t i = 0; i < list->nr; i++)
		entry_to_json(&list->items[i], json_add_object(array));
}

static int write_stack(const char *git_dir, const struct undo_stack *stack,
		       struct error *err)
{
	char *path = xstrfmt("%s/%s", git_dir, FILE_NAME);
	struct json *doc = json_object_new();
	int ret;

	json_set_int(doc, "version", 1);
	list_to_json(&stack->done, json_set_array(doc, "done"));
	list_to_json(&stack->undone, json_set_array(doc, "undone"));
	ret = json_file_replace(path, doc, err);
	json_free(doc);
	free(path);
	return ret;
}

static int lock_stack(const char *git_dir, int *fd, struct error *err)
{
	char *path = xstrfmt("%s/%s.lock", git_dir, FILE_NAME);
	int ret = file_lock(fd, path, WAIT_MS, err);

	free(path);
	return ret;
}

/* -- changes ------------------------------------------------------------- */

static void note(struct undo_stack *stack, enum restore_kind kind,
		 struct undo_entry *entry)
{
	switch (kind) {
	case RESTORE_RESTORE:
		release_list(&stack->undone);
		push(&stack->done, entry);
		break;
	case RESTORE_UNDO:
		if (stack->done.nr)
			drop_at(&stack->done, stack->done.nr - 1);
		push(&stack->undone, entry);
		break;
	case RESTORE_REDO:
		if (stack->undone.nr)
			drop_at(&stack->undone, stack->undone.nr - 1);
		push(&stack->done, entry);
		break;
	}
}

int undo_note(struct repository *repo, enum restore_kind kind,
	      struct undo_entry *entry, size_t depth, struct error *err)
{
	struct undo_stack stack = {0};
	int fd = -1, ret;

	ret = lock_stack(repo->git_dir, &fd, err);
	if (!ret)
		ret = undo_read(repo->git_dir, &stack, err);
	if (!ret) {
		note(&stack, kind, entry);
		while (stack.done.nr > depth)
			drop_at(&stack.done, 0);
		ret = write_stack(repo->git_dir, &stack, err);
	}
	if (fd >= 0)
		file_unlock(fd);
	undo_stack_release(&stack);
	undo_entry_release(entry);
	return ret;
}

/* -- what is needed ------------------------------------------------------ */

static void add_needs(const struct undo_list *list, struct strlist *refs)
{
	for (size_t i = 0; i < list->nr; i++)
		strlist_add(refs, list->items[i].safety.ref);
}

/* A journal needs both ends. */
static int add_journal(const char *git_dir, struct strlist *refs,
		       struct error *err)
{
	struct repository there = {.git_dir = (char *)git_dir};
	struct journal journal;
	int ret = journal_read(&there, &journal, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	} else if (!ret) {
		strlist_add(refs, journal.target.ref);
		strlist_add(refs, journal.safety.ref);
	}
	journal_release(&journal);
	return ret;
}

int undo_needs(struct repository *repo, struct strlist *refs, struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	for (size_t i = 0; !ret && i < dirs.nr; i++) {
		struct undo_stack stack;

		ret = undo_read(dirs.items[i], &stack, err);
		if (!ret) {
			add_needs(&stack.done, refs);
			add_needs(&stack.undone, refs);
			ret = add_journal(dirs.items[i], refs, err);
		}
		undo_stack_release(&stack);
	}
	strlist_sort(refs);
	strlist_unique(refs);
	strlist_release(&dirs);
	return ret;
}

/* The newest entry that needs it, and all that lie below it. */
static size_t forget_in(struct undo_list *list, const char *ref)
{
	for (size_t i = list->nr; i-- > 0;) {
		size_t lost = i + 1;

		if (strcmp(list->items[i].safety.ref, ref))
			continue;
		for (size_t k = 0; k < lost; k++)
			drop_at(list, 0);
		return lost;
	}
	return 0;
}

static int forget_there(const char *git_dir, const char *ref, size_t *lost,
			struct error *err)
{
	struct undo_stack stack = {0};
	size_t here = 0;
	int fd = -1, ret;

	ret = lock_stack(git_dir, &fd, err);
	if (!ret)
		ret = undo_read(git_dir, &stack, err);
	if (!ret) {
		here = forget_in(&stack.done, ref) +
		       forget_in(&stack.undone, ref);
		if (here)
			ret = write_stack(git_dir, &stack, err);
	}
	*lost += here;
	if (fd >= 0)
		file_unlock(fd);
	undo_stack_release(&stack);
	return ret;
}

int undo_forget(struct repository *repo, const char *ref, size_t *lost,
		struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	*lost = 0;
	for (size_t i = 0; !ret && i < dirs.nr; i++)
		ret = forget_there(dirs.items[i], ref, lost, err);
	strlist_release(&dirs);
	return ret;
}
