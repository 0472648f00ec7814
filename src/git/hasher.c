#include "git/hasher.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include "base/alloc.h"
#include "git/repository.h"

struct hasher {
	git_odb *odb;
	git_odb_stream *stream;
};

static int discard(git_odb_stream *stream, const char *data, size_t len)
{
	(void)stream;
	(void)data;
	(void)len;
	return 0;
}

static int discard_all(git_odb_stream *stream, const git_oid *id)
{
	(void)stream;
	(void)id;
	return 0;
}

static void free_stream(git_odb_stream *stream)
{
	free(stream);
}

static int open_stream(git_odb_stream **out, git_odb_backend *backend,
		       git_object_size_t size, git_object_t type)
{
	git_odb_stream *stream = xcalloc(1, sizeof(*stream));

	(void)size;
	(void)type;
	stream->backend = backend;
	stream->mode = GIT_STREAM_WRONLY;
	stream->write = discard;
	stream->finalize_write = discard_all;
	stream->free = free_stream;
	*out = stream;
	return 0;
}

static void free_backend(git_odb_backend *backend)
{
	free(backend);
}

static int add_backend(git_odb *odb)
{
	git_odb_backend *backend = xcalloc(1, sizeof(*backend));
	int rc = git_odb_init_backend(backend, GIT_ODB_BACKEND_VERSION);

	backend->writestream = open_stream;
	backend->free = free_backend;
	if (!rc)
		rc = git_odb_add_backend(odb, backend, 1);
	if (rc)
		free(backend);
	return rc;
}

int hasher_new(struct hasher **out, enum object_type type, uint64_t size,
	       struct error *err)
{
	struct hasher *hasher = xcalloc(1, sizeof(*hasher));
	int rc = git_odb_new(&hasher->odb);

	if (!rc)
		rc = add_backend(hasher->odb);
	if (!rc)
		rc = git_odb_open_wstream(&hasher->stream, hasher->odb, size,
					  (git_object_t)type);
	if (rc) {
		hasher_free(hasher);
		return error_libgit2(err, rc, "cannot hash");
	}
	*out = hasher;
	return 0;
}

int hasher_add(struct hasher *hasher, const void *data, size_t len,
	       struct error *err)
{
	int rc = git_odb_stream_write(hasher->stream, data, len);

	if (rc) {
		error_libgit2(err, rc, "cannot hash");
		return err->code = ERR_FAILED;
	}
	return 0;
}

int hasher_finish(struct hasher *hasher, struct oid *out, struct error *err)
{
	git_oid id;
	int rc = git_odb_stream_finalize_write(&id, hasher->stream);

	if (rc) {
		error_libgit2(err, rc, "cannot hash");
		return err->code = ERR_FAILED;
	}
	memcpy(out->id, id.id, OID_RAWSZ);
	return 0;
}

void hasher_free(struct hasher *hasher)
{
	if (!hasher)
		return;
	git_odb_stream_free(hasher->stream);
	git_odb_free(hasher->odb);
	free(hasher);
}
