#include "worktree/filter.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "git/process.h"
#include "worktree/filter_recorded.h"
#include "worktree/filtering.h"

#define PIECE_BYTES (64u << 10)
#define MAX_HEADER 256

/*
 * A conversation with `git cat-file --filters --batch`. It names the size that
 * a blob has, not that of what the filter makes of it, so each question is
 * followed by one for a name that nobody can know: its answer is the end.
 */
struct smudge {
	struct filter *filter;
	/* What git sees more than without us. */
	char *env[2];
	struct git_child child;
	bool started;
	struct buf end;	  /* "\n<name> missing\n" */
	struct buf input; /* read and not used yet */
	uint64_t size;	  /* of what is in the spool, behind what is kept */
};

static int failed(const char *path, struct error *err)
{
	if (err->code)
		return error_prefix(err, "cannot convert '%s'", path);
	return error_set(err, ERR_FAILED,
			 "cannot convert '%s': its filter failed", path);
}

static int start(struct smudge *smudge, struct error *err)
{
	static const char *const argv[] = {
		"cat-file", "--filters", "--batch=%(objecttype) %(objectsize)",
		NULL};
	const char *env[] = {smudge->env[0], smudge->env[1], NULL};
	struct git_command command = {
		.repo = smudge->filter->repo, .argv = argv, .env = env};
	char nonce[33];
	int rc = git_child_start(&smudge->child, &command, err);

	if (rc < 0)
		return rc;
	smudge->started = true;
	random_hex(nonce, 16);
	buf_addf(&smudge->end, "\nend-%s missing\n", nonce);
	return 0;
}

/* Read some more of what the child says; 0 at its end. */
static ssize_t read_more(struct smudge *smudge, int from, struct error *err)
{
	struct buf *input = &smudge->input;
	ssize_t got;

	buf_grow(input, PIECE_BYTES);
	do
		got = read(from, input->ptr + input->len, PIECE_BYTES);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(err, "cannot read from git");
	buf_setlen(input, input->len + (size_t)got);
	return got;
}

static int spool(struct smudge *smudge, size_t len, struct error *err)
{
	int rc = file_write_all(smudge->filter->spool, smudge->input.ptr, len,
				err);

	buf_remove(&smudge->input, 0, len);
	smudge->size += len;
	return rc;
}

static int empty_spool(struct smudge *smudge, struct error *err)
{
	const struct filter *filter = smudge->filter;

	smudge->size = 0;
	buf_reset(&smudge->input);
	if (ftruncate(filter->spool, (off_t)filter->kept) < 0 ||
	    lseek(filter->spool, (off_t)filter->kept, SEEK_SET) < 0)
		return error_errno(err, "cannot empty a temporary file");
	return 0;
}

static int read_header(struct smudge *smudge, const struct oid *blob,
		       struct error *err)
{
	char hex[OID_HEXSZ + 1];
	const char *newline;
	ssize_t got = 1;
	int rc = 0;

	while (!(newline =
			 memchr(smudge->input.ptr, '\n', smudge->input.len))) {
		if (smudge->input.len > MAX_HEADER)
			return error_set(err, ERR_FAILED,
					 "git cat-file said '%s'",
					 smudge->input.ptr);
		got = read_more(smudge, smudge->child.from, err);
		if (got <= 0)
			return got < 0 ? (int)got : ERR_FAILED;
	}
	if (strncmp(smudge->input.ptr, "blob ", 5) != 0) {
		oid_hex(blob, hex);
		rc = !strncmp(smudge->input.ptr, hex, OID_HEXSZ)
			     ? error_set(err, ERR_NOT_FOUND,
					 "there is no blob %s", hex)
			     : error_set(err, ERR_INVALID, "%s is no blob",
					 hex);
	}
	buf_remove(&smudge->input, 0,
		   (size_t)(newline - smudge->input.ptr) + 1);
	return rc;
}

/* Everything up to the end mark goes to the spool. */
static int read_content(struct smudge *smudge, struct error *err)
{
	const struct buf *end = &smudge->end;

	for (;;) {
		const struct buf *input = &smudge->input;
		ssize_t got;
		int rc;

		if (input->len >= end->len &&
		    !memcmp(input->ptr + input->len - end->len, end->ptr,
			    end->len))
			return spool(smudge, input->len - end->len, err);
		if (input->len > end->len) {
			rc = spool(smudge, input->len - end->len, err);
			if (rc < 0)
				return rc;
		}
		got = read_more(smudge, smudge->child.from, err);
		if (got <= 0)
			return got < 0 ? (int)got : ERR_FAILED;
	}
}

static int ask_batch(struct smudge *smudge,
		     const struct filter_request *request, struct error *err)
{
	struct buf question = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int rc = 0;

	if (!smudge->started)
		rc = start(smudge, err);
	if (!rc) {
		buf_addf(&question, "%s %s\n", oid_hex(&request->blob, hex),
			 request->path);
		buf_add(&question, smudge->end.ptr + 1,
			smudge->end.len - strlen("\n missing\n"));
		buf_addstr(&question, " end\n");
		rc = git_child_write(&smudge->child, question.ptr, question.len,
				     err);
	}
	if (!rc)
		rc = read_header(smudge, &request->blob, err);
	if (!rc)
		rc = read_content(smudge, err);
	buf_release(&question);
	return rc;
}

/* A line of the batch cannot hold it: it ends at a newline, loses a carriage
 * return before that, and blanks in front. */
static bool is_odd(const char *path)
{
	size_t len = strlen(path);

	return *path == ' ' || *path == '\t' || strchr(path, '\n') || !len ||
	       path[len - 1] == '\r';
}

static int ask_alone(struct smudge *smudge,
		     const struct filter_request *request, struct error *err)
{
	char *option = xstrfmt("--path=%s", request->path);
	char hex[OID_HEXSZ + 1];
	const char *argv[] = {"cat-file", "--filters", option,
			      oid_hex(&request->blob, hex), NULL};
	const char *env[] = {smudge->env[0], smudge->env[1], NULL};
	struct git_command command = {
		.repo = smudge->filter->repo, .argv = argv, .env = env};
	struct error ended = ERROR_INIT;
	struct git_child child;
	ssize_t got = 0;
	int rc = git_child_start(&child, &command, err);

	free(option);
	if (rc < 0)
		return rc;
	while (!rc && (got = read_more(smudge, child.from, err)) > 0)
		rc = spool(smudge, smudge->input.len, err);
	if (got < 0)
		rc = (int)got;
	if (git_child_finish(&child, &ended) < 0 && !rc)
		rc = error_move(err, &ended);
	error_release(&ended);
	return rc;
}

static int smudge_one(struct smudge *smudge,
		      const struct filter_request *request, filter_sink sink,
		      struct error *err)
{
	struct filter *filter = smudge->filter;
	int rc = empty_spool(smudge, err);

	if (!rc)
		rc = is_odd(request->path) ? ask_alone(smudge, request, err)
					   : ask_batch(smudge, request, err);
	if (rc < 0)
		return failed(request->path, err);
	if (lseek(filter->spool, (off_t)filter->kept, SEEK_SET) < 0)
		return error_errno(err, "cannot read a temporary file");
	rc = sink(request->context, filter->spool, smudge->size, err);
	if (rc == FILTER_KEEP) {
		filter->kept += smudge->size;
		rc = 0;
	}
	return rc;
}

static int open_spool(struct filter *filter, struct error *err)
{
	if (filter->spool >= 0)
		return 0;
	if (filter_need_scratch(filter, err) < 0)
		return err->code;
	filter->spool = filter_scratch_file(&filter->scratch, err);
	return filter->spool < 0 ? err->code : 0;
}

int filter_smudge(struct filter *filter, const struct filter_request *requests,
		  size_t nr, filter_sink sink, struct error *err)
{
	struct smudge smudge = {
		.filter = filter, .end = BUF_INIT, .input = BUF_INIT};
	struct error ended = ERROR_INIT;
	size_t nr_env = 0;
	int rc;

	if (!nr)
		return 0;
	if (filter->objects)
		smudge.env[nr_env++] = filter_alternates(filter->objects);
	rc = open_spool(filter, err);
	if (!rc && requests[0].conversion)
		rc = filter_recorded(filter, requests, nr, &smudge.env[nr_env],
				     err);
	for (size_t i = 0; !rc && i < nr; i++)
		rc = smudge_one(&smudge, &requests[i], sink, err);
	if (smudge.started && git_child_finish(&smudge.child, &ended) < 0 &&
	    !rc)
		rc = error_move(err, &ended);
	error_release(&ended);
	free(smudge.env[0]);
	free(smudge.env[1]);
	buf_release(&smudge.end);
	buf_release(&smudge.input);
	return rc;
}
