#include "base/strmap.h"

#include "base/alloc.h"
#include "scratch.h"

static void an_empty_map_holds_nothing(void **state)
{
	struct strmap map = STRMAP_INIT;

	(void)state;
	assert_null(strmap_get(&map, ""));
	assert_false(strmap_has(&map, ""));
	strmap_release(&map, free);
}

static void copies_keys(void **state)
{
	struct strmap map = STRMAP_INIT;
	char key[] = "key";
	int value;

	(void)state;
	assert_null(strmap_put(&map, key, &value));
	key[0] = 'K';
	assert_ptr_equal(strmap_get(&map, "key"), &value);
	assert_false(strmap_has(&map, "Key"));
	strmap_release(&map, NULL);
}

static void put_gives_the_old_value(void **state)
{
	struct strmap map = STRMAP_INIT;
	int one, two;

	(void)state;
	assert_null(strmap_put(&map, "a", &one));
	assert_ptr_equal(strmap_put(&map, "a", &two), &one);
	assert_ptr_equal(strmap_put(&map, "a", NULL), &two);
	assert_int_equal(map.nr, 1);
	assert_true(strmap_has(&map, "a"));
	assert_null(strmap_get(&map, "a"));
	strmap_release(&map, NULL);
}

static void finds_each_of_many(void **state)
{
	struct strmap map = STRMAP_INIT;
	char key[32];

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "dir%zu/file%zu", i % 100, i);
		assert_null(strmap_put(&map, key, xstrdup(key)));
	}
	assert_int_equal(map.nr, 20000);
	for (size_t i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "dir%zu/file%zu", i % 100, i);
		assert_string_equal(strmap_get(&map, key), key);
		snprintf(key, sizeof(key), "dir%zu/file%zu", i % 100 + 1, i);
		assert_false(strmap_has(&map, key));
	}
	strmap_release(&map, free);
	assert_int_equal(map.nr, 0);
}

static void iteration_meets_each_once(void **state)
{
	struct strmap map = STRMAP_INIT;
	char seen[500] = {0};
	char key[16];

	(void)state;
	for (size_t i = 0; i < sizeof(seen); i++) {
		snprintf(key, sizeof(key), "%zu", i);
		strmap_put(&map, key, &seen[i]);
	}
	for (size_t i = 0; i < map.alloc; i++)
		if (map.slots[i].key)
			++*(char *)map.slots[i].value;
	for (size_t i = 0; i < sizeof(seen); i++)
		assert_int_equal(seen[i], 1);
	strmap_release(&map, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_holds_nothing),
		cmocka_unit_test(copies_keys),
		cmocka_unit_test(put_gives_the_old_value),
		cmocka_unit_test(finds_each_of_many),
		cmocka_unit_test(iteration_meets_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
