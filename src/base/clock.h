/*
 * Time. GIT_CHECKPOINT_NOW (milliseconds since 1970) sets the clock by which
 * ids, timestamps and ages are told: for tests, and for importing old work. A
 * value that is not a number is as none.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/buf.h"

#include <time.h>

/* Milliseconds since 1970. */
int64_t clock_now_ms(void);
/* Milliseconds that only ever grow, for measuring. */
int64_t clock_monotonic_ms(void);
/*
 * Wait until the clock that stamps files has moved past `stamp`: from then on
 * every write gets another one. A stamp from the future, which any write would
 * set back, is waited for 30 ms, which is longer than a tick takes. Whether it
 * waited.
 */
bool clock_wait_past(const struct timespec *stamp);
/* Append "2024-12-25T10:30:45.789Z"; the years end at 0 and 9999. */
void clock_rfc3339(struct buf *out, int64_t ms);
/* Read RFC 3339 with any offset and 0 to 9 digits of a second; false: is none.
 */
bool clock_parse_rfc3339(const char *text, int64_t *ms);
/* Append "5 minutes ago" in git's words and steps. */
void clock_relative(struct buf *out, int64_t ms, int64_t now_ms);
/* Append "1m 23s", "2h 5m", "3d 4h": two units at most, none that is 0. */
void clock_duration(struct buf *out, int64_t ms);

#endif
