#include "worktree/attr.h"

#include <errno.h>
#include <fcntl.h>

#include "base/thread.h"
#include "git/index.h"
#include "git/repository.h"

#include "scratch.h"

/* A repository "repo" below the scratch directory, where we then stand. */
struct opened {
	struct repository *repo;
	struct index *index;
	struct attr *attr;
	int top_fd;
	struct error err;
};

/* Make it by `commands`, lines of shell. */
static void make(const char *commands)
{
	struct buf out = BUF_INIT;

	setenv("GIT_ATTR_NOSYSTEM", "1", 1);
	scratch_run(&out, "git init -q repo && mkdir -p repo/.git/info", 0);
	assert_return_code(chdir("repo"), errno);
	scratch_run(&out, commands, 0);
	buf_release(&out);
}

static int try_open(struct opened *it, enum attr_source source)
{
	*it = (struct opened){.err = ERROR_INIT};
	assert_int_equal(repository_open(&it->repo, &it->err), 0);
	assert_int_equal(index_read(&it->index, it->repo, it->repo->index_file,
				    &it->err),
			 0);
	it->top_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return attr_open(&it->attr, it->repo, it->index, it->top_fd, source,
			 &it->err);
}

static void release(struct opened *it)
{
	attr_free(it->attr);
	index_free(it->index);
	repository_free(it->repo);
	error_release(&it->err);
	close(it->top_fd);
}

/* `want` is as `git check-attr` would print it. */
static void expect(struct opened *it, const char *path, enum attr_name name,
		   const char *want)
{
	struct attr_values values;
	const char *got;

	assert_int_equal(attr_lookup(it->attr, path, &values, &it->err), 0);
	got = !values.value[name]		 ? "unspecified"
	      : values.value[name] == attr_true	 ? "set"
	      : values.value[name] == attr_false ? "unset"
						 : values.value[name];
	if (strcmp(got, want) != 0)
		fail_msg("%d of '%s' is '%s', not '%s'", name, path, got, want);
}

static void give(struct opened *it, const char *path, const char *text)
{
	assert_int_equal(
		attr_set_file(it->attr, path, text, strlen(text), &it->err), 0);
}

static void sources_in_their_order(void **state)
{
	struct opened it;

	(void)state;
	make("mkdir -p ../.config/git a/b; echo '* filter=user eol=lf crlf' "
	     ">../.config/git/attributes; echo '*.c filter=top ident' "
	     ">.gitattributes; echo 'x.c filter=deep !eol' >a/b/.gitattributes;"
	     "echo '/a/b/x.c -ident' >.git/info/attributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	assert_false(attr_is_empty(it.attr));
	expect(&it, "y", ATTR_FILTER, "user");
	expect(&it, "y", ATTR_IDENT, "unspecified");
	expect(&it, "a/y.c", ATTR_FILTER, "top");
	expect(&it, "a/y.c", ATTR_EOL, "lf");
	expect(&it, "a/b/x.c", ATTR_FILTER, "deep");
	expect(&it, "a/b/x.c", ATTR_EOL, "unspecified");
	expect(&it, "a/b/x.c", ATTR_IDENT, "unset");
	expect(&it, "a/b/x.c", ATTR_CRLF, "set");
	release(&it);
}

static void macros_count_where_git_lets_them(void **state)
{
	struct opened it;

	(void)state;
	make("mkdir sub; printf '[attr]two -ident text=auto\\n[attr]one two "
	     "eol=crlf\\n*.1 one\\n*.2 -two\\n*.b binary\\n*.i three\\n*.s "
	     "four\\n' >.gitattributes; echo '[attr]four ident' "
	     ">sub/.gitattributes; printf '[attr]three filter=x\\n[attr]two "
	     "ident\\n' >.git/info/attributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "f.1", ATTR_EOL, "crlf");
	expect(&it, "f.1", ATTR_IDENT, "set"); /* info has defined it anew */
	expect(&it, "f.1", ATTR_TEXT, "unspecified");
	expect(&it, "f.2", ATTR_IDENT, "unspecified");
	expect(&it, "f.b", ATTR_TEXT, "unset");
	expect(&it, "f.i", ATTR_FILTER, "x");
	expect(&it, "sub/f.s", ATTR_IDENT, "unspecified");
	release(&it);
}

static void lines_are_read_as_git_does(void **state)
{
	struct opened it;

	(void)state;
	make("{ printf '\\357\\273\\277bom text\\r\\n'; printf '  "
	     "\"q\\\\040\\\\"
	     "\"r\" text\\n!neg text\\n\\\\!lit text\\n# c text\\nbad text "
	     "=x\\n"
	     "nul text\\000 -text\\ndir/ text\\n\"open text\\nempty "
	     "filter=\\n';"
	     "printf 'short text %02040d\\n' 0;"
	     "printf 'long text %02038d\\n' 0; } >.gitattributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "bom", ATTR_TEXT, "set");
	expect(&it, "q \"r", ATTR_TEXT, "set");
	expect(&it, "neg", ATTR_TEXT, "unspecified");
	expect(&it, "!lit", ATTR_TEXT, "set");
	expect(&it, "bad", ATTR_TEXT, "unspecified");
	expect(&it, "nul", ATTR_TEXT, "set");
	expect(&it, "dir", ATTR_TEXT, "unspecified");
	expect(&it, "dir/x", ATTR_TEXT, "unspecified");
	expect(&it, "\"open", ATTR_TEXT, "set");
	expect(&it, "empty", ATTR_FILTER, "");
	/* lines of 2051 and 2048 bytes */
	expect(&it, "short", ATTR_TEXT, "unspecified");
	expect(&it, "long", ATTR_TEXT, "unspecified");
	release(&it);
}

static void longest_line_counts(void **state)
{
	struct opened it;

	(void)state;
	make("printf 'long text %02037d\\r\\n' 0 >.gitattributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "long", ATTR_TEXT, "set");
	release(&it);
}

static void other_than_a_file_is_no_rules(void **state)
{
	struct opened it;

	(void)state;
	make("mkdir fifo link dir; mkfifo fifo/.gitattributes;"
	     "echo '* text' >rules; ln -s ../rules link/.gitattributes;"
	     "mkdir dir/.gitattributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	alarm(30); /* waiting for the fifo's other end would be for ever */
	expect(&it, "fifo/x", ATTR_TEXT, "unspecified");
	alarm(0);
	expect(&it, "link/x", ATTR_TEXT, "unspecified");
	expect(&it, "dir/x", ATTR_TEXT, "unspecified");
	assert_true(attr_is_empty(it.attr));
	release(&it);
}

static void missing_files_come_from_the_index(void **state)
{
	struct opened it;

	(void)state;
	make("mkdir gone large ours; echo '* text' >gone/.gitattributes;"
	     "cp gone/.gitattributes large; git add .; rm gone/.gitattributes;"
	     "truncate -s 101M large/.gitattributes;"
	     "id=$(echo '* ident' | git hash-object -w --stdin);"
	     "printf \"100644 $id 2\\tours/.gitattributes\\n\" |"
	     "git update-index --index-info");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "gone/x", ATTR_TEXT, "set");
	expect(&it, "large/x", ATTR_TEXT, "set");
	expect(&it, "ours/x", ATTR_IDENT, "set");
	release(&it);
}

/* git takes no byte order mark off a blob, and a NUL ends all of it. */
static void blobs_are_read_as_git_does(void **state)
{
	struct buf out = BUF_INIT;
	struct opened it;

	(void)state;
	make("printf '\\357\\273\\277bom text\\nx text\\ny text\\000\\nz "
	     "text\\n' "
	     ">.gitattributes; git add .; rm .gitattributes");
	scratch_run(&out, "git check-attr text bom x y z", 0);
	assert_string_equal(out.ptr, "bom: text: unspecified\nx: text: set\n"
				     "y: text: set\nz: text: unspecified\n");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "bom", ATTR_TEXT, "unspecified");
	expect(&it, "x", ATTR_TEXT, "set");
	expect(&it, "y", ATTR_TEXT, "set");
	expect(&it, "z", ATTR_TEXT, "unspecified");
	release(&it);
	buf_release(&out);
}

static void lost_blob_is_an_error(void **state)
{
	struct attr_values values;
	struct opened it;

	(void)state;
	make("mkdir a; echo '* text' >a/.gitattributes; git add .;"
	     "rm -r a .git/objects/??");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	assert_int_equal(attr_lookup(it.attr, "a/x", &values, &it.err),
			 ERR_NOT_FOUND);
	assert_non_null(strstr(it.err.text, "'a/.gitattributes' in the index"));
	release(&it);
}

static void blobs_are_all_there_is(void **state)
{
	struct opened it;

	(void)state;
	make("mkdir a; echo '* ident' >a/.gitattributes; echo '* ident' "
	     ">.gitattributes; git add .; echo '* eol=lf' "
	     ">.git/info/attributes");
	assert_int_equal(try_open(&it, ATTR_BLOBS), 0);
	give(&it, "a/.gitattributes", "* filter=old");
	give(&it, "a/.gitattributes", "* filter=new m\n[attr]m ident");
	give(&it, ".gitattributes", "[attr]m text");
	expect(&it, "a/x", ATTR_FILTER, "new");
	expect(&it, "a/x", ATTR_TEXT, "set");
	expect(&it, "a/x", ATTR_IDENT, "unspecified");
	expect(&it, "a/x", ATTR_EOL, "lf");
	expect(&it, "b/x", ATTR_IDENT, "unspecified");
	assert_int_equal(
		attr_set_file(it.attr, "b/.gitattributes", "", 0, &it.err),
		ERR_FAILED);
	release(&it);
}

static void chain_of_macros_needs_no_stack(void **state)
{
	struct buf text = BUF_INIT;
	struct opened it;

	(void)state;
	make(":");
	assert_int_equal(try_open(&it, ATTR_BLOBS), 0);
	buf_addstr(&text, "* m0\n");
	for (int i = 0; i < 200000; i++)
		buf_addf(&text, "[attr]m%d m%d\n", i, i + 1);
	buf_addstr(&text, "[attr]m200000 m0 text\n");
	give(&it, ".gitattributes", text.ptr);
	expect(&it, "x", ATTR_TEXT, "set");
	buf_release(&text);
	release(&it);
}

static void case_is_folded_where_git_does(void **state)
{
	struct opened it;

	(void)state;
	make("git config core.ignoreCase true; echo '*.C text' "
	     ">.gitattributes");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	expect(&it, "a/x.c", ATTR_TEXT, "set");
	release(&it);
}

static void environment_is_checked(void **state)
{
	struct opened it;

	(void)state;
	make(":");
	setenv("GIT_ATTR_NOSYSTEM", "perhaps", 1);
	assert_int_equal(try_open(&it, ATTR_WORKTREE), ERR_FAILED);
	assert_non_null(strstr(it.err.text, "GIT_ATTR_NOSYSTEM"));
	release(&it);
}

static int look_up_one(void *context, size_t i, struct error *err)
{
	struct opened *it = context;
	struct attr_values values;
	char path[32];

	snprintf(path, sizeof(path), "d%zu/f%zu", i % 100, i);
	if (attr_lookup(it->attr, path, &values, err) < 0)
		return err->code;
	if (!values.value[ATTR_FILTER] ||
	    (size_t)atoi(values.value[ATTR_FILTER]) != i % 100)
		return error_set(err, ERR_FAILED, "'%s' has the wrong filter",
				 path);
	return 0;
}

static void several_threads_look_up(void **state)
{
	struct opened it;

	(void)state;
	make("i=0; while [ $i -lt 100 ]; do mkdir d$i;"
	     "echo \"* filter=$i\" >d$i/.gitattributes; i=$((i+1)); done");
	assert_int_equal(try_open(&it, ATTR_WORKTREE), 0);
	assert_int_equal(thread_for(5000, look_up_one, &it, &it.err), 0);
	release(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(sources_in_their_order),
		IN_SCRATCH(macros_count_where_git_lets_them),
		IN_SCRATCH(lines_are_read_as_git_does),
		IN_SCRATCH(longest_line_counts),
		IN_SCRATCH(other_than_a_file_is_no_rules),
		IN_SCRATCH(missing_files_come_from_the_index),
		IN_SCRATCH(blobs_are_read_as_git_does),
		IN_SCRATCH(lost_blob_is_an_error),
		IN_SCRATCH(blobs_are_all_there_is),
		IN_SCRATCH(chain_of_macros_needs_no_stack),
		IN_SCRATCH(case_is_folded_where_git_does),
		IN_SCRATCH(environment_is_checked),
		IN_SCRATCH(several_threads_look_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
