/* Listing refs: ref_list_read() and its like of git/ref.h. */
#include "git/ref.h"

#include "base/alloc.h"
#include "base/path.h"
#include "git/packed_refs.h"
#include "git/ref_loose.h"
#include "git/ref_name.h"
#include "git/ref_value.h"
#include "git/repository.h"

/* What is wanted of the refs below a prefix. */
struct wanted {
	bool names_only;
	const char *beginning; /* of the last part of the name; NULL: any */
};

struct loose_walk {
	struct repository *repo;
	struct ref_list *out;
	const struct wanted *wanted;
	bool skip_per_worktree; /* they belong to another worktree here */
};

/* Told before the name is copied or checked: there may be very many. */
static bool is_wanted(const struct wanted *wanted, const char *name, size_t len)
{
	size_t want = wanted->beginning ? strlen(wanted->beginning) : 0;
	const char *slash;

	if (!want)
		return true;
	slash = memrchr(name, '/', len);
	return slash && want < len - (size_t)(slash - name) &&
	       !memcmp(slash + 1, wanted->beginning, want);
}

/* Add what the loose ref `name` leads to; the zero id where it is damaged. */
static int add_loose(struct loose_walk *walk, const char *path,
		     const char *name, struct error *err)
{
	struct ref_value value = {0};
	int ret = 0;

	if (!is_wanted(walk->wanted, name, strlen(name)))
		return 0;
	if (!walk->wanted->names_only)
		ret = ref_value_read_loose(path, name, &value, err);
	if (!ret && value.target)
		ret = ref_value_resolve(walk->repo, value.target, &value.oid,
					NULL, err);
	if (!ret || ret == ERR_INVALID)
		ref_list_add(walk->out, name, &value.oid);
	/* Not found: gone since the directory was read, or it leads nowhere. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	ref_value_release(&value);
	return ret;
}

static int visit_loose(void *context, const char *path, const char *name,
		       bool is_dir, struct error *err)
{
	struct loose_walk *walk = context;
	char *prefix;
	int ret = 0;

	if (!is_dir)
		return add_loose(walk, path, name, err);
	prefix = xstrfmt("%s/", name);
	if (!walk->skip_per_worktree || !ref_name_is_per_worktree(prefix))
		ret = ref_loose_walk(path, prefix, visit_loose, walk, err);
	free(prefix);
	return ret;
}

static int list_loose(struct repository *repo, const char *prefix,
		      const struct wanted *wanted, struct ref_list *out,
		      struct error *err)
{
	struct loose_walk walk = {
		.repo = repo,
		.out = out,
		.wanted = wanted,
		.skip_per_worktree =
			repo->linked && !ref_name_is_per_worktree(prefix),
	};
	char *path = ref_name_path(repo, prefix);
	int ret = ref_loose_walk(path, prefix, visit_loose, &walk, err);

	free(path);
	return ret;
}

/* All loose refs below `prefix`, also where they are in two directories. */
static int list_all_loose(struct repository *repo, const char *prefix,
			  const struct wanted *wanted, struct ref_list *out,
			  struct error *err)
{
	const char *const *own = ref_per_worktree_prefixes;
	int ret = list_loose(repo, prefix, wanted, out, err);

	if (!repo->linked)
		return ret;
	for (; *own && !ret; own++)
		if (strlen(*own) > strlen(prefix) &&
		    !strncmp(*own, prefix, strlen(prefix)))
			ret = list_loose(repo, *own, wanted, out, err);
	return ret;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct ref *)a)->name,
		      ((const struct ref *)b)->name);
}

/* What stands from `first` on; packed refs come sorted. */
static void sort(struct ref_list *list, size_t first)
{
	bool sorted = true;

	for (size_t i = first + 1; sorted && i < list->nr; i++)
		sorted = compare(&list->items[i - 1], &list->items[i]) <= 0;
	if (!sorted)
		qsort(list->items + first, list->nr - first,
		      sizeof(*list->items), compare);
}

void ref_list_sort(struct ref_list *list)
{
	sort(list, 0);
}

/* Whether the `nr` sorted ones from `first` on have that name. */
static bool has_name(const struct ref_list *list, size_t first, size_t nr,
		     const char *name)
{
	const struct ref key = {.name = (char *)name};

	return nr && bsearch(&key, list->items + first, nr,
			     sizeof(*list->items), compare);
}

/* Add the packed refs that are not among the `nr` sorted loose ones. */
static int list_packed(const struct packed_refs *packed, const char *prefix,
		       const struct wanted *wanted, size_t first, size_t nr,
		       struct ref_list *out, struct error *err)
{
	size_t pos = packed_refs_seek(packed, prefix);
	struct packed_ref ref;
	int ret;

	while ((ret = packed_refs_next_below(packed, prefix, &pos, &ref, err)) >
	       0) {
		char *name;

		if (!is_wanted(wanted, ref.name, ref.name_len))
			continue;
		name = xstrndup(ref.name, ref.name_len);
		if (ref_name_is_valid(name) &&
		    !ref_name_is_per_worktree(name) &&
		    !has_name(out, first, nr, name))
			ref_list_add(out, name, &ref.oid);
		free(name);
	}
	return ret;
}

static int check_prefix(const char *prefix, struct error *err)
{
	size_t len = strlen(prefix);
	char *name = xstrndup(prefix, len ? len - 1 : 0);
	bool is_valid = len && prefix[len - 1] == '/' &&
			(ref_name_is_valid(name) || !strcmp(name, "refs"));

	free(name);
	return is_valid ? 0
			: error_set(err, ERR_INVALID,
				    "'%s' is not a valid prefix of refs",
				    prefix);
}

static int list_all(struct repository *repo, const char *prefix,
		    const struct wanted *wanted, struct ref_list *out,
		    struct error *err)
{
	struct packed_refs packed = {0};
	size_t first = out->nr, nr;
	int ret;

	ret = check_prefix(prefix, err);
	if (!ret)
		ret = list_all_loose(repo, prefix, wanted, out, err);
	nr = out->nr - first;
	sort(out, first);
	/* Only now: what is packed while we read is not missed. */
	if (!ret)
		ret = packed_refs_open(&packed, repo, err);
	if (!ret)
		ret = list_packed(&packed, prefix, wanted, first, nr, out, err);
	sort(out, first);
	packed_refs_close(&packed);
	return ret;
}

int ref_list_read(struct repository *repo, const char *prefix,
		  struct ref_list *out, struct error *err)
{
	const struct wanted wanted = {false, NULL};

	return list_all(repo, prefix, &wanted, out, err);
}

int ref_list_read_names(struct repository *repo, const char *prefix,
			const char *beginning, struct ref_list *out,
			struct error *err)
{
	const struct wanted wanted = {true, beginning};

	return list_all(repo, prefix, &wanted, out, err);
}

/* Ends the walk at the first ref. */
static int visit_any(void *context, const char *path, const char *name,
		     struct error *err)
{
	(void)context;
	(void)path;
	(void)name;
	(void)err;
	return 1;
}

/* A directory counts if there is a ref in it: git leaves empty ones behind. */
static int visit_child(void *context, const char *path, const char *name,
		       bool is_dir, struct error *err)
{
	struct strlist *out = context;
	int ret = 1;

	if (is_dir) {
		char *prefix = xstrfmt("%s/", name);

		ret = ref_loose_each(path, prefix, visit_any, NULL, err);
		free(prefix);
	}
	if (ret > 0)
		strlist_add(out, path_basename(name));
	return ret < 0 ? ret : 0;
}

/* Look at one ref of each child, and jump over the others. */
static int packed_children(const struct packed_refs *packed, const char *prefix,
			   struct strlist *out, struct error *err)
{
	size_t pos = packed_refs_seek(packed, prefix);
	size_t len = strlen(prefix);
	struct packed_ref ref;
	int ret;

	while ((ret = packed_refs_next_below(packed, prefix, &pos, &ref, err)) >
	       0) {
		const char *name = ref.name + len;
		size_t rest = ref.name_len - len;
		const char *slash = memchr(name, '/', rest);
		char *behind;

		strlist_addn(out, name, slash ? (size_t)(slash - name) : rest);
		if (!slash || !packed->sorted)
			continue;
		/* The byte behind '/' starts what is no longer below it. */
		behind = xstrfmt("%s%s%c", prefix, out->items[out->nr - 1],
				 '/' + 1);
		pos = packed_refs_seek(packed, behind);
		free(behind);
	}
	return ret;
}

int ref_list_children(struct repository *repo, const char *prefix,
		      struct strlist *out, struct error *err)
{
	struct packed_refs packed = {0};
	struct strlist names = STRLIST_INIT;
	char *path = NULL;
	int ret;

	ret = check_prefix(prefix, err);
	if (ret < 0)
		goto done;
	path = ref_name_path(repo, prefix);
	ret = ref_loose_walk(path, prefix, visit_child, &names, err);
	if (!ret)
		ret = packed_refs_open(&packed, repo, err);
	if (!ret)
		ret = packed_children(&packed, prefix, &names, err);
	strlist_sort(&names);
	strlist_unique(&names);
	for (size_t i = 0; i < names.nr && !ret; i++)
		strlist_add(out, names.items[i]);
done:
	packed_refs_close(&packed);
	strlist_release(&names);
	free(path);
	return ret;
}
