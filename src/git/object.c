#include "git/object.h"

#include <errno.h>
#include <git2.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/hasher.h"
#include "git/pack_source.h"
#include "git/process.h"
#include "git/repository.h"

/* Above this, a blob is not read into memory: libgit2 needs 1.5 x its size. */
#define STREAM_BYTES (32u << 20)
#define PIECE_BYTES (256u << 10)

const struct oid blob_empty_id = {{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6,
				   0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a,
				   0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}};

const char *object_type_name(enum object_type type)
{
	switch (type) {
	case OBJECT_COMMIT:
		return "commit";
	case OBJECT_TREE:
		return "tree";
	case OBJECT_BLOB:
		return "blob";
	case OBJECT_TAG:
		return "tag";
	case OBJECT_ANY:
		break;
	}
	return "object";
}

static void to_git_oid(git_oid *out, const struct oid *oid)
{
	memcpy(out->id, oid->id, OID_RAWSZ);
}

int object_hash(struct oid *out, enum object_type type, const void *data,
		size_t len, struct error *err)
{
	git_oid id;
	int rc = git_odb_hash(&id, data, len, (git_object_t)type);

	if (rc)
		return error_libgit2(err, rc, "cannot hash a %s",
				     object_type_name(type));
	memcpy(out->id, id.id, OID_RAWSZ);
	return 0;
}

static bool library_is_there(struct repository *repo)
{
	struct error ignored = ERROR_INIT;
	bool is = !repository_library(repo, &ignored);

	error_release(&ignored);
	return is;
}

bool object_exists(struct repository *repo, const struct oid *oid)
{
	git_oid id;

	to_git_oid(&id, oid);
	return library_is_there(repo) && git_odb_exists(repo->odb, &id) == 1;
}

bool object_exists_quick(struct repository *repo, const struct oid *oid)
{
	git_oid id;

	to_git_oid(&id, oid);
	return library_is_there(repo) &&
	       git_odb_exists_ext(repo->odb, &id, GIT_ODB_LOOKUP_NO_REFRESH) ==
		       1;
}

/* libgit2's answer about an object as an error of ours. */
static int read_error(const struct oid *oid, int rc, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	oid_hex(oid, hex);
	if (rc == GIT_ENOTFOUND)
		return error_set(err, ERR_NOT_FOUND, "object %s is missing",
				 hex);
	error_libgit2(err, rc, "object %s is damaged", hex);
	return err->code = ERR_INVALID;
}

/*
 * In a partial clone, have git fetch an object that libgit2 did not find.
 * Asking for its type is enough; libgit2 looks for new packs by itself.
 */
static int fetch_missing(struct repository *repo, const struct oid *oid,
			 struct error *err)
{
	const char *const argv[] = {"cat-file", "--batch-check", NULL};
	char input[OID_HEXSZ + 1];
	struct git_command command = {.repo = repo, .argv = argv};
	struct buf answer = BUF_INIT;
	int ret;

	oid_hex(oid, input);
	input[OID_HEXSZ] = '\n';
	command.input = input;
	command.input_len = sizeof(input);
	ret = git_run(&command, &answer, NULL, err);
	if (ret < 0) {
		error_prefix(err,
			     "object %.*s is missing and cannot be fetched",
			     OID_HEXSZ, input);
		ret = err->code = ERR_NOT_FOUND;
	}
	buf_release(&answer);
	return ret;
}

/* git_odb_read_header(), with what is missing fetched. */
static int read_header(struct repository *repo, const struct oid *oid,
		       git_object_t *type, size_t *size, struct error *err)
{
	git_oid id;
	int rc;

	if (repository_library(repo, err) < 0)
		return err->code;
	to_git_oid(&id, oid);
	rc = git_odb_read_header(size, type, repo->odb, &id);
	if (rc == GIT_ENOTFOUND && repo->partial) {
		if (fetch_missing(repo, oid, err) < 0)
			return err->code;
		rc = git_odb_read_header(size, type, repo->odb, &id);
	}
	return rc ? read_error(oid, rc, err) : 0;
}

void object_read_many(struct repository *repo)
{
	if (!repo->packs)
		repo->packs = pack_source_open(repo);
}

void object_read_few(struct repository *repo)
{
	pack_source_free(repo->packs);
	repo->packs = NULL;
}

int object_header(struct repository *repo, const struct oid *oid,
		  enum object_type *type, uint64_t *size, struct error *err)
{
	enum object_type packed;
	uint64_t packed_size;
	git_object_t found;
	size_t len;

	if (repo->packs &&
	    pack_source_header(repo->packs, oid, &packed, &packed_size)) {
		if (type)
			*type = packed;
		if (size)
			*size = packed_size;
		return 0;
	}
	if (read_header(repo, oid, &found, &len, err) < 0)
		return err->code;
	if (type)
		*type = (enum object_type)found;
	if (size)
		*size = len;
	return 0;
}

static int check_kind(const struct oid *oid, enum object_type type,
		      git_object_t found, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	if (type == OBJECT_ANY || (git_object_t)type == found)
		return 0;
	return error_set(err, ERR_INVALID, "object %s is a %s, not a %s",
			 oid_hex(oid, hex),
			 object_type_name((enum object_type)found),
			 object_type_name(type));
}

int object_read(struct repository *repo, const struct oid *oid,
		enum object_type type, uint64_t limit, struct buf *out,
		struct error *err)
{
	char hex[OID_HEXSZ + 1];
	git_odb_object *object = NULL;
	const size_t before = out->len;
	enum object_type packed;
	git_object_t found;
	git_oid id;
	size_t len;
	int rc;

	if (repo->packs &&
	    pack_source_read(repo->packs, oid, &packed, limit, out)) {
		if (check_kind(oid, type, (git_object_t)packed, err) < 0)
			buf_setlen(out, before);
		return err->code;
	}
	/* Before anything is inflated: the size may be a lie, or a bomb. */
	if (read_header(repo, oid, &found, &len, err) < 0 ||
	    check_kind(oid, type, found, err) < 0)
		return err->code;
	if (len > limit)
		return error_set(err, ERR_INVALID,
				 "object %s has %zu bytes, more than %llu",
				 oid_hex(oid, hex), len,
				 (unsigned long long)limit);
	to_git_oid(&id, oid);
	rc = git_odb_read(&object, repo->odb, &id);
	if (rc)
		return read_error(oid, rc, err);
	buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return 0;
}

/* Move what the child prints to the sink; it must be exactly `size` bytes. */
static int move_all(const struct git_child *child, uint64_t size,
		    object_sink sink, void *context, struct error *err)
{
	char *piece = xmalloc(PIECE_BYTES);
	uint64_t total = 0;
	ssize_t got;
	int ret = 0;

	for (;;) {
		got = read(child->from, piece, PIECE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		total += (uint64_t)got;
		ret = sink(context, piece, (size_t)got, err);
		if (ret < 0)
			goto done;
	}
	if (got < 0)
		ret = error_errno(err, "cannot read from git");
	else if (total != size)
		ret = error_set(err, ERR_INVALID, "%llu bytes instead of %llu",
				(unsigned long long)total,
				(unsigned long long)size);
done:
	free(piece);
	return ret;
}

static int stream_large(struct repository *repo, const struct oid *oid,
			uint64_t size, object_sink sink, void *context,
			struct error *err)
{
	char hex[OID_HEXSZ + 1];
	/* What git maps of a pack counts as its memory, and by default it maps
	 * all of it. */
	const char *const argv[] = {"-c",
				    "core.packedGitWindowSize=8m",
				    "-c",
				    "core.packedGitLimit=16m",
				    "cat-file",
				    "blob",
				    oid_hex(oid, hex),
				    NULL};
	struct git_command command = {.repo = repo, .argv = argv};
	struct error child_err = ERROR_INIT;
	struct git_child child;
	int ret;

	ret = git_child_start(&child, &command, err);
	if (ret < 0)
		return ret;
	ret = move_all(&child, size, sink, context, err);
	/* A sink that has enough of it ends git with SIGPIPE. */
	if (git_child_finish(&child, &child_err) < 0 && !ret) {
		error_move(err, &child_err);
		error_prefix(err, "object %s is damaged", hex);
		ret = err->code = ERR_INVALID;
	}
	error_release(&child_err);
	return ret;
}

int object_stream(struct repository *repo, const struct oid *oid,
		  object_sink sink, void *context, struct error *err)
{
	struct buf whole = BUF_INIT;
	enum object_type found;
	uint64_t len;
	int ret;

	if (object_header(repo, oid, &found, &len, err) < 0 ||
	    check_kind(oid, OBJECT_BLOB, (git_object_t)found, err) < 0)
		return err->code;
	if (len > STREAM_BYTES)
		return stream_large(repo, oid, len, sink, context, err);
	ret = object_read(repo, oid, OBJECT_BLOB, STREAM_BYTES, &whole, err);
	if (!ret && whole.len)
		ret = sink(context, whole.ptr, whole.len, err);
	buf_release(&whole);
	return ret;
}

static int add_to_hasher(void *context, const void *data, size_t len,
			 struct error *err)
{
	return hasher_add(context, data, len, err);
}

static int verify_large(struct repository *repo, const struct oid *oid,
			size_t len, struct error *err)
{
	struct hasher *hasher = NULL;
	char hex[OID_HEXSZ + 1];
	struct oid actual;
	int ret;

	ret = hasher_new(&hasher, OBJECT_BLOB, len, err);
	if (!ret)
		ret = stream_large(repo, oid, len, add_to_hasher, hasher, err);
	if (!ret)
		ret = hasher_finish(hasher, &actual, err);
	if (!ret && !oid_equal(&actual, oid))
		ret = error_set(
			err, ERR_INVALID,
			"object %s is damaged: its bytes have another id",
			oid_hex(oid, hex));
	hasher_free(hasher);
	return ret;
}

int object_verify(struct repository *repo, const struct oid *oid,
		  struct error *err)
{
	struct buf whole = BUF_INIT;
	git_object_t found;
	size_t len;
	int ret;

	if (read_header(repo, oid, &found, &len, err) < 0)
		return err->code;
	if (found == GIT_OBJECT_BLOB && len > STREAM_BYTES)
		return verify_large(repo, oid, len, err);
	/* Whoever reads it compares the bytes with the id. */
	ret = object_read(repo, oid, OBJECT_ANY, UINT64_MAX, &whole, err);
	buf_release(&whole);
	return ret;
}
