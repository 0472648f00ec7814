/*
 * YAML, as far as options are written in it: the only door to libyaml.
 *
 * One document becomes a value as JSON would have it: mappings with plain keys
 * are objects, sequences arrays; plain scalars are null, booleans and numbers
 * as in YAML 1.1's core (true, yes, on ...), and all others strings. An alias
 * is null: what it stands for is not copied, so that no file grows by being
 * read.
 */
#ifndef CORE_CARRY_YAML_H
#define CORE_CARRY_YAML_H

#include "base/error.h"

struct json;

/* Files of options are small. */
#define YAML_MAX_BYTES (1u << 20)
#define YAML_MAX_DEPTH 100

/*
 * ERR_INVALID, with a text that says what and where ("line 3, column 7: ..."),
 * where it is no YAML, nested deeper than YAML_MAX_DEPTH, has a key twice, or
 * text that JSON cannot hold. A document without content is null. The caller
 * must json_free() `*out`.
 */
int yaml_parse(struct json **out, const char *text, size_t len,
	       struct error *err);

#endif
