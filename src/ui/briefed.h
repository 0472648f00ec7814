/*
 * What core/work/brief.h tells, for people.
 */
#ifndef UI_BRIEFED_H
#define UI_BRIEFED_H

#include "base/compat.h"

struct drift;
struct json;
struct output;
struct recovery_list;

/* Print the document that brief_make() made. */
void briefed_print(struct output *output, const struct json *brief);

/*
 * Print every task that can be resumed, the one that was worked on last first,
 * numbered; as JSON an object a line. Returns how many there are.
 */
size_t briefed_list(struct output *output, const struct recovery_list *list);

#endif
