/*
 * What verify found of a checkpoint, for people and for scripts.
 */
#ifndef UI_VERIFIED_H
#define UI_VERIFIED_H

#include "base/compat.h"

struct checkpoint;
struct output;
struct verified;

/*
 * --json: an object {"id", "ref", "ok", "restorable", "repaired", "problems":
 * []}. `repaired`: its note was made again, so that this is no problem any
 * more.
 */
void verified_print(struct output *output, const struct checkpoint *checkpoint,
		    const struct verified *verified, bool repaired);

#endif
