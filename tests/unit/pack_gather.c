#include "git/pack.h"

#include <signal.h>

#include "git/process.h"
#include "repo.h"

static struct oid add_text(struct pack *pack, const char *text)
{
	struct error err = ERROR_INIT;
	struct oid oid;

	assert_ok(pack_add(pack, OBJECT_BLOB, text, strlen(text), &oid, &err),
		  &err);
	return oid;
}

static struct pack *finished(struct repository *repo, const char *text)
{
	struct error err = ERROR_INIT;
	struct pack *pack;

	assert_ok(pack_open(&pack, repo, &err), &err);
	add_text(pack, text);
	assert_ok(pack_finish(pack, &err), &err);
	return pack;
}

/* Packs of one blob each: the numbers from `from` to `to`. */
static void make_packs(struct repository *repo, int from, int to)
{
	for (int i = from; i <= to; i++) {
		char *text = xstrfmt("%d\n", i);

		pack_free(finished(repo, text));
		free(text);
	}
}

static void gather(struct repository *repo)
{
	struct error err = ERROR_INIT;

	assert_ok(pack_gather(repo, &err), &err);
}

static int count(const char *pattern)
{
	char *text = says("ls .git/objects/pack/ | grep -c '%s' || :", pattern);
	int nr = atoi(text);

	free(text);
	return nr;
}

/* All numbers up to `last` are there, for git and for libgit2 as it is. */
static void assert_all_there(struct repository *repo, int last)
{
	struct error err = ERROR_INIT;

	assert_says("0",
		    "for i in $(seq %d); do echo $i | git hash-object "
		    "--stdin; done | git cat-file --batch-check | "
		    "grep -c missing || :",
		    last);
	assert_says("", "{ git fsck --full --strict --no-dangling 2>&1 || "
			"echo status $?; } | sed '/^notice: /d'");
	for (int i = 1; i <= last; i++) {
		char *text = xstrfmt("%d\n", i);
		struct oid oid;

		assert_ok(object_hash(&oid, OBJECT_BLOB, text, strlen(text),
				      &err),
			  &err);
		assert_ok(object_verify(repo, &oid, &err), &err);
		free(text);
	}
}

/* The list names the packs that are there. */
static void assert_list_is_right(void)
{
	assert_says("",
		    "{ sed 's/$/.pack/' .git/checkpoint.d/packs; "
		    "cd .git/objects/pack && ls *.pack; } | sort | uniq -u");
}

static void leaves_a_few_alone(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	gather(repo);
	make_packs(repo, 1, 15);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 15);
	assert_list_is_right();
	repository_free(repo);
}

static void makes_one_of_many(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_packs(repo, 1, 16);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 1);
	assert_int_equal(count("."), 2);
	assert_list_is_right();
	assert_all_there(repo, 16);
	repository_free(repo);
}

static void their_number_grows_with_the_logarithm(void **state)
{
	struct repository *repo;
	int most = 0;

	(void)state;
	run("git init -q . && git config core.fsync none");
	repo = repo_open();
	for (int i = 1; i <= 600; i++) {
		make_packs(repo, i, i);
		gather(repo);
		if (count("\\.pack$") > most)
			most = count("\\.pack$");
	}
	/* Fifteen small ones, and one for each time that 16 double to 600. */
	assert_in_range(most, 15, 15 + 6);
	assert_int_equal(count("\\.idx$"), count("\\.pack$"));
	assert_list_is_right();
	assert_all_there(repo, 600);
	repository_free(repo);
}

static void touches_only_what_is_its_own(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *held;
	char *theirs;

	(void)state;
	/* A pack of git's, one that the user keeps, one that is still held. */
	theirs = says("echo theirs | git hash-object -w --stdin | "
		      "git pack-objects -q .git/objects/pack/pack");
	pack_free(finished(repo, "kept"));
	run("cd .git/objects/pack && echo mine >"
	    "$(basename $(ls *.pack | grep -v %s) .pack).keep",
	    theirs);
	held = finished(repo, "held");
	make_packs(repo, 1, 16);
	assert_int_equal(count("\\.pack$"), 19);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 4);
	assert_int_equal(count("\\.keep$"), 2);
	assert_int_equal(count(theirs), 2);
	assert_all_there(repo, 16);
	/* These stay in mind until they can be gathered. */
	pack_free(held);
	run("rm .git/objects/pack/*.keep");
	make_packs(repo, 17, 30);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 2);
	assert_int_equal(count(theirs), 2);
	/* Nor one of git's that somebody has put on the list. */
	run("cd .git/objects/pack && git repack -qad --cruft && "
	    "ls *.pack | sed 's/.pack$//' >../../checkpoint.d/packs && cd ..");
	make_packs(repo, 31, 50);
	gather(repo);
	assert_ok(repository_refresh_objects(repo, &err), &err);
	assert_all_there(repo, 50);
	free(theirs);
	repository_free(repo);
}

static void a_damaged_pack_stays_as_it_is(void **state)
{
	struct repository *repo = repo_new();
	char *bad, *forged;

	(void)state;
	make_packs(repo, 1, 1);
	bad = says("basename .git/objects/pack/*.pack .pack");
	run("cd .git/objects/pack && chmod u+w *.pack && "
	    "printf x | dd of=%s.pack bs=1 seek=16 conv=notrunc 2>/dev/null",
	    bad);
	make_packs(repo, 2, 2);
	/* The index of another one. */
	forged = says("cd .git/objects/pack && "
		      "basename $(ls *.pack | grep -v %s) .pack",
		      bad);
	make_packs(repo, 3, 30);
	run("cd .git/objects/pack && cp $(ls *.idx | grep -v -e %s -e %s | "
	    "head -n 1) x && mv -f x %s.idx",
	    bad, forged, forged);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 3);
	assert_int_equal(count(bad), 2);
	assert_int_equal(count(forged), 2);
	/* And is not looked at again. */
	assert_says("1", "wc -l <.git/checkpoint.d/packs");
	free(bad);
	free(forged);
	repository_free(repo);
}

/* Deltas cannot be copied; a pack with them is not ours, whatever the list
 * says. */
static void a_pack_with_deltas_is_not_copied(void **state)
{
	struct repository *repo = repo_new();
	char *name;

	(void)state;
	run("seq 2000 >f && git add f && git commit -qm 1 && echo x >>f && "
	    "git commit -qam 2 && git repack -qad && "
	    "git verify-pack -v .git/objects/pack/*.idx | "
	    "grep -q 'chain length = 1' && mkdir .git/checkpoint.d && "
	    "basename .git/objects/pack/*.pack .pack >.git/checkpoint.d/packs");
	name = says("cat .git/checkpoint.d/packs");
	make_packs(repo, 1, 20);
	/* Large enough beside them to be gathered too. */
	for (int i = 0; i < 20; i++) {
		char *data = noise(2000, i);
		struct buf text = {data, 2000, 0};

		data[0] = 'x';
		text.len = strlen(data);
		pack_free(finished(repo, text.ptr));
		free(data);
	}
	gather(repo);
	assert_int_equal(count(name), 2);
	assert_all_there(repo, 20);
	free(name);
	repository_free(repo);
}

static void what_a_multi_pack_index_names_stays(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_packs(repo, 1, 20);
	run("git multi-pack-index write");
	make_packs(repo, 21, 30);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 30);
	make_packs(repo, 31, 36);
	gather(repo);
	assert_int_equal(count("\\.pack$"), 21);
	run("git multi-pack-index verify");
	assert_all_there(repo, 36);
	/* A damaged one tells nothing, so nothing is done. */
	make_packs(repo, 37, 60);
	run("printf MIDX >x && mv -f x .git/objects/pack/multi-pack-index");
	{
		struct error err = ERROR_INIT;

		assert_error(pack_gather(repo, &err), ERR_INVALID, &err);
	}
	assert_int_equal(count("\\.pack$"), 45);
	repository_free(repo);
}

static void waits_until_git_has_repacked(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_packs(repo, 1, 20);
	run("echo 1 host >.git/gc.pid");
	gather(repo);
	assert_int_equal(count("\\.pack$"), 20);
	run("rm .git/gc.pid && : >.git/objects/maintenance.lock");
	gather(repo);
	assert_int_equal(count("\\.pack$"), 20);
	/* Left by a crash. */
	run("touch -d '13 hours ago' .git/objects/maintenance.lock");
	gather(repo);
	assert_int_equal(count("\\.pack$"), 1);
	repository_free(repo);
}

/* A crash between the new pack and the removal of the old ones. */
static void may_find_everything_gathered_already(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_packs(repo, 1, 16);
	run("cp -r .git/objects/pack old && cp .git/checkpoint.d/packs list");
	gather(repo);
	run("cp -n old/* .git/objects/pack/ && cat list >>"
	    ".git/checkpoint.d/packs");
	for (int i = 0; i < 3; i++) {
		gather(repo);
		assert_int_equal(count("\\.pack$"), 1);
		assert_list_is_right();
		assert_all_there(repo, 16);
	}
	repository_free(repo);
}

static void forgets_what_git_has_packed(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_packs(repo, 1, 20);
	run("for i in $(seq 20); do echo $i | git hash-object --stdin | "
	    "sed 's/^/100644 blob /; s/$/\\t'$i/; done | git mktree | "
	    "xargs git commit-tree -m x | xargs git update-ref refs/x/y && "
	    "git repack -qad");
	gather(repo);
	assert_int_equal(count("\\.pack$"), 1);
	assert_says("", "cat .git/checkpoint.d/packs");
	assert_all_there(repo, 20);
	repository_free(repo);
}

static void finish_and_die(struct repository *repo, const char *text)
{
	struct error err = ERROR_INIT;
	pid_t pid = fork();
	struct pack *pack;
	struct oid oid;
	int status;

	if (!pid) {
		if (!pack_open(&pack, repo, &err) &&
		    !pack_add(pack, OBJECT_BLOB, text, strlen(text), &oid,
			      &err) &&
		    !pack_finish(pack, &err))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void drops_the_keep_of_a_dead_process(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack;

	(void)state;
	finish_and_die(repo, "dead");
	pack = finished(repo, "alive");
	assert_int_equal(count("\\.keep$"), 2);
	run("echo mine >.git/objects/pack/pack-x.keep && "
	    "echo git-checkpoint 1 on elsewhere >"
	    ".git/objects/pack/pack-y.keep && "
	    "echo git-checkpoint 1 on elsewhere >"
	    ".git/objects/pack/pack-z.keep && "
	    "touch -d '15 days ago' .git/objects/pack/pack-[xz].keep");
	gather(repo);
	/* Alive, the user's, and another host's. */
	assert_int_equal(count("\\.keep$"), 3);
	assert_int_equal(count("pack-z"), 0);
	pack_free(pack);
	assert_int_equal(count("\\.keep$"), 2);
	repository_free(repo);
}

static void shared_with_other_users_it_stays_usable(void **state)
{
	struct repository *repo;
	mode_t before = umask(077);

	(void)state;
	run("git init -q --shared=group .");
	repo = repo_open();
	make_packs(repo, 1, 20);
	gather(repo);
	umask(before);
	assert_says("drwxrws---", "stat -c %%A .git/checkpoint.d");
	assert_says("-rw-rw----", "stat -c %%A .git/checkpoint.d/* | sort -u");
	repository_free(repo);
}

/* A blob in a pack, a ref for it, and all packs gathered. */
static int save_and_gather(struct repository *repo, const char *text,
			   struct error *err)
{
	char *ref = xstrfmt("refs/x/%s", text);
	char hex[OID_HEXSZ + 1];
	struct pack *pack = NULL;
	struct oid oid;
	int ret = pack_open(&pack, repo, err);

	if (!ret)
		ret = pack_add(pack, OBJECT_BLOB, text, strlen(text), &oid,
			       err);
	if (!ret)
		ret = pack_finish(pack, err);
	/* It comes late, as it does for a large checkpoint. */
	usleep(3000);
	if (!ret)
		ret = git_ask(repo, NULL, err, "update-ref", ref,
			      oid_hex(&oid, hex), NULL);
	pack_free(pack);
	if (!ret)
		ret = pack_gather(repo, err);
	if (!ret)
		ret = object_verify(repo, &oid, err);
	free(ref);
	return ret;
}

/* In a process of its own, where no assertion may fail. */
static int save_many(int who)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	int ret = repository_open(&repo, &err);

	for (int i = 0; i < 60 && !ret; i++) {
		char *text = xstrfmt("%d-%d", who, i);

		ret = save_and_gather(repo, text, &err);
		free(text);
	}
	if (ret)
		fprintf(stderr, "# saver %d: %s\n", who, err.text);
	return ret ? 1 : 0;
}

/*
 * Savers that gather, and git's own garbage collection, all at once: what a
 * saver has made is there when it sets its ref, and from then on.
 */
static void nothing_is_lost_beside_gc(void **state)
{
	pid_t savers[2], gc;
	int status, failed = 0;

	(void)state;
	run("git init -q . && git config core.fsync none");
	gc = fork();
	setpgid(gc, gc);
	if (!gc) {
		setpgid(0, 0);
		execlp("sh", "sh", "-c",
		       "while :; do git gc --quiet --prune=now 2>/dev/null; "
		       "git repack -qad 2>/dev/null; done",
		       (char *)NULL);
		_exit(1);
	}
	for (int i = 0; i < 2; i++) {
		savers[i] = fork();
		if (!savers[i])
			_exit(save_many(i));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(savers[i], &status, 0), savers[i]);
		failed += status != 0;
	}
	kill(-gc, SIGTERM);
	waitpid(gc, NULL, 0);
	assert_int_equal(failed, 0);
	assert_says("120", "git for-each-ref refs/x | wc -l");
	assert_says("", "git fsck --full --strict --no-dangling 2>&1 | "
			"sed '/^notice: /d'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(leaves_a_few_alone),
		IN_SCRATCH(makes_one_of_many),
		IN_SCRATCH(their_number_grows_with_the_logarithm),
		IN_SCRATCH(touches_only_what_is_its_own),
		IN_SCRATCH(a_damaged_pack_stays_as_it_is),
		IN_SCRATCH(a_pack_with_deltas_is_not_copied),
		IN_SCRATCH(what_a_multi_pack_index_names_stays),
		IN_SCRATCH(waits_until_git_has_repacked),
		IN_SCRATCH(may_find_everything_gathered_already),
		IN_SCRATCH(forgets_what_git_has_packed),
		IN_SCRATCH(drops_the_keep_of_a_dead_process),
		IN_SCRATCH(shared_with_other_users_it_stays_usable),
		IN_SCRATCH(nothing_is_lost_beside_gc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
