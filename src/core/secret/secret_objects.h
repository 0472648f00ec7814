/*
 * Reading many objects one after the other, through one `git cat-file --batch`.
 */
#ifndef CORE_SECRET_SECRET_OBJECTS_H
#define CORE_SECRET_SECRET_OBJECTS_H

#include "base/error.h"
#include "core/secret/secret_places.h"

struct repository;

struct secret_objects_reader {
	/* Some of an object. */
	int (*add)(void *context, const void *data, size_t len,
		   struct error *err);
	/* That was all of the one at this place. */
	int (*end)(void *context, size_t place, struct error *err);
	void *context;
};

/* Read the objects of the places in `which`. ERR_NOT_FOUND names one that is
 * missing. What the reader returns < 0 ends it. */
int secret_objects_read(struct repository *repo,
			const struct secret_places *places, const size_t *which,
			size_t nr, const struct secret_objects_reader *reader,
			struct error *err);

#endif
