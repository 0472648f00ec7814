#include "worktree/monitor.h"

#include "scratch.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "git/repository.h"

/* A repository in the current directory, and a monitor of it. */
static void start(struct repository **repo, struct monitor **monitor)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	scratch_run(&out,
		    "git init -q . && mkdir -p a/b ignored/c && "
		    "echo /ignored/ >.gitignore && echo one >a/b/file && "
		    "git add . 2>&1",
		    0);
	buf_release(&out);
	assert_int_equal(repository_open(repo, &err), 0);
	assert_int_equal(monitor_open(monitor, *repo, &err), 0);
}

static void stop(struct repository *repo, struct monitor *monitor)
{
	monitor_free(monitor);
	repository_free(repo);
}

static bool changed(struct monitor *monitor)
{
	struct error err = ERROR_INIT;
	bool out;

	assert_int_equal(monitor_read(monitor, &out, &err), 0);
	return out;
}

static void settle(struct monitor *monitor)
{
	struct error err = ERROR_INIT;

	assert_int_equal(monitor_settle(monitor, &err), 0);
}

static void run(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

static void changes_are_told_and_nothing_else(void **state)
{
	static const char *const changes[] = {
		"echo two >a/b/file",
		"chmod 600 a/b/file",
		"touch a/new",
		"rm a/new",
		"mv a/b/file a/file",
		"mkdir d",
		"rmdir d",
		"ln -s x link",
		"git add -A",
		"chmod 700 a",
		"git -c user.name=n -c user.email=e commit -qm one",
		"echo x >>.git/info/exclude",
		"touch .git/MERGE_HEAD; rm .git/MERGE_HEAD",
	};
	static const char *const others[] = {
		"cat a/file; ls -R",
		"touch ignored/c/file ignored/d",
		"touch .git/description .git/checkpoint.d",
		"git repack -adq; git pack-refs --all; git log; git branch x",
	};
	struct repository *repo;
	struct monitor *monitor;

	(void)state;
	start(&repo, &monitor);
	assert_false(changed(monitor));
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		run(changes[i]);
		if (!changed(monitor))
			fail_msg("not told: %s", changes[i]);
		settle(monitor);
		assert_false(changed(monitor));
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		run(others[i]);
		if (changed(monitor))
			fail_msg("told: %s", others[i]);
	}
	stop(repo, monitor);
}

static void directories_in_new_directories_are_watched(void **state)
{
	struct repository *repo;
	struct monitor *monitor;
	size_t before;

	(void)state;
	start(&repo, &monitor);
	before = monitor_count(monitor);
	run("mkdir -p x/y/z");
	assert_true(changed(monitor));
	assert_int_equal(monitor_count(monitor), before + 3);
	run("echo one >x/y/z/file");
	assert_true(changed(monitor));
	run("rm -r x");
	assert_true(changed(monitor));
	assert_int_equal(monitor_count(monitor), before);
	stop(repo, monitor);
}

static void a_directory_that_was_moved_is_known_by_its_new_name(void **state)
{
	struct repository *repo;
	struct monitor *monitor;
	size_t before;

	(void)state;
	start(&repo, &monitor);
	before = monitor_count(monitor);
	run("mv a moved");
	assert_true(changed(monitor));
	settle(monitor);
	assert_int_equal(monitor_count(monitor), before);
	run("mkdir moved/b/c && touch moved/b/c/file");
	assert_true(changed(monitor));
	assert_int_equal(monitor_count(monitor), before + 1);
	run("mv moved ignored");
	assert_true(changed(monitor));
	settle(monitor);
	/* The top is watched, and the git directory. */
	assert_true(monitor_count(monitor) < before);
	run("touch ignored/moved/b/file");
	assert_false(changed(monitor));
	stop(repo, monitor);
}

static void lost_events_are_made_good(void **state)
{
	struct repository *repo;
	struct monitor *monitor;
	size_t before;

	(void)state;
	start(&repo, &monitor);
	before = monitor_count(monitor);
	/* More than the kernel keeps, each another one than the last. */
	run("n=$(cat /proc/sys/fs/inotify/max_queued_events); i=0; "
	    "while [ $i -le $n ]; do "
	    ": >a/1; : >a/2; i=$((i + 2)); done; mkdir -p late/r");
	assert_true(changed(monitor));
	while (changed(monitor))
		;
	settle(monitor);
	assert_int_equal(monitor_count(monitor), before + 2);
	run("touch late/r/file");
	assert_true(changed(monitor));
	stop(repo, monitor);
}

/*
 * Why nobody may go by a monitor alone (worktree/writers.h): see the decision.
 */
static void what_is_written_through_a_mapping_is_not_told(void **state)
{
	struct repository *repo;
	struct monitor *monitor;
	struct stat before, after;
	char *data;
	int fd;

	(void)state;
	run("head -c 4096 /dev/zero >mapped");
	start(&repo, &monitor);
	fd = open("mapped", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(data != MAP_FAILED);
	close(fd);
	assert_int_equal(stat("mapped", &before), 0);
	data[0] = 1;
	assert_int_equal(msync(data, 4096, MS_SYNC), 0);
	assert_int_equal(stat("mapped", &after), 0);
	if (before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
	    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec) {
		/* Within one tick of the clock; nothing to see. */
		print_message("too quick to tell\n");
	}
	assert_false(changed(monitor));
	/* Its end is. */
	munmap(data, 4096);
	assert_true(changed(monitor));
	stop(repo, monitor);
}

/* -- what has changed since ---------------------------------------------- */

static void ask(struct monitor *monitor, struct monitor_news *since)
{
	struct error err = ERROR_INIT;
	struct monitor_news news;
	bool out;

	assert_int_equal(monitor_news(monitor, since->epoch, since->now, &news,
				      &out, &err),
			 0);
	monitor_news_release(since);
	*since = news;
}

static void news_are_those_since_the_moment(void **state)
{
	struct monitor_news news = {0};
	struct repository *repo;
	struct monitor *monitor;

	(void)state;
	start(&repo, &monitor);
	ask(monitor, &news);
	assert_true(news.complete);
	assert_false(news.known);
	assert_int_equal(news.unwatched.nr, 1);
	assert_string_equal(news.unwatched.items[0], "ignored/");
	run("echo two >a/b/file");
	ask(monitor, &news);
	assert_true(news.known);
	assert_int_equal(news.dirs.nr, 1);
	assert_string_equal(news.dirs.items[0], "a/b/");
	assert_int_equal(news.trees.nr, 0);
	ask(monitor, &news);
	assert_true(news.known);
	assert_int_equal(news.dirs.nr, 0);
	run("mkdir a/b/new && touch a/b/new/file");
	ask(monitor, &news);
	assert_int_equal(news.trees.nr, 1);
	assert_string_equal(news.trees.items[0], "a/b/new/");
	monitor_news_release(&news);
	stop(repo, monitor);
}

static void what_is_doubtful_is_not_told(void **state)
{
	static const char *const doubts[] = {
		"mv a moved",
		"echo x >a/.gitignore",
		"echo x >>.git/info/exclude",
		"n=$(cat /proc/sys/fs/inotify/max_queued_events); i=0; "
		"while [ $i -le $n ]; do "
		": >ab; : >ac; i=$((i + 2)); done",
	};
	struct monitor_news news = {0};
	struct repository *repo;
	struct monitor *monitor;

	(void)state;
	start(&repo, &monitor);
	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		ask(monitor, &news);
		assert_true(news.complete);
		run("mkdir -p a");
		ask(monitor, &news);
		run(doubts[i]);
		ask(monitor, &news);
		if (news.complete)
			fail_msg("not doubted: %s", doubts[i]);
		settle(monitor);
		/* Of what was before, nothing is known. */
		ask(monitor, &news);
		assert_true(news.complete);
		assert_false(news.known);
	}
	monitor_news_release(&news);
	stop(repo, monitor);
}

static void a_limit_is_no_failure_of_another_kind(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct monitor *monitor;
	bool out;

	(void)state;
	setenv("GIT_CHECKPOINT_WATCH_LIMIT", "100", 1);
	start(&repo, &monitor);
	run("i=0; while [ $i -lt 100 ]; do mkdir many$i; i=$((i + 1)); done");
	assert_int_equal(monitor_read(monitor, &out, &err), ERR_UNSUPPORTED);
	error_release(&err);
	monitor_free(monitor);
	assert_int_equal(monitor_open(&monitor, repo, &err), ERR_UNSUPPORTED);
	assert_null(monitor);
	error_release(&err);
	unsetenv("GIT_CHECKPOINT_WATCH_LIMIT");
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(changes_are_told_and_nothing_else),
		IN_SCRATCH(directories_in_new_directories_are_watched),
		IN_SCRATCH(a_directory_that_was_moved_is_known_by_its_new_name),
		IN_SCRATCH(lost_events_are_made_good),
		IN_SCRATCH(what_is_written_through_a_mapping_is_not_told),
		IN_SCRATCH(news_are_those_since_the_moment),
		IN_SCRATCH(what_is_doubtful_is_not_told),
		IN_SCRATCH(a_limit_is_no_failure_of_another_kind),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
