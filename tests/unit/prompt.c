#include "ui/prompt.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "ui/progress.h"

/* A terminal in place of standard input and standard error. */
struct terminal {
	int master;
	int saved_input;
	int saved_errors;
};

static void terminal_open(struct terminal *terminal, const char *typed)
{
	int slave;

	assert_int_equal(openpty(&terminal->master, &slave, NULL, NULL, NULL),
			 0);
	terminal->saved_input = dup(STDIN_FILENO);
	terminal->saved_errors = dup(STDERR_FILENO);
	assert_int_equal(write(terminal->master, typed, strlen(typed)),
			 strlen(typed));
	dup2(slave, STDIN_FILENO);
	dup2(slave, STDERR_FILENO);
	close(slave);
}

/* Back to what it was; `shown` is what the terminal showed, echo and all. */
static void terminal_close(struct terminal *terminal, char *shown, size_t size)
{
	struct pollfd waiting = {.fd = terminal->master, .events = POLLIN};
	size_t len = 0;
	ssize_t got;

	fflush(stderr);
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	/* The kernel passes on what was written in its own time. */
	while (len < size - 1 && poll(&waiting, 1, 200) > 0 &&
	       (got = read(terminal->master, shown + len, size - 1 - len)) > 0)
		len += (size_t)got;
	shown[len] = '\0';
	dup2(terminal->saved_input, STDIN_FILENO);
	dup2(terminal->saved_errors, STDERR_FILENO);
	close(terminal->saved_input);
	close(terminal->saved_errors);
	close(terminal->master);
}

static const struct prompt restore = {
	.question = "restore anyway",
	.refusal = "the branch has moved",
	.hint = "--move-head moves it back",
};

static void assert_answer(const char *typed, int expected)
{
	struct terminal terminal;
	struct error err = ERROR_INIT;
	char shown[1000];
	bool answer = false;
	int rc;

	terminal_open(&terminal, typed);
	rc = prompt_yes_no(&restore, &answer, &err);
	terminal_close(&terminal, shown, sizeof(shown));
	assert_int_equal(rc < 0 ? rc : answer, expected);
	assert_non_null(strstr(shown, "restore anyway? [y/N] "));
	error_release(&err);
}

static void only_yes_is_yes(void **state)
{
	(void)state;
	assert_answer("y\n", true);
	assert_answer("Yes\n", true);
	assert_answer("  y\n", true);
	assert_answer("n\n", false);
	assert_answer("\n", false);
	assert_answer("what\n", false);
}

static void the_end_of_input_is_no_answer(void **state)
{
	(void)state;
	assert_answer("\004", ERR_REFUSED);
}

static void without_a_terminal_nothing_is_asked(void **state)
{
	struct error err = ERROR_INIT;
	int saved = dup(STDIN_FILENO);
	int fd = open("/dev/null", O_RDONLY);
	bool answer;
	size_t chosen;

	(void)state;
	dup2(fd, STDIN_FILENO);
	close(fd);
	assert_false(prompt_possible());
	assert_int_equal(prompt_yes_no(&restore, &answer, &err), ERR_REFUSED);
	assert_string_equal(err.text, "the branch has moved");
	assert_string_equal(err.hints, "--move-head moves it back\n");
	assert_int_equal(error_exit_status(&err), 1);
	assert_int_equal(prompt_choose(&restore, NULL, 0, &chosen, &err),
			 ERR_REFUSED);
	error_release(&err);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void yes_answers_for_the_user(void **state)
{
	struct prompt prompt = restore;
	struct error err = ERROR_INIT;
	bool answer = false;

	(void)state;
	prompt.yes = true;
	assert_int_equal(prompt_yes_no(&prompt, &answer, &err), 0);
	assert_true(answer);
}

static void a_choice_is_asked_until_it_is_one(void **state)
{
	static const struct prompt_choice choices[] = {
		{'c', "continue"},
		{'f', "start fresh"},
	};
	struct terminal terminal;
	struct error err = ERROR_INIT;
	char shown[1000];
	size_t chosen = 9;
	int rc;

	(void)state;
	terminal_open(&terminal, "\nx\ncf\nf\n");
	rc = prompt_choose(&restore, choices, 2, &chosen, &err);
	terminal_close(&terminal, shown, sizeof(shown));
	assert_int_equal(rc, 0);
	assert_int_equal(chosen, 1);
	assert_non_null(strstr(shown, "  f - start fresh\r\n[c/f] "));
}

static void only_one_line_is_read(void **state)
{
	struct terminal terminal;
	struct error err = ERROR_INIT;
	char shown[1000], rest[10] = "";
	bool answer;

	(void)state;
	terminal_open(&terminal, "y\nrest\n");
	assert_int_equal(prompt_yes_no(&restore, &answer, &err), 0);
	assert_int_equal(read(STDIN_FILENO, rest, sizeof(rest)), 5);
	terminal_close(&terminal, shown, sizeof(shown));
	assert_memory_equal(rest, "rest\n", 5);
}

/* Tick ten times; what is shown where the first tick comes `late`. */
static void run_progress(uint64_t total, bool wanted, bool late, char *shown,
			 size_t size)
{
	struct terminal terminal;
	struct progress progress;
	int i;

	terminal_open(&terminal, "");
	progress_start(&progress, "Saving files", total, wanted);
	if (late)
		atomic_store(&progress.next_ms, 0);
	for (i = 0; i < 10; i++)
		progress_tick(&progress, 1);
	progress_stop(&progress);
	terminal_close(&terminal, shown, size);
}

static void quick_work_shows_no_progress(void **state)
{
	char shown[1000];

	(void)state;
	run_progress(10, true, false, shown, sizeof(shown));
	assert_string_equal(shown, "");
}

static void slow_work_shows_progress(void **state)
{
	char shown[1000];

	(void)state;
	run_progress(10, true, true, shown, sizeof(shown));
	assert_string_equal(shown, "\rSaving files:  10% (1/10)"
				   "\rSaving files: 100% (10/10), done.\r\n");
	run_progress(0, true, true, shown, sizeof(shown));
	assert_string_equal(shown, "\rSaving files: 1"
				   "\rSaving files: 10, done.\r\n");
	run_progress(20, true, true, shown, sizeof(shown));
	assert_string_equal(shown, "\rSaving files:   5% (1/20)"
				   "\rSaving files:  50% (10/20)\r\n");
}

static void unwanted_progress_is_not_shown(void **state)
{
	char shown[1000];

	(void)state;
	run_progress(10, false, true, shown, sizeof(shown));
	assert_string_equal(shown, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_yes_is_yes),
		cmocka_unit_test(the_end_of_input_is_no_answer),
		cmocka_unit_test(without_a_terminal_nothing_is_asked),
		cmocka_unit_test(yes_answers_for_the_user),
		cmocka_unit_test(a_choice_is_asked_until_it_is_one),
		cmocka_unit_test(only_one_line_is_read),
		cmocka_unit_test(quick_work_shows_no_progress),
		cmocka_unit_test(slow_work_shows_progress),
		cmocka_unit_test(unwanted_progress_is_not_shown),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
