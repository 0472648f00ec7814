#include "base/buf.h"

#include "scratch.h"

static void starts_as_an_empty_text(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	assert_string_equal(buf.ptr, "");
	assert_int_equal(buf.len, 0);
	buf_reset(&buf);
	buf_setlen(&buf, 0);
	buf_trim(&buf);
	buf_release(&buf);
	buf_release(&buf);
	assert_string_equal(buf.ptr, "");
}

static void grows_and_stays_terminated(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		buf_addch(&buf, 'a' + i % 26);
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.ptr[buf.len], '\0');
		assert_true(buf.alloc > buf.len);
	}
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buf.ptr[i], 'a' + i % 26);
	buf_release(&buf);
}

static void keeps_bytes_behind_a_nul(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_add(&buf, "a\0b", 3);
	buf_add(&buf, "", 0);
	buf_addstr(&buf, "c");
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf.ptr, "a\0bc", 5);
	buf_release(&buf);
}

static void formats_behind_what_is_there(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_addf(&buf, "%s", "");
	assert_int_equal(buf.len, 0);
	buf_addf(&buf, "%d/%s", 7, "x");
	buf_addf(&buf, "%0200d", 1);
	assert_int_equal(buf.len, 203);
	assert_memory_equal(buf.ptr, "7/x000", 6);
	assert_string_equal(buf.ptr + 202, "1");
	buf_release(&buf);
}

static void formats_at_every_length(void **state)
{
	(void)state;
	for (int before = 0; before < 70; before++)
		for (int len = 1; len < 140; len++) {
			struct buf buf = BUF_INIT;

			for (int i = 0; i < before; i++)
				buf_addch(&buf, '-');
			buf_addf(&buf, "%*s", len, "x");
			assert_int_equal(buf.len, before + len);
			assert_int_equal(buf.ptr[buf.len - 1], 'x');
			assert_int_equal(strlen(buf.ptr), buf.len);
			buf_release(&buf);
		}
}

static void reset_keeps_the_memory(void **state)
{
	struct buf buf = BUF_INIT;
	char *ptr;

	(void)state;
	buf_addstr(&buf, "text");
	ptr = buf.ptr;
	buf_reset(&buf);
	assert_string_equal(buf.ptr, "");
	assert_ptr_equal(buf.ptr, ptr);
	buf_addstr(&buf, "next");
	assert_string_equal(buf.ptr, "next");
	buf_release(&buf);
}

static void setlen_takes_a_direct_write(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_addstr(&buf, "ab");
	buf_grow(&buf, 3);
	memcpy(buf.ptr + buf.len, "cde", 3);
	buf_setlen(&buf, 5);
	assert_string_equal(buf.ptr, "abcde");
	buf_setlen(&buf, 1);
	assert_string_equal(buf.ptr, "a");
	buf_release(&buf);
}

static void detach_gives_memory_also_where_empty(void **state)
{
	struct buf buf = BUF_INIT;
	char *text = buf_detach(&buf);

	(void)state;
	assert_string_equal(text, "");
	assert_ptr_not_equal(text, buf.ptr);
	free(text);
	buf_addstr(&buf, "x");
	text = buf_detach(&buf);
	assert_string_equal(text, "x");
	assert_string_equal(buf.ptr, "");
	free(text);
}

static void removes_in_the_middle(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_addstr(&buf, "abcdef");
	buf_remove(&buf, 1, 2);
	assert_string_equal(buf.ptr, "adef");
	buf_remove(&buf, 3, 1);
	assert_string_equal(buf.ptr, "ade");
	buf_remove(&buf, 0, 0);
	assert_string_equal(buf.ptr, "ade");
	buf_remove(&buf, 0, 3);
	assert_string_equal(buf.ptr, "");
	buf_release(&buf);
}

static void trims_both_ends(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},    {" \n\t", ""},
		{"a", "a"},  {"  a b\r\n", "a b"},
		{"a ", "a"}, {"\xa0 ", "\xa0"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf buf = BUF_INIT;

		buf_addstr(&buf, cases[i][0]);
		buf_trim(&buf);
		assert_string_equal(buf.ptr, cases[i][1]);
		buf_release(&buf);
	}
}

static void reads_a_file_behind_what_is_there(void **state)
{
	struct buf data = BUF_INIT, buf = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addch(&data, i % 251);
	scratch_write("file", &data);
	buf_addstr(&buf, "before");
	assert_int_equal(buf_read_file(&buf, "file", data.len, &err), 0);
	assert_int_equal(buf.len, 6 + data.len);
	assert_memory_equal(buf.ptr + 6, data.ptr, data.len);
	buf_release(&buf);
	buf_release(&data);
}

static void refuses_a_file_over_the_limit(void **state)
{
	struct buf data = BUF_INIT, buf = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buf_addstr(&data, "12345");
	scratch_write("file", &data);
	assert_int_equal(buf_read_file(&buf, "file", 5, &err), 0);
	buf_reset(&buf);
	assert_int_equal(buf_read_file(&buf, "file", 4, &err), ERR_INVALID);
	assert_string_equal(err.text, "'file': more than 4 bytes");
	error_release(&err);
	buf_release(&buf);
	buf_release(&data);
}

static void the_limit_is_for_what_is_read(void **state)
{
	struct buf data = BUF_INIT, buf = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buf_addstr(&data, "12345");
	scratch_write("file", &data);
	buf_addstr(&buf, "more than five");
	assert_int_equal(buf_read_file(&buf, "file", 5, &err), 0);
	assert_string_equal(buf.ptr, "more than five12345");
	buf_release(&buf);
	buf_release(&data);
}

static void says_which_file_is_missing(void **state)
{
	struct buf buf = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(buf_read_file(&buf, "none", 9, &err), ERR_NOT_FOUND);
	assert_string_equal(err.text,
			    "cannot open 'none': No such file or directory");
	assert_int_equal(buf_read_file(&buf, ".", 9, &err), ERR_FAILED);
	assert_string_equal(err.text, "'.': cannot read: Is a directory");
	error_release(&err);
	buf_release(&buf);
}

static void reads_a_pipe_to_its_end(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	scratch_run(&buf, "printf one; sleep 0.05; printf two", 0);
	assert_string_equal(buf.ptr, "onetwo");
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_as_an_empty_text),
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(keeps_bytes_behind_a_nul),
		cmocka_unit_test(formats_behind_what_is_there),
		cmocka_unit_test(formats_at_every_length),
		cmocka_unit_test(reset_keeps_the_memory),
		cmocka_unit_test(setlen_takes_a_direct_write),
		cmocka_unit_test(detach_gives_memory_also_where_empty),
		cmocka_unit_test(removes_in_the_middle),
		cmocka_unit_test(trims_both_ends),
		IN_SCRATCH(reads_a_file_behind_what_is_there),
		IN_SCRATCH(refuses_a_file_over_the_limit),
		IN_SCRATCH(the_limit_is_for_what_is_read),
		IN_SCRATCH(says_which_file_is_missing),
		cmocka_unit_test(reads_a_pipe_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
