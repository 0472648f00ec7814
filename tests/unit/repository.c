#include "git/repository.h"

#include <fcntl.h>

#include "git/config.h"
#include "git/object.h"
#include "git/oid.h"
#include "git/process.h"
#include "scratch.h"

/* Below the scratch directory, "@" in a text is that directory. */
static const char *scratch;

static char *expand(const char *text)
{
	struct buf out = BUF_INIT;

	for (; *text; text++) {
		if (*text == '@')
			buf_addstr(&out, scratch);
		else
			buf_addch(&out, *text);
	}
	return buf_detach(&out);
}

static void shell(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

/* A repository, two linked worktrees, a bare one with a linked worktree. */
static int set_up(void **state)
{
	if (scratch_enter(state) < 0)
		return -1;
	scratch = *state;
	shell("git config --global user.name A &&"
	      "git config --global user.email a@example.com &&"
	      "git config --global init.defaultBranch main &&"
	      "git init -q r && cd r && mkdir -p d/e other-objects &&"
	      "git commit -q --allow-empty -m x &&"
	      "git worktree add -q ../linked && mkdir ../linked/z &&"
	      "git clone -q --bare . ../bare.git && cd ../bare.git &&"
	      "git worktree add -q ../of-bare 2>/dev/null");
	return 0;
}

#define IN_REPOSITORY(test)                                                    \
	cmocka_unit_test_setup_teardown(test, set_up, scratch_leave)

struct found {
	const char *dir;    /* where we are */
	const char *env[6]; /* what the user has set */
	const char *git_dir;
	const char *common_dir; /* NULL: the same */
	const char *worktree;
	const char *index_file;	 /* NULL: the index in git_dir */
	const char *objects_dir; /* NULL: objects in common_dir */
	const char *prefix;
	const char *name;
};

static const struct found cases[] = {
	{.dir = "@/r",
	 .git_dir = "@/r/.git",
	 .worktree = "@/r",
	 .prefix = "",
	 .name = "main"},
	{.dir = "@/r/d/e",
	 .git_dir = "@/r/.git",
	 .worktree = "@/r",
	 .prefix = "d/e/",
	 .name = "main"},
	{.dir = "@/linked/z",
	 .git_dir = "@/r/.git/worktrees/linked",
	 .common_dir = "@/r/.git",
	 .worktree = "@/linked",
	 .prefix = "z/",
	 .name = "linked"},
	{.dir = "@/of-bare",
	 .git_dir = "@/bare.git/worktrees/of-bare",
	 .common_dir = "@/bare.git",
	 .worktree = "@/of-bare",
	 .prefix = "",
	 .name = "of-bare"},
	/* Without a worktree named, git takes the directory we are in. */
	{.dir = "@/r/d",
	 .env = {"GIT_DIR=../.git"},
	 .git_dir = "@/r/.git",
	 .worktree = "@/r/d",
	 .prefix = "",
	 .name = "main"},
	{.dir = "@",
	 .env = {"GIT_DIR=r/.git", "GIT_WORK_TREE=r"},
	 .git_dir = "@/r/.git",
	 .worktree = "@/r",
	 .prefix = "",
	 .name = "main"},
	{.dir = "@/r/d/e",
	 .env = {"GIT_WORK_TREE=@/r/d"},
	 .git_dir = "@/r/.git",
	 .worktree = "@/r/d",
	 .prefix = "e/",
	 .name = "main"},
	/* Relative to the top, not to where we are. */
	{.dir = "@/r/d/e",
	 .env = {"GIT_INDEX_FILE=other",
		 "GIT_OBJECT_DIRECTORY=@/r/other-objects"},
	 .git_dir = "@/r/.git",
	 .worktree = "@/r",
	 .index_file = "@/r/other",
	 .objects_dir = "@/r/other-objects",
	 .prefix = "d/e/",
	 .name = "main"},
	{.dir = "@/linked",
	 .env = {"GIT_DIR=@/r/.git/worktrees/linked",
		 "GIT_COMMON_DIR=../r/.git"},
	 .git_dir = "@/r/.git/worktrees/linked",
	 .common_dir = "@/r/.git",
	 .worktree = "@/linked",
	 .prefix = "",
	 .name = "linked"},
	{.dir = "@/r",
	 .env = {"GIT_NAMESPACE=n", "GIT_PREFIX=d/"},
	 .git_dir = "@/r/.git",
	 .worktree = "@/r",
	 .prefix = "",
	 .name = "main"},
};

static void set_env(const char *const *env, bool set)
{
	for (; *env; env++) {
		char *text = expand(*env);
		char *value = strchr(text, '=');

		*value++ = '\0';
		if (set)
			setenv(text, value, 1);
		else
			unsetenv(text);
		free(text);
	}
}

static void assert_path(const char *path, const char *want, const char *dir,
			const char *name)
{
	char *text = want ? expand(want) : NULL;
	struct buf buf = BUF_INIT;

	if (!text) {
		text = expand(dir);
		buf_addf(&buf, "%s/%s", text, name);
		assert_string_equal(path, buf.ptr);
	} else {
		assert_string_equal(path, text);
	}
	buf_release(&buf);
	free(text);
}

/* Any child must find the same. */
static void assert_children_agree(const struct repository *repo)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT, want = BUF_INIT;

	assert_int_equal(
		git_ask(repo, &out, &err, "rev-parse", "--path-format=absolute",
			"--git-dir", "--git-common-dir", "--show-toplevel",
			"--git-path", "index", "--git-path", "objects", NULL),
		0);
	buf_addf(&want, "%s\n%s\n%s\n%s\n%s\n", repo->git_dir, repo->common_dir,
		 repo->worktree, repo->index_file, repo->objects_dir);
	assert_string_equal(out.ptr, want.ptr);
	buf_release(&out);
	buf_release(&want);
}

static void finds_what_git_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct found *want = &cases[i];
		const char *common =
			want->common_dir ? want->common_dir : want->git_dir;
		struct error err = ERROR_INIT;
		struct repository *repo;
		char *dir = expand(want->dir);

		assert_int_equal(chdir(dir), 0);
		set_env(want->env, true);
		assert_int_equal(repository_open(&repo, &err), 0);
		assert_path(repo->git_dir, want->git_dir, NULL, NULL);
		assert_path(repo->common_dir, common, NULL, NULL);
		assert_path(repo->worktree, want->worktree, NULL, NULL);
		assert_path(repo->index_file, want->index_file, want->git_dir,
			    "index");
		assert_path(repo->objects_dir, want->objects_dir, common,
			    "objects");
		assert_string_equal(repo->prefix, want->prefix);
		assert_string_equal(repository_worktree_name(repo), want->name);
		assert_int_equal(repo->linked, !!want->common_dir);
		assert_children_agree(repo);
		set_env(want->env, false);
		repository_free(repo);
		free(dir);
	}
	assert_int_equal(chdir(scratch), 0);
}

struct refusal {
	const char *make; /* in an empty directory */
	int code;
	const char *text;
	const char *hint;
};

static const struct refusal refusals[] = {
	{"true", ERR_NOT_FOUND,
	 "not a git repository (or any of the parent directories): .git", NULL},
	{"git init -q --bare .", ERR_UNSUPPORTED,
	 "'@/x' is a bare repository: it has no work tree to save", NULL},
	{"git init -q --object-format=sha256 .", ERR_UNSUPPORTED,
	 "SHA-256 repositories are not supported: libgit2 cannot read their "
	 "objects",
	 NULL},
	{"git init -q . && git config core.repositoryFormatVersion 1 &&"
	 "git config extensions.novelty 1",
	 ERR_FAILED, "unknown repository extension found: novelty", NULL},
	{"git init -q . && git config core.repositoryFormatVersion 7",
	 ERR_FAILED, "Expected git repo version <= 1, found 7", NULL},
	{"git init -q . && echo '[bad' >>.git/config", ERR_FAILED, NULL, NULL},
	{"echo gitdir: /nowhere >.git", ERR_NOT_FOUND,
	 "not a git repository: /nowhere", NULL},
};

static void refuses_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *want = &refusals[i];
		struct error err = ERROR_INIT;
		struct repository *repo;

		shell("cd '@' 2>/dev/null; rm -rf x && mkdir x");
		assert_int_equal(chdir("x"), 0);
		shell(want->make);
		assert_int_equal(repository_open(&repo, &err), want->code);
		assert_null(repo);
		assert_int_equal(err.code, want->code);
		assert_non_null(err.text);
		if (want->text) {
			char *text = expand(want->text);

			assert_string_equal(err.text, text);
			free(text);
		}
		error_release(&err);
		assert_int_equal(chdir(".."), 0);
	}
}

static void refuses_inside_the_git_directory(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	(void)state;
	assert_int_equal(chdir("r/.git"), 0);
	assert_int_equal(repository_open(&repo, &err), ERR_UNSUPPORTED);
	assert_string_equal(err.text,
			    "this operation must be run in a work tree");
	error_release(&err);
	assert_int_equal(chdir("../.."), 0);
}

static void leaves_ownership_to_git(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	(void)state;
	if (geteuid())
		skip();
	shell("chown -R 4321 r");
	assert_int_equal(chdir("r"), 0);
	assert_int_equal(repository_open(&repo, &err), ERR_FAILED);
	assert_int_equal(strncmp(err.text, "detected dubious ownership", 26),
			 0);
	assert_non_null(strstr(err.hints, "safe.directory"));
	error_release(&err);
	shell("git config --global safe.directory '*'");
	assert_int_equal(repository_open(&repo, &err), 0);
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
}

static void opens_known_extensions(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	(void)state;
	shell("cd r && git config core.repositoryFormatVersion 1 &&"
	      "git config extensions.worktreeConfig true &&"
	      "git config extensions.preciousObjects true &&"
	      "git config extensions.objectFormat sha1 &&"
	      "git config --worktree checkpoint.maxHistory 3");
	assert_int_equal(chdir("r"), 0);
	assert_int_equal(repository_open(&repo, &err), 0);
	assert_false(repo->partial);
	assert_string_equal(config_get(repo->config, "checkpoint.maxhistory"),
			    "3");
	repository_free(repo);
	shell("git config extensions.partialClone origin");
	assert_int_equal(repository_open(&repo, &err), 0);
	assert_true(repo->partial);
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
}

static void knows_shallow_and_partial_clones(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	(void)state;
	shell("cd r && git commit -q --allow-empty -m y &&"
	      "git config uploadpack.allowFilter true && cd .. &&"
	      "git clone -q --depth=1 \"file://$PWD/r\" shallow &&"
	      "git clone -q --filter=blob:none \"file://$PWD/r\" partial");
	assert_int_equal(chdir("shallow"), 0);
	assert_int_equal(repository_open(&repo, &err), 0);
	assert_true(repo->shallow);
	assert_false(repo->partial);
	repository_free(repo);
	assert_int_equal(chdir("../partial"), 0);
	assert_int_equal(repository_open(&repo, &err), 0);
	assert_false(repo->shallow);
	assert_true(repo->partial);
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
}

/* What `git -c` and the environment say is known; so are odd directories. */
static void reads_configuration_as_git_does(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	(void)state;
	shell("git init -q \"$(printf 'new\\nline')\"");
	assert_int_equal(chdir("new\nline"), 0);
	setenv("GIT_CONFIG", "/dev/null", 1);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "checkpoint.interval", 1);
	setenv("GIT_CONFIG_VALUE_0", "5m", 1);
	assert_int_equal(repository_open(&repo, &err), 0);
	unsetenv("GIT_CONFIG_COUNT");
	unsetenv("GIT_CONFIG");
	assert_string_equal(
		config_get(repo->config, "core.repositoryformatversion"), "0");
	assert_string_equal(config_get(repo->config, "checkpoint.interval"),
			    "5m");
	assert_string_equal(strrchr(repo->worktree, '/'), "/new\nline");
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
}

static void sees_objects_where_git_does(void **state)
{
	static const char *const dirs[] = {"GIT_OBJECT_DIRECTORY",
					   "GIT_ALTERNATE_OBJECT_DIRECTORIES"};
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct buf out = BUF_INIT;
	struct oid oid;

	(void)state;
	scratch_run(&out,
		    "cd r && echo far | GIT_OBJECT_DIRECTORY=other-objects "
		    "git hash-object -w --stdin",
		    0);
	assert_true(oid_parse(&oid, out.ptr));
	assert_int_equal(chdir("r"), 0);
	assert_int_equal(repository_open(&repo, &err), 0);
	assert_false(object_exists(repo, &oid));
	repository_free(repo);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		setenv(dirs[i], "other-objects", 1);
		assert_int_equal(repository_open(&repo, &err), 0);
		unsetenv(dirs[i]);
		assert_true(object_exists(repo, &oid));
		repository_free(repo);
	}
	buf_release(&out);
	assert_int_equal(chdir(".."), 0);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* git gives the same to what it makes in the repository. */
static void shares_as_git_does(void **state)
{
	static const char *const values[] = {
		"group", "true", "1",	 "all",	  "everybody", "2",
		"0640",	 "0666", "0600", "umask", "false",     "0"};
	mode_t old = umask(027);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct error err = ERROR_INIT;
		struct repository *repo;

		setenv("VALUE", values[i], 1);
		shell("rm -rf s && git init -q s && cd s &&"
		      "git config core.sharedRepository $VALUE &&"
		      "git commit -q --allow-empty -m x &&"
		      "git update-ref refs/by/git HEAD");
		assert_int_equal(chdir("s"), 0);
		assert_int_equal(repository_open(&repo, &err), 0);
		assert_int_equal(mkdir(".git/refs/ours", 0777), 0);
		close(open(".git/refs/ours/x", O_CREAT | O_WRONLY | O_CLOEXEC,
			   0666));
		assert_int_equal(repository_share(repo, ".git/refs/ours", &err),
				 0);
		assert_int_equal(
			repository_share(repo, ".git/refs/ours/x", &err), 0);
		assert_int_equal(mode_of(".git/refs/ours"),
				 mode_of(".git/refs/by"));
		assert_int_equal(mode_of(".git/refs/ours/x"),
				 mode_of(".git/refs/by/git"));
		repository_free(repo);
		assert_int_equal(chdir(".."), 0);
	}
	umask(old);
}

/* libgit2 1.5 leaks in its own regular expressions where there are extensions.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REPOSITORY(finds_what_git_finds),
		IN_REPOSITORY(refuses_with_a_reason),
		IN_REPOSITORY(refuses_inside_the_git_directory),
		IN_REPOSITORY(leaves_ownership_to_git),
		IN_REPOSITORY(opens_known_extensions),
		IN_REPOSITORY(knows_shallow_and_partial_clones),
		IN_REPOSITORY(reads_configuration_as_git_does),
		IN_REPOSITORY(sees_objects_where_git_does),
		IN_REPOSITORY(shares_as_git_does),
	};

	return cmocka_run_group_tests_name("repository", tests, NULL, NULL);
}
