/*
 * Our hooks in an agent's JSON settings, put in and taken out as text, so that
 * everything else stays as it is: order, spaces, ends of lines.
 *
 * A settings file has {"hooks": {"<event>": [<group>, ...], ...}}, a group
 * {"hooks": [{"command": ...}, ...]}. A group is ours if a command in it begins
 * with `mark`.
 *
 * Pure.
 */
#ifndef CORE_AGENT_AGENT_CONFIG_H
#define CORE_AGENT_AGENT_CONFIG_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Append `text` with the groups of `ours`, a document of the same form.
 * ERR_INVALID: `text` is not JSON as RFC 8259 has it (comments are not), or
 * "hooks" in it is something else.
 */
int agent_config_add(struct buf *out, const char *text, size_t len,
		     const char *ours, struct error *err);

/* Append `text` without the groups that are ours, and without what is empty
 * then. ERR_INVALID as above. */
int agent_config_remove(struct buf *out, const char *text, size_t len,
			const char *mark, struct error *err);

#endif
