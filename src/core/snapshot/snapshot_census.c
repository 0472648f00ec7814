#include "core/snapshot/snapshot_census.h"

#include "base/alloc.h"
#include "core/record/worktree_extra.h"
#include "worktree/scan.h"
#include "worktree/seal.h"

#define BITS 4096 /* of permissions */

enum kind { PLAIN, EXECUTABLE, DIRECTORY, NR_KINDS };

struct census {
	uint32_t counts[NR_KINDS * BITS];
	/* What was counted, in the order of its first time. */
	uint32_t *met;
	size_t nr_met, alloc_met;
};

struct census *census_new(void)
{
	return xcalloc(1, sizeof(struct census));
}

void census_free(struct census *census)
{
	if (!census)
		return;
	free(census->met);
	free(census);
}

static void count(struct census *census, uint32_t what, uint32_t nr)
{
	if (!census->counts[what]) {
		ARRAY_GROW(census->met, census->nr_met, census->alloc_met);
		census->met[census->nr_met++] = what;
	}
	census->counts[what] += nr;
}

void census_add_file(struct census *census, unsigned mode)
{
	count(census,
	      (mode & 0100 ? EXECUTABLE : PLAIN) * BITS + (mode & 07777), 1);
}

void census_add_dir(struct census *census, const struct scan_dir *dir)
{
	if (dir->parent && !dir->missing && !dir->unreadable && !dir->passed)
		count(census, DIRECTORY * BITS + (dir->mode & 07777), 1);
}

void census_add_list(struct census *census, const struct seal_count *list,
		     size_t nr, int sign)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i].what < ARRAY_SIZE(census->counts))
			count(census, list[i].what,
			      sign < 0 ? -list[i].nr : list[i].nr);
}

struct seal_count *census_take_list(struct census *census, size_t *nr)
{
	struct seal_count *list = xcalloc(census->nr_met, sizeof(*list));

	*nr = 0;
	for (size_t i = 0; i < census->nr_met; i++) {
		uint32_t what = census->met[i];

		if (census->counts[what])
			list[(*nr)++] =
				(struct seal_count){what, census->counts[what]};
		census->counts[what] = 0;
	}
	census->nr_met = 0;
	return list;
}

static unsigned commonest(const struct census *census, enum kind kind,
			  unsigned fallback)
{
	const uint32_t *counts = &census->counts[kind * BITS];
	unsigned best = 0;

	for (unsigned mode = 1; mode < BITS; mode++)
		if (counts[mode] > counts[best])
			best = mode;
	return counts[best] ? best : fallback;
}

void census_choose(const struct census *census, struct worktree_extra *extra)
{
	extra->file_mode = commonest(census, PLAIN, 0644);
	extra->exec_mode = commonest(census, EXECUTABLE, 0755);
	extra->dir_mode = commonest(census, DIRECTORY, 0755);
}
