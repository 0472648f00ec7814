#include "core/hook/watch.h"

#define QUIET_MIN_MS 100
#define QUIET_MAX_MS 1000
/* How many quiet moments long a tree may be restless. */
#define PATIENCE 30
#define LOOK_MIN_MS 1000
#define RETRY_MAX_MS 60000
#define LOCK_LOOK_MS 200
#define LOCK_PATIENCE_MS 30000

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	if (value < low)
		return low;
	return value > high ? high : value;
}

/* How long to wait at least where nothing says when to go on. */
static int64_t look_ms(const struct watch *watch)
{
	return watch->interval_ms > LOOK_MIN_MS ? watch->interval_ms
						: LOOK_MIN_MS;
}

void watch_init(struct watch *watch, int64_t interval_ms, int64_t now_ms)
{
	*watch = (struct watch){
		.interval_ms = interval_ms,
		.quiet_ms = clamp(interval_ms / 4, QUIET_MIN_MS, QUIET_MAX_MS),
		.retry_ms = clamp(interval_ms, LOOK_MIN_MS, RETRY_MAX_MS),
		.changed = true,
		.first_ms = now_ms,
		.last_ms = now_ms,
		.due_ms = now_ms,
		.locked_ms = -1,
	};
	watch->patience_ms = PATIENCE * watch->quiet_ms;
}

void watch_changed(struct watch *watch, int64_t now_ms)
{
	if (!watch->changed)
		watch->first_ms = now_ms;
	watch->changed = watch->unsettled = true;
	watch->last_ms = now_ms;
}

void watch_settled(struct watch *watch)
{
	watch->unsettled = false;
}

void watch_begun(struct watch *watch)
{
	watch->saving = true;
	watch->changed = false;
	watch->locked_ms = -1;
}

void watch_saved(struct watch *watch, int64_t now_ms)
{
	watch->saving = false;
	watch->due_ms =
		now_ms + (watch->blind ? look_ms(watch) : watch->interval_ms);
}

/* What made this save due is not saved yet. */
static void put_off(struct watch *watch, int64_t now_ms, int64_t wait_ms)
{
	watch->saving = false;
	if (!watch->changed)
		watch->first_ms = watch->last_ms = now_ms;
	watch->changed = true;
	watch->due_ms = now_ms + wait_ms;
}

void watch_early(struct watch *watch, int64_t now_ms, int64_t wait_ms)
{
	put_off(watch, now_ms, clamp(wait_ms, 1, watch->interval_ms));
}

void watch_off(struct watch *watch, int64_t now_ms)
{
	put_off(watch, now_ms, look_ms(watch));
}

void watch_failed(struct watch *watch, int64_t now_ms)
{
	put_off(watch, now_ms, watch->retry_ms);
}

/* When the tree is saved whether it is quiet or not. */
static int64_t end_of_patience(const struct watch *watch)
{
	int64_t since = watch->first_ms > watch->due_ms ? watch->first_ms
							: watch->due_ms;

	return since + watch->patience_ms;
}

/* When the next checkpoint is to be made, as things are. */
static int64_t save_at(const struct watch *watch)
{
	int64_t at = watch->last_ms + watch->quiet_ms;

	if (watch->blind)
		return watch->due_ms;
	if (at > end_of_patience(watch))
		at = end_of_patience(watch);
	return at > watch->due_ms ? at : watch->due_ms;
}

enum watch_action watch_next(const struct watch *watch, int64_t now_ms,
			     int64_t *wait_ms)
{
	int64_t at = INT64_MAX;

	*wait_ms = -1;
	if (watch->saving)
		return WATCH_WAIT;
	if (watch->interval_ms != WATCH_NEVER &&
	    (watch->changed || watch->blind)) {
		at = save_at(watch);
		if (at <= now_ms)
			return WATCH_SAVE;
	}
	if (watch->unsettled) {
		int64_t quiet_at = watch->last_ms + watch->quiet_ms;

		if (quiet_at <= now_ms)
			return WATCH_SETTLE;
		if (quiet_at < at)
			at = quiet_at;
	}
	if (at != INT64_MAX)
		*wait_ms = at - now_ms;
	return WATCH_WAIT;
}

bool watch_may_save(struct watch *watch, int64_t now_ms, bool locked,
		    int64_t *wait_ms)
{
	*wait_ms = LOCK_LOOK_MS;
	if (!locked) {
		watch->locked_ms = -1;
		return true;
	}
	if (watch->locked_ms < 0)
		watch->locked_ms = now_ms;
	return now_ms - watch->locked_ms >= LOCK_PATIENCE_MS;
}
