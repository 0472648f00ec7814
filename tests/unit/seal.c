#include "worktree/seal_file.h"

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
	static const uint32_t inodes[] = {40, 41, 42};
	const uint64_t *looked;
	uint64_t *places;
	struct seal_rules *rules;
	struct seal_dir dir;
	size_t nr;

	if (seal_looked(seal, &looked, &nr)) {
		++*good;
		assert_int_equal(nr, 2);
		assert_int_equal(looked[1], seal_top(seal));
	}
	if (seal_find_inodes(seal, inodes, 3, &places, &nr)) {
		++*good;
		assert_int_equal(nr, 2);
		if (seal_dir_at(seal, places[0], &dir))
			assert_string_equal(dir.path, "a/");
		if (seal_dir_at(seal, places[1], &dir))
			assert_string_equal(dir.path, "a/b/");
	}
	free(places);
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

/* All directories with a file of that inode are found, and no other. */
static void check_inode(const struct seal *seal, const struct seal_child *below,
			uint32_t inode)
{
	bool several = inode >= 1000 && inode < MANY && inode % 5 == 0;
	size_t wanted = several ? 5 : inode < 1000;
	const uint32_t inodes[] = {inode, inode};
	uint64_t *places;
	size_t nr;

	assert_true(seal_find_inodes(seal, inodes, 2, &places, &nr));
	assert_int_equal(nr, wanted);
	for (size_t i = 0; i < nr; i++) {
		size_t found = 0;

		for (size_t k = 0; k < nr; k++)
			found += places[k] == below[inode + i].at;
		assert_int_equal(found, 1);
	}
	free(places);
}

static const char *name_of(size_t i, char name[16])
{
	snprintf(name, 16, "d%05zu/", i);
	return name;
}

/* More than is written at a time, and more inodes than are in a block. `below`
 * says where they are. */
static void write_many(struct repository *repo, struct seal_child below[MANY])
{
	static char names[MANY][16];
	struct seal_rules rules = {.stat = {.path = ".gitattributes"}};
	struct error err = ERROR_INIT;
	struct seal_head head = {
		.holder = "refs/checkpoints/x/y", .extra = "", .omitted = ""};
	struct seal_writer *writer;

	run("mkdir -p .git/checkpoint.d");
	snprintf(head.moment.epoch, sizeof(head.moment.epoch), "%016d", 1);
	writer = seal_writer_new(repo);
	for (size_t i = 0; i < MANY; i++) {
		struct seal_new_dir new = {.dir = {.path = name_of(i, names[i]),
						   .path_len = 7,
						   .start = seal_at(writer)},
					   .contents = &one,
					   .nr_contents = 1};

		/* From 1000 on five of each: some go on in the next block. */
		seal_add_inode(writer, i < 1000 ? i : i - i % 5);
		below[i].name = names[i];
		below[i].at = seal_add(writer, &new);
	}
	add_top(writer, below[0].at, below);
	assert_ok(seal_write(writer, &head, &rules, 1, &err), &err);
	seal_writer_free(writer);
}

static void test_many_directories_are_found(void **state)
{
	struct repository *repo = repo_new();
	struct seal_child *below = xcalloc(MANY, sizeof(*below));
	struct seal_child found;
	struct seal_dir dir, top;
	struct seal *seal;
	char name[16];
	uint64_t at;

	(void)state;
	write_many(repo, below);
	seal = seal_open(repo);
	assert_non_null(seal);
	assert_true(seal_dir_at(seal, seal_top(seal), &top));
	at = top.start;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(seal_dir_next(seal, &at, &dir));
		assert_string_equal(dir.path, name_of(i, name));
		assert_true(seal_find_child(&top, name, 7, &found));
		assert_int_equal(found.at, dir.at);
	}
	assert_int_equal(at, seal_top(seal));
	for (uint32_t i = 0; i < MANY + 10; i++)
		check_inode(seal, below, i);
	seal_close(seal);
	free(below);
	repository_free(repo);
}

/* Damage is found where it is, and only there: nothing else is read. */
static void test_inodes_are_refused_by_the_block(void **state)
{
	static const uint32_t inodes[] = {10, 600, 2000};
	struct repository *repo = repo_new();
	struct seal_child *below = xcalloc(MANY, sizeof(*below));
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;
	struct seal_header header;
	struct seal *seal;
	uint64_t *places;
	size_t nr;

	(void)state;
	write_many(repo, below);
	assert_ok(buf_read_file(&file, FILE_NAME, 1 << 20, &err), &err);
	memcpy(&header, file.ptr, sizeof(header));
	file.ptr[header.parts[SEAL_INODES].start +
		 700 * sizeof(struct seal_inode)] ^= 1;
	seal = seal_parse(file.ptr, file.len);
	assert_non_null(seal);
	for (size_t i = 0; i < ARRAY_SIZE(inodes); i++) {
		assert_int_equal(
			seal_find_inodes(seal, &inodes[i], 1, &places, &nr),
			i != 1);
		free(places);
	}
	assert_false(seal_find_inodes(seal, inodes, 3, &places, &nr));
	free(places);
	seal_close(seal);
	buf_release(&file);
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
		IN_SCRATCH(test_inodes_are_refused_by_the_block),
		IN_SCRATCH(test_one_that_is_not_written_leaves_nothing),
		IN_SCRATCH(test_what_is_damaged_is_refused),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
