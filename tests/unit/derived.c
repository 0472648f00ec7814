#include "base/derived.h"

#include <dirent.h>

#include "base/alloc.h"
#include "base/stat_data.h"
#include "scratch.h"

#define PIECE DERIVED_PIECE

static char *some_bytes(size_t len)
{
	char *data = xmalloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i * 31 + i / 251);
	return data;
}

static void write_in_steps(const char *data, size_t len, size_t step)
{
	struct derived_writer writer;
	struct error err = ERROR_INIT;

	derived_begin(&writer, "file");
	for (size_t at = 0; at < len; at += step)
		derived_add(&writer, data + at,
			    step < len - at ? step : len - at);
	assert_int_equal(derived_end(&writer, &err), 0);
}

/* However it is cut into pieces, and wherever it ends. */
static void test_what_was_written_is_read(void **state)
{
	static const size_t lengths[] = {
		0,	  1,	     8,		PIECE - 1,
		PIECE,	  PIECE + 1, 2 * PIECE, 2 * PIECE + 9,
		3 * PIECE};
	static const size_t steps[] = {7, 4096, PIECE, 5 * PIECE};
	char *data = some_bytes(3 * PIECE);
	struct derived file;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		for (size_t k = 0; k < ARRAY_SIZE(steps); k++) {
			write_in_steps(data, lengths[i], steps[k]);
			assert_true(derived_open(&file, "file"));
			assert_int_equal(file.len, lengths[i]);
			assert_memory_equal(file.data, data, lengths[i]);
			derived_release(&file);
		}
	free(data);
}

static void test_the_sum_is_that_of_a_buffer(void **state)
{
	const size_t len = 2 * PIECE + 17;
	char *data = some_bytes(len);
	struct error err = ERROR_INIT;
	struct buf whole = BUF_INIT, file = BUF_INIT;
	struct derived copy;
	uint64_t sum;

	(void)state;
	buf_add(&whole, data, len);
	sum = derived_sum(data, len);
	buf_add(&whole, &sum, sizeof(sum));
	write_in_steps(data, len, 1000);
	assert_int_equal(buf_read_file(&file, "file", 1 << 20, &err), 0);
	assert_int_equal(file.len, whole.len);
	assert_memory_equal(file.ptr, whole.ptr, whole.len);
	for (size_t at = 0; at < file.len; at += 1 + file.len / 100) {
		file.ptr[at] ^= 1;
		assert_false(derived_copy(&copy, file.ptr, file.len));
		file.ptr[at] ^= 1;
		assert_false(derived_copy(&copy, file.ptr, at));
	}
	assert_true(derived_copy(&copy, file.ptr, file.len));
	derived_release(&copy);
	buf_release(&whole);
	buf_release(&file);
	free(data);
}

static void test_what_is_no_file_is_not_there(void **state)
{
	struct derived file;

	(void)state;
	assert_false(derived_open(&file, "file"));
	assert_null(file.data);
	assert_int_equal(mkdir("file", 0777), 0);
	assert_false(derived_open(&file, "file"));
	assert_int_equal(symlink("/dev/null", "link"), 0);
	assert_false(derived_open(&file, "link"));
}

static int count_names(const char *dir)
{
	DIR *handle = opendir(dir);
	struct dirent *entry;
	int nr = 0;

	assert_non_null(handle);
	while ((entry = readdir(handle)))
		nr += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(handle);
	return nr;
}

static void test_what_cannot_be_written_is_told(void **state)
{
	struct derived_writer writer;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("file", 0777), 0);
	assert_int_equal(mkdir("file/in it", 0777), 0);
	derived_begin(&writer, "file");
	derived_add(&writer, "text", 4);
	assert_true(derived_end(&writer, &err) < 0);
	error_release(&err);
	/* Nothing is left beside it. */
	assert_int_equal(count_names("."), 1);
	derived_begin(&writer, "/dev/null/file");
	derived_add(&writer, "text", 4);
	assert_true(derived_end(&writer, &err) < 0);
	error_release(&err);
}

static void test_stat_data_tells_files_apart(void **state)
{
	struct stat st = {.st_ino = 1, .st_size = 2, .st_mode = S_IFREG | 0644};
	struct stat_data data;

	(void)state;
	stat_data_fill(&data, &st);
	assert_true(stat_data_is(&data, &st));
	st.st_mode = S_IFREG | 0755;
	assert_false(stat_data_is(&data, &st));
	stat_data_fill(&data, &st);
	st.st_ctim.tv_nsec++;
	assert_false(stat_data_is(&data, &st));
	stat_data_fill(&data, &st);
	st.st_size += INT64_C(1) << 32;
	assert_false(stat_data_is(&data, &st));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_was_written_is_read),
		IN_SCRATCH(test_the_sum_is_that_of_a_buffer),
		IN_SCRATCH(test_what_is_no_file_is_not_there),
		IN_SCRATCH(test_what_cannot_be_written_is_told),
		cmocka_unit_test(test_stat_data_tells_files_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
