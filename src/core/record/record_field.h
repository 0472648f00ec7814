/*
 * The keys of a record and the fields of `struct record` they stand for, in
 * the order in which they are written. Reader, writer and record_release() walk
 * the same tables.
 */
#ifndef CORE_RECORD_RECORD_FIELD_H
#define CORE_RECORD_RECORD_FIELD_H

#include "base/compat.h"

enum field_kind {
	/* char *, NULL is null. */
	FIELD_TEXT,    /* UTF-8 */
	FIELD_BYTES,   /* json_set_path() */
	FIELD_VERSION, /* "1.0.0" */
	FIELD_ID,      /* a checkpoint's */
	FIELD_TYPE,    /* a checkpoint's */
	FIELD_SESSION, /* a session's name */
	FIELD_COMMIT,  /* hex, maybe abbreviated */
	FIELD_OID,     /* 40 or 64 hex digits */
	FIELD_REF,     /* bytes; a full ref name */
	FIELD_DIGEST,  /* "sha256:" and 64 hex digits */
	/* int64_t, RECORD_UNKNOWN is null. */
	FIELD_COUNT,
	FIELD_TIME, /* milliseconds; RFC 3339 in the document */
	/* bool; null is false. */
	FIELD_BOOL,
	/* An object with keys of its own; no field, see `members`. */
	FIELD_GROUP,
	/* struct json *, with a shape (record_shape.h). */
	FIELD_DOCUMENT,
	/* struct strlist of bytes; empty is null. */
	FIELD_LIST,
	/* `refs` and `nr_refs` of struct record_git. */
	FIELD_REFS,
	/* `reasons` and `nr_reasons` of struct record_omitted. */
	FIELD_REASONS,
};

struct record;
struct shape;

struct field {
	const char *key; /* NULL ends a table */
	enum field_kind kind;
	size_t offset;		     /* in struct record */
	bool required;		     /* must be there, and not null */
	const struct field *members; /* of FIELD_GROUP */
	const struct shape *shape;   /* of FIELD_DOCUMENT */
};

/* The top level. */
extern const struct field record_fields[];

/* Where the field is in `record`. */
void *field_of(const struct record *record, const struct field *field);

#endif
