#include "base/pid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A process that lives until `to` is closed. */
static pid_t start(int *to)
{
	int ends[2];
	pid_t number;
	char c;

	assert_int_equal(pipe(ends), 0);
	number = fork();
	assert_true(number >= 0);
	if (!number) {
		close(ends[1]);
		_exit(read(ends[0], &c, 1) != 0);
	}
	close(ends[0]);
	*to = ends[1];
	return number;
}

/* End it, and wait until it has, without asking for its status. */
static void end(pid_t number, int to)
{
	siginfo_t info;

	close(to);
	assert_int_equal(waitid(P_PID, (id_t)number, &info, WEXITED | WNOWAIT),
			 0);
}

static void check(bool with_descriptor)
{
	struct error err = ERROR_INIT;
	struct pid pid;
	int to;
	pid_t number = start(&to);

	assert_int_equal(pid_open(&pid, number, &err), 0);
	if (!with_descriptor)
		pid_release(&pid);
	assert_false(pid_ended(&pid));
	end(number, to);
	/* Also while nobody has asked how it ended. */
	assert_true(pid_ended(&pid));
	assert_int_equal(waitpid(number, NULL, 0), number);
	assert_true(pid_ended(&pid));
	pid_release(&pid);
	assert_int_equal(pid_open(&pid, number, &err), ERR_NOT_FOUND);
	error_release(&err);
}

static void the_end_of_a_process_is_seen(void **state)
{
	(void)state;
	check(true);
}

static void the_same_without_a_descriptor(void **state)
{
	(void)state;
	check(false);
}

static void another_process_of_that_number_is_another(void **state)
{
	struct error err = ERROR_INIT;
	struct pid pid;

	(void)state;
	assert_int_equal(pid_open(&pid, getpid(), &err), 0);
	pid_release(&pid);
	assert_false(pid_ended(&pid));
	pid.since++;
	assert_true(pid_ended(&pid));
}

static void the_name_of_a_program_is_told(void **state)
{
	struct error err = ERROR_INIT;
	struct pid pid;

	(void)state;
	assert_int_equal(pid_open(&pid, getpid(), &err), 0);
	assert_true(pid_is_named(&pid, "pid"));
	assert_false(pid_is_named(&pid, "pi"));
	pid_release(&pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_process_is_seen),
		cmocka_unit_test(the_same_without_a_descriptor),
		cmocka_unit_test(another_process_of_that_number_is_another),
		cmocka_unit_test(the_name_of_a_program_is_told),
	};

	return cmocka_run_group_tests_name("pid", tests, NULL, NULL);
}
