/*
 * What the parts of a report share.
 */
#ifndef CORE_WORK_REPORTING_H
#define CORE_WORK_REPORTING_H

#include "core/work/report.h"

struct repository;

/*
 * Look up how far each session had got. With `here` sessions are of this
 * clone: what their logs say counts, also of one without checkpoints.
 */
int report_read_sessions(struct report *report, struct repository *repo,
			 enum checkpoint_scope scope, struct error *err);
/* The place of a session among the report's; it is added. */
size_t report_session_of(struct report *report, const char *name,
			 const char *remote);
/* Sums, in which what is not known is nothing, unless all is. */
void report_add_count(int64_t *sum, int64_t more);
void report_raise_count(int64_t *most, int64_t value);
/* Count what is in tasks. */
void report_count_tasks(struct report *report);
/* Draw the advice from all the rest. */
void report_advise(struct report *report);
/* Set what `add` knows on top of `*sum`: counts of kinds of tokens. */
void report_add_tokens(struct json **sum, const struct json *add);

#endif
