/*
 * The forms that the strings of a record must have.
 */
#ifndef CORE_RECORD_RECORD_TEXT_H
#define CORE_RECORD_RECORD_TEXT_H

#include "core/record/record_field.h"

/* Whether `text` (unescaped) may be in a field of this kind. */
bool record_text_is_valid(enum field_kind kind, const char *text);

/* The first number of "1.0.0"; false where `version` is not of that form. */
bool record_version_major(const char *version, int64_t *out);

#endif
