/*
 * The shapes of the objects in a record that are kept as JSON: `task`,
 * `session`, `metrics`. One table an object makes it, checks it and completes
 * it, so these cannot differ.
 */
#ifndef CORE_RECORD_RECORD_SHAPE_H
#define CORE_RECORD_RECORD_SHAPE_H

#include "base/error.h"

struct json;

/* Types that a value may have, 1 << enum json_type; null always may be. */
enum {
	SHAPE_BOOL = 1 << 1,
	SHAPE_NUMBER = 1 << 2,
	SHAPE_STRING = 1 << 3,
	SHAPE_ARRAY = 1 << 4,
	SHAPE_OBJECT = 1 << 5,
	SHAPE_ANY = 0x3f,
};

struct shape {
	const char *key; /* NULL ends a table */
	unsigned types;
	/* Of an object, what is in it; of an array, what is in each of its
	 * objects. NULL: anything. */
	const struct shape *members;
	unsigned items; /* types of an array's elements; 0: any */
};

extern const struct shape shape_task[];
extern const struct shape shape_session[];
extern const struct shape shape_metrics[];
extern const struct shape shape_task_result[];

/* An object with all keys: containers empty, the rest null. */
struct json *shape_make(const struct shape *shape);
/*
 * Check `object`, which is called `name` in error texts, add what it lacks, and
 * bring its keys into the order of the table, unknown ones behind. What arrays
 * hold is checked and not completed.
 */
int shape_apply(const struct shape *shape, struct json *object,
		const char *name, struct error *err);

#endif
