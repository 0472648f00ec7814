#include "git/object.h"

#include <zlib.h>

#include "base/thread.h"
#include "git/hasher.h"
#include "repo.h"

#define LARGE (40u << 20)

static void hashes_as_git_does(void **state)
{
	struct error err = ERROR_INIT;
	struct oid oid;
	char *tree;

	(void)state;
	assert_ok(object_hash(&oid, OBJECT_BLOB, "hello\n", 6, &err), &err);
	assert_oid(&oid, "ce013625030ba8dba906f756967f9e9ca394464a");
	assert_ok(object_hash(&oid, OBJECT_TREE, "", 0, &err), &err);
	assert_oid(&oid, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	run("git init -q .");
	tree = says("printf 'tree x\\n' | "
		    "git hash-object -t commit --literally --stdin");
	assert_ok(object_hash(&oid, OBJECT_COMMIT, "tree x\n", 7, &err), &err);
	assert_oid(&oid, tree);
	free(tree);
	tree = says(
		"printf 'tag' | git hash-object -t tag --literally --stdin");
	assert_ok(object_hash(&oid, OBJECT_TAG, "tag", 3, &err), &err);
	assert_oid(&oid, tree);
	free(tree);
}

static void hashes_in_pieces_as_at_once(void **state)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, 100000};
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *data = noise(sizes[i], i);
		struct hasher *hasher;
		struct oid whole, pieces;
		size_t at = 0;

		assert_ok(
			object_hash(&whole, OBJECT_BLOB, data, sizes[i], &err),
			&err);
		assert_ok(hasher_new(&hasher, OBJECT_BLOB, sizes[i], &err),
			  &err);
		while (at < sizes[i]) {
			size_t len = scratch_random(&seed) % 300;

			if (len > sizes[i] - at)
				len = sizes[i] - at;
			assert_ok(hasher_add(hasher, data + at, len, &err),
				  &err);
			at += len;
		}
		assert_ok(hasher_finish(hasher, &pieces, &err), &err);
		assert_true(oid_equal(&whole, &pieces));
		hasher_free(hasher);
		free(data);
	}
	repository_free(repo);
}

static void a_hash_of_another_size_fails(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct hasher *hasher;
	struct oid oid;

	(void)state;
	assert_ok(hasher_new(&hasher, OBJECT_BLOB, 3, &err), &err);
	assert_ok(hasher_add(hasher, "ab", 2, &err), &err);
	assert_error(hasher_finish(hasher, &oid, &err), ERR_FAILED, &err);
	hasher_free(hasher);
	assert_ok(hasher_new(&hasher, OBJECT_BLOB, 3, &err), &err);
	assert_error(hasher_add(hasher, "abcd", 4, &err), ERR_FAILED, &err);
	hasher_free(hasher);
	hasher_free(NULL);
	repository_free(repo);
}

static struct oid store(const char *command)
{
	char *hex = says("%s", command);
	struct oid oid = oid_of(hex);

	free(hex);
	return oid;
}

static void tells_type_and_size(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	enum object_type type;
	uint64_t size;
	struct oid oid;

	(void)state;
	oid = store("printf hello | git hash-object -w --stdin");
	assert_ok(object_header(repo, &oid, &type, &size, &err), &err);
	assert_int_equal(type, OBJECT_BLOB);
	assert_int_equal(size, 5);
	assert_ok(object_header(repo, &oid, NULL, NULL, &err), &err);
	oid = store("git commit-tree -m x $(git mktree </dev/null)");
	assert_ok(object_header(repo, &oid, &type, NULL, &err), &err);
	assert_int_equal(type, OBJECT_COMMIT);
	oid = oid_of("1234567890123456789012345678901234567890");
	assert_error(object_header(repo, &oid, &type, &size, &err),
		     ERR_NOT_FOUND, &err);
	repository_free(repo);
}

static void sees_what_others_add(void **state)
{
	struct repository *repo = repo_new();
	struct oid loose, packed;

	(void)state;
	loose = oid_of("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
	assert_false(object_exists(repo, &loose));
	assert_false(object_exists_quick(repo, &loose));
	run("printf hello | git hash-object -w --stdin");
	assert_true(object_exists(repo, &loose));
	assert_true(object_exists_quick(repo, &loose));
	packed = store("git commit --allow-empty -qm x && git repack -qad && "
		       "git rev-parse HEAD");
	assert_false(object_exists_quick(repo, &packed));
	assert_true(object_exists(repo, &packed));
	assert_true(object_exists_quick(repo, &packed));
	repository_free(repo);
}

static void reads_up_to_the_limit(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct oid oid;

	(void)state;
	oid = store("printf hello | git hash-object -w --stdin");
	buf_addstr(&out, "<");
	assert_ok(object_read(repo, &oid, OBJECT_BLOB, 5, &out, &err), &err);
	assert_ok(object_read(repo, &oid, OBJECT_ANY, 9, &out, &err), &err);
	assert_string_equal(out.ptr, "<hellohello");
	assert_error(object_read(repo, &oid, OBJECT_BLOB, 4, &out, &err),
		     ERR_INVALID, &err);
	assert_error(object_read(repo, &oid, OBJECT_TREE, 5, &out, &err),
		     ERR_INVALID, &err);
	assert_string_equal(out.ptr, "<hellohello");
	oid.id[0] ^= 1;
	assert_error(object_read(repo, &oid, OBJECT_BLOB, 5, &out, &err),
		     ERR_NOT_FOUND, &err);
	buf_release(&out);
	repository_free(repo);
}

static void the_empty_tree_is_always_there(void **state)
{
	struct oid oid = oid_of("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_ok(object_read(repo, &oid, OBJECT_TREE, 0, &out, &err), &err);
	assert_int_equal(out.len, 0);
	repository_free(repo);
}

/* Put bytes under the name of the loose object `hex`, deflated. */
static void forge(const char *hex, const char *data, size_t len)
{
	uLongf size = compressBound(len);
	Bytef *deflated = xmalloc(size);
	struct buf bytes = BUF_INIT;
	char *path = xstrfmt(".git/objects/%.2s/%s", hex, hex + 2);

	assert_int_equal(compress(deflated, &size, (const Bytef *)data, len),
			 Z_OK);
	buf_add(&bytes, deflated, size);
	run("mkdir -p .git/objects/%.2s && rm -f %s", hex, path);
	scratch_write(path, &bytes);
	buf_release(&bytes);
	free(deflated);
	free(path);
}

static void assert_damaged(struct repository *repo, const struct oid *oid)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	assert_error(object_read(repo, oid, OBJECT_BLOB, 1000, &out, &err),
		     ERR_INVALID, &err);
	assert_int_equal(out.len, 0);
	assert_error(object_verify(repo, oid, &err), ERR_INVALID, &err);
	buf_release(&out);
}

static void finds_damage(void **state)
{
	static const char hex[] = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0";
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid oid = oid_of(hex);

	(void)state;
	assert_error(object_verify(repo, &oid, &err), ERR_NOT_FOUND, &err);
	run("printf hello | git hash-object -w --stdin");
	assert_ok(object_verify(repo, &oid, &err), &err);
	/* Whole, but another object. */
	forge(hex, "blob 5\0hullo", 12);
	assert_damaged(repo, &oid);
	/* What a power failure leaves. */
	run(": >.git/objects/b6/fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
	assert_damaged(repo, &oid);
	run("head -c 100 /dev/zero "
	    ">.git/objects/b6/fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
	assert_damaged(repo, &oid);
	repository_free(repo);
}

/* An attempt to make room for so much would end the test. */
static void does_not_believe_a_size(void **state)
{
	static const char hex[] = "1234567890123456789012345678901234567890";
	static const char lie[] = "blob 1099511627776\0x";
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid oid = oid_of(hex);
	struct buf out = BUF_INIT;

	(void)state;
	forge(hex, lie, sizeof(lie) - 1);
	assert_error(object_read(repo, &oid, OBJECT_BLOB, 1 << 20, &out, &err),
		     ERR_INVALID, &err);
	buf_release(&out);
	repository_free(repo);
}

struct count {
	uint64_t bytes;
	uint64_t stop_at;
	struct hasher *hasher;
};

static int count(void *context, const void *data, size_t len, struct error *err)
{
	struct count *counted = context;

	counted->bytes += len;
	if (counted->stop_at && counted->bytes >= counted->stop_at)
		return error_set(err, ERR_REFUSED, "enough");
	return counted->hasher ? hasher_add(counted->hasher, data, len, err)
			       : 0;
}

static struct oid store_large(void)
{
	struct buf data = {noise(LARGE, 1), LARGE, 1};

	scratch_write("large", &data);
	buf_release(&data);
	return store("git hash-object -w large");
}

static void streams_blobs_of_any_size(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct count counted = {0};
	struct oid oid, seen;

	(void)state;
	oid = store("printf hello | git hash-object -w --stdin");
	assert_ok(object_stream(repo, &oid, count, &counted, &err), &err);
	assert_int_equal(counted.bytes, 5);
	oid = store("git hash-object -w --stdin </dev/null");
	assert_ok(object_stream(repo, &oid, count, &counted, &err), &err);
	assert_int_equal(counted.bytes, 5);
	oid = store_large();
	counted.bytes = 0;
	assert_ok(hasher_new(&counted.hasher, OBJECT_BLOB, LARGE, &err), &err);
	assert_ok(object_stream(repo, &oid, count, &counted, &err), &err);
	assert_ok(hasher_finish(counted.hasher, &seen, &err), &err);
	assert_true(oid_equal(&oid, &seen));
	hasher_free(counted.hasher);
	oid = store("git mktree </dev/null");
	assert_error(object_stream(repo, &oid, count, &counted, &err),
		     ERR_INVALID, &err);
	oid.id[0] ^= 1;
	assert_error(object_stream(repo, &oid, count, &counted, &err),
		     ERR_NOT_FOUND, &err);
	repository_free(repo);
}

static void a_sink_may_end_it(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct count counted = {.stop_at = 3};
	struct oid oid;

	(void)state;
	oid = store("printf hello | git hash-object -w --stdin");
	assert_error(object_stream(repo, &oid, count, &counted, &err),
		     ERR_REFUSED, &err);
	oid = store_large();
	counted = (struct count){.stop_at = LARGE / 2};
	assert_error(object_stream(repo, &oid, count, &counted, &err),
		     ERR_REFUSED, &err);
	assert_true(counted.bytes < LARGE / 2 + (1 << 20));
	repository_free(repo);
}

static void verifies_large_blobs(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct count counted = {0};
	char hex[OID_HEXSZ + 1];
	struct oid oid, other;

	(void)state;
	oid = store_large();
	assert_ok(object_verify(repo, &oid, &err), &err);
	/* Another blob's bytes under a name that is not theirs. */
	other = oid_of("1234567890123456789012345678901234567890");
	oid_hex(&oid, hex);
	run("mkdir .git/objects/12 && cp .git/objects/%.2s/%s "
	    ".git/objects/12/34567890123456789012345678901234567890",
	    hex, hex + 2);
	assert_error(object_verify(repo, &other, &err), ERR_INVALID, &err);
	/* Cut short. */
	run("chmod u+w .git/objects/%.2s/%s && "
	    "truncate -s 20000000 .git/objects/%.2s/%s",
	    hex, hex + 2, hex, hex + 2);
	assert_error(object_verify(repo, &oid, &err), ERR_INVALID, &err);
	assert_error(object_stream(repo, &oid, count, &counted, &err),
		     ERR_INVALID, &err);
	repository_free(repo);
}

static void fetches_what_a_partial_clone_lacks(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct repository *repo;
	struct oid oid;
	uint64_t size;

	(void)state;
	oid = store("git init -q from && cd from && echo hello >f && "
		    "git config uploadpack.allowFilter true && "
		    "git config uploadpack.allowAnySHA1InWant true && "
		    "git add f && git -c user.name=A -c user.email=a@b "
		    "commit -qm x && git rev-parse HEAD:f");
	run("git clone -q --no-checkout --filter=blob:none "
	    "\"file://$PWD/from\" to");
	assert_int_equal(chdir("to"), 0);
	repo = repo_open();
	assert_true(repo->partial);
	assert_false(object_exists(repo, &oid));
	assert_ok(object_header(repo, &oid, NULL, &size, &err), &err);
	assert_int_equal(size, 6);
	assert_ok(object_read(repo, &oid, OBJECT_BLOB, 6, &out, &err), &err);
	assert_string_equal(out.ptr, "hello\n");
	assert_true(object_exists(repo, &oid));
	buf_reset(&out);
	/* Nobody has this one. */
	oid.id[3] ^= 1;
	assert_error(object_read(repo, &oid, OBJECT_BLOB, 6, &out, &err),
		     ERR_NOT_FOUND, &err);
	buf_release(&out);
	repository_free(repo);
}

struct many {
	struct repository *repo;
	struct oid *oids;
};

static int read_one(void *context, size_t i, struct error *err)
{
	const struct many *many = context;
	struct buf out = BUF_INIT, want = BUF_INIT;
	int ret;

	ret = object_read(many->repo, &many->oids[i % 500], OBJECT_BLOB, 100,
			  &out, err);
	buf_addf(&want, "%zu\n", i % 500 + 1);
	if (!ret && strcmp(out.ptr, want.ptr) != 0)
		ret = error_set(err, ERR_FAILED, "got %s", out.ptr);
	buf_release(&out);
	buf_release(&want);
	return ret;
}

static void is_safe_from_several_threads(void **state)
{
	struct many many = {.repo = repo_new()};
	struct error err = ERROR_INIT;
	char *list, *line;

	(void)state;
	run("for i in $(seq 500); do echo $i >$i; done");
	list = says("seq 500 | git hash-object -w --stdin-paths");
	/* Half of them in a pack. */
	run("seq 250 | git hash-object --stdin-paths | git pack-objects -q "
	    ".git/objects/pack/pack && git prune-packed");
	many.oids = xcalloc(500, sizeof(*many.oids));
	line = list;
	for (size_t i = 0; i < 500; i++, line += OID_HEXSZ + 1)
		many.oids[i] = oid_of(line);
	assert_ok(thread_for(20000, read_one, &many, &err), &err);
	free(list);
	free(many.oids);
	repository_free(many.repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(hashes_as_git_does),
		IN_SCRATCH(hashes_in_pieces_as_at_once),
		IN_SCRATCH(a_hash_of_another_size_fails),
		IN_SCRATCH(tells_type_and_size),
		IN_SCRATCH(sees_what_others_add),
		IN_SCRATCH(reads_up_to_the_limit),
		IN_SCRATCH(the_empty_tree_is_always_there),
		IN_SCRATCH(finds_damage),
		IN_SCRATCH(does_not_believe_a_size),
		IN_SCRATCH(streams_blobs_of_any_size),
		IN_SCRATCH(a_sink_may_end_it),
		IN_SCRATCH(verifies_large_blobs),
		IN_SCRATCH(fetches_what_a_partial_clone_lacks),
		IN_SCRATCH(is_safe_from_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
