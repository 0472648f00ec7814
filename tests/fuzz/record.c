/*
 * Whatever record_read() takes can be written, read again, and is then written
 * as the same bytes; nothing of the document is lost.
 */
#include "core/record/record.h"

#include "core/record/json.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* A count may have been a string. */
static bool is_same_int(const struct json *a, const struct json *b)
{
	int64_t left, right;

	return json_as_int(a, &left) && json_as_int(b, &right) && left == right;
}

/* Every key of `before` is in `after`, and no value that was there has become
 * another: a null may be a default now, an empty list a null. */
static void check_kept(const struct json *before, const struct json *after)
{
	enum json_type type = json_type(before);

	if (type == JSON_OBJECT) {
		JSON_FOR_EACH (item, before) {
			const struct json *kept =
				json_get(after, json_key(item));

			expect(kept != NULL);
			check_kept(item, kept);
		}
		return;
	}
	if (type == JSON_NULL || is_same_int(before, after))
		return;
	if (type == JSON_ARRAY && json_is_null(after))
		expect(!json_first(before));
	else if (type == JSON_STRING)
		/* Times are written anew. */
		expect(json_as_string(after) != NULL);
	else
		expect(json_equal(before, after));
}

static void check_written(const struct record *record, const char *text,
			  size_t len)
{
	struct error err = ERROR_INIT;
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct json *before, *after;
	struct record again;

	expect(!record_write(record, &first, &err));
	expect(!record_read(&again, first.ptr, first.len, &err));
	expect(!record_write(&again, &second, &err));
	expect(first.len == second.len && !strcmp(first.ptr, second.ptr));
	expect(!json_parse(&before, text, len, RECORD_MAX_BYTES, &err));
	expect(!json_parse(&after, first.ptr, first.len, RECORD_MAX_BYTES,
			   &err));
	check_kept(before, after);
	json_free(before);
	json_free(after);
	record_release(&again);
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct record record;
	int ret = record_read(&record, (const char *)data, size, &err);

	if (!ret)
		check_written(&record, (const char *)data, size);
	else
		expect((ret == ERR_INVALID || ret == ERR_NEWER ||
			ret == ERR_UNSUPPORTED) &&
		       err.text);
	record_release(&record);
	error_release(&err);
	return 0;
}
