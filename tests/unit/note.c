#include "git/note.h"

#include "base/alloc.h"
#include "git/pack.h"
#include "git/repository.h"
#include "scratch.h"

#define REF "refs/notes/checkpoints/s"
#define GIT_NOTES "git notes --ref=checkpoints/s "

static void shell(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

static struct repository *open_here(void)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	assert_int_equal(repository_open(&repo, &err), 0);
	return repo;
}

static int set_up(void **state)
{
	if (scratch_enter(state) < 0)
		return -1;
	shell("git config --global user.name A &&"
	      "git config --global user.email a@example.com &&"
	      "git config --global init.defaultBranch main &&"
	      "git init -q . && git commit -q --allow-empty -m x");
	return 0;
}

#define IN_REPOSITORY(test)                                                    \
	cmocka_unit_test_setup_teardown(test, set_up, scratch_leave)

/* An id that is not of any object: git takes notes on those as well. */
static struct oid target(unsigned group, unsigned nr)
{
	uint64_t random = group * 1000003u + nr + 1;
	struct oid oid;

	for (size_t i = 0; i < OID_RAWSZ; i++) {
		scratch_random(&random);
		oid.id[i] = (unsigned char)scratch_random(&random);
	}
	return oid;
}

static int write_text(struct repository *repo, struct oid on, const char *text,
		      bool keep_appended, struct error *err)
{
	const struct note note = {
		.target = on, .text = text, .len = text ? strlen(text) : 0};

	return note_write(repo, REF, &note, 1, keep_appended, err);
}

/* Ours and git's reader agree on `want`; NULL: there is no note. */
static void assert_note(struct repository *repo, struct oid on,
			const char *want)
{
	struct buf ours = BUF_INIT, git = BUF_INIT, command = BUF_INIT;
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = note_read(repo, REF, &on, 1 << 20, &ours, &err);

	assert_int_equal(ret, want ? 0 : ERR_NOT_FOUND);
	assert_string_equal(ours.ptr, want ? want : "");
	error_release(&err);
	buf_addf(&command,
		 "blob=$(" GIT_NOTES "list | sed -n 's/ %s$//p');"
		 "test -z \"$blob\" || git cat-file blob $blob",
		 oid_hex(&on, hex));
	scratch_run(&git, command.ptr, 0);
	assert_string_equal(git.ptr, want ? want : "");
	buf_release(&ours);
	buf_release(&git);
	buf_release(&command);
}

static void assert_count(const char *command, int want)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	assert_int_equal(strtol(out.ptr, NULL, 10), want);
	buf_release(&out);
}

static void assert_whole(void)
{
	shell("git fsck --strict --no-dangling >fsck 2>&1 || { cat fsck; exit "
	      "1; }"
	      ";! grep -v '^notice:' fsck && rm fsck");
	shell("test -z \"$(find .git -name '*.keep' -o -name '*.lock' "
	      "! -path '*/checkpoint.d/*')\"");
}

static void notes_are_set_changed_and_removed(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;

	(void)state;
	assert_note(repo, target(0, 1), NULL);
	assert_int_equal(write_text(repo, target(0, 1), "one\n", false, &err),
			 0);
	assert_int_equal(write_text(repo, target(0, 2), "two\n", false, &err),
			 0);
	assert_note(repo, target(0, 1), "one\n");
	assert_note(repo, target(0, 2), "two\n");
	assert_int_equal(write_text(repo, target(0, 1), "uno\n", false, &err),
			 0);
	assert_note(repo, target(0, 1), "uno\n");
	assert_whole();
	/* No history, no reflog. */
	assert_count("git rev-list --count " REF, 1);
	shell("test ! -e .git/logs/refs/notes");
	assert_int_equal(write_text(repo, target(0, 1), NULL, false, &err), 0);
	assert_note(repo, target(0, 1), NULL);
	assert_note(repo, target(0, 2), "two\n");
	/* With the last note the ref goes; that there is none is no failure. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			write_text(repo, target(0, 2), NULL, false, &err), 0);
		shell("test -z \"$(git for-each-ref refs/notes)\"");
	}
	repository_free(repo);
}

static void one_write_sets_many(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct note notes[700];

	(void)state;
	for (unsigned i = 0; i < 700; i++)
		notes[i] = (struct note){target(1, i), "text\n", 5};
	assert_int_equal(note_write(repo, REF, notes, 700, false, &err), 0);
	assert_count(GIT_NOTES "list | wc -l", 700);
	assert_count("git ls-tree -r --name-only " REF
		     " | grep -c '^[0-9a-f][0-9a-f]/[0-9a-f]\\{38\\}$'",
		     700);
	for (unsigned i = 0; i < 700; i += 2)
		notes[i].text = NULL;
	assert_int_equal(note_write(repo, REF, notes, 700, false, &err), 0);
	assert_count(GIT_NOTES "list | wc -l", 350);
	assert_note(repo, notes[1].target, "text\n");
	assert_note(repo, notes[2].target, NULL);
	assert_whole();
	repository_free(repo);
}

static void nothing_new_writes_nothing(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct buf before = BUF_INIT, after = BUF_INIT;

	(void)state;
	assert_int_equal(write_text(repo, target(0, 1), "one\n", false, &err),
			 0);
	scratch_run(&before, "git rev-parse " REF "; ls .git/objects/pack", 0);
	assert_int_equal(write_text(repo, target(0, 1), "one\n", false, &err),
			 0);
	assert_int_equal(write_text(repo, target(0, 2), NULL, false, &err), 0);
	scratch_run(&after, "git rev-parse " REF "; ls .git/objects/pack", 0);
	assert_string_equal(after.ptr, before.ptr);
	buf_release(&before);
	buf_release(&after);
	repository_free(repo);
}

static void what_a_user_added_stays(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct oid head;

	(void)state;
	scratch_run(&out, "git rev-parse HEAD", 0);
	assert_true(oid_parse(&head, out.ptr));
	assert_int_equal(
		write_text(repo, head, "{\n  \"a\": {\n  }\n}\n", true, &err),
		0);
	shell(GIT_NOTES "append -m 'my words' HEAD");
	assert_note(repo, head, "{\n  \"a\": {\n  }\n}\n\nmy words\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(write_text(repo, head, "{\n  \"b\": 1\n}\n",
					    true, &err),
				 0);
		assert_note(repo, head, "{\n  \"b\": 1\n}\n\nmy words\n");
	}
	shell(GIT_NOTES "append -m 'more\n}\nof it' HEAD");
	assert_int_equal(write_text(repo, head, "{}\n", true, &err), 0);
	assert_note(repo, head, "{}\n\nmy words\n\nmore\n}\nof it\n");
	/* Without the object that we wrote all of it is the user's. */
	shell(GIT_NOTES "add -f -m 'only mine' HEAD 2>/dev/null");
	assert_int_equal(write_text(repo, head, "{\n}\n", true, &err), 0);
	assert_note(repo, head, "{\n}\n\nonly mine\n");
	assert_int_equal(write_text(repo, head, "{\n}\n", false, &err), 0);
	assert_note(repo, head, "{\n}\n");
	assert_whole();
	buf_release(&out);
	repository_free(repo);
}

/* Put one note at `path`, its id with slashes, beside what there is. */
static void put_by_hand(const char *paths_and_texts)
{
	struct buf command = BUF_INIT;

	buf_addf(&command,
		 "export GIT_INDEX_FILE=by-hand &&"
		 "{ git read-tree " REF " 2>/dev/null || git read-tree --empty;"
		 "} && set -e && %s"
		 "git update-ref " REF
		 " $(git commit-tree -m x $(git write-tree))",
		 paths_and_texts);
	shell(command.ptr);
	buf_release(&command);
}

static void notes_of_any_form_are_read_and_replaced(void **state)
{
	static const int slashes[][4] = {{0}, {2, 0}, {2, 4, 0}, {2, 4, 6, 0}};
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct buf puts = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(slashes); i++) {
		struct oid on = target(2, i);
		char hex[OID_HEXSZ + 1];

		oid_hex(&on, hex);
		buf_addf(&puts,
			 "b=$(echo form %u | git hash-object -w --stdin);"
			 "git update-index --add --cacheinfo 100644,$b,",
			 i);
		for (int j = 0, k = 0; j < OID_HEXSZ; j++) {
			if (j && j == slashes[i][k]) {
				buf_addch(&puts, '/');
				k++;
			}
			buf_addch(&puts, hex[j]);
		}
		buf_addstr(&puts, ";");
	}
	/* What is no note stays. */
	buf_addstr(&puts, "git update-index --add --cacheinfo 100644,$b,README;"
			  "git update-index --add --cacheinfo 100644,$b,ab/c;");
	put_by_hand(puts.ptr);
	for (unsigned i = 0; i < ARRAY_SIZE(slashes); i++) {
		char *want = xstrfmt("form %u\n", i);

		assert_note(repo, target(2, i), want);
		free(want);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(slashes); i++) {
		assert_int_equal(
			write_text(repo, target(2, i), "new\n", false, &err),
			0);
		assert_note(repo, target(2, i), "new\n");
	}
	assert_count(GIT_NOTES "list | wc -l", 4);
	assert_count("git ls-tree -r --name-only " REF
		     " | grep -c '^[0-9a-f][0-9a-f]/[0-9a-f]\\{38\\}$'",
		     4);
	for (unsigned i = 0; i < ARRAY_SIZE(slashes); i++)
		assert_int_equal(
			write_text(repo, target(2, i), NULL, false, &err), 0);
	assert_count("git ls-tree -r --name-only " REF " | wc -l", 2);
	assert_whole();
	buf_release(&puts);
	repository_free(repo);
}

/* Git joins two forms of a note when it writes; we read both, write one. */
static void two_forms_of_a_note_are_one(void **state)
{
	struct repository *repo = open_here();
	struct oid on = target(3, 0);
	struct error err = ERROR_INIT;
	struct buf puts = BUF_INIT, out = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	(void)state;
	oid_hex(&on, hex);
	buf_addf(&puts,
		 "a=$(echo flat | git hash-object -w --stdin);"
		 "b=$(echo fanned | git hash-object -w --stdin);"
		 "git update-index --add --cacheinfo 100644,$a,%s "
		 "--cacheinfo 100644,$b,%.2s/%s;",
		 hex, hex, hex + 2);
	put_by_hand(puts.ptr);
	assert_int_equal(note_read(repo, REF, &on, 1 << 20, &out, &err), 0);
	assert_non_null(strstr(out.ptr, "flat\n"));
	assert_non_null(strstr(out.ptr, "fanned\n"));
	assert_int_equal(write_text(repo, on, "one\n", false, &err), 0);
	assert_note(repo, on, "one\n");
	assert_count("git ls-tree -r " REF " | wc -l", 1);
	buf_release(&puts);
	buf_release(&out);
	repository_free(repo);
}

static void what_is_wrong_is_told(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct oid on = target(4, 0);

	(void)state;
	assert_int_equal(write_text(repo, on, "12345678", false, &err), 0);
	assert_int_equal(note_read(repo, REF, &on, 7, &out, &err), ERR_INVALID);
	error_release(&err);
	shell("git update-ref " REF
	      " $(echo blob | git hash-object -w --stdin)");
	assert_int_equal(note_read(repo, REF, &on, 100, &out, &err),
			 ERR_INVALID);
	error_release(&err);
	assert_int_equal(write_text(repo, on, "x", false, &err), ERR_INVALID);
	error_release(&err);
	buf_release(&out);
	repository_free(repo);
}

static int write_two_hundred(unsigned group)
{
	struct repository *repo = open_here();
	int failed = 0;

	for (unsigned i = 0; i < 200; i++) {
		struct error err = ERROR_INIT;
		char *text = xstrfmt("{\n  \"nr\": \"%u %u\"\n}\n", group, i);

		if (write_text(repo, target(group, i), text, true, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			failed = 1;
		}
		error_release(&err);
		free(text);
	}
	repository_free(repo);
	return failed;
}

static void no_note_of_two_writers_is_lost(void **state)
{
	struct repository *repo;
	int status;

	(void)state;
	shell("git config core.fsync none");
	for (unsigned group = 10; group < 12; group++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			_exit(write_two_hundred(group));
	}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_count(GIT_NOTES "list | wc -l", 400);
	repo = open_here();
	assert_note(repo, target(10, 0), "{\n  \"nr\": \"10 0\"\n}\n");
	assert_note(repo, target(11, 199), "{\n  \"nr\": \"11 199\"\n}\n");
	repository_free(repo);
	assert_whole();
}

/* A note of a checkpoint under way, in its pack; the ref is set behind it. */
static void write_draft(struct repository *repo, struct oid on,
			const char *text, struct pack *pack,
			struct note_draft *draft, struct error *err)
{
	const struct note note = {on, text, strlen(text)};

	assert_int_equal(pack_finish(pack, err), 0);
	assert_int_equal(note_write_draft(repo, REF, &note, draft, err), 0);
	pack_free(pack);
}

static void prepare(struct repository *repo, struct oid on, const char *text,
		    struct pack **pack, struct note_draft *draft,
		    struct error *err)
{
	const struct note note = {on, text, strlen(text)};

	assert_int_equal(pack_open(pack, repo, err), 0);
	assert_int_equal(note_prepare(draft, repo, *pack, REF, &note, err), 0);
	assert_true(draft->made);
}

static void a_draft_is_written_with_its_pack(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct note_draft draft;
	struct pack *pack;

	(void)state;
	prepare(repo, target(1, 1), "first", &pack, &draft, &err);
	assert_false(draft.had_tip);
	write_draft(repo, target(1, 1), "first", pack, &draft, &err);
	assert_note(repo, target(1, 1), "first");
	prepare(repo, target(1, 2), "second", &pack, &draft, &err);
	assert_true(draft.had_tip);
	write_draft(repo, target(1, 2), "second", pack, &draft, &err);
	assert_note(repo, target(1, 1), "first");
	assert_note(repo, target(1, 2), "second");
	/* No pack but the two that were there anyway. */
	shell("test $(ls .git/objects/pack/*.pack | wc -l) = 2");
	repository_free(repo);
}

static void a_draft_that_was_overtaken_is_made_again(void **state)
{
	struct repository *repo = open_here();
	struct error err = ERROR_INIT;
	struct note_draft draft;
	struct pack *pack;

	(void)state;
	prepare(repo, target(1, 1), "mine", &pack, &draft, &err);
	assert_int_equal(write_text(repo, target(1, 2), "theirs", false, &err),
			 0);
	write_draft(repo, target(1, 1), "mine", pack, &draft, &err);
	assert_note(repo, target(1, 1), "mine");
	assert_note(repo, target(1, 2), "theirs");
	/* The ref went, and so did what the draft was made on. */
	prepare(repo, target(1, 3), "last", &pack, &draft, &err);
	shell("git update-ref -d " REF);
	write_draft(repo, target(1, 3), "last", pack, &draft, &err);
	assert_note(repo, target(1, 1), NULL);
	assert_note(repo, target(1, 3), "last");
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REPOSITORY(notes_are_set_changed_and_removed),
		IN_REPOSITORY(one_write_sets_many),
		IN_REPOSITORY(nothing_new_writes_nothing),
		IN_REPOSITORY(what_a_user_added_stays),
		IN_REPOSITORY(notes_of_any_form_are_read_and_replaced),
		IN_REPOSITORY(two_forms_of_a_note_are_one),
		IN_REPOSITORY(what_is_wrong_is_told),
		IN_REPOSITORY(a_draft_is_written_with_its_pack),
		IN_REPOSITORY(a_draft_that_was_overtaken_is_made_again),
		IN_REPOSITORY(no_note_of_two_writers_is_lost),
	};

	return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
