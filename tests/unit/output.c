#include "ui/output.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/record/json.h"
#include "ui/table.h"

static struct output to_file(void)
{
	struct output out;

	output_init(&out, memfd_create("output", MFD_CLOEXEC));
	assert_true(out.fd >= 0);
	return out;
}

/* Finish, and compare all that was written. */
static void assert_wrote(struct output *out, const char *expected, size_t len)
{
	struct error err = ERROR_INIT;
	char got[1000] = "";

	assert_int_equal(output_finish(out, &err), 0);
	assert_int_equal(pread(out->fd, got, sizeof(got), 0), len);
	assert_memory_equal(got, expected, len);
	close(out->fd);
	output_release(out);
}
#define assert_printed(out, text) assert_wrote((out), (text), strlen(text))

static void answers_are_always_printed(void **state)
{
	struct output out = to_file();

	(void)state;
	out.quiet = true;
	output_print(&out, "%d\n", 1);
	out.json = true;
	output_print(&out, "%d\n", 2);
	assert_printed(&out, "1\n2\n");
}

static void text_for_people_can_be_left_out(void **state)
{
	struct output out = to_file();

	(void)state;
	output_say(&out, "%s\n", "shown");
	out.quiet = true;
	output_say(&out, "%s\n", "quiet");
	out.quiet = false;
	out.json = true;
	output_say(&out, "%s\n", "json");
	assert_printed(&out, "shown\n");
}

static void a_document_is_one_line(void **state)
{
	struct output out = to_file();
	struct json *json = json_object_new();

	(void)state;
	json_set_string(json, "text", "a\nb");
	output_json(&out, json);
	json_free(json);
	assert_printed(&out, "{\"text\":\"a\\nb\"}\n");
}

static void paths_are_quoted_or_end_in_nul(void **state)
{
	struct output out = to_file();

	(void)state;
	output_path(&out, "plain");
	output_path(&out, "a\nb");
	out.nul = true;
	output_path(&out, "a\nb");
	assert_wrote(&out, "plain\n\"a\\nb\"\na\nb\0", 17);
}

static void much_is_written_whole(void **state)
{
	struct output out = to_file();
	struct error err = ERROR_INIT;
	const size_t lines = 100000;
	size_t i;

	(void)state;
	for (i = 0; i < lines; i++)
		output_print(&out, "%08zu\n", i);
	assert_int_equal(output_finish(&out, &err), 0);
	assert_int_equal(lseek(out.fd, 0, SEEK_END), 9 * lines);
	close(out.fd);
	output_release(&out);
}

static void a_full_disk_is_an_error(void **state)
{
	struct error err = ERROR_INIT;
	struct output out;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	output_init(&out, fd);
	output_print(&out, "text");
	assert_int_equal(output_finish(&out, &err), ERR_FAILED);
	assert_string_equal(err.text, "cannot write to standard output: "
				      "No space left on device");
	assert_false(output_closed(&out));
	error_release(&err);
	output_release(&out);
	close(fd);
}

static void a_reader_that_leaves_is_noticed(void **state)
{
	struct error err = ERROR_INIT;
	struct output out;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	output_init(&out, fds[1]);
	close(fds[0]);
	output_print(&out, "text");
	assert_false(output_closed(&out));
	output_flush(&out);
	assert_true(output_closed(&out));
	output_print(&out, "more");
	assert_int_equal(out.pending.len, 0);
	assert_true(output_finish(&out, &err) < 0);
	error_release(&err);
	output_release(&out);
	close(fds[1]);
}

static void no_terminal_no_colour_no_pager(void **state)
{
	struct output out = to_file();
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(output_configure(&out, NULL, &err), 0);
	assert_string_equal(output_color(&out, COLOR_RED), "");
	assert_int_equal(output_columns(&out), 0);
	assert_int_equal(output_page(&out, &err), 0);
	assert_null(out.pager);
	assert_printed(&out, "");
}

static struct table three_rows(void)
{
	struct table table = TABLE_INIT(3);

	table_cell(&table, COLOR_YELLOW, "cp_1");
	table_cell(&table, COLOR_RESET, "5 minutes ago");
	table_cell(&table, COLOR_RESET, "before the merge of both");
	table_cell(&table, COLOR_YELLOW, "cp_22");
	table_cell(&table, COLOR_RESET, "now");
	table_cell(&table, COLOR_RESET, "\xc3\xa9\033[31m");
	table_cell(&table, COLOR_YELLOW, "cp_3");
	table_cell(&table, COLOR_RESET, "now");
	table_cell(&table, COLOR_RESET, NULL);
	table_cell(&table, COLOR_RESET, "the start of a row");
	return table;
}

static void columns_line_up(void **state)
{
	struct output out = to_file();
	struct table table = three_rows();

	(void)state;
	table_print(&table, &out);
	table_release(&table);
	assert_printed(&out, "cp_1   5 minutes ago  before the merge of both\n"
			     "cp_22  now            \xc3\xa9\\x1b[31m\n"
			     "cp_3   now\n");
}

static void a_terminal_cuts_the_last_column(void **state)
{
	struct output out = to_file();
	struct table table = three_rows();

	(void)state;
	out.terminal = true;
	out.color = true;
	setenv("COLUMNS", "38", 1);
	table_print(&table, &out);
	unsetenv("COLUMNS");
	table_release(&table);
	assert_printed(&out, "\033[33mcp_1\033[m   5 minutes ago  "
			     "before the me...\n"
			     "\033[33mcp_22\033[m  now            "
			     "\xc3\xa9\\x1b[31m\n"
			     "\033[33mcp_3\033[m   now\n");
}

static void a_narrow_terminal_lets_lines_run_over(void **state)
{
	struct output out = to_file();
	struct table table = TABLE_INIT(2);

	(void)state;
	out.terminal = true;
	setenv("COLUMNS", "12", 1);
	table_cell(&table, COLOR_RESET, "cp_1");
	table_cell(&table, COLOR_RESET, "a longer description");
	table_print(&table, &out);
	unsetenv("COLUMNS");
	table_release(&table);
	assert_printed(&out, "cp_1  a longer description\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_always_printed),
		cmocka_unit_test(text_for_people_can_be_left_out),
		cmocka_unit_test(a_document_is_one_line),
		cmocka_unit_test(paths_are_quoted_or_end_in_nul),
		cmocka_unit_test(much_is_written_whole),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(a_reader_that_leaves_is_noticed),
		cmocka_unit_test(no_terminal_no_colour_no_pager),
		cmocka_unit_test(columns_line_up),
		cmocka_unit_test(a_terminal_cuts_the_last_column),
		cmocka_unit_test(a_narrow_terminal_lets_lines_run_over),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
