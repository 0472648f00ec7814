#include "core/restore/plan.h"

const char *plan_action_name(enum plan_action action)
{
	static const char *const names[] = {
		"delete", "rmdir", "create", "write", "chmod", "mkdir", "keep"};

	return names[action];
}

static int compare_item(const void *path, const void *item)
{
	return strcmp(path, ((const struct plan_item *)item)->path);
}

struct plan_item *plan_find(const struct plan *plan, const char *path)
{
	size_t number;

	if (plan->nr && !plan->by_path.nr)
		return bsearch(path, plan->items, plan->nr,
			       sizeof(*plan->items), compare_item);
	number = (size_t)(uintptr_t)strmap_get(&plan->by_path, path);
	return number ? &plan->items[number - 1] : NULL;
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++)
		free(plan->items[i].path);
	free(plan->items);
	strmap_release(&plan->by_path, NULL);
	strlist_release(&plan->uncovered);
	*plan = (struct plan)PLAN_INIT;
}

size_t plan_changes(const struct plan *plan)
{
	size_t nr = 0;

	for (size_t i = 0; i < plan->nr; i++)
		nr += plan->items[i].action != PLAN_KEEP;
	return nr;
}
