#include "ui/pager.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/output.h"

/* A terminal, with output on it. */
struct fixture {
	int master;
	int slave;
	struct output out;
};

static int open_terminal(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct winsize size = {.ws_row = 24, .ws_col = 60};
	struct error err = ERROR_INIT;

	signal(SIGPIPE, SIG_IGN);
	setenv("TERM", "xterm", 1);
	setenv("LESS", "mine", 1);
	unsetenv("LV");
	unsetenv("NO_COLOR");
	unsetenv("COLUMNS");
	unsetenv("GIT_PAGER_IN_USE");
	if (openpty(&fixture->master, &fixture->slave, NULL, NULL, &size) < 0)
		return -1;
	fcntl(fixture->master, F_SETFL, O_NONBLOCK);
	output_init(&fixture->out, fixture->slave);
	*state = fixture;
	return output_configure(&fixture->out, NULL, &err);
}

static int close_terminal(void **state)
{
	struct fixture *fixture = *state;

	output_release(&fixture->out);
	close(fixture->master);
	close(fixture->slave);
	free(fixture);
	return 0;
}

/* Finish, and compare what the terminal shows; it writes newlines as CR LF. */
static void assert_shown(struct fixture *fixture, const char *expected)
{
	struct error err = ERROR_INIT;
	struct pollfd waiting = {.fd = fixture->master, .events = POLLIN};
	char shown[1000] = "";
	size_t len = 0;
	ssize_t got;

	assert_int_equal(output_finish(&fixture->out, &err), 0);
	/* The kernel passes on what was written in its own time: wait long for
	 * what must come, and a moment for what must not. */
	while (poll(&waiting, 1, len < strlen(expected) ? 10000 : 20) > 0) {
		got = read(fixture->master, shown + len,
			   sizeof(shown) - 1 - len);
		if (got > 0)
			len += (size_t)got;
		else if (!got || (errno != EAGAIN && errno != EINTR))
			break;
	}
	assert_string_equal(shown, expected);
}

static void page(struct fixture *fixture, const char *command)
{
	struct error err = ERROR_INIT;

	setenv("GIT_PAGER", command, 1);
	assert_int_equal(output_page(&fixture->out, &err), 0);
}

static void a_terminal_is_paged(void **state)
{
	struct fixture *fixture = *state;

	page(fixture, "sed 's/^/paged: /'");
	assert_non_null(fixture->out.pager);
	output_print(&fixture->out, "one\n%stwo\n",
		     output_color(&fixture->out, COLOR_RED));
	assert_shown(fixture, "paged: one\r\npaged: \033[31mtwo\r\n");
}

static void the_terminal_is_back_behind_the_pager(void **state)
{
	struct fixture *fixture = *state;

	page(fixture, "sed 's/^/paged: /'");
	output_print(&fixture->out, "one\n");
	assert_shown(fixture, "paged: one\r\n");
	assert_true(isatty(fixture->slave));
	output_print(&fixture->out, "two\n");
	assert_shown(fixture, "two\r\n");
}

static void what_was_printed_before_is_not_paged(void **state)
{
	struct fixture *fixture = *state;

	output_print(&fixture->out, "one\n");
	page(fixture, "sed 's/^/paged: /'");
	output_print(&fixture->out, "two\n");
	assert_shown(fixture, "one\r\npaged: two\r\n");
}

static void the_pager_has_gits_environment(void **state)
{
	struct fixture *fixture = *state;

	page(fixture, "echo $LESS,$LV,$GIT_PAGER_IN_USE,$COLUMNS");
	assert_int_equal(output_columns(&fixture->out), 60);
	assert_shown(fixture, "mine,-c,true,60\r\n");
}

static void cat_and_nothing_are_no_pager(void **state)
{
	struct fixture *fixture = *state;

	page(fixture, "cat");
	assert_null(fixture->out.pager);
	page(fixture, "");
	assert_null(fixture->out.pager);
	output_print(&fixture->out, "one\n");
	assert_shown(fixture, "one\r\n");
}

static void machines_have_no_pager(void **state)
{
	struct fixture *fixture = *state;

	fixture->out.json = true;
	page(fixture, "sed 's/^/paged: /'");
	assert_null(fixture->out.pager);
	fixture->out.json = false;
	fixture->out.nul = true;
	page(fixture, "sed 's/^/paged: /'");
	assert_null(fixture->out.pager);
}

static void a_pager_that_is_closed_is_no_failure(void **state)
{
	struct fixture *fixture = *state;
	int i;

	page(fixture, "exit 0");
	/* More than a pipe holds, so that the end of the pager is seen. */
	for (i = 0; i < 20000; i++)
		output_print(&fixture->out, "a line of text\n");
	assert_shown(fixture, "");
	assert_false(output_closed(&fixture->out));
}

static void an_interrupt_is_the_pagers(void **state)
{
	struct fixture *fixture = *state;
	struct sigaction action;

	page(fixture, "trap 'echo interrupted' INT; kill -INT $$; cat");
	raise(SIGINT);
	output_print(&fixture->out, "one\n");
	assert_shown(fixture, "interrupted\r\none\r\n");
	assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_DFL);
}

static void a_pager_that_git_started_is_known(void **state)
{
	struct output out;
	struct error err = ERROR_INIT;

	(void)state;
	setenv("GIT_PAGER_IN_USE", "true", 1);
	setenv("COLUMNS", "77", 1);
	output_init(&out, open("/dev/null", O_WRONLY | O_CLOEXEC));
	assert_int_equal(output_configure(&out, NULL, &err), 0);
	assert_true(out.color);
	assert_int_equal(output_columns(&out), 77);
	assert_int_equal(output_page(&out, &err), 0);
	assert_null(out.pager);
	close(out.fd);
	output_release(&out);
}

#define terminal_test(name)                                                    \
	cmocka_unit_test_setup_teardown(name, open_terminal, close_terminal)

int main(void)
{
	const struct CMUnitTest tests[] = {
		terminal_test(a_terminal_is_paged),
		terminal_test(the_terminal_is_back_behind_the_pager),
		terminal_test(what_was_printed_before_is_not_paged),
		terminal_test(the_pager_has_gits_environment),
		terminal_test(cat_and_nothing_are_no_pager),
		terminal_test(machines_have_no_pager),
		terminal_test(a_pager_that_is_closed_is_no_failure),
		terminal_test(an_interrupt_is_the_pagers),
		terminal_test(a_pager_that_git_started_is_known),
	};

	return cmocka_run_group_tests_name("pager", tests, NULL, NULL);
}
