#include "core/record/record_shape.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"
#include "core/record/record.h"

#define END                                                                    \
	{                                                                      \
		NULL, 0, NULL, 0                                               \
	}
#define TEXT(key)                                                              \
	{                                                                      \
		key, SHAPE_STRING, NULL, 0                                     \
	}
/* An integer that does not fit into a double is a string. */
#define NUMBER(key)                                                            \
	{                                                                      \
		key, SHAPE_NUMBER | SHAPE_STRING, NULL, 0                      \
	}
#define OBJECT(key, members)                                                   \
	{                                                                      \
		key, SHAPE_OBJECT, members, 0                                  \
	}
#define ARRAY(key, items)                                                      \
	{                                                                      \
		key, SHAPE_ARRAY, NULL, items                                  \
	}
#define ARRAY_OF(key, members)                                                 \
	{                                                                      \
		key, SHAPE_ARRAY, members, SHAPE_OBJECT                        \
	}

static const struct shape scoring_breakdown[] = {
	NUMBER("scope"),
	NUMBER("dependency"),
	NUMBER("technical"),
	NUMBER("risk"),
	NUMBER("time"),
	NUMBER("ui"),
	END,
};

static const struct shape phases[] = {
	NUMBER("total"),
	NUMBER("current"),
	ARRAY("completed", SHAPE_NUMBER | SHAPE_STRING),
	OBJECT("status", NULL),
	END,
};

static const struct shape subtasks[] = {
	NUMBER("total"),
	ARRAY("completed", SHAPE_STRING),
	TEXT("in_progress"),
	ARRAY("pending", SHAPE_STRING),
	END,
};

static const struct shape modified_file[] = {
	TEXT("path"),	TEXT("action"),	 TEXT("checksum"),
	NUMBER("size"), NUMBER("mtime"), END,
};

static const struct shape files[] = {
	ARRAY_OF("modified", modified_file),
	ARRAY("outputs", SHAPE_STRING),
	END,
};

static const struct shape context[] = {
	{"knowledge_query_result", SHAPE_ANY, NULL, 0},
	ARRAY("important_decisions", 0),
	ARRAY("todo", 0),
	END,
};

static const struct shape timestamps[] = {
	TEXT("created"),
	TEXT("updated"),
	TEXT("last_activity"),
	END,
};

static const struct shape recovery[] = {
	{"can_resume", SHAPE_BOOL, NULL, 0},
	TEXT("resume_point"),
	TEXT("notes"),
	END,
};

const struct shape shape_task[] = {
	TEXT("task_id"),
	TEXT("task_description"),
	TEXT("route"),
	NUMBER("complexity_score"),
	OBJECT("scoring_breakdown", scoring_breakdown),
	OBJECT("phases", phases),
	OBJECT("subtasks", subtasks),
	OBJECT("files", files),
	OBJECT("context", context),
	OBJECT("timestamps", timestamps),
	OBJECT("recovery", recovery),
	END,
};

const struct shape shape_task_result[] = {
	TEXT("task_id"),	TEXT("task_description"), NUMBER("duration_ms"),
	NUMBER("attempts"),	TEXT("message"),	  TEXT("status"),
	NUMBER("place"),	TEXT("started"),	  TEXT("ended"),
	OBJECT("tokens", NULL), OBJECT("record", NULL),	  END,
};

const struct shape shape_session[] = {
	TEXT("id"),
	TEXT("started"),
	TEXT("sprint"),
	TEXT("status"),
	TEXT("current_task"),
	ARRAY_OF("completed_tasks", shape_task_result),
	ARRAY_OF("failed_tasks", shape_task_result),
	ARRAY_OF("skipped_tasks", shape_task_result),
	ARRAY_OF("pending_tasks", shape_task_result),
	TEXT("resumed_from"),
	TEXT("ended"),
	NUMBER("events"),
	END,
};

const struct shape shape_metrics[] = {
	NUMBER("execution_time_ms"),
	NUMBER("tasks_total"),
	NUMBER("tasks_completed"),
	NUMBER("tasks_failed"),
	NUMBER("tasks_skipped"),
	NUMBER("success_ratio"),
	OBJECT("tokens", NULL),
	NUMBER("memory_peak_kb"),
	END,
};

static bool is_allowed(const struct json *json, unsigned types)
{
	return json_is_null(json) || (types & (1u << json_type(json)));
}

static struct json *make_value(const struct shape *shape)
{
	if (shape->types == SHAPE_ARRAY)
		return json_array_new();
	if (shape->types == SHAPE_OBJECT)
		return shape_make(shape->members);
	return json_null_new();
}

struct json *shape_make(const struct shape *shape)
{
	struct json *object = json_object_new();

	for (; shape && shape->key; shape++)
		json_append(object, shape->key, make_value(shape));
	return object;
}

static int wrong_type(const char *name, const char *key, struct error *err)
{
	return error_set(err, ERR_INVALID, "'%s.%s' is of the wrong type", name,
			 key);
}

/* The members of an element, which are checked where they are there. */
static int check_members(const struct shape *shape, const struct json *object,
			 const char *name, const char *array, struct error *err)
{
	for (; shape && shape->key; shape++)
		if (!is_allowed(json_get(object, shape->key), shape->types))
			return error_set(err, ERR_INVALID,
					 "'%s' in '%s.%s' is of the wrong type",
					 shape->key, name, array);
	return 0;
}

static int check_items(const struct shape *shape, const struct json *array,
		       const char *name, struct error *err)
{
	JSON_FOR_EACH (item, array) {
		if (json_is_null(item) && shape->items)
			return wrong_type(name, shape->key, err);
		if (shape->items && !is_allowed(item, shape->items))
			return wrong_type(name, shape->key, err);
		if (check_members(shape->members, item, name, shape->key, err) <
		    0)
			return ERR_INVALID;
	}
	return 0;
}

static int check_value(const struct shape *shape, struct json *value,
		       const char *name, struct error *err)
{
	struct buf inner = BUF_INIT;
	int ret = 0;

	if (!is_allowed(value, shape->types))
		return wrong_type(name, shape->key, err);
	if (json_type(value) == JSON_ARRAY)
		return check_items(shape, value, name, err);
	if (shape->types == SHAPE_OBJECT && shape->members) {
		buf_addf(&inner, "%s.%s", name, shape->key);
		ret = shape_apply(shape->members, value, inner.ptr, err);
		buf_release(&inner);
	}
	return ret;
}

int shape_apply(const struct shape *shape, struct json *object,
		const char *name, struct error *err)
{
	size_t known = 0;

	if (json_type(object) != JSON_OBJECT)
		return error_set(err, ERR_INVALID, "'%s' is not an object",
				 name);
	for (; shape->key; shape++, known++) {
		struct json *value = json_detach(object, shape->key);

		if (json_is_null(value)) {
			json_free(value);
			value = make_value(shape);
		}
		json_append(object, shape->key, value);
		if (check_value(shape, value, name, err) < 0)
			return ERR_INVALID;
	}
	/* What is still in front is unknown, and goes behind. */
	for (size_t i = json_size(object) - known; i; i--) {
		char *key = xstrdup(json_key(json_first(object)));

		json_append(object, key, json_detach(object, key));
		free(key);
	}
	return 0;
}

struct json *record_task_new(void)
{
	return shape_make(shape_task);
}

struct json *record_session_new(void)
{
	return shape_make(shape_session);
}

struct json *record_metrics_new(void)
{
	return shape_make(shape_metrics);
}

struct json *record_task_result_new(void)
{
	return shape_make(shape_task_result);
}

int record_task_normalize(struct json *task, struct error *err)
{
	return shape_apply(shape_task, task, "task", err);
}

int record_session_normalize(struct json *session, struct error *err)
{
	return shape_apply(shape_session, session, "session", err);
}

int record_metrics_normalize(struct json *metrics, struct error *err)
{
	return shape_apply(shape_metrics, metrics, "metrics", err);
}
