/*
 * The metadata of a checkpoint that is being made.
 */
#ifndef CORE_SAVE_RECORD_H
#define CORE_SAVE_RECORD_H

#include "core/record.h"
#include "core/save.h"

/* Fill an initialised record; bytes_added is left to the caller. */
void save_fill_record(struct record *record, struct repository *repo,
		      const struct save_options *options,
		      const struct snapshot *snapshot, const char *id,
		      const char *session, const char *description,
		      int64_t time_ms);

#endif
