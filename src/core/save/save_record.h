/*
 * The metadata of a checkpoint that is being made.
 */
#ifndef CORE_SAVE_SAVE_RECORD_H
#define CORE_SAVE_SAVE_RECORD_H

#include "core/record/record.h"
#include "core/save/saving.h"

/* Fill an initialised record; bytes_added is left to the caller. */
int save_fill_record(struct record *record, const struct saving *saving,
		     struct error *err);

#endif
