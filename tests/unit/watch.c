#include "core/hook/watch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define INTERVAL INT64_C(60000)

/* At which time it saves, if nothing happens from `now` on; -1: never. */
static int64_t saves_at(struct watch *watch, int64_t now)
{
	for (int i = 0; i < 10; i++) {
		int64_t wait_ms;

		switch (watch_next(watch, now, &wait_ms)) {
		case WATCH_SAVE:
			return now;
		case WATCH_SETTLE:
			watch_settled(watch);
			break;
		case WATCH_WAIT:
			if (wait_ms < 0)
				return -1;
			assert_true(wait_ms > 0);
			now += wait_ms;
		}
	}
	fail_msg("it goes round in circles");
	return -1;
}

static void save(struct watch *watch, int64_t now)
{
	watch_begun(watch);
	watch_saved(watch, now);
}

static void what_is_there_at_the_start_is_saved(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 1000);
	assert_int_equal(saves_at(&watch, 1000), 1000 + watch.quiet_ms);
}

static void without_a_change_it_waits_for_ever(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	save(&watch, 100);
	assert_int_equal(saves_at(&watch, 100), -1);
	assert_int_equal(saves_at(&watch, INTERVAL * 100), -1);
}

static void a_change_waits_for_the_interval(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	save(&watch, 100);
	watch_changed(&watch, 200);
	assert_int_equal(saves_at(&watch, 200), 100 + INTERVAL);
	/* And for the moment of quiet, where that comes later. */
	watch_changed(&watch, INTERVAL);
	assert_int_equal(saves_at(&watch, INTERVAL), INTERVAL + watch.quiet_ms);
}

static void after_the_interval_a_change_is_saved_when_it_is_quiet(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	save(&watch, 0);
	watch_changed(&watch, INTERVAL * 5);
	assert_int_equal(saves_at(&watch, INTERVAL * 5),
			 INTERVAL * 5 + watch.quiet_ms);
}

static void one_that_is_never_quiet_is_saved_all_the_same(void **state)
{
	struct watch watch;
	int64_t now, wait_ms;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	save(&watch, 0);
	for (now = INTERVAL; now < INTERVAL * 2; now += 10) {
		watch_changed(&watch, now);
		if (watch_next(&watch, now, &wait_ms) == WATCH_SAVE)
			break;
	}
	assert_int_equal(now, INTERVAL + watch.patience_ms);
}

static void a_change_during_a_save_is_for_the_next(void **state)
{
	struct watch watch;
	int64_t wait_ms;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	watch_begun(&watch);
	watch_changed(&watch, 500);
	assert_int_equal(watch_next(&watch, 100000, &wait_ms), WATCH_WAIT);
	assert_int_equal(wait_ms, -1);
	watch_saved(&watch, 1000);
	assert_int_equal(saves_at(&watch, 1000), 1000 + INTERVAL);
}

static void a_failure_is_tried_again(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	watch_begun(&watch);
	watch_failed(&watch, 1000);
	assert_int_equal(saves_at(&watch, 1000), 1000 + watch.retry_ms);
	assert_true(watch.retry_ms >= 1000);
	watch_init(&watch, 0, 0);
	watch_begun(&watch);
	watch_off(&watch, 1000);
	assert_int_equal(saves_at(&watch, 1000), 2000);
}

static void a_checkpoint_by_somebody_else_puts_it_off(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	watch_begun(&watch);
	watch_early(&watch, 1000, 30000);
	assert_int_equal(saves_at(&watch, 1000), 31000);
}

static void a_blind_one_looks_every_interval_but_no_more(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	watch.blind = true;
	save(&watch, 100);
	assert_int_equal(saves_at(&watch, 100), 100 + INTERVAL);
	watch_init(&watch, 0, 0);
	watch.blind = true;
	save(&watch, 100);
	assert_int_equal(saves_at(&watch, 100), 1100);
}

static void with_no_interval_nothing_is_saved(void **state)
{
	struct watch watch;

	(void)state;
	watch_init(&watch, WATCH_NEVER, 0);
	assert_int_equal(saves_at(&watch, 0), -1);
	watch_changed(&watch, 100);
	assert_int_equal(saves_at(&watch, 100), -1);
	watch.blind = true;
	assert_int_equal(saves_at(&watch, 100), -1);
}

static void it_waits_for_git_but_not_for_a_lock_that_stays(void **state)
{
	struct watch watch;
	int64_t now = 0, wait_ms;

	(void)state;
	watch_init(&watch, INTERVAL, 0);
	assert_true(watch_may_save(&watch, now, false, &wait_ms));
	while (!watch_may_save(&watch, now, true, &wait_ms) && now < 100000)
		now += wait_ms;
	assert_int_equal(now, 30000);
	/* A lock that comes and goes is another one. */
	assert_true(watch_may_save(&watch, now, false, &wait_ms));
	assert_false(watch_may_save(&watch, now, true, &wait_ms));
	watch_begun(&watch);
	assert_false(watch_may_save(&watch, now + 100000, true, &wait_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_at_the_start_is_saved),
		cmocka_unit_test(without_a_change_it_waits_for_ever),
		cmocka_unit_test(a_change_waits_for_the_interval),
		cmocka_unit_test(
			after_the_interval_a_change_is_saved_when_it_is_quiet),
		cmocka_unit_test(one_that_is_never_quiet_is_saved_all_the_same),
		cmocka_unit_test(a_change_during_a_save_is_for_the_next),
		cmocka_unit_test(a_failure_is_tried_again),
		cmocka_unit_test(a_checkpoint_by_somebody_else_puts_it_off),
		cmocka_unit_test(a_blind_one_looks_every_interval_but_no_more),
		cmocka_unit_test(with_no_interval_nothing_is_saved),
		cmocka_unit_test(
			it_waits_for_git_but_not_for_a_lock_that_stays),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
