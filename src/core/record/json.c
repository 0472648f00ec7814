#include "core/record/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/text.h"
#include "core/record/json_scan.h"

/*
 * A `struct json` is a cJSON under a name that says nothing. Nodes are made
 * here and not by cJSON_Create*(), which return NULL when memory runs out;
 * cJSON frees them with free(3) as long as nobody calls cJSON_InitHooks().
 *
 * A number whose digits a double would not give back is a cJSON_Raw with its
 * text; its value is in `valuedouble` all the same.
 */
static cJSON *node(const struct json *json)
{
	return (cJSON *)json;
}

static struct json *wrap(cJSON *item)
{
	return (struct json *)item;
}

static bool is_type(const struct json *json, int type)
{
	return json && (node(json)->type & 0xff) == type;
}

static struct json *new_node(int type)
{
	cJSON *item = xcalloc(1, sizeof(*item));

	item->type = type;
	return wrap(item);
}

static struct json *new_text(int type, char *text)
{
	struct json *json = new_node(type);

	node(json)->valuestring = text;
	return json;
}

void json_free(struct json *json)
{
	cJSON_Delete(node(json));
}

/* Reading. */

enum json_type json_type(const struct json *json)
{
	switch (json ? node(json)->type & 0xff : cJSON_NULL) {
	case cJSON_False:
	case cJSON_True:
		return JSON_BOOL;
	case cJSON_Number:
	case cJSON_Raw:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

bool json_is_null(const struct json *json)
{
	return json_type(json) == JSON_NULL;
}

struct json *json_get(const struct json *object, const char *key)
{
	if (!is_type(object, cJSON_Object))
		return NULL;
	return wrap(cJSON_GetObjectItemCaseSensitive(node(object), key));
}

struct json *json_find(const struct json *json, const char *keys)
{
	char *path = xstrdup(keys), *rest = path, *key;
	struct json *found = wrap(node(json));

	while ((key = strsep(&rest, ".")))
		found = json_get(found, key);
	free(path);
	return found;
}

const char *json_as_string(const struct json *json)
{
	return is_type(json, cJSON_String) ? node(json)->valuestring : NULL;
}

bool json_as_bool(const struct json *json, bool *out)
{
	if (json_type(json) != JSON_BOOL)
		return false;
	*out = is_type(json, cJSON_True);
	return true;
}

bool json_as_double(const struct json *json, double *out)
{
	if (json_type(json) != JSON_NUMBER)
		return false;
	*out = node(json)->valuedouble;
	return true;
}

/* Decimal with one way to write each value: no "+1", "01" or "-0". */
static bool parse_decimal(const char *text, int64_t *out)
{
	const char *digits = text + (*text == '-');
	char *end;
	long long value;

	if (*digits < '0' || *digits > '9')
		return false;
	if (*digits == '0' && (digits[1] || digits > text))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*out = value;
	return true;
}

bool json_as_int(const struct json *json, int64_t *out)
{
	struct buf digits = BUF_INIT;
	double value;
	bool is_int;

	if (is_type(json, cJSON_String))
		return parse_decimal(node(json)->valuestring, out);
	if (!json_as_double(json, &value))
		return false;
	json_add_number_text(&digits, json);
	is_int = parse_decimal(digits.ptr, out);
	buf_release(&digits);
	if (!is_int && json_double_is_int(value)) {
		*out = (int64_t)value;
		is_int = true;
	}
	return is_int;
}

bool json_as_path(const struct json *json, struct buf *out)
{
	const char *text = json_as_string(json);

	return text && path_unescape(out, text);
}

struct json *json_first(const struct json *json)
{
	return json ? wrap(node(json)->child) : NULL;
}

struct json *json_next(const struct json *item)
{
	return wrap(node(item)->next);
}

const char *json_key(const struct json *item)
{
	return node(item)->string;
}

size_t json_size(const struct json *json)
{
	size_t nr = 0;

	JSON_FOR_EACH (item, json)
		nr++;
	return nr;
}

struct json *json_item(const struct json *array, size_t i)
{
	JSON_FOR_EACH (item, array)
		if (!i--)
			return item;
	return NULL;
}

void json_add_number_text(struct buf *out, const struct json *number)
{
	char text[JSON_DOUBLE_MAX_BYTES];

	if (is_type(number, cJSON_Raw)) {
		buf_addstr(out, node(number)->valuestring);
		return;
	}
	json_format_double(node(number)->valuedouble, text);
	buf_addstr(out, text);
}

/* Making. */

struct json *json_null_new(void)
{
	return new_node(cJSON_NULL);
}

struct json *json_bool_new(bool value)
{
	return new_node(value ? cJSON_True : cJSON_False);
}

struct json *json_double_new(double value)
{
	struct json *json;

	if (!isfinite(value))
		return json_null_new();
	json = new_node(cJSON_Number);
	node(json)->valuedouble = value;
	return json;
}

struct json *json_int_new(int64_t value)
{
	if (value > JSON_MAX_INT || value < -JSON_MAX_INT)
		return new_text(cJSON_String,
				xstrfmt("%lld", (long long)value));
	return json_double_new((double)value);
}

/* A copy that is UTF-8. */
static char *copy_text(const char *text)
{
	size_t len = strlen(text);
	struct buf repaired = BUF_INIT;

	if (utf8_is_valid(text, len))
		return xmemdup(text, len + 1);
	utf8_repair(&repaired, text, len);
	return buf_detach(&repaired);
}

struct json *json_string_new(const char *value)
{
	if (!value)
		return json_null_new();
	return new_text(cJSON_String, copy_text(value));
}

struct json *json_path_new(const char *path)
{
	struct buf text = BUF_INIT;

	if (!path)
		return json_null_new();
	path_escape(&text, path, strlen(path));
	return new_text(cJSON_String, buf_detach(&text));
}

struct json *json_array_new(void)
{
	return new_node(cJSON_Array);
}

struct json *json_object_new(void)
{
	return new_node(cJSON_Object);
}

struct json *json_append(struct json *object, const char *key,
			 struct json *value)
{
	if (!is_type(object, cJSON_Object)) {
		json_free(value);
		return NULL;
	}
	free(node(value)->string);
	node(value)->string = copy_text(key);
	cJSON_AddItemToArray(node(object), node(value));
	return value;
}

struct json *json_set(struct json *object, const char *key, struct json *value)
{
	cJSON *old = node(json_get(object, key));

	if (!old)
		return json_append(object, key, value);
	free(node(value)->string);
	node(value)->string = xstrdup(old->string);
	cJSON_ReplaceItemViaPointer(node(object), old, node(value));
	return value;
}

struct json *json_add(struct json *array, struct json *value)
{
	if (!is_type(array, cJSON_Array)) {
		json_free(value);
		return NULL;
	}
	cJSON_AddItemToArray(node(array), node(value));
	return value;
}

struct json *json_detach(struct json *object, const char *key)
{
	struct json *value = json_get(object, key);

	if (!value)
		return NULL;
	cJSON_DetachItemViaPointer(node(object), node(value));
	free(node(value)->string);
	node(value)->string = NULL;
	return value;
}

void json_remove(struct json *object, const char *key)
{
	json_free(json_detach(object, key));
}

void json_remove_item(struct json *array, size_t i)
{
	struct json *item;

	if (!is_type(array, cJSON_Array))
		return;
	item = json_item(array, i);
	if (item)
		cJSON_Delete(
			cJSON_DetachItemViaPointer(node(array), node(item)));
}

struct json *json_copy_value(const struct json *json)
{
	const cJSON *from = node(json);
	cJSON *copy = node(new_node(from->type));

	copy->valuedouble = from->valuedouble;
	if (from->valuestring)
		copy->valuestring = xstrdup(from->valuestring);
	return wrap(copy);
}
