#include "base/sorted.h"

#include "scratch.h"

static int compare(const void *key, const void *item)
{
	int a = *(const int *)key, b = *(const int *)item;

	return (a > b) - (a < b);
}

static void finds_the_first_that_is_not_before(void **state)
{
	static const int items[] = {1, 3, 3, 3, 7, 9};

	(void)state;
	for (size_t nr = 0; nr <= ARRAY_SIZE(items); nr++)
		for (int key = 0; key < 11; key++) {
			size_t wanted = 0;

			while (wanted < nr && items[wanted] < key)
				wanted++;
			assert_int_equal(sorted_place(&key, items, nr,
						      sizeof(*items), compare),
					 wanted);
		}
}

static void asks_nothing_of_no_items(void **state)
{
	(void)state;
	assert_int_equal(sorted_place("", NULL, 0, 8, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first_that_is_not_before),
		cmocka_unit_test(asks_nothing_of_no_items),
	};

	return cmocka_run_group_tests_name("sorted", tests, NULL, NULL);
}
