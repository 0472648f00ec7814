#include "core/record/record.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/record_field.h"
#include "core/record/record_shape.h"
#include "core/record/record_text.h"

/* Far more than there are; a bound on what a hostile document costs. */
#define MAX_REASONS 100

/* Where in the document we are. */
struct reader {
	struct record *record;
	const char *group; /* "git." and so on, "" at the top */
	struct error *err;
};

static int wrong(const struct reader *reader, const char *key, const char *what)
{
	return error_set(reader->err, ERR_INVALID, "'%s%s' %s", reader->group,
			 key, what);
}

/* A string that was escaped, whose bytes the caller must free(); or NULL. */
static char *unescaped(const char *text)
{
	struct buf bytes = BUF_INIT;
	bool ok = path_unescape(&bytes, text) && strlen(bytes.ptr) == bytes.len;
	char *result = ok ? buf_detach(&bytes) : NULL;

	buf_release(&bytes);
	return result;
}

static int read_string(const struct reader *reader, const struct field *field,
		       const struct json *value)
{
	char **member = field_of(reader->record, field);
	const char *text = json_as_string(value);
	char *copy;

	if (!text)
		return wrong(reader, field->key, "is not a string");
	if (field->kind == FIELD_BYTES || field->kind == FIELD_REF)
		copy = unescaped(text);
	else
		copy = xstrdup(text);
	if (!copy || !record_text_is_valid(field->kind, copy)) {
		free(copy);
		return wrong(reader, field->key, "is malformed");
	}
	free(*member);
	*member = copy;
	return 0;
}

static int read_time(const struct reader *reader, const struct field *field,
		     const struct json *value)
{
	int64_t *member = field_of(reader->record, field);
	const char *text = json_as_string(value);

	if (!text || !clock_parse_rfc3339(text, member) || *member < 0 ||
	    *member > ID_MAX_TIME_MS)
		return wrong(reader, field->key, "is not a time");
	return 0;
}

static int read_count(const struct reader *reader, const char *key,
		      const struct json *value, int64_t *out)
{
	if (json_is_null(value))
		return 0;
	if (!json_as_int(value, out) || *out < 0)
		return wrong(reader, key, "is not a count");
	return 0;
}

static int read_bool(const struct reader *reader, const struct field *field,
		     const struct json *value)
{
	if (!json_as_bool(value, field_of(reader->record, field)))
		return wrong(reader, field->key, "is not a boolean");
	return 0;
}

static int read_list(const struct reader *reader, const struct field *field,
		     const struct json *value)
{
	struct strlist *list = field_of(reader->record, field);

	if (json_type(value) != JSON_ARRAY)
		return wrong(reader, field->key, "is not an array");
	JSON_FOR_EACH (item, value) {
		const char *text = json_as_string(item);
		char *bytes = text ? unescaped(text) : NULL;

		if (!bytes)
			return wrong(reader, field->key, "is malformed");
		strlist_take(list, bytes);
	}
	return 0;
}

static int read_document(const struct reader *reader, const struct field *field,
			 struct json *object)
{
	struct json **member = field_of(reader->record, field);

	*member = json_detach(object, field->key);
	return shape_apply(field->shape, *member, field->key, reader->err);
}

static int read_ref(const struct reader *reader, const struct json *item)
{
	const char *oid = json_as_string(item);
	char *name = unescaped(json_key(item));
	int ret = 0;

	if (!name || !record_text_is_valid(FIELD_REF, name))
		ret = wrong(reader, "refs", "has a malformed name");
	else if (!json_is_null(item) &&
		 (!oid || !record_text_is_valid(FIELD_OID, oid)))
		ret = wrong(reader, "refs", "has a malformed value");
	else
		record_add_ref(reader->record, name, oid);
	free(name);
	return ret;
}

static int read_refs(const struct reader *reader, const struct field *field,
		     const struct json *value)
{
	if (json_type(value) != JSON_OBJECT)
		return wrong(reader, field->key, "is not an object");
	JSON_FOR_EACH (item, value)
		if (read_ref(reader, item) < 0)
			return ERR_INVALID;
	return 0;
}

static int compare_reasons(const void *a, const void *b)
{
	const struct record_omitted_reason *left = a, *right = b;

	return strcmp(left->reason, right->reason);
}

/* Leaves in `value` what is not known of each reason. */
static int read_reasons(const struct reader *reader, const struct field *field,
			struct json *value)
{
	struct record_omitted *omitted = &reader->record->snapshot.omitted;
	size_t nr = json_size(value);

	if (json_type(value) != JSON_OBJECT)
		return wrong(reader, field->key, "is not an object");
	if (nr > MAX_REASONS)
		return wrong(reader, field->key, "has too many reasons");
	omitted->reasons = xcalloc(nr, sizeof(*omitted->reasons));
	JSON_FOR_EACH (item, value) {
		struct record_omitted_reason *entry =
			&omitted->reasons[omitted->nr_reasons++];

		entry->reason = xstrdup(json_key(item));
		entry->count = RECORD_UNKNOWN;
		entry->bytes = RECORD_UNKNOWN;
		if (json_type(item) != JSON_OBJECT)
			return wrong(reader, field->key, "is malformed");
		if (read_count(reader, field->key, json_get(item, "count"),
			       &entry->count) < 0 ||
		    read_count(reader, field->key, json_get(item, "bytes"),
			       &entry->bytes) < 0)
			return ERR_INVALID;
		json_remove(item, "count");
		json_remove(item, "bytes");
	}
	for (size_t i = 0; i < nr; i++)
		if (!json_first(json_get(value, omitted->reasons[i].reason)))
			json_remove(value, omitted->reasons[i].reason);
	qsort(omitted->reasons, nr, sizeof(*omitted->reasons), compare_reasons);
	return 0;
}

static int read_group(const struct reader *outer, const struct field *field,
		      struct json *value);

/* Read what is not null; may take from `object`, and from `value`. */
static int read_field(const struct reader *reader, const struct field *field,
		      struct json *object, struct json *value)
{
	switch (field->kind) {
	case FIELD_COUNT:
		return read_count(reader, field->key, value,
				  field_of(reader->record, field));
	case FIELD_TIME:
		return read_time(reader, field, value);
	case FIELD_BOOL:
		return read_bool(reader, field, value);
	case FIELD_GROUP:
		return read_group(reader, field, value);
	case FIELD_DOCUMENT:
		return read_document(reader, field, object);
	case FIELD_LIST:
		return read_list(reader, field, value);
	case FIELD_REFS:
		return read_refs(reader, field, value);
	case FIELD_REASONS:
		return read_reasons(reader, field, value);
	default:
		return read_string(reader, field, value);
	}
}

/* Whether what is left of a field in the document is to be kept as unknown. */
static bool has_rest(const struct field *field, const struct json *rest)
{
	if (field->kind != FIELD_GROUP && field->kind != FIELD_REASONS)
		return false;
	return json_first(rest) != NULL;
}

/* Read the known keys of `object`, and remove all but what is unknown. */
static int read_fields(const struct reader *reader, const struct field *field,
		       struct json *object)
{
	for (; field->key; field++) {
		struct json *value = json_get(object, field->key);

		if (json_is_null(value)) {
			if (field->required)
				return wrong(reader, field->key, "is missing");
		} else if (read_field(reader, field, object, value) < 0) {
			return ERR_INVALID;
		}
		value = json_get(object, field->key);
		if (!has_rest(field, value))
			json_remove(object, field->key);
	}
	return 0;
}

static int read_group(const struct reader *outer, const struct field *field,
		      struct json *value)
{
	char *group = xstrfmt("%s%s.", outer->group, field->key);
	struct reader reader = {outer->record, group, outer->err};
	int ret;

	if (json_type(value) != JSON_OBJECT)
		ret = wrong(outer, field->key, "is not an object");
	else
		ret = read_fields(&reader, field->members, value);
	free(group);
	return ret;
}

/*
 * Turn a document of a lower major version into one of ours. There has been
 * none yet: version 1 is the first. Each coming major version adds the step
 * from the one before it here.
 */
static int migrate(int64_t major, struct error *err)
{
	return error_set(err, ERR_UNSUPPORTED,
			 "format version %lld is not known", (long long)major);
}

static int check_version(const struct json *document, struct error *err)
{
	const char *version = json_get_string(document, "version");
	int64_t major, ours;

	record_version_major(RECORD_VERSION, &ours);
	if (!version || !record_version_major(version, &major))
		return error_set(err, ERR_INVALID,
				 "'version' is missing or malformed");
	if (major > ours) {
		error_set(err, ERR_NEWER,
			  "written by a newer version of git-checkpoint "
			  "(format version %lld)",
			  (long long)major);
		return error_hint(err, "upgrade git-checkpoint to read it");
	}
	return major < ours ? migrate(major, err) : 0;
}

static int read_record(struct record *out, const char *text, size_t len,
		       struct error *err)
{
	struct reader reader = {out, "", err};
	struct json *document = NULL;
	int ret;

	ret = json_parse(&document, text, len, RECORD_MAX_BYTES, err);
	if (ret < 0)
		goto done;
	if (json_type(document) != JSON_OBJECT) {
		ret = error_set(err, ERR_INVALID, "not an object");
		goto done;
	}
	ret = check_version(document, err);
	if (ret < 0)
		goto done;
	ret = read_fields(&reader, record_fields, document);
	if (ret < 0)
		goto done;
	if (json_first(document)) {
		out->unknown = document;
		document = NULL;
	}
done:
	json_free(document);
	return ret;
}

int record_read(struct record *out, const char *text, size_t len,
		struct error *err)
{
	int ret;

	record_init(out);
	ret = read_record(out, text, len, err);
	if (ret == ERR_INVALID)
		error_prefix(err, "invalid checkpoint data");
	return ret;
}
