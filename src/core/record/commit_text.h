/*
 * The message of C: the description, and the trailers by which a reader finds
 * the parts; gitformat-checkpoint(5), "The message of C".
 */
#ifndef CORE_RECORD_COMMIT_TEXT_H
#define CORE_RECORD_COMMIT_TEXT_H

#include "git/oid.h"

/* The messages of the other parts, each with the id behind it. */
#define COMMIT_TEXT_INDEX "index of "
#define COMMIT_TEXT_STATE "state of "
#define COMMIT_TEXT_LOCAL "local files of "

struct commit_text {
	const char *description; /* a line, not empty */
	const char *id;
	const char *type;
	const char *session;
	const struct oid *base; /* zero: HEAD was unborn */
	const struct oid *index;
	const struct oid *state;
	const char *task; /* id; or NULL */
	const char *key;  /* or NULL */
};

/* The caller must free(). */
char *commit_text_build(const struct commit_text *text);

#endif
