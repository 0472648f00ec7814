/*
 * What somebody has to know who goes on with a session, in one JSON object: to
 * be printed for a person, or put into an agent's context as it is.
 */
#ifndef CORE_WORK_BRIEF_H
#define CORE_WORK_BRIEF_H

#include "core/work/resume.h"

/*
 * See git-checkpoint(1), "JSON", resume. `review`: nothing was done. The caller
 * must json_free() it.
 */
struct json *brief_make(const struct resume *resume, bool review,
			int64_t now_ms);

/* "Phase 2/3, 60% complete" or "Phase 3/4, subtask 2/5", as far as it is known;
 * nothing otherwise. */
void brief_progress(const struct session_task *task, struct buf *out);

/* The task to go on with: the one that was named, the current one, or the first
 * that is in progress or pending. NULL: there is none. */
const struct session_task *brief_task(const struct resume *resume);

#endif
