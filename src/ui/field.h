/*
 * A line of what is shown of one thing: a label, a colon, and its value in the
 * column that all of them share. What drives a terminal is made visible.
 */
#ifndef UI_FIELD_H
#define UI_FIELD_H

#include "base/buf.h"

struct output;

/* Nothing is printed where there is no value: NULL or empty. */
void field_print(struct output *output, const char *label, const char *value);
/* The same, and releases `value`. */
void field_print_buf(struct output *output, const char *label,
		     struct buf *value);

#endif
