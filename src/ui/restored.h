/*
 * What a restore did, or would do, for people and for scripts.
 */
#ifndef UI_RESTORED_H
#define UI_RESTORED_H

#include "base/compat.h"

struct output;
struct restore_request;
struct restore_result;

/*
 * --json: one object {"target", "safety", "dry_run", "nothing", "changes":
 * [{"path", "action"}], "refs", "head", "index", "operation", "mismatch",
 * "protected", "operation_left"}.
 * -z: "<action> SP <path> NUL" for each change.
 */
void restored_print(struct output *output,
		    const struct restore_request *request,
		    const struct restore_result *result, bool aborted);

#endif
