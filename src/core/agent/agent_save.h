/*
 * The checkpoints that an agent's event makes.
 */
#ifndef CORE_AGENT_AGENT_SAVE_H
#define CORE_AGENT_AGENT_SAVE_H

#include "base/error.h"
#include "core/record/record.h"
#include "core/save/save.h"

struct agent_answer;
struct agent_event;
struct repository;

/* An event that is dealt with; all borrowed. */
struct agent_call {
	struct repository *repo;
	const struct agent_event *event;
	struct agent_answer *answer;
	struct save_options save; /* what all checkpoints of it share */
};

/*
 * Make one, and name it in the answer. It is described as "<what>: <text>", a
 * line of a length that can be read; `text` may be NULL. One that this event
 * has made before is not made again, but for an `auto`.
 */
int agent_save(struct agent_call *call, enum checkpoint_type type,
	       const char *what, const char *text, struct error *err);
/* An `auto`, where the last checkpoint is older than so many seconds. */
int agent_save_auto(struct agent_call *call, int64_t seconds,
		    struct error *err);
/* An `auto`, where checkpoint.interval says that it is time. */
int agent_save_if_due(struct agent_call *call, struct error *err);

/*
 * By what the event is known when it comes twice: the agent's own id of it; a
 * turn has none with some agents, so these are counted by what the user typed.
 * NULL: such an event has nothing of the kind. The caller must free().
 */
int agent_save_key(const struct agent_call *call, char **out,
		   struct error *err);

#endif
