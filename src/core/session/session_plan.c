#include "core/session/session_plan.h"

#include "base/alloc.h"
#include "base/strmap.h"
#include "core/record/description.h"
#include "core/record/json.h"
#include "core/session/session_state.h"
#include "core/session/task_record.h"

/* A task that is just said: its description. */
static struct json *record_of(const struct json *item)
{
	struct json *record;

	if (json_type(item) == JSON_OBJECT)
		return json_copy(item);
	if (!json_as_string(item))
		return NULL;
	record = json_object_new();
	json_set_string(record, "task_description", json_as_string(item));
	return record;
}

static int check_id(struct json *record, struct strmap *seen, struct error *err)
{
	const struct json *given = json_get(record, "task_id");
	const char *id = json_as_string(given);
	char *drawn;

	if (json_is_null(given)) {
		drawn = task_id_new();
		json_set_string(record, "task_id", drawn);
		free(drawn);
		return 0;
	}
	if (!id)
		return error_set(err, ERR_INVALID, "its id is no string");
	if (task_id_check(id, err) < 0)
		return err->code;
	if (strmap_put(seen, id, seen))
		return error_set(err, ERR_INVALID,
				 "another task has the id '%s', too", id);
	return 0;
}

static int add_task(struct json *tasks, const struct json *item,
		    struct strmap *seen, struct error *err)
{
	struct json *record = record_of(item);
	int ret = 0;

	if (!record)
		ret = error_set(err, ERR_INVALID, "it is no object");
	if (!ret)
		ret = task_record_expand(record, err);
	if (!ret)
		ret = check_id(record, seen, err);
	if (!ret)
		ret = task_record_check(record, err);
	if (ret < 0)
		json_free(record);
	else
		json_add(tasks, record);
	return ret;
}

static int read_tasks(const struct json *list, struct json *tasks,
		      struct error *err)
{
	struct strmap seen = STRMAP_INIT;
	size_t number = 0;
	int ret = 0;

	if (json_type(list) != JSON_ARRAY)
		ret = error_set(err, ERR_INVALID,
				"there is no array 'tasks' in it");
	else if (json_size(list) > SESSION_MAX_TASKS)
		ret = error_set(err, ERR_INVALID,
				"there are more than %d tasks in it",
				SESSION_MAX_TASKS);
	if (!ret)
		JSON_FOR_EACH (item, list) {
			number++;
			ret = add_task(tasks, item, &seen, err);
			if (ret < 0) {
				error_prefix(err, "task number %zu", number);
				break;
			}
		}
	strmap_release(&seen, NULL);
	return ret;
}

static int read_sprint(const struct json *doc, char **sprint, struct error *err)
{
	const struct json *given = json_get(doc, "sprint");

	*sprint = NULL;
	if (json_is_null(given))
		return 0;
	if (!json_as_string(given) ||
	    description_check(json_as_string(given), err) < 0)
		return error_set(err, ERR_INVALID,
				 "'sprint' is not a line of text");
	*sprint = xstrdup(json_as_string(given));
	return 0;
}

int session_plan_parse(const char *text, size_t len, struct json **tasks,
		       char **sprint, struct error *err)
{
	struct json *doc = NULL;
	const struct json *list;
	int ret = json_parse_embedded(&doc, text, len, SESSION_PLAN_MAX_BYTES,
				      err);

	*tasks = NULL;
	*sprint = NULL;
	if (ret < 0)
		goto done;
	list = json_type(doc) == JSON_ARRAY ? doc : json_get(doc, "tasks");
	*tasks = json_array_new();
	ret = read_sprint(doc, sprint, err);
	if (!ret)
		ret = read_tasks(list, *tasks, err);
done:
	if (ret < 0) {
		error_prefix(err, "bad plan");
		error_hint(err, "'git help checkpoint' says what a plan looks "
				"like, under PLANS");
		json_free(*tasks);
		free(*sprint);
		*tasks = NULL;
		*sprint = NULL;
	}
	json_free(doc);
	return ret;
}
