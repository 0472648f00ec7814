#include "core/record/retention.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000)
#define MINUTE INT64_C(60000)
#define MANY 200

/* `nr` of one type, one a minute, the newest now. */
static void fill(struct retention_item *items, size_t nr,
		 enum checkpoint_type type)
{
	for (size_t i = 0; i < nr; i++)
		items[i] = (struct retention_item){
			.session = "manual_1_00000000",
			.time_ms = NOW - (int64_t)i * MINUTE,
			.type = type};
}

static size_t count_left(const struct retention_item *items, size_t nr)
{
	size_t left = 0;

	for (size_t i = 0; i < nr; i++)
		left += !items[i].drop;
	return left;
}

/* -- what is protected -------------------------------------------------------
 */

static void the_newest_and_its_backups_stay(void **state)
{
	struct retention_item items[4];

	(void)state;
	fill(items, 4, TYPE_MANUAL);
	retention_protect(items, 4, 2);
	assert_int_equal(items[0].reason, RETENTION_NEWEST);
	assert_int_equal(items[1].reason, RETENTION_NEWEST);
	assert_int_equal(items[2].reason, RETENTION_NEWEST);
	assert_int_equal(items[3].reason, RETENTION_FREE);
}

static void no_pre_restore_is_the_newest(void **state)
{
	struct retention_item items[3];

	(void)state;
	fill(items, 3, TYPE_MANUAL);
	items[0].type = TYPE_PRE_RESTORE;
	retention_protect(items, 3, 0);
	assert_int_equal(items[0].reason, RETENTION_FREE);
	assert_int_equal(items[1].reason, RETENTION_NEWEST);
	assert_int_equal(items[2].reason, RETENTION_FREE);
}

static void what_is_unsound_is_nobodys_backup(void **state)
{
	struct retention_item items[4];

	(void)state;
	fill(items, 4, TYPE_MANUAL);
	items[0].unsound = items[2].unsound = true;
	retention_protect(items, 4, 1);
	assert_int_equal(items[0].reason, RETENTION_FREE);
	assert_int_equal(items[1].reason, RETENTION_NEWEST);
	assert_int_equal(items[2].reason, RETENTION_FREE);
	assert_int_equal(items[3].reason, RETENTION_NEWEST);
}

static void a_pin_or_an_undo_protects(void **state)
{
	struct retention_item items[3];

	(void)state;
	fill(items, 3, TYPE_AUTO);
	items[1].pinned = items[1].needed = items[2].needed = true;
	retention_protect(items, 3, 0);
	assert_int_equal(items[1].reason, RETENTION_PINNED);
	assert_int_equal(items[2].reason, RETENTION_UNDO);
	assert_int_equal(retention_thin(items, 3, 0, NOW), 0);
}

/* -- automatic retention -----------------------------------------------------
 */

static void below_the_limit_nothing_goes(void **state)
{
	struct retention_item items[50];

	(void)state;
	fill(items, 50, TYPE_AUTO);
	retention_protect(items, 50, 1);
	assert_int_equal(retention_thin(items, 50, 50, NOW), 0);
	assert_int_equal(count_left(items, 50), 50);
	assert_int_equal(retention_thin(items, 0, 0, NOW), 0);
}

static void auto_ones_go_before_others(void **state)
{
	struct retention_item items[10];

	(void)state;
	fill(items, 10, TYPE_TASK_COMPLETE);
	items[2].type = items[4].type = items[6].type = TYPE_AUTO;
	retention_protect(items, 10, 0);
	assert_int_equal(retention_thin(items, 10, 7, NOW), 3);
	assert_true(items[2].drop && items[4].drop && items[6].drop);
	/* Then the oldest. */
	assert_int_equal(retention_thin(items, 10, 5, NOW), 5);
	assert_true(items[8].drop && items[9].drop);
}

static void what_a_person_made_never_goes(void **state)
{
	struct retention_item items[6];

	(void)state;
	fill(items, 6, TYPE_MANUAL);
	items[3].type = TYPE_UNKNOWN;
	items[4].type = TYPE_PRE_RESTORE;
	retention_protect(items, 6, 0);
	assert_int_equal(retention_thin(items, 6, 1, NOW), 1);
	assert_true(items[4].drop);
}

static void an_unfinished_session_loses_only_auto_ones(void **state)
{
	struct retention_item items[6];

	(void)state;
	fill(items, 6, TYPE_TASK_COMPLETE);
	for (size_t i = 0; i < 6; i++)
		items[i].unfinished = true;
	items[3].type = TYPE_AUTO;
	retention_protect(items, 6, 0);
	assert_int_equal(retention_thin(items, 6, 1, NOW), 1);
	assert_true(items[3].drop);
}

/* The gap behind an item grows with its age: nowhere is it more than `factor`
 * times the age, but for what is nearest. */
static void check_spread(const struct retention_item *items, size_t nr,
			 double factor)
{
	const struct retention_item *last = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (items[i].drop)
			continue;
		if (last && NOW - last->time_ms > 10 * MINUTE)
			assert_true((double)(last->time_ms - items[i].time_ms) <
				    factor * (double)(NOW - last->time_ms));
		last = &items[i];
	}
	/* And the beginning is still there. */
	assert_ptr_equal(last, &items[nr - 1]);
}

/* How many of the newest are all there. */
static size_t dense(const struct retention_item *items, size_t nr)
{
	size_t i = 0;

	while (i < nr && !items[i].drop)
		i++;
	return i;
}

static void age_makes_them_sparse(void **state)
{
	struct retention_item items[MANY];

	(void)state;
	fill(items, MANY, TYPE_AUTO);
	retention_protect(items, MANY, 1);
	assert_int_equal(retention_thin(items, MANY, 20, NOW), MANY - 20);
	assert_int_equal(count_left(items, MANY), 20);
	assert_in_range(dense(items, MANY), 3, 15);
	check_spread(items, MANY, 1.0);
}

/* As it is after each save: one more, and one goes. */
static void one_at_a_time_makes_them_sparse_too(void **state)
{
	struct retention_item items[MANY], now[MANY];
	size_t place[MANY];

	(void)state;
	fill(items, MANY, TYPE_AUTO);
	for (size_t i = 0; i < MANY; i++)
		items[i].drop = true;
	for (size_t made = MANY; made-- > 0;) {
		size_t nr = 0;

		items[made].drop = false;
		for (size_t i = made; i < MANY; i++) {
			if (items[i].drop)
				continue;
			place[nr] = i;
			now[nr++] = items[i];
		}
		retention_protect(now, nr, 1);
		retention_thin(now, nr, 20, items[made].time_ms);
		for (size_t i = 0; i < nr; i++)
			items[place[i]].drop = now[i].drop;
	}
	assert_int_equal(count_left(items, MANY), 20);
	assert_in_range(dense(items, MANY), 3, 15);
	check_spread(items, MANY, 1.0);
}

static void a_clock_that_went_back_is_no_harm(void **state)
{
	struct retention_item items[30];

	(void)state;
	fill(items, 30, TYPE_AUTO);
	items[29].time_ms = -1;
	retention_protect(items, 30, 1);
	assert_int_equal(retention_thin(items, 30, 10, 0), 20);
	assert_false(items[0].drop || items[1].drop);
}

/* -- criteria ----------------------------------------------------------------
 */

static void keep_counts_without_pre_restores(void **state)
{
	struct retention_criteria criteria = RETENTION_CRITERIA_INIT;
	struct retention_item items[6];

	(void)state;
	fill(items, 6, TYPE_MANUAL);
	items[1].type = items[4].type = TYPE_PRE_RESTORE;
	retention_protect(items, 6, 0);
	criteria.keep = 2;
	assert_int_equal(retention_condemn(items, 6, &criteria), 3);
	assert_false(items[0].drop || items[1].drop || items[2].drop);
	assert_true(items[3].drop && items[4].drop && items[5].drop);
}

static void keep_and_age_must_both_condemn(void **state)
{
	struct retention_criteria criteria = RETENTION_CRITERIA_INIT;
	struct retention_item items[6];

	(void)state;
	fill(items, 6, TYPE_MANUAL);
	retention_protect(items, 6, 0);
	criteria.keep = 4;
	criteria.older_than_ms = NOW - MINUTE;
	assert_int_equal(retention_condemn(items, 6, &criteria), 2);
	assert_true(items[4].drop && items[5].drop);
	criteria.keep = 1;
	criteria.older_than_ms = NOW - 3 * MINUTE;
	assert_int_equal(retention_condemn(items, 6, &criteria), 2);
	assert_true(items[4].drop && items[5].drop);
	assert_false(items[3].condemned);
}

static void protection_wins_over_criteria(void **state)
{
	struct retention_criteria criteria = RETENTION_CRITERIA_INIT;
	struct retention_item items[5];

	(void)state;
	fill(items, 5, TYPE_MANUAL);
	items[3].pinned = true;
	items[4].needed = true;
	retention_protect(items, 5, 1);
	criteria.keep = 0;
	assert_int_equal(retention_condemn(items, 5, &criteria), 1);
	assert_true(items[2].drop);
	for (size_t i = 0; i < 5; i++)
		assert_true(items[i].condemned);
}

static void types_session_and_task_choose(void **state)
{
	struct retention_criteria criteria = RETENTION_CRITERIA_INIT;
	struct retention_item items[6];

	(void)state;
	fill(items, 6, TYPE_MANUAL);
	retention_protect(items, 6, 0);
	items[2].type = TYPE_AUTO;
	items[3].type = TYPE_ERROR_RECOVERY;
	criteria.types = 1u << TYPE_AUTO | 1u << TYPE_ERROR_RECOVERY;
	assert_int_equal(retention_condemn(items, 6, &criteria), 2);
	criteria.types = 1u << TYPE_AUTO;
	assert_int_equal(retention_condemn(items, 6, &criteria), 1);
	assert_true(items[2].drop);

	criteria.types = 0;
	criteria.session = "session_2_00000000";
	assert_int_equal(retention_condemn(items, 6, &criteria), 0);
	items[5].session = "session_2_00000000";
	assert_int_equal(retention_condemn(items, 6, &criteria), 1);

	criteria.session = NULL;
	criteria.task = "T1";
	assert_int_equal(retention_condemn(items, 6, &criteria), 0);
	items[4].task = "T1";
	assert_int_equal(retention_condemn(items, 6, &criteria), 1);
	assert_true(items[4].drop);
}

static void only_lost_ones_when_asked(void **state)
{
	struct retention_criteria criteria = RETENTION_CRITERIA_INIT;
	struct retention_item items[4];

	(void)state;
	fill(items, 4, TYPE_MANUAL);
	items[0].unsound = items[1].unsound = items[3].unsound = true;
	items[0].lost = items[3].lost = true;
	retention_protect(items, 4, 1);
	criteria.lost = true;
	assert_int_equal(retention_condemn(items, 4, &criteria), 2);
	assert_true(items[0].drop && items[3].drop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_and_its_backups_stay),
		cmocka_unit_test(no_pre_restore_is_the_newest),
		cmocka_unit_test(what_is_unsound_is_nobodys_backup),
		cmocka_unit_test(a_pin_or_an_undo_protects),
		cmocka_unit_test(below_the_limit_nothing_goes),
		cmocka_unit_test(auto_ones_go_before_others),
		cmocka_unit_test(what_a_person_made_never_goes),
		cmocka_unit_test(an_unfinished_session_loses_only_auto_ones),
		cmocka_unit_test(age_makes_them_sparse),
		cmocka_unit_test(one_at_a_time_makes_them_sparse_too),
		cmocka_unit_test(a_clock_that_went_back_is_no_harm),
		cmocka_unit_test(keep_counts_without_pre_restores),
		cmocka_unit_test(keep_and_age_must_both_condemn),
		cmocka_unit_test(protection_wins_over_criteria),
		cmocka_unit_test(types_session_and_task_choose),
		cmocka_unit_test(only_lost_ones_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
