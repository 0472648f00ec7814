#include "worktree/ignore.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/thread.h"
#include "git/index.h"
#include "git/repository.h"
#include "worktree/rulefile.h"

#include "scratch.h"

/* A repository "repo" below the scratch directory, where we then stand. */
struct opened {
	struct repository *repo;
	struct index *index;
	struct ignore *ignore;
	int top_fd;
	struct error err;
};

/* Make it by `commands`, lines of shell. */
static void make(const char *commands)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, "git init -q repo && rm -f repo/.git/info/exclude",
		    0);
	assert_return_code(chdir("repo"), 0);
	scratch_run(&out, commands, 0);
	buf_release(&out);
}

static int try_open(struct opened *it)
{
	*it = (struct opened){.err = ERROR_INIT};
	assert_int_equal(repository_open(&it->repo, &it->err), 0);
	assert_int_equal(index_read(&it->index, it->repo, it->repo->index_file,
				    &it->err),
			 0);
	it->top_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ignore_open(&it->ignore, it->repo, it->index, &it->err);
}

static void release(struct opened *it)
{
	ignore_free(it->ignore);
	index_free(it->index);
	repository_free(it->repo);
	error_release(&it->err);
	close(it->top_fd);
}

static int ask(struct opened *it, const char *path, bool is_dir)
{
	return ignore_path(it->ignore, it->top_fd, path, is_dir, &it->err);
}

/* `yes` are ignored, `no` are not; a slash at the end says directory. */
static void expect(const char *const *yes, const char *const *no)
{
	struct opened it;

	assert_int_equal(try_open(&it), 0);
	for (int want = 1; want >= 0; want--) {
		for (const char *const *path = want ? yes : no; *path; path++) {
			size_t len = strlen(*path);
			bool is_dir = (*path)[len - 1] == '/';
			char *name = strndup(*path, len - is_dir);

			if (ask(&it, name, is_dir) != want)
				fail_msg("'%s' should be %d", *path, want);
			free(name);
		}
	}
	release(&it);
}
#define LIST(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__ NULL                                               \
	}

static void nearest_file_has_the_last_word(void **state)
{
	(void)state;
	make("mkdir a sub; printf 'secret*\\n*.log\\n*.tmp\\n' >.gitignore;"
	     "echo '!secret.pub' >sub/.gitignore; echo '!q.log' >a/.gitignore;"
	     "mkdir -p .git/info; echo '*.inf' >.git/info/exclude;"
	     "echo '!x.inf' >>.gitignore");
	expect(LIST("secret.pub", "sub/secret.key", "q.log", "a/r.log",
		    "a/b/z.tmp", "sub/y.inf", ),
	       LIST("sub/secret.pub", "a/q.log", "a/b/q.log", "x.inf",
		    "sub/deep/x.inf", ".gitignore", ));
}

static void excluded_directory_holds_all_below(void **state)
{
	(void)state;
	make("mkdir -p build/keep; printf 'build/\\n!build/keep\\n' "
	     ">.gitignore; echo '!*' >build/.gitignore");
	expect(LIST("build/", "build/keep", "build/keep/x/y", ),
	       LIST("build", "src/", ));
}

static void lines_are_read_as_git_does(void **state)
{
	(void)state;
	make("printf '\\357\\273\\277bom\\r\\ncut\\000off\\n#no\\n\\\\#hash\\n"
	     "\\n  \\nspaces  \\nkept\\\\ \\ntab\\t\\n\\r\\n\\\\!bang\\nlast' "
	     ">.gitignore");
	expect(LIST("bom", "cut", "#hash", "spaces", "kept ", "tab\t", "!bang",
		    "last", ),
	       LIST("#no", "cutoff", "kept", "spaces  ", "tab", "bang", "\r",
		    "bom\r", ));
}

/* Its versions differ, so the one that is here is asked. */
static void stars_behind_a_text_are_as_in_this_git(void **state)
{
	struct buf out = BUF_INIT;
	struct opened it;
	int theirs;

	(void)state;
	make("echo '/a**/b' >.gitignore");
	scratch_run(&out, "git check-ignore -v -n a/x/b || :", 0);
	theirs = *out.ptr != ':';
	assert_int_equal(try_open(&it), 0);
	assert_int_equal(ask(&it, "a/x/b", false), theirs);
	assert_int_equal(ask(&it, "a/b", false), 1);
	release(&it);
	buf_release(&out);
}

static void other_than_a_file_is_no_rules(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	make("mkdir fifo link dir dangling sock; mkfifo fifo/.gitignore;"
	     "echo '*' >rules; ln -s ../rules link/.gitignore;"
	     "mkdir dir/.gitignore; ln -s nowhere dangling/.gitignore");
	memcpy(address.sun_path, "sock/.gitignore", sizeof("sock/.gitignore"));
	assert_return_code(
		bind(fd, (struct sockaddr *)&address, sizeof(address)), errno);
	alarm(30); /* waiting for the fifo's other end would be for ever */
	expect(LIST(NULL, ),
	       LIST("fifo/x", "link/x", "dir/x", "dangling/x", "sock/x", ));
	alarm(0);
	close(fd);
}

static void user_files_are_where_git_looks(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	make("mkdir -p ../.config/git ../xdg/git; echo dotconfig "
	     ">../.config/git/ignore; echo xdg >../xdg/git/ignore; echo named "
	     ">'../my file'; ln -s 'my file' ../linked; echo top >rel");
	expect(LIST("dotconfig", ), LIST("xdg", "named", ));
	setenv("XDG_CONFIG_HOME", "", 1);
	expect(LIST("dotconfig", ), LIST("xdg", "named", ));
	buf_addf(&out, "%s/xdg", getenv("HOME"));
	setenv("XDG_CONFIG_HOME", out.ptr, 1);
	expect(LIST("xdg", ), LIST("dotconfig", "named", ));
	scratch_run(&out, "git config core.excludesFile '~/linked'", 0);
	expect(LIST("named", ), LIST("dotconfig", "xdg", ));
	scratch_run(&out, "git config core.excludesFile rel; mkdir deep", 0);
	assert_return_code(chdir("deep"), 0);
	expect(LIST("top", ), LIST("named", "xdg", ));
	scratch_run(&out, "git config core.excludesFile ''", 0);
	expect(LIST(NULL, ), LIST("named", "xdg", "dotconfig", ));
	scratch_run(&out, "git config core.excludesFile /dev/null", 0);
	expect(LIST(NULL, ), LIST("named", "xdg", "dotconfig", ));
	buf_release(&out);
}

static void user_directory_is_refused_as_by_git(void **state)
{
	struct buf out = BUF_INIT;
	struct opened it;

	(void)state;
	make("mkdir dir; git config core.excludesFile dir");
	assert_int_equal(try_open(&it), ERR_FAILED);
	scratch_run(&out, "git status 2>&1", 128);
	assert_non_null(strstr(out.ptr, "cannot use dir as an exclude file"));
	assert_non_null(strstr(it.err.text, "/dir' as an exclude file"));
	buf_release(&out);
	release(&it);
}

static void homes_of_others_are_asked_of_git(void **state)
{
	const struct passwd *user = getpwuid(getuid());
	struct buf command = BUF_INIT, out = BUF_INIT;
	struct opened it;
	char *path;

	(void)state;
	buf_addf(&command, "git config core.excludesFile '~%s/nothing-here'",
		 user->pw_name);
	make(command.ptr);
	assert_int_equal(try_open(&it), 0);
	assert_int_equal(rulefile_configured(&path, it.repo,
					     "core.excludesfile", "ignore",
					     &it.err),
			 0);
	buf_addf(&out, "%s/nothing-here", user->pw_dir);
	assert_string_equal(path, out.ptr);
	free(path);
	release(&it);

	buf_release(&out);
	buf_release(&command);
}

static void sparse_files_come_from_the_index(void **state)
{
	struct opened it;
	struct ignore_level *top;

	(void)state;
	make("mkdir out gone; echo '*.o' >out/.gitignore; echo '*.x' "
	     ">gone/.gitignore; git add .; git update-index --skip-worktree "
	     "out/.gitignore; rm out/.gitignore gone/.gitignore");
	expect(LIST("out/a.o", ), LIST("gone/a.x", "a.o", ));

	assert_int_equal(try_open(&it), 0);
	top = ignore_top(it.ignore, it.top_fd, &it.err);
	assert_ptr_equal(
		ignore_push(it.ignore, top, "gone/", -1, false, &it.err), top);
	top = ignore_push(it.ignore, top, "out/", -1, false, &it.err);
	assert_int_equal(ignore_check(top, "out/a.o", 7, false),
			 IGNORE_EXCLUDED);
	release(&it);
}

static void lost_blob_is_an_error(void **state)
{
	struct opened it;

	(void)state;
	make("echo '*.o' >.gitignore; git add .; git update-index "
	     "--skip-worktree .gitignore; rm -r .gitignore .git/objects/??");
	assert_int_equal(try_open(&it), 0);
	assert_null(ignore_top(it.ignore, it.top_fd, &it.err));
	assert_int_equal(it.err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(it.err.text, "'.gitignore' in the index"));
	release(&it);
}

static void too_large_a_file_is_an_error(void **state)
{
	struct opened it;

	(void)state;
	make("truncate -s 101M .gitignore");
	assert_int_equal(try_open(&it), 0);
	assert_null(ignore_top(it.ignore, it.top_fd, &it.err));
	assert_int_equal(it.err.code, ERR_INVALID);
	release(&it);
}

static void says_which_way_it_was_decided(void **state)
{
	struct ignore_level *level;
	struct opened it;

	(void)state;
	make("git config core.ignoreCase true;"
	     "printf '*.log\\n!keep.log\\nDir/\\n' >.gitignore");
	assert_int_equal(try_open(&it), 0);
	level = ignore_top(it.ignore, it.top_fd, &it.err);
	assert_int_equal(ignore_check(level, "a.LOG", 5, false),
			 IGNORE_EXCLUDED);
	assert_int_equal(ignore_check(level, "x/Keep.log", 10, false),
			 IGNORE_INCLUDED);
	assert_int_equal(ignore_check(level, "keep", 4, false), IGNORE_NONE);
	assert_int_equal(ignore_check(level, "dir", 3, false), IGNORE_NONE);
	assert_int_equal(ignore_check(level, "dir", 3, true), IGNORE_EXCLUDED);
	release(&it);
}

static void lists_are_anchored_at_the_top(void **state)
{
	struct strlist patterns = STRLIST_INIT;
	struct ignore_list *list;

	(void)state;
	strlist_add(&patterns, "*.env");
	strlist_add(&patterns, "/data/");
	strlist_add(&patterns, "!test.env");
	strlist_add(&patterns, "#odd ");
	list = ignore_list_new(&patterns, false);
	strlist_release(&patterns);
	assert_int_equal(ignore_list_check(list, "a/.env", 6, false),
			 IGNORE_EXCLUDED);
	assert_int_equal(ignore_list_check(list, "test.env", 8, false),
			 IGNORE_INCLUDED);
	assert_int_equal(ignore_list_check(list, "data", 4, true),
			 IGNORE_EXCLUDED);
	assert_int_equal(ignore_list_check(list, "x/data", 6, true),
			 IGNORE_NONE);
	/* as with git's own --exclude: neither comment nor trimmed */
	assert_int_equal(ignore_list_check(list, "#odd ", 5, false),
			 IGNORE_EXCLUDED);
	assert_int_equal(ignore_list_check(list, "#odd", 4, false),
			 IGNORE_NONE);
	ignore_list_free(list);
	ignore_list_free(NULL);
}

static int push_one(void *context, size_t i, struct error *err)
{
	struct opened *it = context;
	struct ignore_level *level;
	char dir[32], path[48];
	int fd;

	snprintf(dir, sizeof(dir), "d%zu/", i);
	snprintf(path, sizeof(path), "d%zu/f%zu", i, i);
	fd = openat(it->top_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	level = ignore_push(it->ignore, ignore_top(it->ignore, it->top_fd, err),
			    dir, fd, true, err);
	close(fd);
	if (!level)
		return err->code;
	if (ignore_check(level, path, strlen(path), false) != IGNORE_EXCLUDED)
		return error_set(err, ERR_FAILED, "'%s' is not ignored", path);
	return 0;
}

static void levels_are_pushed_by_several_threads(void **state)
{
	struct opened it;

	(void)state;
	make("i=0; while [ $i -lt 500 ]; do mkdir d$i; echo f$i "
	     ">d$i/.gitignore;"
	     "i=$((i+1)); done");
	assert_int_equal(try_open(&it), 0);
	assert_int_equal(thread_for(500, push_one, &it, &it.err), 0);
	release(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(nearest_file_has_the_last_word),
		IN_SCRATCH(excluded_directory_holds_all_below),
		IN_SCRATCH(lines_are_read_as_git_does),
		IN_SCRATCH(stars_behind_a_text_are_as_in_this_git),
		IN_SCRATCH(other_than_a_file_is_no_rules),
		IN_SCRATCH(user_files_are_where_git_looks),
		IN_SCRATCH(user_directory_is_refused_as_by_git),
		IN_SCRATCH(homes_of_others_are_asked_of_git),
		IN_SCRATCH(sparse_files_come_from_the_index),
		IN_SCRATCH(lost_blob_is_an_error),
		IN_SCRATCH(too_large_a_file_is_an_error),
		IN_SCRATCH(says_which_way_it_was_decided),
		cmocka_unit_test(lists_are_anchored_at_the_top),
		IN_SCRATCH(levels_are_pushed_by_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
