/*
 * Whether bytes are JSON as RFC 8259 has it, before cJSON sees them: cJSON
 * takes more than the grammar (leading zeros, raw control bytes, any bytes for
 * UTF-8) and cuts strings at \u0000.
 *
 * One pass without recursion, so that no input can overflow the stack.
 */
#ifndef CORE_RECORD_JSON_SCAN_H
#define CORE_RECORD_JSON_SCAN_H

#include "base/error.h"

/* cJSON reads no longer numbers. */
#define JSON_NUMBER_MAX_BYTES 63

/*
 * A number that would be written differently from how it was read: its place
 * among the numbers of the text, counted from 0, and its digits.
 */
struct json_number {
	size_t ordinal;
	const char *text; /* borrowed from the text that was scanned */
	size_t len;
};
struct json_numbers {
	struct json_number *items;
	size_t nr;
	size_t alloc;
};

/*
 * Check `len` bytes at `text`; at most `max_depth` levels, which is at most
 * JSON_MAX_DEPTH. ERR_INVALID with line and column. Adds to `out`, whose
 * items the caller must free().
 */
int json_scan(const char *text, size_t len, unsigned max_depth,
	      struct json_numbers *out, struct error *err);

/* Whether it is an integer of at most JSON_MAX_INT either way. */
bool json_double_is_int(double value);

/* Room for the text of any double. */
#define JSON_DOUBLE_MAX_BYTES 32
/* The shortest text, up to 17 digits, that reads back as the same double. */
void json_format_double(double value, char out[JSON_DOUBLE_MAX_BYTES]);

#endif
