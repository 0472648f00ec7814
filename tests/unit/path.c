#include "base/path.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/strmap.h"
#include "scratch.h"

static void assert_join(const char *dir, const char *name, const char *want)
{
	char *path = path_join(dir, name);

	assert_string_equal(path, want);
	free(path);
}

static void joins_with_one_slash(void **state)
{
	(void)state;
	assert_join("a", "b", "a/b");
	assert_join("a/", "b", "a/b");
	assert_join("a//", "/b", "a/b");
	assert_join("/", "b", "/b");
	assert_join("", "b", "b");
	assert_join("a/b", "c/d", "a/b/c/d");
}

static void basename_is_behind_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(path_basename("a/b/c"), "c");
	assert_string_equal(path_basename("c"), "c");
	assert_string_equal(path_basename("a/"), "");
	assert_string_equal(path_basename("/x"), "x");
	assert_string_equal(path_basename(""), "");
}

static void below_ends_at_a_slash(void **state)
{
	(void)state;
	assert_true(path_is_below("a/b", "a"));
	assert_true(path_is_below("a", "a"));
	assert_true(path_is_below("a/b/c", "a/b"));
	assert_true(path_is_below("a", ""));
	assert_true(path_is_below("/a", "/"));
	assert_false(path_is_below("ab", "a"));
	assert_false(path_is_below("a", "a/b"));
	assert_false(path_is_below("A/b", "a"));
	assert_false(path_is_below("a", "/"));
}

static bool dotgit(const char *name)
{
	return path_component_is_dotgit(name, strlen(name));
}

static void knows_every_disguise_of_dotgit(void **state)
{
	static const char *const names[] = {
		".git",
		".GIT",
		".gIt",
		".git.",
		".git ",
		".git . .",
		".git::$INDEX_ALLOCATION",
		".git:stream",
		".git .:x",
		"git~1",
		"GIT~1",
		"git~1 .",
		"Git~1:x",
		".git\\x",
		".git\\",
		".git .\\config",
		"git~1\\config",
		"a\\.git",
		"a\\GIT~1\\b",
		".g\xe2\x80\x8cit",
		"\xe2\x80\x8d.git",
		".git\xef\xbb\xbf",
		"\xe2\x80\x8e.\xe2\x80\x8fG\xe2\x80\xaaIT",
		".gi\xe2\x80\xabt\xe2\x80\xac",
		".\xe2\x80\xad\xe2\x80\xaegit",
		".\xe2\x81\xaag\xe2\x81\xafit",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(dotgit(names[i]) ? names[i] : "missed",
				    names[i]);
}

static void is_not_afraid_of_other_names(void **state)
{
	static const char *const names[] = {
		"git",
		".gitignore",
		".gitmodules",
		".gi",
		".gitx",
		".git-x",
		"x.git",
		"repo.git",
		"git~2",
		"git~10",
		" .git",
		"..git",
		".git~1",
		"a\\b",
		".g\xe2\x80\x8bit",
		"a:.git",
		".\xc4\xb1git",
		"",
		"\xe2\x80\x8c",
		".g\xe2\x80\x8citx",
		"\\",
		".github",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(dotgit(names[i]) ? "refused" : names[i],
				    names[i]);
}

static void looks_only_at_the_length_given(void **state)
{
	(void)state;
	assert_true(path_component_is_dotgit(".gitignore", 4));
	assert_false(path_component_is_dotgit(".git", 3));
	assert_false(path_component_is_dotgit("git~1", 4));
	assert_false(path_component_is_dotgit("a\\.git", 5));
}

static void refuses_components_that_leave_the_directory(void **state)
{
	char name[257];

	(void)state;
	assert_false(path_component_is_safe("", 0));
	assert_false(path_component_is_safe(".", 1));
	assert_false(path_component_is_safe("..", 2));
	assert_false(path_component_is_safe("a/b", 3));
	assert_false(path_component_is_safe("a\0b", 3));
	assert_true(path_component_is_safe("...", 3));
	assert_true(path_component_is_safe("..a", 3));
	assert_true(path_component_is_safe("\xff\n", 2));
	memset(name, 'a', sizeof(name));
	assert_true(path_component_is_safe(name, 255));
	assert_false(path_component_is_safe(name, 256));
}

static void refuses_a_path_for_any_component(void **state)
{
	static const char *const unsafe[] = {
		"",	    "/",       "/a",	     "a/",
		"a//b",	    "..",      "a/../b",     "./a",
		"a/.",	    "a/..",    ".git",	     ".git/a",
		"a/.GIT/b", "a/git~1", "a/.git:x/b", "a/b/.g\xe2\x80\x8dit",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++)
		assert_string_equal(path_is_safe(unsafe[i]) ? "let through"
							    : unsafe[i],
				    unsafe[i]);
	assert_true(path_is_safe("a"));
	assert_true(path_is_safe("a/b/c"));
	assert_true(path_is_safe("a/.gitignore"));
}

/* A name made of the pieces from which disguises are made. */
static void add_random_name(struct buf *name, uint64_t *seed)
{
	static const char *const pieces[] = {
		".git",
		".git",
		"git~1",
		"git",
		".",
		"g",
		"I",
		"t",
		"T",
		"G",
		"~1",
		" ",
		":",
		"\\",
		"x",
		"..",
		"$DATA",
		"\n",
		"\xff",
		"\xe2\x80",
		"\xe2\x80\x8c",
		"\xe2\x80\xae",
		"\xe2\x81\xaf",
		"\xef\xbb\xbf",
		"\xe2\x80\x8b",
		"\xc3\xa9",
	};
	size_t nr = 1 + scratch_random(seed) % 5;

	while (nr--)
		buf_addstr(name,
			   pieces[scratch_random(seed) % ARRAY_SIZE(pieces)]);
}

/* The trees of which git fsck says what it says of `message`. */
static void collect_trees(struct strmap *trees, const char *report,
			  const char *message)
{
	for (const char *at = report; (at = strstr(at, " in tree "));) {
		char *oid = xstrndup(at + 9, 40);

		at += 9 + 40;
		if (!strncmp(at, ": ", 2) &&
		    !strncmp(at + 2, message, strlen(message)))
			strmap_put(trees, oid, NULL);
		free(oid);
	}
}

/*
 * git fsck checks names for HFS+ and NTFS whatever is configured, as we do. A
 * tree with one entry for each name is written unchecked and fsck is asked.
 */
static void agrees_with_git_fsck(void **state)
{
	enum { NR = 4000 };
	static const char empty[] = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
	struct buf names[NR] = {0}, input = BUF_INIT, out = BUF_INIT;
	struct buf report = BUF_INIT;
	struct strmap dotgits = STRMAP_INIT;
	uint64_t seed = 20240229;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		names[i] = (struct buf)BUF_INIT;
		add_random_name(&names[i], &seed);
		buf_addf(&input, "100644 blob %s\t%s", empty, names[i].ptr);
		buf_add(&input, "\0\0", 2);
	}
	scratch_write("trees", &input);
	scratch_run(&out,
		    "git init -q . && git hash-object -w --stdin "
		    "</dev/null >/dev/null && "
		    "git mktree -z --batch <trees",
		    0);
	assert_int_equal(out.len, NR * 41);
	scratch_run(&report, "git fsck --strict --no-dangling 2>&1", 1);
	collect_trees(&dotgits, report.ptr, "hasDotgit");
	for (size_t i = 0; i < NR; i++) {
		out.ptr[i * 41 + 40] = '\0';
		if (strmap_has(&dotgits, out.ptr + i * 41)) {
			refused++;
			assert_string_equal(
				dotgit(names[i].ptr) ? "" : names[i].ptr, "");
		} else {
			assert_string_equal(
				dotgit(names[i].ptr) ? names[i].ptr : "", "");
		}
		buf_release(&names[i]);
	}
	assert_in_range(refused, NR / 20, NR / 2);
	strmap_release(&dotgits, NULL);
	buf_release(&input);
	buf_release(&out);
	buf_release(&report);
}

static void assert_dir(const char *path, mode_t mode)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, mode);
}

static void makes_all_directories(void **state)
{
	struct error err = ERROR_INIT;
	mode_t mask = umask(022);

	assert_int_equal(path_make_dirs("a/b/c", 0777, &err), 0);
	assert_dir("a", 0755);
	assert_dir("a/b/c", 0755);
	assert_int_equal(path_make_dirs("a/b/c", 0777, &err), 0);
	assert_int_equal(path_make_dirs("a//d///e//", 0700, &err), 0);
	assert_dir("a/d", 0700);
	assert_dir("a/d/e", 0700);
	assert_int_equal(path_make_dirs("a", 0700, &err), 0);
	assert_dir("a", 0755);
	assert_int_equal(path_make_dirs("/", 0700, &err), 0);
	assert_int_equal(path_make_dirs(*state, 0700, &err), 0);
	umask(mask);
}

static void a_link_to_a_directory_is_one(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("real", 0755), 0);
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(symlink("nowhere", "broken"), 0);
	assert_int_equal(path_make_dirs("link/x", 0755, &err), 0);
	assert_dir("real/x", 0755);
	assert_int_equal(path_make_dirs("broken", 0755, &err), ERR_EXISTS);
	assert_int_equal(path_make_dirs("broken/x", 0755, &err), ERR_EXISTS);
	assert_int_equal(access("nowhere", F_OK), -1);
	error_release(&err);
}

static void says_what_is_in_the_way(void **state)
{
	struct error err = ERROR_INIT;
	struct buf none = BUF_INIT;

	(void)state;
	scratch_write("file", &none);
	assert_int_equal(path_make_dirs("file", 0755, &err), ERR_EXISTS);
	assert_string_equal(err.text,
			    "cannot make directory 'file': File exists");
	assert_int_equal(path_make_dirs("file/a/b", 0755, &err), ERR_NOT_FOUND);
	assert_string_equal(err.text, "cannot make directory 'file/a/b': "
				      "Not a directory");
	assert_int_equal(path_make_dirs("", 0755, &err), ERR_NOT_FOUND);
	error_release(&err);
}

static void quotes_as_git_ls_files(void **state)
{
	enum { RANDOM = 1000 };
	static const char empty[] = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
	struct buf input = BUF_INIT, paths = BUF_INIT, quoted = BUF_INIT;
	struct buf ours = BUF_INIT;
	uint64_t seed = 7;

	(void)state;
	for (int c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		buf_addf(&input, "100644 %s\tone-%c-byte", empty, c);
		buf_addch(&input, '\0');
	}
	for (int i = 0; i < RANDOM; i++) {
		buf_addf(&input, "100644 %s\tr%d-", empty, i);
		for (size_t nr = 1 + scratch_random(&seed) % 12; nr; nr--) {
			int c = 1 + (int)(scratch_random(&seed) % 255);

			buf_addch(&input, c == '/' ? '\\' : c);
		}
		buf_addch(&input, '\0');
	}
	scratch_write("entries", &input);
	scratch_run(&paths,
		    "git init -q . && git update-index -z --index-info "
		    "<entries && git ls-files -z",
		    0);
	scratch_run(&quoted, "git ls-files", 0);
	for (size_t at = 0; at < paths.len; at += strlen(paths.ptr + at) + 1) {
		path_quote(&ours, paths.ptr + at);
		buf_addch(&ours, '\n');
	}
	assert_true(paths.len > RANDOM * 4);
	assert_string_equal(ours.ptr, quoted.ptr);
	buf_release(&input);
	buf_release(&paths);
	buf_release(&quoted);
	buf_release(&ours);
}

static void assert_escape(const char *path, size_t len, const char *text)
{
	struct buf out = BUF_INIT, back = BUF_INIT;

	buf_addstr(&out, ">");
	path_escape(&out, path, len);
	assert_string_equal(out.ptr + 1, text);
	buf_addstr(&back, ">");
	assert_true(path_unescape(&back, text));
	assert_int_equal(back.len, len + 1);
	assert_memory_equal(back.ptr + 1, path, len);
	buf_release(&out);
	buf_release(&back);
}

static void escapes_what_is_not_text(void **state)
{
	(void)state;
	assert_escape("", 0, "");
	assert_escape("a b/c", 5, "a b/c");
	assert_escape("100%", 4, "100%25");
	assert_escape("%41", 3, "%2541");
	assert_escape("a\n\x7f\x1b", 4, "a%0A%7F%1B");
	assert_escape("\xc3\xa9", 2, "\xc3\xa9");
	assert_escape("\xe9t\xe9", 3, "%E9t%E9");
	assert_escape("\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80");
	/* Overlong, a surrogate, beyond the last, cut off. */
	assert_escape("\xc0\xaf", 2, "%C0%AF");
	assert_escape("\xed\xa0\x80", 3, "%ED%A0%80");
	assert_escape("\xf4\x90\x80\x80", 4, "%F4%90%80%80");
	assert_escape("\xe2\x82", 2, "%E2%82");
	assert_escape("\xe2\xc3\xa9", 3, "%E2\xc3\xa9");
}

static void refuses_a_second_text_for_a_path(void **state)
{
	static const char *const texts[] = {
		"%",   "%2",   "%4",   "%G0",	  "%0G",     "%41", "%c3",
		"%00", "a\nb", "\x7f", "\xff",	  "%C3%A9",  "%%",  "%e2%82",
		"%2f", "%2F",  "%-1",  "\xc3%A9", "%C3\xa9",
	};
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_string_equal(path_unescape(&out, texts[i]) ? "taken"
								  : texts[i],
				    texts[i]);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void escape_comes_back_for_any_bytes(void **state)
{
	static const char some[] = "%aF0\xc3\xa9\xe2\x82\xac\xf0\xed\x1f\xff/";
	uint64_t seed = 99;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf path = BUF_INIT, text = BUF_INIT, back = BUF_INIT;

		for (size_t nr = scratch_random(&seed) % 12; nr; nr--)
			buf_addch(&path, some[scratch_random(&seed) %
					      (sizeof(some) - 1)]);
		path_escape(&text, path.ptr, path.len);
		assert_true(path_unescape(&back, text.ptr));
		assert_string_equal(back.ptr, path.ptr);
		buf_release(&path);
		buf_release(&text);
		buf_release(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_with_one_slash),
		cmocka_unit_test(basename_is_behind_the_last_slash),
		cmocka_unit_test(below_ends_at_a_slash),
		cmocka_unit_test(knows_every_disguise_of_dotgit),
		cmocka_unit_test(is_not_afraid_of_other_names),
		cmocka_unit_test(looks_only_at_the_length_given),
		cmocka_unit_test(refuses_components_that_leave_the_directory),
		cmocka_unit_test(refuses_a_path_for_any_component),
		IN_SCRATCH(agrees_with_git_fsck),
		IN_SCRATCH(makes_all_directories),
		IN_SCRATCH(a_link_to_a_directory_is_one),
		IN_SCRATCH(says_what_is_in_the_way),
		IN_SCRATCH(quotes_as_git_ls_files),
		cmocka_unit_test(escapes_what_is_not_text),
		cmocka_unit_test(refuses_a_second_text_for_a_path),
		cmocka_unit_test(escape_comes_back_for_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
