#include "core/remote/push_queue.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "repo.h"

/* A repository with a commit and a remote that is empty. */
static struct repository *queue_repo(void)
{
	struct repository *repo;

	repository_free(repo_new());
	run("git init -q --bare r.git && git remote add origin ./r.git && "
	    "git commit -q --allow-empty -m x");
	repo = repo_open();
	return repo;
}

/* Ask for a push; the process in the background ends here. */
static void ask(struct repository *repo, const char *remote, pid_t after)
{
	struct error err = ERROR_INIT;
	int ret = push_queue_add(repo, remote, after, &err);

	if (ret == 1)
		_exit(0);
	assert_int_equal(ret, 0);
}

/* Until the processes in the background are done. They are our children. */
static void wait_for_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void what_is_asked_for_is_pushed(void **state)
{
	struct repository *repo = queue_repo();
	int64_t when;

	(void)state;
	run("git update-ref refs/checkpoints/manual_1_00000000/cp_1_00000000 "
	    "HEAD");
	ask(repo, "origin", 0);
	wait_for_all();
	/* Nothing that it could push, and no failure: no session is ours. */
	assert_null(push_queue_failure(repo, &when));
	assert_says("", "cat .git/checkpoint.d/push-queue");
	repository_free(repo);
}

static void many_are_one(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo = queue_repo();
	int lock;

	(void)state;
	/* As one does that waits for the user's push. */
	assert_ok(
		file_lock(&lock, ".git/checkpoint.d/push-runner.lock", 0, &err),
		&err);
	for (int i = 0; i < 10; i++)
		ask(repo, "origin", 0);
	assert_says("origin", "cat .git/checkpoint.d/push-queue");
	file_unlock(lock);
	wait_for_all();
	ask(repo, "origin", 0);
	wait_for_all();
	assert_says("", "cat .git/checkpoint.d/push-queue");
	repository_free(repo);
}

static void it_waits_for_the_push_of_the_user(void **state)
{
	struct repository *repo = queue_repo();
	struct error err = ERROR_INIT;
	int ends[2], status = 0, lock;
	pid_t user;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	user = fork();
	if (!user) {
		char byte;

		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	close(ends[0]);
	ask(repo, "origin", user);
	/* It has the queue, or will have: and keeps it until the user's push
	 * has ended. */
	assert_says("origin", "cat .git/checkpoint.d/push-queue");
	close(ends[1]);
	assert_int_equal(waitpid(user, &status, 0), user);
	wait_for_all();
	assert_says("", "cat .git/checkpoint.d/push-queue");
	assert_ok(
		file_lock(&lock, ".git/checkpoint.d/push-runner.lock", 0, &err),
		&err);
	file_unlock(lock);
	repository_free(repo);
}

static void a_failure_is_kept_until_a_push_succeeds(void **state)
{
	struct repository *repo = queue_repo();
	int64_t when;
	char *text;

	(void)state;
	run("mkdir -p .git/checkpoint.d && echo '{}' "
	    ">.git/checkpoint.d/journal");
	ask(repo, "origin", 0);
	wait_for_all();
	text = push_queue_failure(repo, &when);
	assert_non_null(text);
	assert_true(when > 0);
	free(text);
	run("rm .git/checkpoint.d/journal");
	ask(repo, "origin", 0);
	wait_for_all();
	assert_null(push_queue_failure(repo, &when));
	repository_free(repo);
}

static void a_url_is_no_remote(void **state)
{
	struct repository *repo = queue_repo();

	(void)state;
	ask(repo, "./r.git", 0);
	ask(repo, NULL, 0);
	assert_says("", "ls .git/checkpoint.d 2>&1 | grep push || :");
	repository_free(repo);
}

static void it_is_off_unless_asked_for(void **state)
{
	struct repository *repo = queue_repo();
	struct error err = ERROR_INIT;
	bool wanted = true;

	(void)state;
	assert_ok(push_queue_wanted(repo, &wanted, &err), &err);
	assert_false(wanted);
	repository_free(repo);
	run("git config checkpoint.autoPush true");
	repo = repo_open();
	assert_ok(push_queue_wanted(repo, &wanted, &err), &err);
	assert_true(wanted);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_is_asked_for_is_pushed),
		IN_SCRATCH(many_are_one),
		IN_SCRATCH(it_waits_for_the_push_of_the_user),
		IN_SCRATCH(a_failure_is_kept_until_a_push_succeeds),
		IN_SCRATCH(a_url_is_no_remote),
		IN_SCRATCH(it_is_off_unless_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
