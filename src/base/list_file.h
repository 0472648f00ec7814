/*
 * A small file of our own with a text a line; none is empty.
 */
#ifndef BASE_LIST_FILE_H
#define BASE_LIST_FILE_H

#include "base/error.h"
#include "base/strlist.h"

/* Add its lines to a list; none where there is no file. ERR_INVALID: it has
 * more than `limit` bytes. */
int list_file_read(struct strlist *out, const char *path, size_t limit,
		   struct error *err);
/* file_replace() it. */
int list_file_replace(const char *path, const struct strlist *lines, bool sync,
		      struct error *err);

#endif
