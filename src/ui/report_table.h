/*
 * The figures and tables of a report in words, the same in every format.
 */
#ifndef UI_REPORT_TABLE_H
#define UI_REPORT_TABLE_H

#include "base/buf.h"
#include "base/strlist.h"
#include "core/work/report.h"

struct report_table {
	const char *title;
	const char *const *heads; /* one a column */
	size_t columns;
	bool numbers[8];      /* columns that are aligned to the right */
	struct strlist cells; /* row by row; any bytes */
};

enum report_table_kind {
	REPORT_SESSIONS,
	REPORT_TASKS,
	REPORT_TASKS_DETAILED,
	REPORT_TYPES,
	REPORT_CHECKPOINTS,
};

/* Fill one. The caller must strlist_release() `cells`. */
void report_table_make(struct report_table *out, const struct report *report,
		       enum report_table_kind kind);

/* Labels and values in turns; what is not known is left out. */
void report_figures(const struct report *report, struct strlist *out);
/* Append "the last 7 days", "everything", and the sprint. */
void report_period_words(const struct report *report, struct buf *out);

/* Append; "-" for what is not known. */
void report_time(struct buf *out, int64_t ms); /* "2024-12-25 10:30", local */
void report_duration(struct buf *out, int64_t ms);
void report_size(struct buf *out, int64_t bytes);
void report_ratio(struct buf *out, double ratio); /* "83%" */
/* "1200 input, 300 output"; nothing where there are none. */
void report_tokens(struct buf *out, const struct json *tokens);
/* The end of a session's name that tells it from others, or its sprint. */
void report_session_words(struct buf *out,
			  const struct report_session *session);

#endif
