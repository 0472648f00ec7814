/*
 * Before anything goes to another repository: looking for secrets in every
 * object that would travel. Files of checkpoints, staged ones, metadata,
 * attachments, operation files, and commits of the user's that the other side
 * has not got.
 *
 *	struct secret_request request = {.tips = tips, .nr_tips = nr,
 *					 .remote = "origin", .what = "push"};
 *	struct secret_finds finds = {0};
 *
 *	ret = secret_scan(repo, &request, &finds, err);
 *	... secret_finds_to_json(&finds) where JSON is wanted ...
 *	secret_finds_release(&finds);
 */
#ifndef CORE_SECRET_SECRET_SCAN_H
#define CORE_SECRET_SECRET_SCAN_H

#include "base/error.h"
#include "core/secret/secret_find.h"
#include "git/oid.h"

struct repository;

struct secret_request {
	/* Commits (or tags) that are sent with all they reach ... */
	const struct oid *tips;
	size_t nr_tips;
	/* ... and what the other side has; ids that are not here do no harm. */
	const struct oid *haves;
	size_t nr_haves;
	/* It also has what remote_trust_read() tells of this remote; or
	 * NULL. */
	const char *remote;
	/* What is to be done, for error text: "push". */
	const char *what;
	/* Called now and then; or NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/*
 * 0: there is none. ERR_REFUSED: `out` has them, and the error names them and
 * the ways to go on; or something of refs/checkpoints-local/ would travel, or
 * the user's own scanner (checkpoint.secretScanner) said no. Other errors: not
 * everything could be looked at, and nothing may be sent. The caller must
 * secret_finds_release() in any case.
 */
int secret_scan(struct repository *repo, const struct secret_request *request,
		struct secret_finds *out, struct error *err);

#endif
