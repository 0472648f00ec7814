#include "core/record/manifest.h"

#include "base/alloc.h"
#include "scratch.h"

#define SESSION "session_1703123456000_9f2c01ab"
#define OID(digit) #digit "d3c8a0e9b1f4c7d2a6e8b0f1c3d5e7f9a1b2c3d"

static const char whole[] =
	"manifest 1\n"
	"\n"
	"session " SESSION "\n"
	"previous " OID(1) "\n"
			   "checkpoint cp_999_00000000 manual "
			   "1970-01-01T00:00:00.999Z " OID(
				   2) "\n"
				      "checkpoint cp_1703123456789_4d1f22c0 "
				      "auto 2023-12-21T01:50:56.789Z " OID(
					      3) "\n";

static void assert_refused(const char *text, enum error_code code)
{
	struct error err = ERROR_INIT;
	struct manifest manifest;

	if (manifest_parse(&manifest, text, strlen(text), &err) != (int)code)
		fail_msg("taken: %s", text);
	assert_non_null(err.text);
	assert_int_equal(manifest.nr, 0);
	error_release(&err);
	manifest_release(&manifest);
}

static void what_is_read_is_written_again(void **state)
{
	struct error err = ERROR_INIT;
	struct buf again = BUF_INIT;
	struct manifest manifest;
	char hex[OID_HEXSZ + 1];

	(void)state;
	assert_int_equal(manifest_parse(&manifest, whole, strlen(whole), &err),
			 0);
	assert_string_equal(manifest.session, SESSION);
	assert_string_equal(oid_hex(&manifest.previous, hex), OID(1));
	assert_int_equal(manifest.nr, 2);
	assert_string_equal(manifest.items[1].id, "cp_1703123456789_4d1f22c0");
	assert_string_equal(manifest.items[1].type, "auto");
	assert_true(manifest.items[1].time_ms == 1703123456789);
	assert_string_equal(oid_hex(&manifest.items[1].commit, hex), OID(3));
	manifest_format(&manifest, &again);
	assert_string_equal(again.ptr, whole);
	buf_release(&again);
	manifest_release(&manifest);
}

static void items_are_kept_in_order(void **state)
{
	static const char *const ids[] = {"cp_1000_00000001", "cp_999",
					  "cp_1000_00000000", "cp_999",
					  "cp_1_ffffffff"};
	static const char *const sorted[] = {"cp_1_ffffffff", "cp_999",
					     "cp_1000_00000000",
					     "cp_1000_00000001"};
	struct manifest manifest = MANIFEST_INIT;
	struct oid oid = {{1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		manifest_add(&manifest, ids[i], "manual", 1, &oid);
	assert_int_equal(manifest.nr, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < manifest.nr; i++) {
		assert_string_equal(manifest.items[i].id, sorted[i]);
		assert_ptr_equal(manifest_find(&manifest, sorted[i]),
				 &manifest.items[i]);
	}
	assert_null(manifest_find(&manifest, "cp_2"));
	manifest_remove(&manifest, "cp_2");
	manifest_remove(&manifest, "cp_999");
	assert_int_equal(manifest.nr, 3);
	assert_null(manifest_find(&manifest, "cp_999"));
	manifest_release(&manifest);
}

/* Each is `whole` with one text in it replaced by another. */
static void what_is_not_in_its_one_form_is_refused(void **state)
{
	static const char *const changes[][2] = {
		{"manifest 1", "manifest 01"},
		{"manifest 1", "manifest"},
		{"manifest 1\n", "manifest 1 \n"},
		{"manifest 1\n\n", "manifest 1\n"},
		{"manifest 1\n\n", "manifest 1\n\n\n"},
		{"manifest 1\n\n", "manifest 1\nx\n"},
		{"session ", "Session "},
		{"session ", "session  "},
		{SESSION, "../x"},
		{SESSION, "a/b"},
		{SESSION "\n", SESSION " \n"},
		{"previous " OID(1), "previous " OID(1) " "},
		{"previous " OID(1), "previous 1d3c"},
		{"previous " OID(1), "previous 1D"
				     "3c8a0e9b1f4c7d2a6e8b0f1c3d5e7f9a1b2c3d"},
		{"previous " OID(1),
		 "previous 0000000000000000000000000000000000000000"},
		{"previous " OID(1) "\n",
		 "previous " OID(1) "\nprevious " OID(1) "\n"},
		{"cp_999_00000000", "cp_x"},
		{"cp_999_00000000", "manifest-1"},
		{"cp_999_00000000", "cp_1703123456789_4d1f22c0"},
		{"cp_999_00000000", "cp_1703123456790_4d1f22c0"},
		{" manual ", " Manual "},
		{" manual ", " 1 "},
		{" manual ", " "},
		{" manual ", " \x1b[31m "},
		{".999Z", ".9990Z"},
		{".999Z", ".999+00:00"},
		{OID(2), "0000000000000000000000000000000000000000"},
		{OID(2), OID(2) " x"},
		{OID(3) "\n", OID(3)},
		{OID(3) "\n", OID(3) "\n\n"},
		{OID(3) "\n", OID(3) "\nsession x\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		const char *at = strstr(whole, changes[i][0]);
		struct buf text = BUF_INIT;

		assert_non_null(at);
		buf_add(&text, whole, (size_t)(at - whole));
		buf_addstr(&text, changes[i][1]);
		buf_addstr(&text, at + strlen(changes[i][0]));
		assert_refused(text.ptr, ERR_INVALID);
		buf_release(&text);
	}
	assert_refused("", ERR_INVALID);
	assert_refused("manifest 2\n\nsession x\n", ERR_NEWER);
}

static void names_have_numbers(void **state)
{
	(void)state;
	assert_true(manifest_number("manifest-1") == 1);
	assert_true(manifest_number("manifest-120") == 120);
	assert_true(manifest_number("manifest-999999999999999") ==
		    999999999999999);
	assert_true(manifest_number("manifest-0") == 0);
	assert_true(manifest_number("manifest-01") == 0);
	assert_true(manifest_number("manifest-") == 0);
	assert_true(manifest_number("manifest-1x") == 0);
	assert_true(manifest_number("manifest--1") == 0);
	assert_true(manifest_number("manifest-1000000000000000") == 0);
	assert_true(manifest_number("cp_1") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(items_are_kept_in_order),
		cmocka_unit_test(what_is_not_in_its_one_form_is_refused),
		cmocka_unit_test(names_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
