#include "core/carry/yaml.h"

#include <yaml.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/record/json.h"

/* More values than that are no options. */
#define MAX_VALUES 100000

/* What is open: an object that waits for a key or for its value, or an array.
 */
struct level {
	struct json *container;
	char *key; /* of an object: its value comes next */
};

struct parsing {
	yaml_parser_t parser;
	struct level levels[YAML_MAX_DEPTH];
	size_t depth;
	size_t values;
	struct json *root;
};

/* -- scalars ------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(text, *words))
			return true;
	return false;
}

/* A number as JSON has it, too; others stay text. */
static struct json *parse_number(const char *text)
{
	struct error ignored = ERROR_INIT;
	struct json *number = NULL;
	size_t digits = strspn(text, "-0123456789.eE+");

	if (text[digits] || !*text ||
	    json_parse(&number, text, digits, digits, &ignored) < 0)
		number = NULL;
	error_release(&ignored);
	return number;
}

static struct json *parse_plain(const char *text)
{
	static const char *const nulls[] = {"",	    "~",    "null",
					    "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", "yes",
					    "Yes",  "YES",  "on",   "On",
					    "ON",   NULL};
	static const char *const falses[] = {"false", "False", "FALSE", "no",
					     "No",    "NO",    "off",	"Off",
					     "OFF",   NULL};
	struct json *number;

	if (is_one_of(text, nulls))
		return json_null_new();
	if (is_one_of(text, trues))
		return json_bool_new(true);
	if (is_one_of(text, falses))
		return json_bool_new(false);
	number = parse_number(text);
	return number ? number : json_string_new(text);
}

/* -- building ------------------------------------------------------------ */

static int fail(const yaml_mark_t *mark, const char *what, struct error *err)
{
	return error_set(err, ERR_INVALID, "line %zu, column %zu: %s",
			 mark->line + 1, mark->column + 1, what);
}

/* Put a value where it belongs; it is taken. `*put` is where it is now. */
static int add_value(struct parsing *parsing, struct json *value,
		     const yaml_mark_t *mark, struct json **put,
		     struct error *err)
{
	struct level *level;

	if (++parsing->values > MAX_VALUES) {
		json_free(value);
		return fail(mark, "too many values", err);
	}
	if (!parsing->depth) {
		*put = parsing->root = value;
		return 0;
	}
	level = &parsing->levels[parsing->depth - 1];
	if (json_type(level->container) == JSON_ARRAY) {
		*put = json_add(level->container, value);
		return 0;
	}
	if (!level->key) {
		json_free(value);
		return fail(mark, "a key that is no text", err);
	}
	*put = json_append(level->container, level->key, value);
	free(level->key);
	level->key = NULL;
	return 0;
}

static int add_scalar(struct parsing *parsing, const yaml_event_t *event,
		      struct error *err)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct level *level =
		parsing->depth ? &parsing->levels[parsing->depth - 1] : NULL;
	struct json *put;

	if (memchr(text, '\0', len) || !utf8_is_valid(text, len))
		return fail(&event->start_mark, "text that is no text", err);
	if (level && json_type(level->container) == JSON_OBJECT &&
	    !level->key) {
		if (json_get(level->container, text))
			return fail(&event->start_mark,
				    "a key that is there "
				    "already",
				    err);
		level->key = xstrdup(text);
		return 0;
	}
	return add_value(parsing,
			 event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
				 ? parse_plain(text)
				 : json_string_new(text),
			 &event->start_mark, &put, err);
}

static int start_container(struct parsing *parsing, struct json *container,
			   const yaml_mark_t *mark, struct error *err)
{
	struct json *put = NULL;

	if (parsing->depth == YAML_MAX_DEPTH) {
		json_free(container);
		return fail(mark, "nested too deep", err);
	}
	if (add_value(parsing, container, mark, &put, err) < 0)
		return err->code;
	parsing->levels[parsing->depth++] = (struct level){put, NULL};
	return 0;
}

static void end_container(struct parsing *parsing)
{
	free(parsing->levels[--parsing->depth].key);
}

/* 1: it goes on; 0: the end. */
static int take_event(struct parsing *parsing, const yaml_event_t *event,
		      struct error *err)
{
	struct json *put;
	int ret = 0;

	switch (event->type) {
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_SCALAR_EVENT:
		ret = add_scalar(parsing, event, err);
		break;
	case YAML_ALIAS_EVENT:
		ret = add_value(parsing, json_null_new(), &event->start_mark,
				&put, err);
		break;
	case YAML_MAPPING_START_EVENT:
		ret = start_container(parsing, json_object_new(),
				      &event->start_mark, err);
		break;
	case YAML_SEQUENCE_START_EVENT:
		ret = start_container(parsing, json_array_new(),
				      &event->start_mark, err);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		end_container(parsing);
		break;
	default:
		break;
	}
	return ret < 0 ? ret : 1;
}

static int parser_failed(const yaml_parser_t *parser, struct error *err)
{
	return fail(&parser->problem_mark,
		    parser->problem ? parser->problem : "not YAML", err);
}

int yaml_parse(struct json **out, const char *text, size_t len,
	       struct error *err)
{
	struct parsing parsing = {.root = NULL};
	int ret = 1;

	*out = NULL;
	if (len > YAML_MAX_BYTES)
		return error_set(err, ERR_INVALID, "more than %u bytes",
				 YAML_MAX_BYTES);
	if (!yaml_parser_initialize(&parsing.parser))
		return error_set(err, ERR_FAILED, "cannot start libyaml");
	yaml_parser_set_input_string(&parsing.parser,
				     (const unsigned char *)text, len);
	while (ret > 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parsing.parser, &event)) {
			ret = parser_failed(&parsing.parser, err);
			break;
		}
		ret = take_event(&parsing, &event, err);
		yaml_event_delete(&event);
	}
	while (parsing.depth)
		end_container(&parsing);
	yaml_parser_delete(&parsing.parser);
	if (ret < 0) {
		json_free(parsing.root);
		return ret;
	}
	*out = parsing.root ? parsing.root : json_null_new();
	return 0;
}
