#include "base/buf.h"
#include "base/clock.h"
#include "core/record/json.h"

const char *json_get_string(const struct json *object, const char *key)
{
	return json_as_string(json_get(object, key));
}

bool json_get_bool(const struct json *object, const char *key, bool *out)
{
	return json_as_bool(json_get(object, key), out);
}

bool json_get_int(const struct json *object, const char *key, int64_t *out)
{
	return json_as_int(json_get(object, key), out);
}

bool json_get_double(const struct json *object, const char *key, double *out)
{
	return json_as_double(json_get(object, key), out);
}

bool json_get_path(const struct json *object, const char *key, struct buf *out)
{
	return json_as_path(json_get(object, key), out);
}

void json_set_null(struct json *object, const char *key)
{
	json_set(object, key, json_null_new());
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	json_set(object, key, json_bool_new(value));
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
	json_set(object, key, json_int_new(value));
}

void json_set_count(struct json *object, const char *key, int64_t count)
{
	if (count < 0)
		json_set_null(object, key);
	else
		json_set_int(object, key, count);
}

void json_set_time(struct json *object, const char *key, int64_t ms)
{
	struct buf text = BUF_INIT;

	if (ms >= 0)
		clock_rfc3339(&text, ms);
	json_set_string(object, key, ms >= 0 ? text.ptr : NULL);
	buf_release(&text);
}

void json_set_double(struct json *object, const char *key, double value)
{
	json_set(object, key, json_double_new(value));
}

void json_set_string(struct json *object, const char *key, const char *value)
{
	json_set(object, key, json_string_new(value));
}

void json_set_path(struct json *object, const char *key, const char *path)
{
	json_set(object, key, json_path_new(path));
}

struct json *json_set_object(struct json *object, const char *key)
{
	return json_set(object, key, json_object_new());
}

struct json *json_set_array(struct json *object, const char *key)
{
	return json_set(object, key, json_array_new());
}

struct json *json_set_copy(struct json *object, const char *key,
			   const struct json *value)
{
	return json_set(object, key, json_copy(value));
}

void json_add_int(struct json *array, int64_t value)
{
	json_add(array, json_int_new(value));
}

void json_add_string(struct json *array, const char *value)
{
	json_add(array, json_string_new(value));
}

void json_add_path(struct json *array, const char *path)
{
	json_add(array, json_path_new(path));
}

struct json *json_add_object(struct json *array)
{
	return json_add(array, json_object_new());
}

struct json *json_add_array(struct json *array)
{
	return json_add(array, json_array_new());
}

void json_set_paths(struct json *object, const char *key,
		    const struct strlist *paths)
{
	struct json *array = json_set_array(object, key);

	for (size_t i = 0; i < paths->nr; i++)
		json_add_path(array, paths->items[i]);
}

bool json_get_paths(const struct json *object, const char *key,
		    struct strlist *out)
{
	JSON_FOR_EACH (item, json_get(object, key)) {
		struct buf path = BUF_INIT;

		if (!json_as_path(item, &path)) {
			buf_release(&path);
			return false;
		}
		strlist_take(out, buf_detach(&path));
	}
	return true;
}
