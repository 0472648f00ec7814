#include "core/session/task_record.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "core/record/description.h"
#include "core/record/json.h"
#include "core/record/record.h"

/* -- ids ----------------------------------------------------------------- */

static int refuse_id(struct error *err, const char *id, const char *why)
{
	return error_set(err, ERR_INVALID, "not a task's id: '%.200s' %s", id,
			 why);
}

int task_id_check(const char *id, struct error *err)
{
	struct error ignored = ERROR_INIT;
	int ret;

	if (!*id)
		return error_set(err, ERR_INVALID, "a task's id is empty");
	if (strlen(id) > TASK_ID_MAX_BYTES)
		return refuse_id(err, id, "... is longer than 200 bytes");
	ret = description_check(id, &ignored);
	error_release(&ignored);
	if (ret < 0)
		return error_set(err, ERR_INVALID,
				 "not a task's id: it is no line of UTF-8 "
				 "without control characters");
	if (*id == '-')
		return refuse_id(err, id, "starts with '-'");
	if (strchr(id, '/') || strchr(id, '\\'))
		return refuse_id(err, id, "has a slash in it");
	if (strstr(id, "..") || !strcmp(id, "."))
		return refuse_id(err, id, "has '..' in it");
	return 0;
}

char *task_id_new(void)
{
	static const char variants[] = "89ab";
	char hex[33];

	random_hex(hex, 16);
	hex[12] = '4';
	hex[16] = variants[(unsigned char)hex[16] % 4];
	return xstrfmt("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
}

/* -- records ------------------------------------------------------------- */

int task_record_check(const struct json *record, struct error *err)
{
	struct json *whole = record_task_new();
	struct buf text = BUF_INIT;
	int64_t total;
	int ret;

	if (json_depth(record) > TASK_RECORD_MAX_DEPTH) {
		ret = error_set(err, ERR_INVALID,
				"a task's record is nested deeper than %d",
				TASK_RECORD_MAX_DEPTH);
		goto done;
	}
	json_merge_patch(&whole, record);
	ret = record_task_normalize(whole, err);
	if (ret < 0)
		goto done;
	if (json_get_int(json_get(whole, "phases"), "total", &total) &&
	    (total < 0 || total > TASK_MAX_PHASES))
		ret = error_set(err, ERR_INVALID,
				"'phases.total' is not between 0 and %d",
				TASK_MAX_PHASES);
	json_write_pretty(&text, whole);
	if (!ret && text.len > TASK_RECORD_MAX_BYTES) {
		ret = error_set(err, ERR_INVALID,
				"a task's record is larger than 1 MiB");
		error_hint(err, "'--outputs <file>' and 'create --attach "
				"<file>' keep longer texts");
	}
done:
	buf_release(&text);
	json_free(whole);
	return ret;
}

/* -- short forms --------------------------------------------------------- */

static void rename_key(struct json *record, const char *key, const char *as)
{
	struct json *value = json_detach(record, key);

	if (!value)
		return;
	if (json_get(record, as))
		json_set(record, key, value);
	else
		json_set(record, as, value);
}

static int expand_names(struct json *record, const char *key,
			const struct json *list, struct error *err)
{
	struct json *out = json_object_new();
	struct json *pending = json_set_array(out, "pending");

	JSON_FOR_EACH (item, list) {
		const char *name = json_as_string(item);

		if (!name)
			name = json_get_string(item, "name");
		if (!name || description_check(name, err) < 0) {
			json_free(out);
			return error_set(err, ERR_INVALID,
					 "'%s' is not a list of names", key);
		}
		json_add_string(pending, name);
	}
	json_set_int(out, "total", (int64_t)json_size(list));
	json_set(record, key, out);
	return 0;
}

/* What an element of `phases` says of phase `number`. */
static int add_phase(struct json *phases, const struct json *item,
		     int64_t number, struct error *err)
{
	const char *name = json_as_string(item);
	const struct json *subtasks = json_get(item, "subtasks");
	char *key = xstrfmt("%lld", (long long)number);
	struct json *scratch = json_object_new();
	int ret = 0;

	if (!name)
		name = json_get_string(item, "name");
	if (!name && json_type(item) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID,
				"'phases' is not a list of names");
	if (!ret && name)
		json_set_string(json_get(phases, "names"), key, name);
	if (!ret && json_type(subtasks) == JSON_ARRAY) {
		ret = expand_names(scratch, "subtasks", subtasks, err);
		if (!ret)
			json_set_copy(json_get(phases, "subtasks"), key,
				      json_find(scratch, "subtasks.pending"));
	}
	json_free(scratch);
	free(key);
	return ret;
}

static int expand_phases(struct json *record, const struct json *list,
			 struct error *err)
{
	struct json *phases = json_object_new();
	int64_t number = 0;
	int ret = 0;

	json_set_int(phases, "total", (int64_t)json_size(list));
	json_set_object(phases, "names");
	json_set_object(phases, "subtasks");
	JSON_FOR_EACH (item, list) {
		if (!ret && number < TASK_MAX_PHASES)
			ret = add_phase(phases, item, ++number, err);
	}
	if (!json_first(json_get(phases, "names")))
		json_remove(phases, "names");
	if (!json_first(json_get(phases, "subtasks")))
		json_remove(phases, "subtasks");
	if (ret < 0)
		json_free(phases);
	else
		json_set(record, "phases", phases);
	return ret;
}

static void expand_number(struct json *record, const char *key)
{
	struct json *object = json_object_new();

	json_set_copy(object, "total", json_get(record, key));
	json_set(record, key, object);
}

int task_record_expand(struct json *record, struct error *err)
{
	struct json *list;
	int ret = 0;

	rename_key(record, "id", "task_id");
	rename_key(record, "description", "task_description");
	rename_key(record, "scores", "scoring_breakdown");
	if (json_type(json_get(record, "phases")) == JSON_NUMBER)
		expand_number(record, "phases");
	if (json_type(json_get(record, "subtasks")) == JSON_NUMBER)
		expand_number(record, "subtasks");
	if (json_type(json_get(record, "phases")) == JSON_ARRAY) {
		list = json_detach(record, "phases");
		ret = expand_phases(record, list, err);
		json_free(list);
	}
	if (!ret && json_type(json_get(record, "subtasks")) == JSON_ARRAY) {
		list = json_detach(record, "subtasks");
		ret = expand_names(record, "subtasks", list, err);
		json_free(list);
	}
	return ret;
}
