/*
 * How much memory the process that a session was registered with has used at
 * most, with its children: from /proc.
 */
#ifndef CORE_SESSION_SESSION_MEMORY_H
#define CORE_SESSION_SESSION_MEMORY_H

#include "base/compat.h"

struct session_state;

/*
 * The sum of the peak resident sizes (VmHWM) of `state->pid` and all its
 * descendants that are alive, in KiB; RECORD_UNKNOWN where there is no such
 * process here, or it is another one by now.
 */
int64_t session_memory_peak(const struct session_state *state);

/* When a process started, in the kernel's ticks; RECORD_UNKNOWN: there is none.
 */
int64_t process_start_time(int64_t pid);

#endif
