#include "base/strlist.h"

#include "base/alloc.h"
#include "scratch.h"

static void assert_items(const struct strlist *list, const char *joined)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < list->nr; i++)
		buf_addf(&text, "%s%s", i ? "," : "", list->items[i]);
	assert_string_equal(text.ptr, joined);
	if (list->items)
		assert_null(list->items[list->nr]);
	buf_release(&text);
}

static void an_empty_list_can_be_asked(void **state)
{
	struct strlist list = STRLIST_INIT;

	(void)state;
	strlist_sort(&list);
	strlist_unique(&list);
	assert_false(strlist_has(&list, ""));
	assert_false(strlist_sorted_has(&list, ""));
	strlist_release(&list);
}

static void owns_copies_in_the_order_added(void **state)
{
	struct strlist list = STRLIST_INIT;
	char text[] = "first";

	(void)state;
	strlist_add(&list, text);
	text[0] = 'F';
	strlist_addn(&list, text, 2);
	strlist_addf(&list, "%d%%", 5);
	strlist_take(&list, xstrdup("last"));
	strlist_add(&list, "");
	assert_items(&list, "first,Fi,5%,last,");
	strlist_release(&list);
	assert_int_equal(list.nr, 0);
}

static void ends_in_null_at_every_length(void **state)
{
	struct strlist list = STRLIST_INIT;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		strlist_addf(&list, "%zu", i);
		assert_int_equal(list.nr, i + 1);
		assert_null(list.items[list.nr]);
	}
	strlist_release(&list);
}

static void sorts_as_bytes(void **state)
{
	struct strlist list = STRLIST_INIT;

	(void)state;
	strlist_split(&list, "b,\xff,a,B,\x7f,ab", ',');
	strlist_sort(&list);
	assert_items(&list, "B,a,ab,b,\x7f,\xff");
	assert_true(strlist_sorted_has(&list, "ab"));
	assert_true(strlist_sorted_has(&list, "\xff"));
	assert_false(strlist_sorted_has(&list, "A"));
	assert_true(strlist_has(&list, "B"));
	assert_false(strlist_has(&list, "bb"));
	strlist_release(&list);
}

static void drops_doubles(void **state)
{
	struct strlist list = STRLIST_INIT;

	(void)state;
	strlist_split(&list, "a a b c c c", ' ');
	strlist_unique(&list);
	assert_items(&list, "a,b,c");
	strlist_release(&list);
}

static void splits_without_empty_pieces(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},	    {":", ""},		{"a", "a"},
		{"a:", "a"},	    {":a", "a"},	{"a::b", "a,b"},
		{"a:b:c", "a,b,c"}, {"::a b::", "a b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strlist list = STRLIST_INIT;

		strlist_split(&list, cases[i][0], ':');
		assert_items(&list, cases[i][1]);
		strlist_release(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_can_be_asked),
		cmocka_unit_test(owns_copies_in_the_order_added),
		cmocka_unit_test(ends_in_null_at_every_length),
		cmocka_unit_test(sorts_as_bytes),
		cmocka_unit_test(drops_doubles),
		cmocka_unit_test(splits_without_empty_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
