#include "core/record/retention.h"

#include "base/alloc.h"

const char *retention_reason_name(enum retention_reason reason)
{
	switch (reason) {
	case RETENTION_PINNED:
		return "pinned";
	case RETENTION_UNDO:
		return "undo";
	case RETENTION_NEWEST:
		return "newest";
	case RETENTION_FREE:
		break;
	}
	return NULL;
}

void retention_protect(struct retention_item *items, size_t nr, size_t backups)
{
	bool newest = false;

	for (size_t i = 0; i < nr; i++) {
		struct retention_item *item = &items[i];

		item->reason = RETENTION_FREE;
		if (item->type != TYPE_PRE_RESTORE && !item->unsound) {
			if (!newest) {
				newest = true;
				item->reason = RETENTION_NEWEST;
			} else if (backups) {
				backups--;
				item->reason = RETENTION_NEWEST;
			}
		}
		if (item->needed)
			item->reason = RETENTION_UNDO;
		if (item->pinned)
			item->reason = RETENTION_PINNED;
	}
}

/* -- automatic retention ------------------------------------------------- */

#define NONE SIZE_MAX

/* The items that stay so far: for each, the next newer and the next older. */
struct chain {
	struct retention_item *items;
	size_t nr;
	size_t *newer, *older;
};

static void chain_init(struct chain *chain, struct retention_item *items,
		       size_t nr)
{
	*chain = (struct chain){items, nr, xcalloc(nr, sizeof(size_t)),
				xcalloc(nr, sizeof(size_t))};
	for (size_t i = 0; i < nr; i++) {
		items[i].drop = false;
		chain->newer[i] = i ? i - 1 : NONE;
		chain->older[i] = i + 1 < nr ? i + 1 : NONE;
	}
}

static void chain_release(struct chain *chain)
{
	free(chain->newer);
	free(chain->older);
}

static void chain_drop(struct chain *chain, size_t i)
{
	chain->items[i].drop = true;
	if (chain->newer[i] != NONE)
		chain->older[chain->newer[i]] = chain->older[i];
	if (chain->older[i] != NONE)
		chain->newer[chain->older[i]] = chain->newer[i];
}

/*
 * How much would be missed without it: the gap that it would leave, measured
 * against its age. The oldest of all has nothing behind it, and is missed most.
 */
static double worth(const struct chain *chain, size_t i, int64_t now_ms)
{
	const struct retention_item *items = chain->items;
	int64_t age = now_ms - items[i].time_ms;
	int64_t newer_ms = now_ms;

	if (chain->older[i] == NONE)
		return (double)INT64_MAX;
	if (chain->newer[i] != NONE)
		newer_ms = items[chain->newer[i]].time_ms;
	return (double)(newer_ms - items[chain->older[i]].time_ms) /
	       (double)(age > 0 ? age : 1);
}

/* Of equals the older. */
static size_t least_worth(const struct chain *chain, int64_t now_ms)
{
	size_t best = NONE;
	double least = 0;

	for (size_t i = chain->nr; i-- > 0;) {
		const struct retention_item *item = &chain->items[i];
		double value;

		if (item->drop || item->reason || item->type != TYPE_AUTO)
			continue;
		value = worth(chain, i, now_ms);
		if (best == NONE || value < least) {
			best = i;
			least = value;
		}
	}
	return best;
}

/* The oldest that the program made of its own accord. */
static size_t oldest_automatic(const struct chain *chain)
{
	for (size_t i = chain->nr; i-- > 0;) {
		const struct retention_item *item = &chain->items[i];

		if (!item->drop && !item->reason && !item->unfinished &&
		    checkpoint_type_is_automatic(item->type))
			return i;
	}
	return NONE;
}

size_t retention_thin(struct retention_item *items, size_t nr, size_t limit,
		      int64_t now_ms)
{
	struct chain chain;
	size_t dropped = 0;

	chain_init(&chain, items, nr);
	/* A clock that went back makes nothing younger than the newest. */
	if (nr && items[0].time_ms > now_ms)
		now_ms = items[0].time_ms;
	while (nr - dropped > limit) {
		size_t i = least_worth(&chain, now_ms);

		if (i == NONE)
			i = oldest_automatic(&chain);
		if (i == NONE)
			break;
		chain_drop(&chain, i);
		dropped++;
	}
	chain_release(&chain);
	return dropped;
}

/* -- criteria ------------------------------------------------------------ */

static bool is_chosen(const struct retention_item *item,
		      const struct retention_criteria *criteria)
{
	if (criteria->types && !(criteria->types & 1u << item->type))
		return false;
	if (criteria->session && strcmp(criteria->session, item->session))
		return false;
	if (criteria->sessions &&
	    !strlist_sorted_has(criteria->sessions, item->session))
		return false;
	return !criteria->task ||
	       (item->task && !strcmp(criteria->task, item->task));
}

size_t retention_condemn(struct retention_item *items, size_t nr,
			 const struct retention_criteria *criteria)
{
	int64_t newer = 0; /* chosen ones that were counted */
	size_t dropped = 0;

	for (size_t i = 0; i < nr; i++) {
		struct retention_item *item = &items[i];

		item->condemned = item->drop = false;
		if (!is_chosen(item, criteria))
			continue;
		item->condemned = newer >= criteria->keep &&
				  (criteria->older_than_ms == INT64_MIN ||
				   item->time_ms < criteria->older_than_ms) &&
				  (!criteria->lost || item->lost);
		item->drop = item->condemned && !item->reason;
		dropped += item->drop;
		newer += item->type != TYPE_PRE_RESTORE;
	}
	return dropped;
}
