#include "git/ref.h"

#include "base/alloc.h"
#include "git/ref_value.h"

int ref_read(struct repository *repo, const char *name, struct oid *out,
	     struct error *err)
{
	return ref_value_resolve(repo, name, out, NULL, err);
}

void ref_list_add(struct ref_list *list, const char *name,
		  const struct oid *oid)
{
	ARRAY_GROW(list->items, list->nr, list->alloc);
	list->items[list->nr++] =
		(struct ref){.name = xstrdup(name), .oid = *oid};
}

static int compare_name(const void *name, const void *ref)
{
	return strcmp(name, ((const struct ref *)ref)->name);
}

const struct ref *ref_list_find(const struct ref_list *list, const char *name)
{
	return list->nr ? bsearch(name, list->items, list->nr,
				  sizeof(*list->items), compare_name)
			: NULL;
}

void ref_list_release(struct ref_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct ref_list)REF_LIST_INIT;
}
