/*
 * Which commands may destroy work: by patterns, which are on the careful side.
 * One too many costs a checkpoint; one too few costs what was not saved.
 */
#ifndef CORE_AGENT_AGENT_RISK_H
#define CORE_AGENT_AGENT_RISK_H

#include "base/error.h"

struct repository;

/*
 * Whether `command`, a shell's, matches a pattern: one of ours or of
 * checkpoint.riskyCommand (extended regular expressions, regex(7)); an empty
 * value takes back all before it, ours too. ERR_FAILED: one of these is no
 * expression.
 */
int agent_risk_check(const struct repository *repo, const char *command,
		     bool *out, struct error *err);

#endif
