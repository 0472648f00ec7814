#include "git/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "git/environment.h"
#include "git/message.h"
#include "git/repository.h"
#include "scratch.h"

#define SHELL(script) ((const char *const[]){"-c", (script), NULL})

static int run_shell(const char *script, const struct buf *input,
		     struct buf *out, int *status, struct error *err)
{
	const struct git_command command = {
		.program = "sh",
		.argv = SHELL(script),
		.input = input ? input->ptr : NULL,
		.input_len = input ? input->len : 0,
	};

	return git_run(&command, out, status, err);
}

static void fill(struct buf *buf, size_t len)
{
	uint64_t random = 7;

	while (buf->len < len) {
		uint64_t word = scratch_random(&random);

		buf_add(buf, &word, sizeof(word));
	}
}

static void no_size_of_input_and_output_blocks(void **state)
{
	struct buf input = BUF_INIT, out = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	fill(&input, 8 << 20);
	assert_int_equal(run_shell("cat", &input, &out, NULL, &err), 0);
	assert_int_equal(out.len, input.len);
	assert_memory_equal(out.ptr, input.ptr, input.len);
	/* Everything at once: input unread, output and errors large. */
	buf_reset(&out);
	assert_int_equal(run_shell("head -c 3000000 /dev/zero >&2;"
				   "head -c 3000000 /dev/zero; cat >/dev/null",
				   &input, &out, NULL, &err),
			 0);
	assert_int_equal(out.len, 3000000);
	buf_release(&input);
	buf_release(&out);
}

static void output_is_appended(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	buf_addstr(&out, "before ");
	assert_int_equal(run_shell("printf after", NULL, &out, NULL, &err), 0);
	assert_string_equal(out.ptr, "before after");
	assert_int_equal(run_shell("printf lost", NULL, NULL, NULL, &err), 0);
	buf_release(&out);
}

static void input_that_is_not_read_is_no_failure(void **state)
{
	struct error err = ERROR_INIT;
	struct buf input = BUF_INIT;

	(void)state;
	fill(&input, 8 << 20);
	assert_int_equal(run_shell("exec true", &input, NULL, NULL, &err), 0);
	/* The reader goes, and somebody else keeps the output open. */
	assert_int_equal(
		run_shell("exec <&-; sleep 0.1", &input, NULL, NULL, &err), 0);
	buf_release(&input);
}

static void without_input_there_is_an_empty_one(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_shell("cat; echo end", NULL, &out, NULL, &err), 0);
	assert_string_equal(out.ptr, "end\n");
	buf_release(&out);
}

static void failure_is_told_in_the_child_s_words(void **state)
{
	struct error err = ERROR_INIT;
	int status;

	(void)state;
	assert_int_equal(run_shell("echo fatal: no luck >&2; exit 3", NULL,
				   NULL, NULL, &err),
			 ERR_FAILED);
	assert_int_equal(err.code, ERR_FAILED);
	assert_string_equal(err.text, "no luck");
	error_release(&err);
	assert_int_equal(run_shell("exit 3", NULL, NULL, NULL, &err),
			 ERR_FAILED);
	assert_string_equal(err.text, "'sh' exited with status 3");
	error_release(&err);
	assert_int_equal(run_shell("kill -9 $$", NULL, NULL, NULL, &err),
			 ERR_FAILED);
	assert_string_equal(err.text, "'sh' died of signal 9");
	error_release(&err);
	assert_int_equal(run_shell("echo error: why >&2; exit 3", NULL, NULL,
				   &status, &err),
			 0);
	assert_int_equal(status, 3);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "why");
	error_release(&err);
	assert_int_equal(run_shell("kill -9 $$", NULL, NULL, &status, &err), 0);
	assert_int_equal(status, 128 + 9);
	assert_null(err.text);
}

static void missing_program_is_a_failure(void **state)
{
	const struct git_command command = {
		.program = "no-such-program-here",
		.argv = (const char *const[]){NULL},
	};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(git_run(&command, NULL, NULL, &err), ERR_FAILED);
	assert_string_equal(err.text, "cannot run 'no-such-program-here': No "
				      "such file or directory");
	error_release(&err);
}

/* A child has the three standard ones, and what was open before us. */
static void children_inherit_no_descriptors(void **state)
{
	const char *list = "cd /proc/self/fd && echo *";
	struct error err = ERROR_INIT;
	struct buf want = BUF_INIT, out = BUF_INIT, input = BUF_INIT;

	(void)state;
	scratch_run(&want, list, 0);
	fill(&input, 1 << 20);
	assert_int_equal(run_shell(list, &input, &out, NULL, &err), 0);
	assert_string_equal(out.ptr, want.ptr);
	buf_release(&want);
	buf_release(&out);
	buf_release(&input);
}

/* A pipe that got one of the standard numbers is not mixed up with them. */
static void closed_standard_streams_do_no_harm(void **state)
{
	struct error err = ERROR_INIT;
	struct buf input = BUF_INIT, out = BUF_INIT;
	int saved_in = fcntl(0, F_DUPFD_CLOEXEC, 10);
	int saved_out = fcntl(1, F_DUPFD_CLOEXEC, 10);
	int ret;

	(void)state;
	buf_addstr(&input, "through");
	close(0);
	close(1);
	ret = run_shell("cat; echo said >&2; exit 1", &input, &out, NULL, &err);
	dup2(saved_in, 0);
	dup2(saved_out, 1);
	close(saved_in);
	close(saved_out);
	assert_int_equal(ret, ERR_FAILED);
	assert_string_equal(out.ptr, "through");
	assert_string_equal(err.text, "said");
	error_release(&err);
	buf_release(&input);
	buf_release(&out);
}

static void sigpipe_is_as_it_was(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old, now;
	struct error err = ERROR_INIT;
	struct buf input = BUF_INIT;
	sigset_t pending, mask;
	int status;

	(void)state;
	fill(&input, 1 << 20);
	assert_int_equal(run_shell("exit 0", &input, NULL, NULL, &err), 0);
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGPIPE));
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_false(sigismember(&mask, SIGPIPE));
	/* A child gets the default even where we ignore it. */
	assert_int_equal(sigaction(SIGPIPE, &ignore, &old), 0);
	assert_int_equal(
		run_shell("kill -PIPE $$; exit 0", NULL, NULL, &status, &err),
		0);
	assert_int_equal(sigaction(SIGPIPE, &old, &now), 0);
	assert_int_equal(status, 128 + SIGPIPE);
	buf_release(&input);
}

static int run_one(void *context, size_t i, struct error *err)
{
	struct buf input = BUF_INIT, out = BUF_INIT;
	size_t *sizes = context;
	int ret;

	fill(&input, 200000 + i);
	ret = run_shell("cat", &input, &out, NULL, err);
	sizes[i] = out.len;
	buf_release(&input);
	buf_release(&out);
	return ret;
}

/* A pipe end that another thread's child inherited would never be closed. */
static void many_threads_run_children(void **state)
{
	struct error err = ERROR_INIT;
	size_t sizes[64] = {0};

	(void)state;
	assert_int_equal(thread_for(64, run_one, sizes, &err), 0);
	for (size_t i = 0; i < 64; i++)
		assert_true(sizes[i] >= 200000 + i && sizes[i] < 200008 + i);
}

static void two_jobs_run_at_once(void **state)
{
	const struct git_command reader = {
		.program = "sh", .argv = SHELL("read line <fifo; echo $line")};
	const struct git_command writer = {.program = "sh",
					   .argv = SHELL("echo met >fifo")};
	struct error err = ERROR_INIT;
	struct git_job first, second;
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(git_job_start(&first, &reader, &err), 0);
	assert_int_equal(git_job_start(&second, &writer, &err), 0);
	assert_int_equal(git_job_finish(&first, &out, NULL, &err), 0);
	assert_int_equal(git_job_finish(&second, NULL, NULL, &err), 0);
	assert_string_equal(out.ptr, "met\n");
	buf_release(&out);
}

static void child_is_talked_to(void **state)
{
	const struct git_command command = {
		.argv = (const char *const[]){"cat-file", "--batch-check",
					      NULL}};
	struct error err = ERROR_INIT;
	struct git_child child;
	struct buf out = BUF_INIT;

	(void)state;
	scratch_run(&out,
		    "git init -q . && git hash-object -w --stdin </dev/null",
		    0);
	assert_int_equal(git_child_start(&child, &command, &err), 0);
	for (int i = 0; i < 3; i++) {
		char line[100];
		ssize_t got;

		assert_int_equal(
			git_child_write(&child, out.ptr, out.len, &err), 0);
		got = read(child.from, line, sizeof(line) - 1);
		assert_true(got > 0);
		line[got] = '\0';
		assert_string_equal(
			line,
			"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 blob 0\n");
	}
	assert_int_equal(git_child_finish(&child, &err), 0);
	buf_release(&out);
}

/* More than a pipe holds: writing it waits for the child to go. */
static void child_that_is_gone_is_an_error(void **state)
{
	const struct git_command command = {.program = "sh",
					    .argv = SHELL("exit 4")};
	struct error err = ERROR_INIT;
	struct buf input = BUF_INIT;
	struct git_child child;

	(void)state;
	fill(&input, 4 << 20);
	assert_int_equal(git_child_start(&child, &command, &err), 0);
	assert_int_equal(git_child_write(&child, input.ptr, input.len, &err),
			 ERR_FAILED);
	assert_string_equal(err.text, "cannot write to 'sh': Broken pipe");
	error_release(&err);
	assert_int_equal(git_child_finish(&child, &err), ERR_FAILED);
	assert_string_equal(err.text, "'sh' exited with status 4");
	error_release(&err);
	buf_release(&input);
}

static void assert_message(const char *said, const char *text,
			   const char *hints)
{
	struct error err = ERROR_INIT;
	struct buf buf = BUF_INIT;

	buf_addstr(&buf, said);
	assert_int_equal(message_to_error(&buf, ERR_FAILED, &err), !!text);
	if (text)
		assert_string_equal(err.text, text);
	else
		assert_null(err.text);
	if (hints)
		assert_string_equal(err.hints, hints);
	else
		assert_null(err.hints);
	error_release(&err);
	buf_release(&buf);
}

static void messages_become_errors(void **state)
{
	(void)state;
	assert_message("", NULL, NULL);
	assert_message("\n \n", NULL, NULL);
	assert_message("fatal: one\n", "one", NULL);
	assert_message("error: one\nfatal: two", "one; two", NULL);
	assert_message("fatal: repo has extension:\n\tfoo\n",
		       "repo has extension: foo", NULL);
	assert_message("fatal: owner\nTo go on, call:\n\n\tgit config\n",
		       "owner", "To go on, call: git config\n");
	assert_message("To there\n ! [rejected] main\nerror: failed\n"
		       "hint: fetch first\nhint:\nhint: or not\n",
		       "To there; ! [rejected] main; failed",
		       "fetch first\nor not\n");
	assert_message("Counting 1%\rCounting 100%\nfatal: x\n",
		       "Counting 100%; x", NULL);
	assert_message("hint: only\n", NULL, NULL);
}

/* A repository that was not opened, only described. */
static struct repository describe(const char *dir)
{
	struct repository repo = {
		.git_dir = xstrfmt("%s/top/.git", dir),
		.common_dir = xstrfmt("%s/top/.git", dir),
		.worktree = xstrfmt("%s/top", dir),
		.index_file = xstrfmt("%s/top/other-index", dir),
		.objects_dir = xstrfmt("%s/top/.git/objects", dir),
	};

	return repo;
}

static void forget(struct repository *repo)
{
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo->worktree);
	free(repo->index_file);
	free(repo->objects_dir);
}

static void children_of_a_repository_find_it(void **state)
{
	struct repository repo = describe(*state);
	struct buf out = BUF_INIT, want = BUF_INIT;
	struct error err = ERROR_INIT;

	scratch_run(&out, "git init -q top", 0);
	buf_reset(&out);
	setenv("GIT_PREFIX", "somewhere/", 1);
	setenv("GIT_INDEX_FILE", "other-index", 1);
	assert_int_equal(git_ask(&repo, &out, &err, "rev-parse",
				 "--absolute-git-dir", "--show-toplevel",
				 "--git-path", "index", "--show-prefix", NULL),
			 0);
	buf_addf(&want, "%s\n%s\n%s\n\n", repo.git_dir, repo.worktree,
		 repo.index_file);
	assert_string_equal(out.ptr, want.ptr);
	unsetenv("GIT_INDEX_FILE");
	buf_reset(&out);
	assert_int_equal(git_ask(&repo, &out, &err, "rev-parse", "--git-path",
				 "index", NULL),
			 0);
	buf_reset(&want);
	buf_addf(&want, "%s/index\n", repo.git_dir);
	assert_string_equal(out.ptr, want.ptr);
	unsetenv("GIT_PREFIX");
	buf_release(&out);
	buf_release(&want);
	forget(&repo);
}

static void hooks_run_only_where_asked_for(void **state)
{
	struct repository repo = describe(*state);
	const struct git_command with_hooks = {
		.repo = &repo,
		.argv = (const char *const[]){"commit", "-q", "--allow-empty",
					      "-m", "x", NULL},
		.with_hooks = true,
	};
	struct git_command without = with_hooks;
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	without.with_hooks = false;
	scratch_run(&out,
		    "git init -q top && git config --global user.name A &&"
		    "git config --global user.email a@example.com &&"
		    "printf '#!/bin/sh\\necho ran >>ran\\n' "
		    ">top/.git/hooks/pre-commit &&"
		    "chmod +x top/.git/hooks/pre-commit",
		    0);
	assert_int_equal(git_run(&without, NULL, NULL, &err), 0);
	assert_int_equal(access("top/ran", F_OK), -1);
	assert_int_equal(git_run(&with_hooks, NULL, NULL, &err), 0);
	assert_int_equal(access("top/ran", F_OK), 0);
	buf_release(&out);
	forget(&repo);
}

static bool has(const struct strlist *list, const char *start)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strncmp(list->items[i], start, strlen(start)))
			return true;
	return false;
}

static void environment_is_ours_with_changes(void **state)
{
	const struct git_command command = {
		.argv = (const char *const[]){"status", NULL},
		.env = (const char *const[]){"GONE", "NEW=1", "CHANGED=2",
					     NULL},
	};
	struct strlist env = STRLIST_INIT;

	(void)state;
	setenv("GONE", "1", 1);
	setenv("GONE_NOT", "1", 1);
	setenv("CHANGED", "1", 1);
	environment_build(&env, &command);
	assert_false(has(&env, "GONE="));
	assert_true(has(&env, "GONE_NOT=1"));
	assert_true(has(&env, "NEW=1"));
	assert_true(has(&env, "CHANGED=2"));
	assert_false(has(&env, "CHANGED=1"));
	assert_true(has(&env, "LANGUAGE=C"));
	strlist_release(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_size_of_input_and_output_blocks),
		cmocka_unit_test(output_is_appended),
		cmocka_unit_test(input_that_is_not_read_is_no_failure),
		cmocka_unit_test(without_input_there_is_an_empty_one),
		cmocka_unit_test(failure_is_told_in_the_child_s_words),
		cmocka_unit_test(missing_program_is_a_failure),
		cmocka_unit_test(children_inherit_no_descriptors),
		cmocka_unit_test(closed_standard_streams_do_no_harm),
		cmocka_unit_test(sigpipe_is_as_it_was),
		cmocka_unit_test(many_threads_run_children),
		IN_SCRATCH(two_jobs_run_at_once),
		IN_SCRATCH(child_is_talked_to),
		cmocka_unit_test(child_that_is_gone_is_an_error),
		cmocka_unit_test(messages_become_errors),
		IN_SCRATCH(children_of_a_repository_find_it),
		IN_SCRATCH(hooks_run_only_where_asked_for),
		cmocka_unit_test(environment_is_ours_with_changes),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
