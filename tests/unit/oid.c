#include "git/oid.h"

#include "git/oid_sort.h"
#include "scratch.h"

static void hex_round_trip(void **state)
{
	const char *text = "00ff7f80deadbeef0123456789abcdef00010203";
	char hex[OID_HEXSZ + 1];
	struct oid oid;

	(void)state;
	assert_true(oid_parse(&oid, text));
	assert_int_equal(oid.id[1], 0xff);
	assert_string_equal(oid_hex(&oid, hex), text);
	assert_true(
		oid_parse(&oid, "00FF7F80DEADBEEF0123456789ABCDEF00010203"));
	assert_string_equal(oid_hex(&oid, hex), text);
}

static void parse_refuses_what_is_no_id(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"00ff7f80deadbeef0123456789abcdef0001020",
		"00ff7f80deadbeef0123456789abcdef0001020g",
		"g0ff7f80deadbeef0123456789abcdef00010203",
		"00ff7f80deadbeef 123456789abcdef00010203",
	};
	struct oid oid = {{7}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		/* Without a byte behind the NUL, for the sanitizer to see. */
		char *exact = strdup(bad[i]);

		assert_false(oid_parse(&oid, exact));
		assert_int_equal(oid.id[0], 7);
		free(exact);
	}
}

static void order_and_zero(void **state)
{
	struct oid zero = {{0}}, low = {{1}}, high = {{0x80}};

	(void)state;
	assert_true(oid_is_zero(&zero));
	assert_false(oid_is_zero(&low));
	assert_true(oid_compare(&low, &high) < 0);
	assert_true(oid_compare(&high, &low) > 0);
	assert_true(oid_equal(&low, &low));
	assert_false(oid_equal(&low, &high));
}

/* Ids that all want the same slot are still told apart. */
static void set_of_colliding_ids(void **state)
{
	struct oid_set set = {0};
	struct oid oid = {{0}};

	(void)state;
	assert_false(oid_set_has(&set, &oid));
	for (unsigned i = 0; i < 2000; i++) {
		oid.id[18] = (unsigned char)(i >> 8);
		oid.id[19] = (unsigned char)i;
		assert_true(oid_set_add(&set, &oid));
	}
	for (unsigned i = 0; i < 4000; i++) {
		oid.id[18] = (unsigned char)(i >> 8);
		oid.id[19] = (unsigned char)i;
		assert_int_equal(oid_set_has(&set, &oid), i < 2000);
		if (i < 2000)
			assert_false(oid_set_add(&set, &oid));
	}
	assert_int_equal(set.nr, 2000);
	oid_set_release(&set);
}

static void set_of_many_ids(void **state)
{
	struct oid_set set = {0};
	uint64_t random = 1;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		random = 42;
		for (unsigned i = 0; i < 20000; i++) {
			struct oid oid;

			for (size_t j = 0; j < OID_RAWSZ; j++)
				oid.id[j] =
					(unsigned char)scratch_random(&random);
			assert_int_equal(oid_set_add(&set, &oid), !pass);
		}
	}
	assert_int_equal(set.nr, 20000);
	oid_set_release(&set);
}

static void sorts_ids_of_few_first_bytes(void **state)
{
	static const size_t counts[] = {0, 1, 2, 255, 4000};
	struct oid ids[4000];
	uint64_t random = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct oid_set set = {0};

		for (size_t j = 0; j < counts[i]; j++) {
			for (size_t k = 0; k < OID_RAWSZ; k++)
				ids[j].id[k] =
					(unsigned char)scratch_random(&random);
			/* The lowest, the highest, and a few between. */
			ids[j].id[0] = j % 3 ? (unsigned char)(j % 5 * 51)
					     : (unsigned char)(j % 2 * 255);
			oid_set_add(&set, &ids[j]);
		}
		oid_sort(ids, counts[i], sizeof(*ids));
		for (size_t j = 0; j < counts[i]; j++) {
			assert_true(!j ||
				    oid_compare(&ids[j - 1], &ids[j]) <= 0);
			assert_true(oid_set_has(&set, &ids[j]));
		}
		oid_set_release(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_round_trip),
		cmocka_unit_test(parse_refuses_what_is_no_id),
		cmocka_unit_test(order_and_zero),
		cmocka_unit_test(set_of_colliding_ids),
		cmocka_unit_test(set_of_many_ids),
		cmocka_unit_test(sorts_ids_of_few_first_bytes),
	};

	return cmocka_run_group_tests_name("oid", tests, NULL, NULL);
}
