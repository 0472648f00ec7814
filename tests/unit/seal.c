#include "worktree/seal.h"

#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/seal"

static const struct index_run runs[] = {{12, 72, 1}, {300, 144, 2}};
static const struct seal_count modes[] = {{0644, 3}, {4096 + 0755, 1}};
static const uint64_t links[] = {7, 9};

static const struct cache_entry one = {
	.path = "a/b/one",
	.conversion = "text",
	.blob = {{1}},
	.raw = {{2}},
	.keep_raw = true,
	.stat = {.mode = S_IFREG | 0644,
		 .mtime_sec = 1000,
		 .ctime_nsec = 17,
		 .size = 300,
		 .inode = 42},
};

/* "", "a/" and "a/b/", and what is said of the whole. */
static void write_three(struct repository *repo)
{
	struct seal_writer *writer = seal_writer_new(repo);
	struct seal_child child = {.name = "b", .tracked = true};
	const struct seal_rules rules = {{.path = "a/.gitattributes"}, true};
	const struct seal_head head = {
		.moment = {.epoch = "00112233445566aa", .sequence = 17},
		.holder = "refs/checkpoints/x/y",
		.nr_entries = 3,
		.nr_dirs = 3,
		.files = -1,
		.file_mode = 0644,
		.modes = modes,
		.nr_modes = 2,
		.links = links,
		.nr_links = 2,
		.extra = "extra",
		.extra_len = 5,
		.omitted = "",
	};
	struct seal_new_dir dir = {
		.dir = {.path = "a/b/",
			.path_len = 4,
			.start = seal_at(writer),
			.tracked = true,
			.runs = runs,
			.nr_runs = 2,
			.modes = modes,
			.nr_modes = 2,
			.untracked = 1},
		.contents = &one,
		.nr_contents = 1,
	};
	struct error err = ERROR_INIT;
	uint64_t start = seal_at(writer);

	seal_add_inode(writer, 42);
	child.at = seal_add(writer, &dir);
	seal_add_inode(writer, 41);
	dir = (struct seal_new_dir){
		.dir = {.path = "a/",
			.path_len = 2,
			.start = start,
			.nr_children = 1,
			.looked = true},
		.below = &child,
	};
	child.at = seal_add(writer, &dir);
	child.name = "a";
	dir.dir.path = "";
	dir.dir.path_len = 0;
	seal_add(writer, &dir);
	run("mkdir -p .git/checkpoint.d");
	assert_ok(seal_write(writer, &head, &rules, 1, &err), &err);
	seal_writer_free(writer);
}

/* Each part that is not refused is what was written. `*good` counts. */
static void check_dir(const struct seal *seal, uint64_t at, const char *path,
		      int *good)
{
	struct seal_child child;
	struct seal_dir dir;

	if (!seal_dir_at(seal, at, &dir))
		return;
	++*good;
	assert_string_equal(dir.path, path);
	if (!strcmp(path, "a/b/")) {
		struct cache_entry entry;
		size_t next = 0;

		assert_int_equal(dir.nr_children, 0);
		assert_int_equal(dir.untracked, 1);
		assert_true(dir.tracked && !dir.looked);
		assert_int_equal(dir.nr_runs, 2);
		assert_memory_equal(dir.runs, runs, sizeof(runs));
		assert_memory_equal(dir.modes, modes, sizeof(modes));
		assert_true(seal_cached(&dir, &next, &entry));
		assert_string_equal(entry.path, one.path);
		assert_string_equal(entry.conversion, one.conversion);
		assert_true(oid_equal(&entry.raw, &one.raw));
		assert_true(entry.keep_raw);
		assert_int_equal(entry.stat.inode, 42);
		assert_false(seal_cached(&dir, &next, &entry));
		return;
	}
	assert_true(dir.looked);
	assert_false(seal_find_child(&dir, "c", 1, &child));
	assert_false(seal_find_child(&dir, "", 0, &child));
	assert_true(seal_find_child(&dir, *path ? "b/" : "a/", 1, &child));
	assert_true(child.tracked);
	check_dir(seal, child.at, *path ? "a/b/" : "a/", good);
}

static void check_parts(const struct seal *seal, int *good)
{
	const struct seal_inode *inodes;
	const uint64_t *looked;
	struct seal_rules *rules;
	struct seal_dir dir;
	size_t nr;

	if (seal_looked(seal, &looked, &nr)) {
		++*good;
		assert_int_equal(nr, 2);
		assert_int_equal(looked[1], seal_top(seal));
	}
	if (seal_inodes(seal, &inodes, &nr)) {
		++*good;
		assert_int_equal(nr, 2);
		assert_int_equal(inodes[0].inode, 41);
		if (seal_dir_at(seal, (uint64_t)inodes[0].at * 8, &dir))
			assert_string_equal(dir.path, "a/");
	}
	if (seal_rules(seal, &rules, &nr)) {
		++*good;
		assert_int_equal(nr, 1);
		assert_true(rules->attributes);
		assert_string_equal(rules->stat.path, "a/.gitattributes");
	}
	free(rules);
}

static int check(const struct seal *seal)
{
	const struct seal_head *head = seal_head(seal);
	int good = 0;

	assert_string_equal(head->holder, "refs/checkpoints/x/y");
	assert_int_equal(head->moment.sequence, 17);
	assert_int_equal(head->files, -1);
	assert_memory_equal(head->links, links, sizeof(links));
	assert_memory_equal(head->modes, modes, sizeof(modes));
	assert_int_equal(head->extra_len, 5);
	assert_memory_equal(head->extra, "extra", 5);
	check_parts(seal, &good);
	check_dir(seal, seal_top(seal), "", &good);
	return good;
}

static void test_what_was_written_is_found(void **state)
{
	struct repository *repo = repo_new();
	struct seal_dir dir;
	struct seal *seal;
	uint64_t at;

	(void)state;
	assert_null(seal_open(repo));
	write_three(repo);
	seal = seal_open(repo);
	assert_non_null(seal);
	assert_int_equal(check(seal), 6);
	/* All of them lie behind each other, the top last. */
	assert_true(seal_dir_at(seal, seal_top(seal), &dir));
	at = dir.start;
	assert_true(seal_dir_next(seal, &at, &dir));
	assert_string_equal(dir.path, "a/b/");
	assert_true(seal_dir_next(seal, &at, &dir));
	assert_string_equal(dir.path, "a/");
	assert_int_equal(at, seal_top(seal));
	seal_close(seal);
	repository_free(repo);
}

#define MANY 3000

static uint64_t add_top(struct seal_writer *writer, uint64_t start,
			const struct seal_child *below)
{
	const struct seal_new_dir top = {
		.dir = {.path = "", .start = start, .nr_children = MANY},
		.below = below,
	};

	return seal_add(writer, &top);
}

/* More than is written at a time, which nobody sees. */
static void test_many_directories_are_found(void **state)
{
	static char names[MANY][16];
	struct repository *repo = repo_new();
	struct seal_writer *writer;
	struct seal_child *below = xcalloc(MANY, sizeof(*below));
	struct seal_rules rules = {.stat = {.path = ".gitattributes"}};
	struct error err = ERROR_INIT;
	struct seal_head head = {
		.holder = "refs/checkpoints/x/y", .extra = "", .omitted = ""};
	struct seal_child found;
	struct seal_dir dir, top;
	struct seal *seal;
	uint64_t at;

	(void)state;
	run("mkdir -p .git/checkpoint.d");
	snprintf(head.moment.epoch, sizeof(head.moment.epoch), "%016d", 1);
	writer = seal_writer_new(repo);
	for (size_t i = 0; i < MANY; i++) {
		struct seal_new_dir new = {.dir = {.path = names[i],
						   .path_len = 7,
						   .start = seal_at(writer)},
					   .contents = &one,
					   .nr_contents = 1};

		snprintf(names[i], sizeof(names[i]), "d%05zu/", i);
		seal_add_inode(writer, i);
		below[i].name = names[i];
		below[i].at = seal_add(writer, &new);
	}
	add_top(writer, below[0].at, below);
	assert_ok(seal_write(writer, &head, &rules, 1, &err), &err);
	seal_writer_free(writer);
	seal = seal_open(repo);
	assert_non_null(seal);
	assert_true(seal_dir_at(seal, seal_top(seal), &top));
	at = top.start;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(seal_dir_next(seal, &at, &dir));
		assert_string_equal(dir.path, names[i]);
		assert_true(seal_find_child(&top, names[i], 7, &found));
		assert_int_equal(found.at, dir.at);
	}
	assert_int_equal(at, seal_top(seal));
	seal_close(seal);
	free(below);
	repository_free(repo);
}

static void test_one_that_is_not_written_leaves_nothing(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	run("mkdir -p .git/checkpoint.d");
	seal_writer_free(seal_writer_new(repo));
	assert_null(seal_open(repo));
	assert_int_equal(rmdir(".git/checkpoint.d"), 0);
	repository_free(repo);
}

static void test_what_is_damaged_is_refused(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;
	int refused = 0;

	(void)state;
	write_three(repo);
	assert_ok(buf_read_file(&file, FILE_NAME, 1 << 20, &err), &err);
	for (size_t i = 0; i < file.len; i++) {
		struct seal *seal;

		file.ptr[i] ^= 1;
		seal = seal_parse(file.ptr, file.len);
		refused += !seal || check(seal) < 6;
		seal_close(seal);
		file.ptr[i] ^= 1;
		assert_null(seal_parse(file.ptr, i));
	}
	/* But for what fills up. */
	assert_true((size_t)refused > file.len - 64);
	buf_release(&file);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_was_written_is_found),
		IN_SCRATCH(test_many_directories_are_found),
		IN_SCRATCH(test_one_that_is_not_written_leaves_nothing),
		IN_SCRATCH(test_what_is_damaged_is_refused),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
