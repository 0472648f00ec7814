#include "git/pack_source.h"

#include "repo.h"

#define FILES 200
/* "loose\n" */
#define LOOSE "b6586661e7ec0a4c9389276355d01e145861eb0c"

/* A pack of small files, some of them as deltas, of one of 100,000 bytes, an
 * empty one and one of 9 MiB; and a loose object. */
static void fill(void)
{
	run("for i in $(seq %d); do seq $i $((i * 7)) >f$i; done; : >empty; "
	    "head -c 9437184 /dev/urandom >large; "
	    "head -c 100000 /dev/urandom >middle; "
	    "git add . && git commit -qm x && git repack -adq && "
	    "echo loose | git hash-object -w --stdin",
	    FILES);
}

static struct oid named(const char *revision)
{
	char *hex = says("git rev-parse %s", revision);
	struct oid oid = oid_of(hex);

	free(hex);
	return oid;
}

static bool reads(struct pack_source *source, const struct oid *oid,
		  struct buf *out)
{
	enum object_type type;
	bool found;

	buf_reset(out);
	buf_addstr(out, "<");
	found = pack_source_read(source, oid, &type, UINT64_MAX, out);
	assert_int_equal(out->ptr[0], '<');
	assert_int_equal(out->ptr[out->len], '\0');
	if (!found)
		assert_int_equal(out->len, 1);
	return found;
}

/* What it gives is what the other way gives; returns how many it gives. */
static size_t compare_all(struct pack_source *source, struct repository *repo)
{
	char *list = says("git cat-file --batch-check='%%(objectname) "
			  "%%(objecttype)' --batch-all-objects; echo");
	struct buf ours = BUF_INIT, theirs = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t given = 0;

	for (char *line = list; *line; line += strcspn(line, "\n") + 1) {
		const char *kind = line + OID_HEXSZ + 1;
		struct oid oid = oid_of(line);
		enum object_type type;
		uint64_t size;

		if (!reads(source, &oid, &ours))
			continue;
		given++;
		buf_reset(&theirs);
		buf_addstr(&theirs, "<");
		assert_ok(object_read(repo, &oid, OBJECT_ANY, UINT64_MAX,
				      &theirs, &err),
			  &err);
		assert_int_equal(ours.len, theirs.len);
		assert_memory_equal(ours.ptr, theirs.ptr, ours.len);
		assert_true(pack_source_header(source, &oid, &type, &size));
		assert_int_equal(size, ours.len - 1);
		assert_memory_equal(kind, object_type_name(type),
				    strcspn(kind, "\n"));
	}
	buf_release(&ours);
	buf_release(&theirs);
	free(list);
	return given;
}

static void gives_what_is_whole_in_a_pack(void **state)
{
	struct repository *repo = repo_new();
	struct buf out = BUF_INIT;
	struct pack_source *source;
	enum object_type type;
	struct oid oid;

	(void)state;
	fill();
	source = pack_source_open(repo);
	assert_true(compare_all(source, repo) > 10);
	oid = named(":empty");
	assert_true(reads(source, &oid, &out));
	oid = named(":middle");
	assert_true(reads(source, &oid, &out));
	assert_int_equal(out.len, 1 + 100000);
	assert_false(pack_source_read(source, &oid, &type, 99999, &out));
	/* Somebody else has to be asked. */
	oid = named(":large");
	assert_false(reads(source, &oid, &out));
	oid = oid_of(LOOSE);
	assert_false(reads(source, &oid, &out));
	oid.id[4] ^= 1;
	assert_false(reads(source, &oid, &out));
	buf_release(&out);
	pack_source_free(source);
	repository_free(repo);
}

/* Whatever happens to a byte of the pack or of its index: never other bytes
 * than those of the id. */
static void never_believes_damage(void **state)
{
	struct repository *repo = repo_new();
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	char *name, *oids;
	uint64_t seed = 5;

	(void)state;
	run("for i in $(seq 40); do seq $i $((i + 40)) >f$i; done; git add . "
	    "&& "
	    "git commit -qm x && git repack -adq --depth=0 && "
	    "chmod u+w .git/objects/pack/*");
	name = says("ls .git/objects/pack/*.pack | sed 's/.pack$//'");
	oids = says("git ls-files -s | cut -d' ' -f2");
	for (int part = 0; part < 2; part++) {
		char *path = xstrfmt("%s.%s", name, part ? "idx" : "pack");
		struct buf whole = BUF_INIT;

		assert_ok(buf_read_file(&whole, path, SIZE_MAX, &err), &err);
		for (int trial = 0; trial < 300; trial++) {
			size_t at = scratch_random(&seed) % whole.len;
			struct pack_source *source;
			size_t given = 0;

			whole.ptr[at] ^= (char)(1 << trial % 8);
			scratch_write(path, &whole);
			source = pack_source_open(repo);
			for (size_t i = 0; i < 40; i++) {
				struct oid oid =
					oid_of(oids + i * (OID_HEXSZ + 1));
				struct oid found;

				if (!reads(source, &oid, &out))
					continue;
				given++;
				assert_ok(object_hash(&found, OBJECT_BLOB,
						      out.ptr + 1, out.len - 1,
						      &err),
					  &err);
				assert_true(oid_equal(&found, &oid));
			}
			/* Only what the byte belongs to is lost, or all of it
			 * where that is a table of the index. */
			assert_true(part || given >= 39);
			pack_source_free(source);
			whole.ptr[at] ^= (char)(1 << trial % 8);
		}
		scratch_write(path, &whole);
		buf_release(&whole);
		free(path);
	}
	run("git fsck --strict");
	buf_release(&out);
	free(name);
	free(oids);
	repository_free(repo);
}

/* With packs or without: the same answers, the same errors. */
static void object_read_falls_back(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct oid oid;

	(void)state;
	fill();
	object_read_many(repo);
	for (int i = 1; i <= FILES; i++) {
		char *name = xstrfmt(":f%d", i);

		oid = named(name);
		free(name);
		buf_reset(&out);
		assert_ok(object_read(repo, &oid, OBJECT_BLOB, UINT64_MAX, &out,
				      &err),
			  &err);
		assert_ok(object_verify(repo, &oid, &err), &err);
	}
	oid = named(":middle");
	buf_reset(&out);
	assert_error(object_read(repo, &oid, OBJECT_BLOB, 9, &out, &err),
		     ERR_INVALID, &err);
	assert_error(object_read(repo, &oid, OBJECT_TREE, 1 << 20, &out, &err),
		     ERR_INVALID, &err);
	assert_int_equal(out.len, 0);
	oid = oid_of(LOOSE);
	assert_ok(object_read(repo, &oid, OBJECT_BLOB, 6, &out, &err), &err);
	assert_string_equal(out.ptr, "loose\n");
	buf_release(&out);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(gives_what_is_whole_in_a_pack),
		IN_SCRATCH(never_believes_damage),
		IN_SCRATCH(object_read_falls_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
