/*
 * Settings that are merged with are JSON afterwards and have all that they had;
 * what is put in is taken out again, with nothing left but what was there.
 */
#include "core/agent/agent_config.h"

#include "core/record/json.h"

#define MARK "ours "
#define OURS                                                                   \
	"{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"ours s\"}]}],"       \
	"\"Start\":[{\"matcher\":\"a\",\"hooks\":[{\"command\":\"ours "        \
	"t\"}]}]}}"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static struct json *parse(const struct buf *text)
{
	struct error err = ERROR_INIT;
	struct json *json = NULL;

	expect(!json_parse(&json, text->ptr, text->len, 1u << 24, &err));
	return json;
}

/* Without ours, and without what is empty then. */
static struct json *without(const struct json *json)
{
	static const char *const names[] = {"Stop", "Start"};
	struct json *copy = json_copy(json);
	struct json *hooks = json_get(copy, "hooks");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_type(json_get(hooks, names[i])) == JSON_ARRAY &&
		    !json_size(json_get(hooks, names[i])))
			json_remove(hooks, names[i]);
	if (hooks && !json_size(hooks))
		json_remove(copy, "hooks");
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT, with = BUF_INIT, clean = BUF_INIT;
	struct buf again = BUF_INIT;
	struct json *before = NULL, *after = NULL, *merged = NULL;
	struct json *left, *right;

	buf_add(&text, data, size);
	/* Such as have ours already are brought to a state without. */
	if (agent_config_remove(&clean, text.ptr, text.len, MARK, &err) < 0) {
		expect(agent_config_add(&with, text.ptr, text.len, OURS, &err) <
			       0 &&
		       err.text);
		goto done;
	}
	if (agent_config_add(&with, clean.ptr, clean.len, OURS, &err) < 0)
		goto done;
	merged = parse(&with);
	expect(json_size(json_find(merged, "hooks.Stop")) > 0);
	expect(!agent_config_remove(&again, with.ptr, with.len, MARK, &err));
	before = parse(&clean);
	after = parse(&again);
	left = without(before);
	right = without(after);
	expect(json_equal(left, right));
	json_free(left);
	json_free(right);
done:
	error_release(&err);
	json_free(before);
	json_free(after);
	json_free(merged);
	buf_release(&text);
	buf_release(&with);
	buf_release(&clean);
	buf_release(&again);
	return 0;
}
