/*
 * What json_parse() takes comes back from either way of writing it, and can be
 * copied, compared and merged; what it does not take is ERR_INVALID.
 *
 * The first line of the input is a document, the rest a merge patch.
 */
#include "core/record/json.h"

#include "base/alloc.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static struct json *parse(const char *text, size_t len)
{
	struct error err = ERROR_INIT;
	struct json *json;
	int ret = json_parse(&json, text, len, 1u << 20, &err);

	if (ret < 0) {
		expect(ret == ERR_INVALID && err.text && !json);
		error_release(&err);
	}
	return json;
}

static void check_pretty(const struct buf *text)
{
	const char *last = text->ptr;

	for (size_t i = 0; i + 1 < text->len; i++)
		if (text->ptr[i] == '\n')
			last = text->ptr + i + 1;
	for (const char *line = text->ptr; line < last;) {
		expect(*line != '}' && *line != ']');
		line = strchr(line, '\n') + 1;
	}
	for (const char *c = text->ptr; *c; c++)
		expect(*c == '\n' || ((unsigned char)*c >= 0x20 && *c != 0x7f));
	expect(text->ptr[text->len - 1] == '\n');
}

static void check_written(const struct json *json)
{
	struct buf compact = BUF_INIT, pretty = BUF_INIT, again = BUF_INIT;
	struct json *first, *second, *copy = json_copy(json);

	json_write_compact(&compact, json);
	json_write_pretty(&pretty, json);
	expect(!strchr(compact.ptr, '\n'));
	check_pretty(&pretty);
	first = parse(compact.ptr, compact.len);
	second = parse(pretty.ptr, pretty.len);
	expect(json_equal(json, first) && json_equal(first, second) &&
	       json_equal(json, copy));
	json_write_compact(&again, second);
	expect(!strcmp(compact.ptr, again.ptr));
	buf_reset(&again);
	json_write_compact(&again, copy);
	expect(!strcmp(compact.ptr, again.ptr));
	json_free(first);
	json_free(second);
	json_free(copy);
	buf_release(&compact);
	buf_release(&pretty);
	buf_release(&again);
}

/* A patch that was applied changes nothing when it is applied again. */
static void check_merged(const struct json *json, const struct json *patch)
{
	struct json *once = json_copy(json), *twice;

	json_merge_patch(&once, patch);
	twice = json_copy(once);
	json_merge_patch(&twice, patch);
	expect(json_equal(once, twice));
	expect(json_depth(once) <= JSON_MAX_DEPTH);
	check_written(once);
	json_free(once);
	json_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *newline = memchr(text, '\n', size);
	size_t len = newline ? (size_t)(newline - text) : size;
	struct json *json = parse(text, len), *patch = NULL;

	if (newline)
		patch = parse(newline + 1, size - len - 1);
	if (json) {
		expect(json_depth(json) <= JSON_MAX_DEPTH);
		check_written(json);
	}
	if (json && patch)
		check_merged(json, patch);
	json_free(json);
	json_free(patch);
	return 0;
}
