/*
 * Pins: a checkpoint that has one is not dropped without being named.
 *
 * A pin is a ref, refs/checkpoint-pins/<session>/<id>, that leads to the
 * checkpoint's commit; gitformat-checkpoint(5). It is this repository's own,
 * also that of a fetched checkpoint.
 */
#ifndef CORE_RECORD_PIN_H
#define CORE_RECORD_PIN_H

#include "base/error.h"
#include "base/strlist.h"

struct checkpoint;
struct repository;

/*
 * Pin it, or take the pin away. 1: it was so already. ERR_REFUSED while a
 * restore is unfinished; ERR_NOT_FOUND: the checkpoint went away meanwhile.
 */
int pin_set(struct repository *repo, const struct checkpoint *checkpoint,
	    struct error *err);
int pin_drop(struct repository *repo, const struct checkpoint *checkpoint,
	     struct error *err);

/* Add what is pinned to `out`, for pin_list_has(). */
int pin_list(struct repository *repo, struct strlist *out, struct error *err);
bool pin_list_has(const struct strlist *pins,
		  const struct checkpoint *checkpoint);

#endif
