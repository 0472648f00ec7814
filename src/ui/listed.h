/*
 * One checkpoint of a list, as the columns for people, `--format` and `--json`
 * show it. It is opened when the first value is asked for that its name does
 * not tell; one that cannot be opened is shown as damaged.
 */
#ifndef UI_LISTED_H
#define UI_LISTED_H

#include "base/buf.h"
#include "base/error.h"
#include "core/record/stored.h"

struct json;
struct output;
struct repository;
struct table;

struct listed {
	struct repository *repo;
	const struct checkpoint *name;
	bool pinned;
	bool printable; /* fields are for a terminal: see text_printable() */
	bool opened;
	struct stored stored; /* once opened, unless `err` says why not */
	struct error err;
	struct json *document; /* the metadata, once a field needed it */
};

/* `name` is borrowed. The caller must listed_release(). */
void listed_init(struct listed *listed, struct repository *repo,
		 const struct checkpoint *name, bool pinned);
void listed_release(struct listed *listed);

/* The fields of --format, NULL-terminated. */
extern const char *const listed_fields[];
/* Append the value of one; a format_value of ui/format.h. */
void listed_field(void *listed, const char *field, struct buf *out);

/* Add a row to a table of so many columns. */
#define LISTED_COLUMNS 6
void listed_row(struct listed *listed, struct table *table);

/* Print the object of --json. One that is damaged has "id", "session_id",
 * "error" and what listing_to_json() adds. */
void listed_json(struct listed *listed, struct output *output);

#endif
