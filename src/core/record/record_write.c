#include "core/record/record.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/json.h"
#include "core/record/record_field.h"

/* Add copies of the members of `unknown`, which `fields` (NULL: none) do not
 * have, behind what is there. */
static void add_unknown(struct json *object, const struct json *unknown,
			const struct field *fields)
{
	JSON_FOR_EACH (item, unknown) {
		const struct field *field = fields;

		while (field && field->key &&
		       strcmp(field->key, json_key(item)))
			field++;
		if (!field || !field->key)
			json_append(object, json_key(item), json_copy(item));
	}
}

static struct json *count_value(int64_t count)
{
	return count == RECORD_UNKNOWN ? json_null_new() : json_int_new(count);
}

static struct json *time_value(int64_t ms)
{
	struct buf text = BUF_INIT;
	struct json *value;

	clock_rfc3339(&text, ms);
	value = json_string_new(text.ptr);
	buf_release(&text);
	return value;
}

static struct json *list_value(const struct strlist *list)
{
	struct json *array;

	if (!list->nr)
		return json_null_new();
	array = json_array_new();
	for (size_t i = 0; i < list->nr; i++)
		json_add_path(array, list->items[i]);
	return array;
}

static struct json *refs_value(const struct record_git *git)
{
	struct json *object = json_object_new();
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < git->nr_refs; i++) {
		const struct record_ref *ref = &git->refs[i];

		buf_reset(&name);
		path_escape(&name, ref->name, strlen(ref->name));
		json_append(object, name.ptr, json_string_new(ref->oid));
	}
	buf_release(&name);
	return object;
}

static struct json *reasons_value(const struct record_omitted *omitted,
				  const struct json *unknown)
{
	struct json *object = json_object_new();

	for (size_t i = 0; i < omitted->nr_reasons; i++) {
		const struct record_omitted_reason *entry =
			&omitted->reasons[i];
		struct json *reason = json_object_new();

		json_append(reason, "count", count_value(entry->count));
		json_append(reason, "bytes", count_value(entry->bytes));
		add_unknown(reason, json_get(unknown, entry->reason), NULL);
		json_append(object, entry->reason, reason);
	}
	return object;
}

static struct json *group_value(const struct record *record,
				const struct field *fields,
				const struct json *unknown);

static struct json *field_value(const struct record *record,
				const struct field *field,
				const struct json *unknown)
{
	const void *member = field_of(record, field);

	switch (field->kind) {
	case FIELD_COUNT:
		return count_value(*(const int64_t *)member);
	case FIELD_TIME:
		return time_value(*(const int64_t *)member);
	case FIELD_BOOL:
		return json_bool_new(*(const bool *)member);
	case FIELD_GROUP:
		return group_value(record, field->members, unknown);
	case FIELD_DOCUMENT:
		return json_copy(*(struct json *const *)member);
	case FIELD_LIST:
		return list_value(member);
	case FIELD_REFS:
		return refs_value(&record->git);
	case FIELD_REASONS:
		return reasons_value(&record->snapshot.omitted, unknown);
	case FIELD_BYTES:
	case FIELD_REF:
		return json_path_new(*(char *const *)member);
	default:
		return json_string_new(*(char *const *)member);
	}
}

static struct json *group_value(const struct record *record,
				const struct field *fields,
				const struct json *unknown)
{
	struct json *object = json_object_new();

	for (const struct field *field = fields; field->key; field++)
		json_append(object, field->key,
			    field_value(record, field,
					json_get(unknown, field->key)));
	add_unknown(object, unknown, fields);
	return object;
}

struct json *record_to_json(const struct record *record)
{
	return group_value(record, record_fields, record->unknown);
}

int record_write(const struct record *record, struct buf *out,
		 struct error *err)
{
	struct json *document = record_to_json(record);
	struct record check;
	struct buf text = BUF_INIT;
	int ret;

	json_write_pretty(&text, document);
	/* A checkpoint that cannot be read is none, so it is read. */
	ret = record_read(&check, text.ptr, text.len, err);
	if (!ret)
		buf_add(out, text.ptr, text.len);
	record_release(&check);
	buf_release(&text);
	json_free(document);
	return ret;
}
