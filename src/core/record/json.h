/*
 * JSON documents (RFC 8259): the only door to cJSON.
 *
 * A `struct json` is one value with all below it. Values inside another are
 * borrowed from it and die with it, or when the key or element that holds
 * them is replaced or removed; what a function "takes" belongs to the
 * document from then on. Objects keep the order in which keys were set.
 * Memory running out ends the program, as in base/alloc.h.
 *
 * Every text in a document is valid UTF-8 without NUL: the parser refuses
 * others, the setters repair (U+FFFD). Names that must come back byte for
 * byte (paths, refs) go through json_set_path() and json_get_path().
 *
 *	struct json *doc = json_object_new();
 *
 *	json_set_string(doc, "name", "x");
 *	json_add_int(json_set_array(doc, "list"), 1);
 *	json_write_compact(&buf, doc);
 *	json_free(doc);
 */
#ifndef CORE_RECORD_JSON_H
#define CORE_RECORD_JSON_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"

struct json;

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Deeper nesting and more values than this are refused. */
#define JSON_MAX_DEPTH 1000
#define JSON_MAX_VALUES 1000000
/* What is to be put inside another document, which must not get too deep. */
#define JSON_MAX_DEPTH_EMBEDDED 900
/* Larger integers are written as strings: cJSON and other readers keep
 * numbers as doubles. */
#define JSON_MAX_INT (INT64_C(1) << 52)

/*
 * Parse `len` bytes at `text` (no NUL is needed behind them), at most `limit`.
 * Strict: one value, nothing behind it but white space; no byte order mark,
 * NUL, \u0000, raw control byte, invalid UTF-8, lone surrogate, duplicate key,
 * number outside RFC 8259's grammar, over 63 bytes or beyond a double's range.
 * ERR_INVALID, with a text that says what and where ("line 3, column 7: ...";
 * columns are bytes from 1). The caller must json_free() `*out`.
 *
 * A number that a double cannot hold exactly keeps its digits as they were
 * written.
 */
int json_parse(struct json **out, const char *text, size_t len, size_t limit,
	       struct error *err);
/* The same for a value that will be put inside another document. */
int json_parse_embedded(struct json **out, const char *text, size_t len,
			size_t limit, struct error *err);
void json_free(struct json *json);

/*
 * Reading. Each accepts NULL for "there is none", so that look-ups can be
 * chained; a JSON null is there and of type JSON_NULL. Keys are compared
 * byte for byte. A look-up costs the keys before it.
 */
enum json_type json_type(const struct json *json); /* NULL: JSON_NULL */
bool json_is_null(const struct json *json);	   /* NULL, or a JSON null */

/* The value of `key`, or NULL: no object, or no such key. Borrowed. */
struct json *json_get(const struct json *object, const char *key);
/* The same through several objects: "task.phases.total". */
struct json *json_find(const struct json *json, const char *keys);

/* The value itself. NULL or false where it is of another type. */
const char *json_as_string(const struct json *json);
bool json_as_bool(const struct json *json, bool *out);
/* An integer written as a number or, in canonical decimal, as a string. */
bool json_as_int(const struct json *json, int64_t *out);
bool json_as_double(const struct json *json, double *out);

/* The value of a key, in the same way. */
const char *json_get_string(const struct json *object, const char *key);
bool json_get_bool(const struct json *object, const char *key, bool *out);
bool json_get_int(const struct json *object, const char *key, int64_t *out);
bool json_get_double(const struct json *object, const char *key, double *out);
/* Append the bytes that json_set_path() was given. */
bool json_get_path(const struct json *object, const char *key, struct buf *out);
bool json_as_path(const struct json *json, struct buf *out);
/* Add those of an array, in order; no array has none. False: one is no path. */
bool json_get_paths(const struct json *object, const char *key,
		    struct strlist *out);

/*
 * Elements of an array, members of an object, in order:
 *
 *	JSON_FOR_EACH(item, json)
 *		use(json_key(item), json_as_string(item));
 *
 * `item` must not be removed or replaced inside the loop.
 */
#define JSON_FOR_EACH(item, container)                                         \
	for (struct json *item = json_first(container); item;                  \
	     item = json_next(item))
struct json *json_first(const struct json *json); /* NULL: none */
struct json *json_next(const struct json *item);  /* NULL: that was the last */
/* The key of a member; NULL for others. Borrowed. */
const char *json_key(const struct json *item);
size_t json_size(const struct json *json);
/* Element `i`, or NULL; costs `i` steps. */
struct json *json_item(const struct json *array, size_t i);

/*
 * Values on their own, which the caller must json_free() or give away. NULL as
 * a string makes a JSON null; an integer beyond JSON_MAX_INT makes a string; a
 * double that is not finite makes a null.
 */
struct json *json_null_new(void);
struct json *json_bool_new(bool value);
struct json *json_int_new(int64_t value);
struct json *json_double_new(double value);
struct json *json_string_new(const char *value);
struct json *json_path_new(const char *path);
struct json *json_array_new(void);
struct json *json_object_new(void);

/*
 * Set a key. One that is there keeps its place and gets the new value, another
 * is added behind the last. `value` is taken, and returned as borrowed.
 *
 * Where `object` is NULL or no object (a document from elsewhere may hold
 * anything) nothing is set, `value` is freed and the result NULL. All that
 * set and add do so.
 */
struct json *json_set(struct json *object, const char *key, struct json *value);
/* The same for a key that is known not to be there: no search. */
struct json *json_append(struct json *object, const char *key,
			 struct json *value);
void json_set_null(struct json *object, const char *key);
void json_set_bool(struct json *object, const char *key, bool value);
void json_set_int(struct json *object, const char *key, int64_t value);
void json_set_double(struct json *object, const char *key, double value);
void json_set_string(struct json *object, const char *key, const char *value);
/* A count, and a moment in milliseconds since the epoch as RFC 3339; a null
 * where it is negative: nobody knows. */
void json_set_count(struct json *object, const char *key, int64_t count);
void json_set_time(struct json *object, const char *key, int64_t ms);
/* Text of path_escape() (base/path.h), so that any bytes come back. */
void json_set_path(struct json *object, const char *key, const char *path);
/* An array of such. */
void json_set_paths(struct json *object, const char *key,
		    const struct strlist *paths);
/* A new empty one as the value; borrowed, to be filled. */
struct json *json_set_object(struct json *object, const char *key);
struct json *json_set_array(struct json *object, const char *key);
/* A copy of `value` as the value; NULL sets a null. Borrowed. */
struct json *json_set_copy(struct json *object, const char *key,
			   const struct json *value);
/* Remove a key, if it is there. */
void json_remove(struct json *object, const char *key);
/* Remove it and hand over the value, which the caller must json_free(); or
 * NULL. */
struct json *json_detach(struct json *object, const char *key);

/* Add behind the last element; `value` is taken, and returned as borrowed. */
struct json *json_add(struct json *array, struct json *value);
void json_add_int(struct json *array, int64_t value);
void json_add_string(struct json *array, const char *value);
void json_add_path(struct json *array, const char *path);
struct json *json_add_object(struct json *array); /* borrowed */
struct json *json_add_array(struct json *array);  /* borrowed */
/* Remove element `i`, if it is there. */
void json_remove_item(struct json *array, size_t i);

/* The caller must json_free() it. NULL gives a null. */
struct json *json_copy(const struct json *json);
/* The same, an array or object as an empty one. `json` is not NULL. */
struct json *json_copy_value(const struct json *json);
/* Same values; the order of keys does not matter, 1 and 1.0 are equal. */
bool json_equal(const struct json *a, const struct json *b);
/*
 * Apply a merge patch (RFC 7386): objects are merged, null removes a key,
 * anything else replaces. `*target` may be replaced as a whole, and may be
 * NULL; `patch` must not be part of it. New keys come behind the old, in the
 * order of the patch.
 */
void json_merge_patch(struct json **target, const struct json *patch);
/* The same inside `object`: the value of `key` is the target. */
void json_merge_patch_key(struct json *object, const char *key,
			  const struct json *patch);
/* How many arrays and objects are nested: 0 for other values. */
unsigned json_depth(const struct json *json);

/*
 * Append as text. Compact is one line without a newline. Pretty is indented by
 * two spaces a level and ends in a newline; the "}" or "]" that closes it
 * stands alone at the start of the last line, and no other line starts so.
 * Control characters, C1 and DEL too, are written as \u00XX, so that either
 * may go to a terminal.
 */
void json_write_compact(struct buf *out, const struct json *json);
void json_write_pretty(struct buf *out, const struct json *json);
/* The same for an object with one more member at its end: a list of paths that
 * may be too long to be made into a tree first. */
void json_write_pretty_with(struct buf *out, const struct json *json,
			    const char *key, const struct strlist *paths);
/* A number as it is written. */
void json_add_number_text(struct buf *out, const struct json *number);

#endif
