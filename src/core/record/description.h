/*
 * The one line that says what a checkpoint is.
 */
#ifndef CORE_RECORD_DESCRIPTION_H
#define CORE_RECORD_DESCRIPTION_H

#include "base/error.h"
#include "core/record/record.h"

/* Longer ones are refused; --attach keeps longer texts. */
#define DESCRIPTION_MAX_BYTES 4096

/*
 * ERR_FAILED where `text` (may be NULL: fine) is not one line of UTF-8 without
 * control characters, or too long; the text says which.
 */
int description_check(const char *text, struct error *err);

/* A copy of `text`, or where it is NULL or empty one that is made of type and
 * task. The caller must free(). */
char *description_or_default(const char *text, enum checkpoint_type type,
			     const char *task);

#endif
