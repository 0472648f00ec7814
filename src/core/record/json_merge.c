#include "core/record/json.h"

#include "base/alloc.h"

/*
 * cJSON has functions for these. Not used: its comparison takes numbers that
 * differ in the last digit for equal and costs 2^depth, and its merge patch is
 * in a library of its own that distributions leave out.
 */

struct json *json_copy(const struct json *json)
{
	struct json *copy;

	if (!json)
		return json_null_new();
	copy = json_copy_value(json);
	JSON_FOR_EACH (item, json) {
		if (json_key(item))
			json_append(copy, json_key(item), json_copy(item));
		else
			json_add(copy, json_copy(item));
	}
	return copy;
}

static int compare_members(const void *a, const void *b)
{
	return strcmp(json_key(*(struct json *const *)a),
		      json_key(*(struct json *const *)b));
}

/* The members by key; the caller must free() the array. */
static struct json **sorted_members(const struct json *object, size_t nr)
{
	struct json **members = xmalloc(array_bytes(nr, sizeof(*members)));
	size_t i = 0;

	JSON_FOR_EACH (item, object)
		members[i++] = item;
	qsort(members, nr, sizeof(*members), compare_members);
	return members;
}

static bool objects_equal(const struct json *a, const struct json *b)
{
	size_t nr = json_size(a);
	struct json **left, **right;
	bool equal = true;

	if (json_size(b) != nr)
		return false;
	left = sorted_members(a, nr);
	right = sorted_members(b, nr);
	for (size_t i = 0; i < nr && equal; i++)
		equal = !compare_members(&left[i], &right[i]) &&
			json_equal(left[i], right[i]);
	free(left);
	free(right);
	return equal;
}

static bool arrays_equal(const struct json *a, const struct json *b)
{
	struct json *left = json_first(a), *right = json_first(b);

	while (left && right && json_equal(left, right)) {
		left = json_next(left);
		right = json_next(right);
	}
	return !left && !right;
}

/* By their digits where these are the same, else by what they stand for:
 * doubles that are equal may be the nearest to different numbers. */
static bool numbers_equal(const struct json *a, const struct json *b)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	int64_t left_int, right_int;
	double left_double = 0, right_double = 0;
	bool equal;

	json_add_number_text(&left, a);
	json_add_number_text(&right, b);
	if (!strcmp(left.ptr, right.ptr))
		equal = true;
	else if (json_as_int(a, &left_int) && json_as_int(b, &right_int))
		equal = left_int == right_int;
	else
		equal = json_as_double(a, &left_double) &&
			json_as_double(b, &right_double) &&
			left_double == right_double;
	buf_release(&left);
	buf_release(&right);
	return equal;
}

bool json_equal(const struct json *a, const struct json *b)
{
	bool left = false, right = false;

	if (json_type(a) != json_type(b))
		return false;
	switch (json_type(a)) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		json_as_bool(a, &left);
		json_as_bool(b, &right);
		return left == right;
	case JSON_NUMBER:
		return numbers_equal(a, b);
	case JSON_STRING:
		return !strcmp(json_as_string(a), json_as_string(b));
	case JSON_ARRAY:
		return arrays_equal(a, b);
	default:
		return objects_equal(a, b);
	}
}

/* What a patch makes of nothing: itself without the nulls in its objects. */
static struct json *patched_nothing(const struct json *patch)
{
	struct json *object;

	if (json_type(patch) != JSON_OBJECT)
		return json_copy(patch);
	object = json_object_new();
	JSON_FOR_EACH (item, patch)
		if (!json_is_null(item))
			json_append(object, json_key(item),
				    patched_nothing(item));
	return object;
}

void json_merge_patch_key(struct json *object, const char *key,
			  const struct json *patch)
{
	struct json *target = json_get(object, key);

	if (json_is_null(patch)) {
		json_remove(object, key);
		return;
	}
	if (json_type(target) != JSON_OBJECT ||
	    json_type(patch) != JSON_OBJECT) {
		json_set(object, key, patched_nothing(patch));
		return;
	}
	JSON_FOR_EACH (item, patch)
		json_merge_patch_key(target, json_key(item), item);
}

void json_merge_patch(struct json **target, const struct json *patch)
{
	if (json_type(*target) != JSON_OBJECT ||
	    json_type(patch) != JSON_OBJECT) {
		json_free(*target);
		*target = patched_nothing(patch);
		return;
	}
	JSON_FOR_EACH (item, patch)
		json_merge_patch_key(*target, json_key(item), item);
}

unsigned json_depth(const struct json *json)
{
	unsigned deepest = 0;

	if (json_type(json) != JSON_ARRAY && json_type(json) != JSON_OBJECT)
		return 0;
	JSON_FOR_EACH (item, json) {
		unsigned depth = json_depth(item);

		if (depth > deepest)
			deepest = depth;
	}
	return deepest + 1;
}
