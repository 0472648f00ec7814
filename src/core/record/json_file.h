/*
 * A JSON document that is a file of our own.
 */
#ifndef CORE_RECORD_JSON_FILE_H
#define CORE_RECORD_JSON_FILE_H

#include "core/record/json.h"

/*
 * Read one of at most `limit` bytes. ERR_NOT_FOUND: there is none; ERR_INVALID:
 * it is damaged. The caller must json_free() `*out`, which is NULL then.
 */
int json_file_read(struct json **out, const char *path, size_t limit,
		   struct error *err);
/* The same where one that is missing, unreadable or damaged is as good as none:
 * NULL. */
struct json *json_file_find(const char *path, size_t limit);

/* Replace it, or make it, with its directories; readable, and synced. */
int json_file_replace(const char *path, const struct json *doc,
		      struct error *err);

#endif
