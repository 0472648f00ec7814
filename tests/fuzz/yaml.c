/*
 * Any bytes as YAML: reading ends, with ERR_INVALID or a value that is JSON and
 * no deeper than what the reader takes.
 */
#include "core/carry/yaml.h"

#include "base/buf.h"
#include "core/record/json.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json *value = NULL, *again = NULL;
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;

	if (yaml_parse(&value, (const char *)data, size, &err) < 0) {
		expect(err.code == ERR_INVALID && err.text && !value);
	} else {
		expect(json_depth(value) <= YAML_MAX_DEPTH);
		json_write_compact(&text, value);
		expect(!json_parse(&again, text.ptr, text.len, text.len, &err));
		expect(json_equal(value, again));
	}
	json_free(value);
	json_free(again);
	buf_release(&text);
	error_release(&err);
	return 0;
}
