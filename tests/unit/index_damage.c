#include "git/index.h"

#include "base/alloc.h"
#include "git/tree.h"
#include "index_listing.h"
#include "index_raw.h"

/* Read `raw` as an index: NULL, or the error's text, for free(). */
static char *fault_of(const struct buf *raw)
{
	struct error err = ERROR_INIT;
	struct index *index = NULL;
	char *text = NULL;
	int ret;

	scratch_write("index", raw);
	ret = index_read(&index, NULL, "index", &err);
	if (ret < 0) {
		assert_int_equal(ret, ERR_INVALID);
		assert_int_equal(err.code, ERR_INVALID);
		assert_null(index);
		text = xstrdup(err.text);
	}
	index_free(index);
	error_release(&err);
	return text;
}

static void assert_fault(const struct buf *raw, const char *want)
{
	char *text = fault_of(raw);

	if (!want ? text != NULL : !text || !strstr(text, want))
		fail_msg("got '%s', want '%s'", text, want);
	if (text)
		assert_non_null(strstr(text, "'index'"));
	free(text);
}

/* -- tests ------------------------------------------------------------------
 */

static const struct {
	struct raw_entry entries[2];
	const char *fault; /* NULL: none */
} entry_cases[] = {
	{{{"a", MODE_FILE, 0, 0}, {"b", MODE_EXEC, 0, 0}}, NULL},
	{{{"a", MODE_LINK, 0, 0}, {"b", MODE_GITLINK, 0, 0}}, NULL},
	{{{"a", MODE_FILE, 1, 0}, {"a", MODE_FILE, 2, 0}}, NULL},
	{{{"a.b", MODE_FILE, 0, 0}, {"a/b", MODE_FILE, 0, 0}}, NULL},
	{{{"a", MODE_FILE, 0, 0x2000}, {"b", MODE_FILE, 0, 0x4000}}, NULL},
	{{{"b", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "order"},
	{{{"aa", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "order"},
	{{{"a/b", MODE_FILE, 0, 0}, {"a.b", MODE_FILE, 0, 0}}, "order"},
	{{{"a", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "twice"},
	{{{"a", MODE_FILE, 0, 0}, {"a", MODE_FILE, 1, 0}}, "twice"},
	{{{"a", MODE_FILE, 2, 0}, {"a", MODE_FILE, 2, 0}}, "stages"},
	{{{"a", MODE_FILE, 2, 0}, {"a", MODE_FILE, 1, 0}}, "stages"},
	{{{"a", MODE_FILE, 0, 0}, {"b", 0100664, 0, 0}}, "mode"},
	{{{"a", 0, 0, 0}, {"b", MODE_FILE, 0, 0}}, "mode"},
	{{{"a", MODE_FILE, 0, 0x1000}, {"b", MODE_FILE, 0, 0}}, "flags"},
	{{{"a", MODE_FILE, 0, 0x8000}, {"b", MODE_FILE, 0, 0}}, "flags"},
	{{{"/a", MODE_FILE, 0, 0}, {"b", MODE_FILE, 0, 0}}, "empty"},
	{{{"a", MODE_FILE, 0, 0}, {"a/", MODE_FILE, 0, 0}}, "empty"},
	{{{"a", MODE_FILE, 0, 0}, {"a//b", MODE_FILE, 0, 0}}, "empty"},
	{{{"a", MODE_FILE, 0, 0}, {"a/./b", MODE_FILE, 0, 0}}, "'.'"},
	{{{"..", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "'..'"},
	{{{"../a", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "'..'"},
	{{{"a/.b", MODE_FILE, 0, 0}, {"a/.b/..", MODE_FILE, 0, 0}}, "'..'"},
	/* What they have in common ends within a component. */
	{{{"a/.", MODE_FILE, 0, 0}, {"b", MODE_FILE, 0, 0}}, "'.'"},
	{{{"a/.-", MODE_FILE, 0, 0}, {"a/..", MODE_FILE, 0, 0}}, "'..'"},
	{{{"a/...", MODE_FILE, 0, 0}, {"a/..a", MODE_FILE, 0, 0}}, NULL},
	{{{"", MODE_FILE, 0, 0}, {"a", MODE_FILE, 0, 0}}, "without a path"},
	{{{"a", MODE_FILE, 0, 0}, {"b/", MODE_TREE, 0, 0x4000}}, "not sparse"},
	{{{"a", MODE_FILE, 0, 0}, {"b", MODE_TREE, 0, 0x4000}}, "slash"},
	{{{"a", MODE_FILE, 0, 0}, {"b/", MODE_TREE, 0, 0}}, "skip-worktree"},
	{{{"b/", MODE_TREE, 0, 0x4000}, {"b/a", MODE_FILE, 0, 0}}, "inside"},
};

static void refuses_entries_that_cannot_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entry_cases); i++) {
		struct buf raw = BUF_INIT;

		put_head(&raw, 3, 2);
		put_entry(&raw, &entry_cases[i].entries[0]);
		put_entry(&raw, &entry_cases[i].entries[1]);
		put_no_checksum(&raw);
		assert_fault(&raw, entry_cases[i].fault);
		buf_release(&raw);
	}
}

static void refuses_what_is_no_index(void **state)
{
	static const struct raw_entry entry = {"a", MODE_FILE, 0, 0};
	struct error err = ERROR_INIT;
	struct index *index = NULL;
	struct buf raw = BUF_INIT;

	(void)state;
	assert_fault(&raw, "smaller than expected");
	put_head(&raw, 2, 0);
	put_no_checksum(&raw);
	assert_fault(&raw, NULL);
	raw.ptr[7] = 1;
	assert_fault(&raw, "unknown version 1");
	raw.ptr[7] = 5;
	assert_fault(&raw, "unknown version 5");
	raw.ptr[0] = 'd';
	assert_fault(&raw, "signature");

	buf_reset(&raw);
	put_head(&raw, 2, UINT32_MAX);
	put_entry(&raw, &entry);
	put_no_checksum(&raw);
	assert_fault(&raw, "cannot be in");
	raw.ptr[8] = raw.ptr[9] = raw.ptr[10] = 0;
	raw.ptr[11] = 1;
	assert_fault(&raw, NULL);
	/* Another length than the path has */
	raw.ptr[12 + 61] = 2;
	assert_fault(&raw, "another length");
	buf_release(&raw);

	shell("rm index && mkdir index");
	assert_int_equal(index_read(&index, NULL, "index", &err), ERR_INVALID);
	error_release(&err);
}

static void refuses_extensions_that_it_must_know(void **state)
{
	struct buf raw = BUF_INIT;
	size_t at;

	(void)state;
	put_head(&raw, 2, 0);
	at = raw.len;
	buf_add(&raw, "WHAT\0\0\0\3abc", 11);
	put_no_checksum(&raw);
	assert_fault(&raw, NULL);
	raw.ptr[at + 7] = 4;
	assert_fault(&raw, "is cut");
	raw.ptr[at + 7] = 2;
	assert_fault(&raw, "too many");
	raw.ptr[at + 7] = 3;
	raw.ptr[at] = 'w';
	assert_fault(&raw, "'wHAT'");
	raw.ptr[at] = '\1';
	assert_fault(&raw, "'\\x01HAT'");
	buf_release(&raw);
}

static void sees_a_wrong_checksum(void **state)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT;
	char *from;

	(void)state;
	init_repository();
	shell("echo x >x && git add x");
	assert_int_equal(buf_read_file(&raw, ".git/index", 1 << 20, &err), 0);
	assert_fault(&raw, NULL);
	/* The file's owner, of which nothing else is known */
	from = raw.ptr + 12 + 28;
	*from ^= 1;
	assert_fault(&raw, "wrong checksum");
	*from ^= 1;
	raw.ptr[raw.len - 1] ^= 1;
	assert_fault(&raw, "wrong checksum");
	buf_release(&raw);
}

/* The file's first `len` bytes, with a checksum of none. */
static void cut(struct buf *out, const struct buf *raw, size_t len)
{
	buf_reset(out);
	buf_add(out, raw->ptr, len);
	put_no_checksum(out);
}

static void refuses_files_cut_anywhere(unsigned version)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT, part = BUF_INIT;
	char *command = xstrfmt("git update-index --index-version %u", version);
	size_t entries;
	const char *extension;

	shell(command);
	assert_int_equal(buf_read_file(&raw, ".git/index", 1 << 20, &err), 0);
	extension = memmem(raw.ptr, raw.len, "TREE\0\0", 6);
	assert_non_null(extension);
	entries = (size_t)(extension - raw.ptr);
	for (size_t len = 0; len < raw.len - OID_RAWSZ; len++) {
		char *text;

		cut(&part, &raw, len);
		text = fault_of(&part);
		if (!text && len != entries)
			fail_msg("cut at %zu, it is read", len);
		free(text);
	}
	free(command);
	buf_release(&raw);
	buf_release(&part);
}

static void refuses_files_that_are_cut(void **state)
{
	(void)state;
	init_repository();
	shell("mkdir d && echo x >d/a && echo x >d/ab && echo x >d.x && "
	      "git add . && git update-index --skip-worktree d/a && "
	      "git write-tree");
	refuses_files_cut_anywhere(2);
	refuses_files_cut_anywhere(4);
}

/* Few bytes of version 4 can stand for paths of any length. */
static void refuses_paths_that_fill_the_memory(void **state)
{
	struct buf raw = BUF_INIT;
	int nr = 2000;

	(void)state;
	put_head(&raw, 4, (uint32_t)nr);
	for (int i = 0; i < nr; i++) {
		unsigned len = (unsigned)(i + 1) * 200;

		for (int k = 0; k < 10; k++)
			put32(&raw, k == 6 ? MODE_FILE : 1);
		for (int k = 0; k < OID_RAWSZ; k++)
			buf_addch(&raw, 'i');
		put16(&raw, len < 0xfff ? len : 0xfff);
		buf_addch(&raw, '\0');
		for (int k = 0; k < 200; k++)
			buf_addch(&raw, 'p');
		buf_addch(&raw, '\0');
	}
	put_no_checksum(&raw);
	assert_fault(&raw, "too long");
	buf_release(&raw);
}

/* A cache tree of a/b, a/c and d: each node's name, entries, children. */
static const struct {
	bool kept, complete;
	struct {
		const char *name;
		int entries, children;
	} nodes[4];
} tree_cases[] = {
	{true, true, {{"", 3, 1}, {"a", 2, 0}}},
	{true, false, {{"", 3, 0}}},
	{true, false, {{"", 3, 1}, {"a", -1, 0}}},
	{true, false, {{"", -1, 1}, {"a", 2, 0}}},
	{true, false, {{"", -1, 2}, {"a", 2, 0}, {"x", -1, 0}}},
	{true, false, {{"", -1, 2}, {"x", 0, 0}, {"a", 2, 0}}},
	{false, false, {{"", 2, 0}}},
	{false, false, {{"", 4, 0}}},
	{false, false, {{"", 0, 0}}},
	{false, false, {{"", 3, 1}, {"a", 1, 0}}},
	{false, false, {{"", -1, 1}, {"a", 3, 0}}},
	{false, false, {{"", -1, 1}, {"a", 0, 0}}},
	{false, false, {{"", -1, 1}, {"d", 1, 0}}},
	{false, false, {{"", -1, 2}, {"a", 2, 0}, {"x", 1, 0}}},
	{false, false, {{"", -1, 1}, {"x", -1, 1}, {"y", 1, 0}}},
	{false, false, {{"", -1, 1}, {"x", 0, 1}, {"y", 1, 0}}},
	{false, false, {{"", -1, 2}, {"a", 2, 0}, {"a", 2, 0}}},
	{false, false, {{"", -1, 1}, {"a/", 2, 0}}},
	{false, false, {{"", -1, 1}, {"", 2, 0}}},
	{false, false, {{"a", 3, 0}}},
	{false, false, {{"", 3, 2}, {"a", 2, 0}}},
	{false, false, {{"", 3, 0}, {"a", 2, 0}}},
};

static void put_tree_case(struct buf *out, size_t which,
			  const struct raw_entry *first)
{
	struct buf tree = BUF_INIT;

	for (size_t i = 0; tree_cases[which].nodes[i].name; i++) {
		int spans = tree_cases[which].nodes[i].entries;

		buf_addf(&tree, "%s%c%d %d\n", tree_cases[which].nodes[i].name,
			 0, spans, tree_cases[which].nodes[i].children);
		for (int k = 0; spans >= 0 && k < OID_RAWSZ; k++)
			buf_addch(&tree, 't');
	}
	put_head(out, 3, 3);
	put_entry(out, first);
	put_entry(out, &(struct raw_entry){"a/c", MODE_FILE, 0, 0});
	put_entry(out, &(struct raw_entry){"d", MODE_FILE, 0, 0});
	buf_addstr(out, "TREE");
	put32(out, (uint32_t)tree.len);
	buf_add(out, tree.ptr, tree.len);
	put_no_checksum(out);
	buf_release(&tree);
}

static struct index *read_tree_case(size_t which, const struct raw_entry *first)
{
	struct buf raw = BUF_INIT;
	struct index *index;

	put_tree_case(&raw, which, first);
	scratch_write("index", &raw);
	index = index_of(NULL, "index");
	assert_int_equal(index->nr, 3);
	buf_release(&raw);
	return index;
}

/* As git does: the index is good without one. */
static void drops_a_cache_tree_that_does_not_agree(void **state)
{
	static const struct raw_entry first = {"a/b", MODE_FILE, 0, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tree_cases); i++) {
		struct index *index = read_tree_case(i, &first);

		if (!index->tree != !tree_cases[i].kept)
			fail_msg("tree %zu is %skept", i,
				 index->tree ? "" : "not ");
		if (index->tree)
			assert_int_equal(index->tree->complete,
					 tree_cases[i].complete);
		index_free(index);
	}
}

/* git puts neither into a tree. */
static void drops_a_cache_tree_with_conflicts_or_intents(void **state)
{
	static const struct raw_entry firsts[] = {
		{"a/b", MODE_FILE, 0, 0x2000},
		{"a/b", MODE_FILE, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		struct index *index = read_tree_case(0, &firsts[i]);

		assert_null(index->tree);
		index_free(index);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(refuses_entries_that_cannot_be),
		IN_SCRATCH(refuses_what_is_no_index),
		IN_SCRATCH(refuses_extensions_that_it_must_know),
		IN_SCRATCH(sees_a_wrong_checksum),
		IN_SCRATCH(refuses_files_that_are_cut),
		IN_SCRATCH(refuses_paths_that_fill_the_memory),
		IN_SCRATCH(drops_a_cache_tree_that_does_not_agree),
		IN_SCRATCH(drops_a_cache_tree_with_conflicts_or_intents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
