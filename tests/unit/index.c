#include "git/index.h"

#include <sys/time.h>

#include "base/alloc.h"
#include "git/tree.h"
#include "index_listing.h"

/* Names that sort otherwise than they look, and long ones. */
static void make_files(void)
{
	init_repository();
	shell("mkdir -p a/b/c d 'sp ace' && "
	      "for i in 1 2 3 4 5 6 7 8 9; do echo $i >a/f$i; echo $i >a/b/g$i;"
	      " echo $i >a/b/c/$(printf '%0'$i'd' 0); done && "
	      "echo x >a.b && echo x >a-b && echo x >a0 && echo y >d/exec && "
	      "chmod +x d/exec && ln -s target d/link && : >empty && "
	      "echo z >\"$(printf 'new\\nline\\t\"q\\\\')\" && "
	      "echo z >\"$(printf 'bytes\\303\\050\\377')\" && "
	      "echo s >'sp ace/f f' && git add . && git commit -qm one");
}

static void add_flags_and_conflicts(void)
{
	shell("echo n >n && git add -N n && echo n >a/n && git add -N a/n && "
	      "git update-index --assume-unchanged a/f2 a/b/g1 && "
	      "git update-index --skip-worktree a/f3 a/f2 && "
	      "blob=$(git rev-parse HEAD:a/f1) && "
	      "{ for s in 1 2 3; do printf '100644 %s %s\\tc/%s\\n' $blob $s "
	      "both; done; printf '100755 %s 3\\td/theirs\\n' $blob; "
	      "printf '160000 %s 0\\tsub\\n' $(git rev-parse HEAD); } | "
	      "git update-index --index-info");
}

static void reads_each_version_as_git_does(void **state)
{
	char command[] = "git update-index --index-version ?";
	struct index *index;
	const char *version;

	(void)state;
	make_files();
	add_flags_and_conflicts();
	for (version = "4324"; *version; version++) {
		command[strlen(command) - 1] = *version;
		shell(command);
		index = read_like_git(NULL, ".git/index");
		/* The flags need version 3. */
		assert_int_equal(index->version, *version == '4' ? 4 : 3);
		assert_true(index->exists);
		assert_true(index->checksummed);
		assert_false(index->split);
		assert_false(index->sparse);
		index_free(index);
	}
}

static void reads_version_2(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->version, 2);
	index_free(index);
}

static void reads_paths_of_any_length(void **state)
{
	static const int lengths[] = {1,    2,	  3,	4,    5,    6,
				      7,    8,	  9,	4093, 4094, 4095,
				      4096, 4097, 9000, 40000};
	struct buf info = BUF_INIT;
	struct index *index;
	size_t i;

	(void)state;
	init_repository();
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		int len = lengths[i];

		buf_addf(&info, "100644 %040d 0\t", 1);
		while (len--)
			buf_addch(&info, 'p');
		buf_addch(&info, '\n');
	}
	scratch_write("info", &info);
	shell("git update-index --index-info <info");
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->nr, ARRAY_SIZE(lengths));
	index_free(index);
	shell("git update-index --index-version 4");
	index_free(read_like_git(NULL, ".git/index"));
	buf_release(&info);
}

static void a_missing_file_is_an_empty_index(void **state)
{
	struct index *index = index_of(NULL, "missing");

	(void)state;
	assert_false(index->exists);
	assert_int_equal(index->nr, 0);
	assert_null(index_find(index, "a"));
	assert_int_equal(index_position(index, "a", 1), 0);
	assert_true(index_file_unchanged(index, "missing"));
	shell(": >missing");
	assert_false(index_file_unchanged(index, "missing"));
	index_free(index);
}

static void reads_an_index_of_no_entries(void **state)
{
	struct index *index;

	(void)state;
	init_repository();
	shell("git read-tree --empty");
	index = read_like_git(NULL, ".git/index");
	assert_true(index->exists);
	assert_int_equal(index->nr, 0);
	index_free(index);
}

static void finds_by_path(void **state)
{
	struct index *index;
	size_t i;

	(void)state;
	make_files();
	add_flags_and_conflicts();
	index = index_of(NULL, ".git/index");
	for (i = 0; i < index->nr; i++) {
		struct index_entry *entry = &index->entries[i];
		size_t at = index_position(index, entry->path, entry->path_len);

		assert_true(at <= i);
		assert_string_equal(index->entries[at].path, entry->path);
		assert_true(!at ||
			    strcmp(index->entries[at - 1].path, entry->path));
		assert_ptr_equal(index_find(index, entry->path),
				 entry->stage ? NULL : entry);
	}
	assert_null(index_find(index, "a"));
	assert_null(index_find(index, "a/"));
	assert_null(index_find(index, ""));
	assert_null(index_find(index, "zzz"));
	assert_string_equal(index->entries[index_position(index, "a/", 2)].path,
			    "a/b/c/0");
	assert_int_equal(index_position(index, "zzz", 3), index->nr);
	index_free(index);
}

static void sees_that_the_file_has_changed(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	assert_true(index_file_unchanged(index, ".git/index"));
	shell("cp -p .git/index copy && mv copy .git/index");
	assert_false(index_file_unchanged(index, ".git/index"));
	index_free(index);
	index = index_of(NULL, ".git/index");
	shell("touch .git/index");
	assert_false(index_file_unchanged(index, ".git/index"));
	shell("rm .git/index");
	assert_false(index_file_unchanged(index, ".git/index"));
	index_free(index);
}

static void reads_an_index_through_a_link(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	shell("mv .git/index real && ln -s ../real .git/index");
	index = read_like_git(NULL, ".git/index");
	assert_true(index_file_unchanged(index, ".git/index"));
	shell("touch real");
	assert_false(index_file_unchanged(index, ".git/index"));
	index_free(index);
}

/* Each valid tree is the one that git writes of these entries. */
static size_t check_tree(const struct index_tree *tree, const char *path)
{
	char hex[OID_HEXSZ + 1];
	size_t valid = 0;
	uint32_t i;

	if (tree->entries >= 0) {
		char *command = xstrfmt("git rev-parse $(GIT_INDEX_FILE=copy "
					"git write-tree):'%s'",
					path);
		char *want = shell_line(command);
		char *count;

		assert_string_equal(oid_hex(&tree->oid, hex), want);
		free(command);
		free(want);
		command = xstrfmt("git ls-files './%s' | wc -l", path);
		count = shell_line(command);
		assert_int_equal(tree->entries, atoi(count));
		free(command);
		free(count);
		valid++;
	}
	for (i = 0; i < tree->nr_children; i++) {
		const struct index_tree *child = &tree->children[i];
		char *name = xstrfmt("%s%s%.*s", path, *path ? "/" : "",
				     (int)child->name_len, child->name);

		assert_ptr_equal(
			index_tree_child(tree, child->name, child->name_len),
			child);
		valid += check_tree(child, name);
		free(name);
	}
	assert_null(index_tree_child(tree, "no such", 7));
	return valid;
}

static void keeps_the_cache_tree(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	shell("cp .git/index copy");
	index = index_of(NULL, ".git/index");
	assert_non_null(index->tree);
	/* The top, a, a/b, a/b/c, d, "sp ace" */
	assert_int_equal(check_tree(index->tree, ""), 6);
	index_free(index);

	shell("echo changed >a/b/g1 && git add a/b/g1 && rm a/b/c/* && "
	      "git add a/b/c && cp .git/index copy");
	index = index_of(NULL, ".git/index");
	assert_non_null(index->tree);
	assert_int_equal(check_tree(index->tree, ""), 2);
	assert_true(index->tree->entries < 0);
	index_free(index);
}

static void reads_one_without_a_checksum(void **state)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT;
	struct index *index;

	(void)state;
	make_files();
	assert_int_equal(buf_read_file(&raw, ".git/index", 1 << 20, &err), 0);
	memset(raw.ptr + raw.len - 20, 0, 20);
	scratch_write(".git/index", &raw);
	index = read_like_git(NULL, ".git/index");
	assert_false(index->checksummed);
	index_free(index);
	buf_release(&raw);
}

static void reads_past_extensions_of_no_interest(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	shell("git config core.untrackedCache true && git status -s && "
	      "git update-index --untracked-cache --force-untracked-cache && "
	      "mkdir -p .git/hooks && printf '#!/bin/sh\\nprintf "
	      "\"1\\\\0\"\\n' "
	      ">.git/hooks/watch && chmod +x .git/hooks/watch && "
	      "git config core.fsmonitor .git/hooks/watch && "
	      "git update-index --fsmonitor && git status -s && "
	      "git config index.threads 2 && touch a/f1 && git add a/f1");
	index = read_like_git(NULL, ".git/index");
	assert_true(index->untracked_cache);
	assert_true(index->fsmonitor);
	index_free(index);
}

static void reads_resolved_conflicts(void **state)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT;

	(void)state;
	make_files();
	shell("git checkout -qb two && echo two >a/f1 && git commit -qam two "
	      "&& "
	      "git checkout -q - && echo one >a/f1 && git commit -qam b && "
	      "! git merge -q two >merge.log && echo both >a/f1 && "
	      "git add a/f1");
	assert_int_equal(buf_read_file(&raw, ".git/index", 1 << 20, &err), 0);
	assert_non_null(memmem(raw.ptr, raw.len, "REUC", 4));
	index_free(read_like_git(NULL, ".git/index"));
	buf_release(&raw);
}

/* More than one block of entries, which start anew in version 4. */
static void reads_a_hundred_thousand_entries(void **state)
{
	struct buf info = BUF_INIT;
	struct index *index;
	int i;

	(void)state;
	init_repository();
	shell("git config index.threads 4");
	for (i = 0; i < 100000; i++)
		buf_addf(&info, "100644 %040x 0\tsrc/module%02d/dir%04d/f%d\n",
			 i + 1, i / 1000, i / 10, i);
	scratch_write("info", &info);
	shell("git update-index --index-info <info");
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->nr, 100000);
	index_free(index);
	shell("git update-index --index-version 4");
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->version, 4);
	assert_int_equal(index->nr, 100000);
	index_free(index);
	buf_release(&info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(reads_version_2),
		IN_SCRATCH(reads_each_version_as_git_does),
		IN_SCRATCH(reads_paths_of_any_length),
		IN_SCRATCH(a_missing_file_is_an_empty_index),
		IN_SCRATCH(reads_an_index_of_no_entries),
		IN_SCRATCH(finds_by_path),
		IN_SCRATCH(sees_that_the_file_has_changed),
		IN_SCRATCH(reads_an_index_through_a_link),
		IN_SCRATCH(keeps_the_cache_tree),
		IN_SCRATCH(reads_one_without_a_checksum),
		IN_SCRATCH(reads_past_extensions_of_no_interest),
		IN_SCRATCH(reads_resolved_conflicts),
		IN_SCRATCH(reads_a_hundred_thousand_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
