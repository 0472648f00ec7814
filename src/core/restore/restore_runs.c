#include "core/restore/restore_applying.h"

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "core/restore/plan.h"
#include "worktree/nest.h"

/* A larger directory keeps one thread too long. */
#define NEST_MAX 512

/* One task: files that are next to each other in the plan. */
struct run_of_files {
	size_t first, nr;
	bool nest; /* they are all that there is to be in a directory */
};

struct file_runs {
	struct applying *applying;
	struct run_of_files *items;
	size_t nr, alloc;
};

static size_t dir_length(const char *path)
{
	return (size_t)(path_basename(path) - path);
}

/* After a kill we could not look into it before it is cleared away; a file that
 * is put there by itself has these permissions for a moment only. */
static bool is_closed(const struct plan_item *item)
{
	return item->permissions >= 0 && !(item->permissions & 0400);
}

/*
 * How many items from `first` on are the files of a directory that is to come
 * into being with nothing else in it; 0: it is no such directory. Items are
 * sorted, so all that is below a directory stands together; the directory's own
 * permissions, in front of it, are set later.
 */
static size_t nest_size(const struct plan *plan, size_t first)
{
	const char *path = plan->items[first].path;
	size_t len = dir_length(path), nr = 0;

	if (!len ||
	    (first && !strncmp(plan->items[first - 1].path, path, len) &&
	     plan->items[first - 1].path[len]))
		return 0;
	while (first + nr < plan->nr) {
		const struct plan_item *item = &plan->items[first + nr];

		if (strncmp(item->path, path, len) != 0)
			break;
		if (item->action != PLAN_CREATE || nr == NEST_MAX ||
		    applying_step(item) != STEP_FILES || is_closed(item) ||
		    dir_length(item->path) != len)
			return 0;
		nr++;
	}
	return nr > 1 ? nr : 0;
}

static void find_runs(struct file_runs *runs)
{
	const struct plan *plan = runs->applying->plan;

	for (size_t i = 0, nr; i < plan->nr; i += nr) {
		bool nest;

		nr = 1;
		if (applying_step(&plan->items[i]) != STEP_FILES)
			continue;
		nr = nest_size(plan, i);
		nest = nr > 0;
		nr = nest ? nr : 1;
		ARRAY_GROW(runs->items, runs->nr, runs->alloc);
		runs->items[runs->nr++] = (struct run_of_files){i, nr, nest};
	}
}

/* false: they have to be put there one by one, and nothing is there yet. */
static bool fill_nest(struct applying *applying, const struct run_of_files *run,
		      struct error *err)
{
	struct plan_item *items = applying->plan->items + run->first;
	char *dir = xstrndup(items->path, dir_length(items->path) - 1);
	struct nest *nest = NULL;
	bool done = false;
	int ret = nest_open(&nest, applying->writer, dir, (unsigned)run->first,
			    err);

	for (size_t i = 0; !ret && nest && i < run->nr; i++) {
		ret = applying_put(applying, &items[i], 0, nest, err);
		if (ret < 0)
			error_prefix(err, "cannot restore '%s'", items[i].path);
	}
	if (!ret && nest)
		done = nest_publish(nest);
	nest_close(nest);
	free(dir);
	for (size_t i = 0; done && i < run->nr; i++)
		items[i].done = true;
	return done;
}

static int apply_run(void *context, size_t i, struct error *err)
{
	const struct file_runs *runs = context;
	const struct run_of_files *run = &runs->items[i];
	int ret = 0;

	if (run->nest && (fill_nest(runs->applying, run, err) || err->code))
		return err->code;
	for (size_t k = 0; !ret && k < run->nr; k++)
		ret = applying_item(runs->applying, run->first + k, err);
	return ret;
}

int applying_files(struct applying *applying, struct error *err)
{
	struct file_runs runs = {.applying = applying};
	int ret;

	find_runs(&runs);
	ret = thread_for(runs.nr, apply_run, &runs, err);
	free(runs.items);
	return ret;
}
