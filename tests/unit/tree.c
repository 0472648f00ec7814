#include "git/tree.h"

#include "base/path.h"
#include "base/strlist.h"
#include "repo.h"

static const char blob_hex[] = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/* Append one entry as it may not be written. */
static void put(struct buf *raw, const char *mode, const char *name)
{
	struct oid oid = oid_of(blob_hex);

	buf_addf(raw, "%s %s", mode, name);
	buf_addch(raw, '\0');
	buf_add(raw, oid.id, OID_RAWSZ);
}

/* Read a tree to its end: how many entries, or the error. */
static int read_all(const struct buf *raw, struct error *err)
{
	struct tree_entry entry;
	size_t pos = 0;
	int nr = 0, ret;

	while ((ret = tree_next(raw, &pos, &entry, err)) > 0) {
		assert_int_equal(strlen(entry.name), entry.name_len);
		nr++;
	}
	if (!ret)
		assert_int_equal(pos, raw->len);
	return ret < 0 ? ret : nr;
}

/* Modes and names alternate; ended by NULL. */
static int read_entries(const char *const *parts, struct error *err)
{
	struct buf raw = BUF_INIT;
	int ret;

	for (; *parts; parts += 2)
		put(&raw, parts[0], parts[1]);
	ret = read_all(&raw, err);
	buf_release(&raw);
	return ret;
}

#define READ(...) read_entries((const char *const[]){__VA_ARGS__, NULL}, &err)

static void reads_what_git_writes(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(read_all(&(struct buf)BUF_INIT, &err), 0);
	assert_int_equal(READ("100644", "a", "100755", "b", "120000", "c",
			      "160000", "d", "40000", "e"),
			 5);
	/* A directory sorts with its slash. */
	assert_int_equal(READ("100644", "a-b", "100644", "a.c", "40000", "a",
			      "100644", "a0"),
			 4);
	assert_int_equal(READ("100644", "a", "40000", "a-", "40000", "a0"), 3);
	assert_int_equal(READ("100644", " ", "100644", "\377", NULL), 2);
}

static void refuses_what_git_does_not_write(void **state)
{
	static const char *const trees[][7] = {
		{"100644", "b", "100644", "a"},
		{"40000", "a", "100644", "a.c"},
		{"100644", "a0", "40000", "a"},
		{"100644", "a", "100644", "a"},
		{"100644", "a", "160000", "a"},
		{"40000", "a", "40000", "a"},
		{"100644", "a", "40000", "a"},
		{"100644", "a", "100644", "a.c", "40000", "a"},
		{"120000", "a", "40000", "a-", "40000", "a"},
		{"100644", ""},
		{"100644", "a/b"},
		{"100644", "/"},
		{"+100644", "a"},
		{"100648", "a"},
		{"060000", "a"},
		{"0", "a"},
		{"", "a"},
		{"140000", "a"},
		{"100644 ", "a"}, /* the name is " a": fine for the format */
	};
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(trees); i++)
		assert_error(read_entries(trees[i], &err), ERR_INVALID, &err);
	assert_int_equal(read_entries(trees[ARRAY_SIZE(trees) - 1], &err), 1);
}

/* Trees of other modes are in old histories; git's reading is the measure. */
static void reads_old_modes_as_git_does(void **state)
{
	static const char *const given[] = {"100664", "100600",	 "104755",
					    "100100", "0100644", "120777",
					    "040000", "40755"};
	struct repository *repo = repo_new();
	struct buf raw = BUF_INIT, ours = BUF_INIT;
	struct error err = ERROR_INIT;
	struct tree_entry entry;
	size_t pos = 0;
	char name[] = "a";
	char *theirs;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(given); i++, name[0]++)
		put(&raw, given[i], name);
	scratch_write("raw", &raw);
	theirs = says("git ls-tree $(git hash-object -w -t tree --literally "
		      "raw) | cut -d' ' -f1");
	while (tree_next(&raw, &pos, &entry, &err) > 0)
		buf_addf(&ours, "%06o\n", entry.mode);
	assert_null(err.text);
	buf_trim(&ours);
	assert_string_equal(ours.ptr, theirs);
	free(theirs);
	buf_release(&raw);
	buf_release(&ours);
	repository_free(repo);
}

static void refuses_a_tree_that_is_cut(void **state)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT;

	(void)state;
	put(&raw, "100644", "first");
	put(&raw, "40000", "second");
	for (size_t len = raw.len - 1; len; len--) {
		struct buf cut = {xmemdup(raw.ptr, len), len, 0};

		if (len == 7 + 6 + OID_RAWSZ)
			assert_int_equal(read_all(&cut, &err), 1);
		else
			assert_error(read_all(&cut, &err), ERR_INVALID, &err);
		free(cut.ptr);
	}
	buf_release(&raw);
}

/* A tree of a few entries with names that are nearly the same. */
static void make_random(struct buf *raw, uint64_t *seed)
{
	static const char letters[] = "ab-0.";
	size_t nr = 1 + scratch_random(seed) % 4;
	char last[8] = "a";

	for (size_t i = 0; i < nr; i++) {
		bool dir = scratch_random(seed) % 2;
		size_t len = strlen(last);

		/* Mostly a longer name, or the same one again. */
		switch (scratch_random(seed) % 4) {
		case 0:
			last[scratch_random(seed) % len] =
				letters[scratch_random(seed) % 2];
			break;
		case 1:
			break;
		default:
			if (len < 4) {
				last[len] = letters[scratch_random(seed) % 5];
				last[len + 1] = '\0';
			} else {
				last[1] = '\0';
			}
		}
		put(raw, dir ? "40000" : "100644", last);
	}
}

/* git fsck's word on order and doubles is the measure. */
static void judges_as_git_fsck_does(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	uint64_t seed = 5;
	int refused = 0;
	char *report;
	struct buf *trees = xcalloc(600, sizeof(*trees));

	(void)state;
	run("mkdir t");
	for (int i = 0; i < 600; i++) {
		char *path = xstrfmt("t/%03d", i);

		trees[i] = (struct buf)BUF_INIT;
		make_random(&trees[i], &seed);
		scratch_write(path, &trees[i]);
		free(path);
	}
	run("ls t/* | git hash-object -w -t tree --literally --stdin-paths");
	report = says("git fsck --full 2>&1 | grep -e treeNotSorted -e "
		      "duplicateEntries || :");
	for (int i = 0; i < 600; i++) {
		int ret = read_all(&trees[i], &err);
		char hex[OID_HEXSZ + 1];
		struct oid oid;

		assert_ok(object_hash(&oid, OBJECT_TREE, trees[i].ptr,
				      trees[i].len, &err),
			  &err);
		if ((ret < 0) != !!strstr(report, oid_hex(&oid, hex)))
			fail_msg("t/%03d: %d, but git: %s", i, ret, report);
		refused += ret < 0;
		error_release(&err);
		buf_release(&trees[i]);
	}
	assert_in_range(refused, 100, 500);
	free(report);
	free(trees);
	repository_free(repo);
}

static struct oid commit_files(void)
{
	char *hex = says("mkdir -p a/b a.d && echo 1 >a/b/c && echo 2 >a/x && "
			 "echo 3 >a.d/y && echo 4 >a-b && ln -s x l && "
			 "chmod +x a-b && git add . && git commit -qm x && "
			 "git rev-parse HEAD:");
	struct oid oid = oid_of(hex);

	free(hex);
	return oid;
}

static void finds_paths(void **state)
{
	static const char *const missing[] = {
		"",	   "/",	   "b",	     "a/",   "/a",  "a//b",
		"a/b/c/d", "a-b/", "a/b/c/", "a/bb", "l/x", "a/b/../x"};
	struct repository *repo = repo_new();
	struct oid top = commit_files(), oid;
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];
	uint32_t mode;

	(void)state;
	assert_ok(tree_find(repo, &top, "a/b/c", &mode, &oid, &err), &err);
	assert_int_equal(mode, MODE_FILE);
	assert_says(oid_hex(&oid, hex), "git rev-parse HEAD:a/b/c");
	assert_ok(tree_find(repo, &top, "a/b", &mode, &oid, &err), &err);
	assert_int_equal(mode, MODE_TREE);
	assert_says(oid_hex(&oid, hex), "git rev-parse HEAD:a/b");
	assert_ok(tree_find(repo, &top, "a-b", &mode, NULL, &err), &err);
	assert_int_equal(mode, MODE_EXEC);
	assert_ok(tree_find(repo, &top, "l", &mode, NULL, &err), &err);
	assert_int_equal(mode, MODE_LINK);
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++)
		assert_error(
			tree_find(repo, &top, missing[i], &mode, &oid, &err),
			ERR_NOT_FOUND, &err);
	top.id[0] ^= 1;
	assert_error(tree_find(repo, &top, "a", &mode, &oid, &err),
		     ERR_NOT_FOUND, &err);
	repository_free(repo);
}

static int list(void *context, const char *path, const struct tree_entry *entry,
		struct error *err)
{
	char hex[OID_HEXSZ + 1];

	(void)err;
	buf_addf(context, "%06o %s\t%s\n", entry->mode,
		 oid_hex(&entry->oid, hex), path);
	return 0;
}

static int stop(void *context, const char *path, const struct tree_entry *entry,
		struct error *err)
{
	(void)entry;
	(void)err;
	++*(int *)context;
	return strcmp(path, "a/b/c") ? 0 : 7;
}

static void walks_in_path_order(void **state)
{
	struct repository *repo = repo_new();
	struct oid top = commit_files();
	struct error err = ERROR_INIT;
	struct buf seen = BUF_INIT;
	int nr = 0;

	(void)state;
	assert_ok(tree_walk(repo, &top, 8, list, &seen, &err), &err);
	buf_trim(&seen);
	assert_says(seen.ptr, "git ls-tree -r HEAD | "
			      "sed 's/ [a-z]* / /'");
	assert_error(tree_walk(repo, &top, 7, list, &seen, &err), ERR_INVALID,
		     &err);
	assert_int_equal(tree_walk(repo, &top, 100, stop, &nr, &err), 7);
	/* a-b, a.d/y, a/b/c: a directory sorts with its slash. */
	assert_int_equal(nr, 3);
	buf_release(&seen);
	repository_free(repo);
}

/* Each directory twice in the one above it: 2^40 files. */
static void ends_where_directories_multiply(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *pack;
	struct oid oid;
	int nr = 0;

	(void)state;
	assert_ok(pack_open(&pack, repo, &err), &err);
	assert_ok(pack_add(pack, OBJECT_TREE, "", 0, &oid, &err), &err);
	for (int i = 0; i < 40; i++) {
		struct buf raw = BUF_INIT;

		tree_add(&raw, MODE_TREE, "a", 1, &oid);
		tree_add(&raw, MODE_TREE, "b", 1, &oid);
		assert_ok(pack_add(pack, OBJECT_TREE, raw.ptr, raw.len, &oid,
				   &err),
			  &err);
		buf_release(&raw);
	}
	assert_ok(pack_finish(pack, &err), &err);
	assert_error(tree_walk(repo, &oid, 10000, stop, &nr, &err), ERR_INVALID,
		     &err);
	pack_free(pack);
	repository_free(repo);
}

static void ends_where_directories_nest_too_deep(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *pack;
	struct oid oid;
	int nr = 0;

	(void)state;
	assert_ok(pack_open(&pack, repo, &err), &err);
	assert_ok(pack_add(pack, OBJECT_TREE, "", 0, &oid, &err), &err);
	for (int i = 1; i < 4097; i++) {
		struct buf raw = BUF_INIT;

		tree_add(&raw, MODE_TREE, "a", 1, &oid);
		assert_ok(pack_add(pack, OBJECT_TREE, raw.ptr, raw.len, &oid,
				   &err),
			  &err);
		buf_release(&raw);
	}
	assert_ok(pack_finish(pack, &err), &err);
	assert_error(tree_walk(repo, &oid, UINT64_MAX, stop, &nr, &err),
		     ERR_INVALID, &err);
	pack_free(pack);
	repository_free(repo);
}

static void random_path(struct buf *out, uint64_t *seed)
{
	static const char letters[] = "ab-.0~\377";
	size_t parts = 1 + scratch_random(seed) % 5;

	buf_reset(out);
	for (size_t i = 0; i < parts; i++) {
		size_t len = 1 + scratch_random(seed) % 3;

		if (i)
			buf_addch(out, '/');
		for (size_t j = 0; j < len; j++)
			buf_addch(out, letters[scratch_random(seed) % 8]);
	}
}

/* What an index keeps of random paths, "<mode> <path>", in no order. */
static void random_entries(struct strlist *out, size_t nr, uint64_t *seed)
{
	static const char *const modes[] = {"100644", "100755", "120000",
					    "160000"};
	struct buf lines = BUF_INIT, path = BUF_INIT;
	char *text;

	for (size_t i = 0; i < nr; i++) {
		random_path(&path, seed);
		if (path_is_safe(path.ptr))
			buf_addf(&lines, "%s %s 0\t%s\n",
				 modes[scratch_random(seed) % 4], blob_hex,
				 path.ptr);
	}
	scratch_write("lines", &lines);
	run("rm -f .git/index && "
	    "git update-index --replace --index-info <lines");
	text = says("git -c core.quotePath=false ls-files -s | "
		    "sed 's/^\\(......\\).*\\t/\\1 /'");
	strlist_split(out, text, '\n');
	for (size_t i = out->nr; i > 1; i--) {
		size_t other = scratch_random(seed) % i;
		char *swap = out->items[i - 1];

		out->items[i - 1] = out->items[other];
		out->items[other] = swap;
	}
	free(text);
	buf_release(&lines);
	buf_release(&path);
}

static void builds_what_git_builds(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid blob = oid_of(blob_hex), oid;
	char hex[OID_HEXSZ + 1];
	uint64_t seed = 3;

	(void)state;
	for (size_t round = 0; round < 30; round++) {
		struct tree_builder *builder = tree_builder_new();
		struct strlist entries = STRLIST_INIT;
		struct pack *pack;

		random_entries(&entries, round * 10, &seed);
		for (size_t i = 0; i < entries.nr; i++)
			tree_builder_add(
				builder, entries.items[i] + 7,
				(uint32_t)strtoul(entries.items[i], NULL, 8),
				&blob);
		assert_ok(pack_open(&pack, repo, &err), &err);
		assert_ok(tree_builder_write(builder, pack, &oid, &err), &err);
		assert_says(oid_hex(&oid, hex), "git write-tree --missing-ok");
		pack_free(pack);
		tree_builder_free(builder);
		strlist_release(&entries);
	}
	repository_free(repo);
}

static int build(struct repository *repo, const char *const *paths,
		 struct oid *oid, struct error *err)
{
	struct tree_builder *builder = tree_builder_new();
	struct oid blob = oid_of(blob_hex);
	struct pack *pack = NULL;
	int ret;

	for (; *paths; paths++) {
		size_t len = strlen(*paths);

		/* ":" marks one that is given as a tree. */
		if (len && (*paths)[len - 1] == ':') {
			char *path = xstrndup(*paths, len - 1);

			tree_builder_add(builder, path, MODE_TREE, &blob);
			free(path);
		} else {
			tree_builder_add(builder, *paths, MODE_FILE, &blob);
		}
	}
	ret = pack_open(&pack, repo, err);
	if (!ret)
		ret = tree_builder_write(builder, pack, oid, err);
	pack_free(pack);
	tree_builder_free(builder);
	return ret;
}

static void refuses_paths_that_are_no_tree(void **state)
{
	static const char *const sets[][6] = {
		{"a", "a"},
		{"a", "a/b"},
		{"a/b", "a"},
		{"a", "a-", "a/b"},
		{"x/a/b", "x/a"},
		{"a:", "a"},
		{"a:", "a/b"},
		{"a:", "a:"},
		{"x/a:", "x/a/b/c"},
		{""},
		{"/a"},
		{"a/"},
		{"a//b"},
		{":"},
		{"a/:"},
		{"a-", "a:", "a."}, /* this one is */
	};
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid oid;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(sets); i++)
		assert_error(build(repo, sets[i], &oid, &err), ERR_INVALID,
			     &err);
	assert_ok(build(repo, sets[ARRAY_SIZE(sets) - 1], &oid, &err), &err);
	assert_int_equal(build(repo, sets[4], &oid, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "'x'"));
	error_release(&err);
	repository_free(repo);
}

static void takes_trees_as_they_are(void **state)
{
	struct repository *repo = repo_new();
	struct oid top = commit_files(), a, blob = oid_of(blob_hex), oid;
	struct tree_builder *builder = tree_builder_new();
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];
	struct pack *pack;

	(void)state;
	assert_ok(tree_find(repo, &top, "a", NULL, &a, &err), &err);
	assert_ok(pack_open(&pack, repo, &err), &err);
	tree_builder_add(builder, "d.x", MODE_FILE, &blob);
	tree_builder_add(builder, "d/e", MODE_TREE, &a);
	tree_builder_add(builder, "a", MODE_TREE, &a);
	tree_builder_add(builder, "a-", MODE_FILE, &blob);
	tree_builder_add(builder, "a0", MODE_FILE, &blob);
	assert_int_equal(tree_builder_count(builder), 5);
	assert_ok(tree_builder_write(builder, pack, &oid, &err), &err);
	assert_ok(pack_finish(pack, &err), &err);
	assert_says(oid_hex(&oid, hex),
		    "rm .git/index; git read-tree --prefix=a HEAD:a && "
		    "git read-tree --prefix=d/e HEAD:a && for i in a- a0 d.x; "
		    "do git update-index --add --cacheinfo "
		    "100644,%s,$i; done; git write-tree --missing-ok",
		    blob_hex);
	pack_free(pack);
	tree_builder_free(builder);
	repository_free(repo);
}

static void nothing_makes_the_empty_tree(void **state)
{
	static const char *const none[] = {NULL};
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid oid;

	(void)state;
	assert_ok(build(repo, none, &oid, &err), &err);
	assert_oid(&oid, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	tree_builder_free(NULL);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_git_writes),
		cmocka_unit_test(refuses_what_git_does_not_write),
		IN_SCRATCH(reads_old_modes_as_git_does),
		cmocka_unit_test(refuses_a_tree_that_is_cut),
		IN_SCRATCH(judges_as_git_fsck_does),
		IN_SCRATCH(finds_paths),
		IN_SCRATCH(walks_in_path_order),
		IN_SCRATCH(ends_where_directories_multiply),
		IN_SCRATCH(ends_where_directories_nest_too_deep),
		IN_SCRATCH(builds_what_git_builds),
		IN_SCRATCH(refuses_paths_that_are_no_tree),
		IN_SCRATCH(takes_trees_as_they_are),
		IN_SCRATCH(nothing_makes_the_empty_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
