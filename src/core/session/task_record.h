/*
 * What may be a task, before it gets into a session's log: ids, descriptions,
 * and records that are neither too large nor too deep to be in every checkpoint
 * from then on.
 */
#ifndef CORE_SESSION_TASK_RECORD_H
#define CORE_SESSION_TASK_RECORD_H

#include "base/error.h"

struct json;

/* As many bytes may an id have. */
#define TASK_ID_MAX_BYTES 200
/* A record, as it is written in the metadata. */
#define TASK_RECORD_MAX_BYTES (1u << 20)
#define TASK_RECORD_MAX_DEPTH 64
/* Phases of a task. */
#define TASK_MAX_PHASES 1000

/*
 * ERR_INVALID where `id` is empty, too long, no line of UTF-8 without control
 * characters, starts with "-", or has "/" or ".." in it: it becomes the name of
 * a directory where outputs are exported.
 */
int task_id_check(const char *id, struct error *err);
/* A new id, a UUID of version 4. The caller must free(). */
char *task_id_new(void);

/* ERR_INVALID where an object is no record, or the beginning of one. */
int task_record_check(const struct json *record, struct error *err);

/*
 * Short forms that people write, in place: `id`, `description` and `scores` for
 * the keys of the record; for `phases` a number, or an array of names or of
 * objects of `name` and `subtasks`; for `subtasks` a number or an array of
 * names. ERR_INVALID where that cannot be understood.
 */
int task_record_expand(struct json *record, struct error *err);

#endif
