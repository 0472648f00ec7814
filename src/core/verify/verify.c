#include "core/verify/verify.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/verify/verify_scratch.h"
#include "core/verify/verifying.h"
#include "git/hasher.h"

#define PIECE_BYTES (256u << 10)

int verify_open(struct verify **out, struct repository *repo, struct error *err)
{
	struct verify *verify = xcalloc(1, sizeof(*verify));

	verify->repo = repo;
	if (verify_scratch_open(&verify->scratch, repo, err) < 0) {
		verify_close(verify);
		return err->code;
	}
	*out = verify;
	return 0;
}

void verify_close(struct verify *verify)
{
	if (!verify)
		return;
	verify_scratch_close(verify->scratch);
	oid_set_release(&verify->whole);
	oid_set_release(&verify->tried);
	free(verify);
}

void verifying_add(struct verifying *verifying, enum verify_kind kind,
		   const char *fmt, ...)
{
	struct verified *out = verifying->out;
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	ARRAY_GROW(out->problems, out->nr, out->alloc);
	out->problems[out->nr++] =
		(struct verify_problem){kind, buf_detach(&text)};
}

int verifying_hash(int fd, struct oid *out, struct error *err)
{
	struct hasher *hasher = NULL;
	struct stat st;
	char *piece;
	ssize_t got;
	int ret;

	if (fstat(fd, &st) < 0)
		return error_errno(err, "cannot look at a file");
	piece = xmalloc(PIECE_BYTES);
	ret = hasher_new(&hasher, OBJECT_BLOB, (uint64_t)st.st_size, err);
	while (!ret && (got = read(fd, piece, PIECE_BYTES))) {
		if (got > 0)
			ret = hasher_add(hasher, piece, (size_t)got, err);
		else if (errno != EINTR)
			ret = error_errno(err, "cannot read a file");
	}
	if (!ret)
		ret = hasher_finish(hasher, out, err);
	hasher_free(hasher);
	free(piece);
	return ret;
}

/* Whether all but L can be read: then what it saved is not lost. */
static bool is_readable_without_local(struct verifying *verifying)
{
	const struct stored *stored = &verifying->target.stored;
	struct error ignored = ERROR_INIT;
	struct index_extra index_extra;
	struct worktree_extra worktree_extra;
	struct operation operation;
	bool readable = stored->record.id != NULL;

	if (!readable)
		return false;
	readable = !stored_index_extra(verifying->repo, stored, &index_extra,
				       &ignored);
	index_extra_release(&index_extra);
	readable = !stored_worktree_extra(verifying->repo, stored,
					  &worktree_extra, &ignored) &&
		   readable;
	worktree_extra_release(&worktree_extra);
	readable = !stored_operation(verifying->repo, stored, &operation,
				     &ignored) &&
		   readable;
	operation_release(&operation);
	error_release(&ignored);
	return readable;
}

/*
 * The checkpoint as a restore would read it. Where an object is missing, that
 * has been said.
 */
static int open_target(struct verifying *verifying,
		       const struct checkpoint *checkpoint, struct error *err)
{
	struct verified *out = verifying->out;
	int ret = target_open(verifying->repo, checkpoint, &verifying->target,
			      err);

	if (ret == ERR_NEWER || ret == ERR_UNSUPPORTED)
		verifying_add(verifying, VERIFY_HERE, "%s", err->text);
	else if (ret != ERR_NOT_FOUND && ret != ERR_INVALID)
		return ret;
	else if (!verified_has(out, VERIFY_LOST) &&
		 !is_readable_without_local(verifying))
		verifying_add(verifying, VERIFY_LOST, "%s", err->text);
	else if (!out->nr)
		verifying_add(verifying, VERIFY_WRONG, "%s", err->text);
	error_release(err);
	return 1;
}

static int look_at_parts(struct verifying *verifying, struct error *err)
{
	/* With objects missing there is nothing to compare or to try. */
	bool lost = verified_has(verifying->out, VERIFY_LOST);
	struct strlist missing = STRLIST_INIT;
	int ret = 0;

	if (!lost)
		ret = verify_metadata(verifying, err);
	if (!ret)
		ret = verify_note(verifying, err);
	/* An imported record holds no files. */
	if (!lost)
		lost = !verifying->target.stored.record.snapshot.tree;
	if (!ret && !lost)
		ret = verify_lfs(verifying, &missing, err);
	if (!ret && !lost)
		ret = verify_index(verifying, err);
	if (!ret && !lost)
		ret = verify_trial(verifying, &missing, err);
	strlist_release(&missing);
	return ret;
}

int verify_checkpoint(struct verify *verify,
		      const struct checkpoint *checkpoint, struct verified *out,
		      struct error *err)
{
	struct verifying verifying = {
		.verify = verify, .repo = verify->repo, .out = out};
	int ret;

	*out = (struct verified){0};
	if (oid_is_zero(&checkpoint->commit)) {
		verifying_add(&verifying, VERIFY_LOST,
			      "its ref does not hold the id of a commit");
		return 0;
	}
	ret = verify_objects(&verifying, checkpoint, err);
	if (ret < 0)
		return ret;
	ret = open_target(&verifying, checkpoint, err);
	if (!ret)
		ret = look_at_parts(&verifying, err);
	target_release(&verifying.target);
	return ret < 0 ? ret : 0;
}

void verified_release(struct verified *verified)
{
	for (size_t i = 0; i < verified->nr; i++)
		free(verified->problems[i].text);
	free(verified->problems);
	*verified = (struct verified){0};
}

bool verified_has(const struct verified *verified, enum verify_kind kind)
{
	for (size_t i = 0; i < verified->nr; i++)
		if (verified->problems[i].kind == kind)
			return true;
	return false;
}
