#include "core/record/pin.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/journal.h"
#include "git/ref.h"

static char *pin_ref(const struct checkpoint *checkpoint)
{
	return checkpoint_ref(CHECKPOINT_PIN_REFS, checkpoint->session,
			      checkpoint->id);
}

/* The pin's value. 1: there is one, 0: none. A damaged one is zero. */
static int read_pin(struct repository *repo, const char *name, struct oid *out,
		    struct error *err)
{
	int ret = ref_read(repo, name, out, err);

	if (!ret)
		return 1;
	*out = (struct oid){{0}};
	if (ret != ERR_NOT_FOUND && ret != ERR_INVALID)
		return ret;
	error_release(err);
	return ret == ERR_INVALID;
}

static int drop_ref(struct repository *repo, const char *name,
		    const struct oid *value, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret;

	ref_list_add(&refs, name, value);
	ret = ref_delete(repo, &refs, err);
	ref_list_release(&refs);
	return ret;
}

/*
 * A checkpoint that was dropped while it was pinned must not stay alive by its
 * pin alone, where no command would ever show it.
 */
static int check_still_there(struct repository *repo,
			     const struct checkpoint *checkpoint,
			     const char *name, struct error *err)
{
	struct oid now;
	int ret = ref_read(repo, checkpoint->ref, &now, err);

	if (ret != ERR_NOT_FOUND)
		return ret;
	error_release(err);
	ret = drop_ref(repo, name, &checkpoint->commit, err);
	if (ret < 0)
		return ret;
	return error_set(err, ERR_NOT_FOUND,
			 "checkpoint '%s' was dropped meanwhile",
			 checkpoint->id);
}

int pin_set(struct repository *repo, const struct checkpoint *checkpoint,
	    struct error *err)
{
	char *name = pin_ref(checkpoint);
	struct oid old;
	int ret, there = 0;

	ret = journal_refuse(repo, err);
	if (!ret)
		ret = there = read_pin(repo, name, &old, err);
	if (ret < 0)
		goto done;
	if (there && oid_equal(&old, &checkpoint->commit))
		goto done;
	ret = 0;
	if (there && oid_is_zero(&old)) {
		ret = drop_ref(repo, name, &old, err);
		there = 0;
	}
	if (!ret)
		ret = ref_update(repo, name, &checkpoint->commit,
				 there ? &old : NULL, err);
	if (!ret)
		ret = check_still_there(repo, checkpoint, name, err);
done:
	free(name);
	return ret;
}

int pin_drop(struct repository *repo, const struct checkpoint *checkpoint,
	     struct error *err)
{
	char *name = pin_ref(checkpoint);
	struct oid old;
	int ret;

	ret = journal_refuse(repo, err);
	if (!ret)
		ret = read_pin(repo, name, &old, err);
	if (ret > 0)
		ret = drop_ref(repo, name, &old, err);
	else if (!ret)
		ret = 1;
	free(name);
	return ret;
}

int pin_list(struct repository *repo, struct strlist *out, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret = ref_list_read(repo, CHECKPOINT_PIN_REFS, &refs, err);

	for (size_t i = 0; !ret && i < refs.nr; i++)
		strlist_add(out, refs.items[i].name);
	strlist_sort(out);
	ref_list_release(&refs);
	return ret;
}

bool pin_list_has(const struct strlist *pins,
		  const struct checkpoint *checkpoint)
{
	char *name;
	bool has;

	if (!pins->nr)
		return false;
	name = pin_ref(checkpoint);
	has = strlist_sorted_has(pins, name);
	free(name);
	return has;
}
