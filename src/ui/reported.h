/*
 * A report as people read it: on a terminal, in a merge request, in a browser.
 */
#ifndef UI_REPORTED_H
#define UI_REPORTED_H

#include "base/buf.h"

struct output;
struct report;

/* `detailed`: with every checkpoint, and all that is known of each task. */
void reported_text(struct output *output, const struct report *report,
		   bool detailed);
/* Append; what is from elsewhere is escaped. */
void reported_markdown(struct buf *out, const struct report *report,
		       bool detailed);
/*
 * Append one page that needs nothing else: no script, no font, no picture from
 * elsewhere. It is well-formed XML, too.
 */
void reported_html(struct buf *out, const struct report *report, bool detailed);

#endif
