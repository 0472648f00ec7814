#include "core/record/json.h"

#include "base/path.h"
#include "base/text.h"

/*
 * cJSON's own printing is not used: it indents with tabs, and prints numbers
 * with up to 15 digits where the result is only nearly the same.
 */

#define COMPACT -1

/* What would drive a terminal is escaped: who prints a document does not have
 * to know who has written what is in it. */
static void write_sequence(struct buf *out, const char *text, size_t len)
{
	uint32_t code_point = len ? utf8_code_point(text, len) : 0;

	switch (code_point) {
	case '"':
	case '\\':
		buf_addf(out, "\\%c", (int)code_point);
		break;
	case '\n':
		buf_addstr(out, "\\n");
		break;
	case '\t':
		buf_addstr(out, "\\t");
		break;
	case '\r':
		buf_addstr(out, "\\r");
		break;
	default:
		if (len && text_is_driving(code_point))
			buf_addf(out, "\\u%04x", (unsigned)code_point);
		else
			buf_add(out, text, len);
	}
}

/* How much of it is plain ASCII that nothing has to be done about. */
static size_t plain_length(const char *text)
{
	size_t len = 0;

	while (text[len] >= 0x20 && text[len] < 0x7f && text[len] != '"' &&
	       text[len] != '\\')
		len++;
	return len;
}

static void write_string(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	buf_addch(out, '"');
	for (size_t i = 0; i < len;) {
		size_t sequence = plain_length(text + i);

		if (sequence) {
			buf_add(out, text + i, sequence);
			i += sequence;
			continue;
		}
		sequence = utf8_sequence(text + i, len - i);
		write_sequence(out, text + i, sequence);
		i += sequence;
	}
	buf_addch(out, '"');
}

/* A new line at `level`, where there are lines. */
static void break_line(struct buf *out, int level)
{
	if (level == COMPACT)
		return;
	buf_addch(out, '\n');
	for (int i = 0; i < level; i++)
		buf_addstr(out, "  ");
}

static void write_value(struct buf *out, const struct json *json, int level);

static void write_items(struct buf *out, const struct json *json, int level)
{
	int inner = level == COMPACT ? COMPACT : level + 1;
	bool object = json_type(json) == JSON_OBJECT;

	buf_addch(out, object ? '{' : '[');
	JSON_FOR_EACH (item, json) {
		if (item != json_first(json))
			buf_addch(out, ',');
		break_line(out, inner);
		if (object) {
			write_string(out, json_key(item));
			buf_addstr(out, level == COMPACT ? ":" : ": ");
		}
		write_value(out, item, inner);
	}
	/* Empty ones take one line, but for the outermost: its end must stand
	 * at the start of a line. */
	if (json_first(json) || !level)
		break_line(out, level);
	buf_addch(out, object ? '}' : ']');
}

static void write_value(struct buf *out, const struct json *json, int level)
{
	bool truth = false;

	switch (json_type(json)) {
	case JSON_NULL:
		buf_addstr(out, "null");
		break;
	case JSON_BOOL:
		json_as_bool(json, &truth);
		buf_addstr(out, truth ? "true" : "false");
		break;
	case JSON_NUMBER:
		json_add_number_text(out, json);
		break;
	case JSON_STRING:
		write_string(out, json_as_string(json));
		break;
	default:
		write_items(out, json, level);
		break;
	}
}

void json_write_compact(struct buf *out, const struct json *json)
{
	write_value(out, json, COMPACT);
}

void json_write_pretty(struct buf *out, const struct json *json)
{
	write_value(out, json, 0);
	buf_addch(out, '\n');
}

void json_write_pretty_with(struct buf *out, const struct json *json,
			    const char *key, const struct strlist *paths)
{
	struct buf path = BUF_INIT;

	write_value(out, json, 0);
	/* Less "\n}", which follows the last member. */
	buf_setlen(out, out->len - 2);
	buf_addch(out, ',');
	break_line(out, 1);
	write_string(out, key);
	buf_addstr(out, ": [");
	for (size_t i = 0; i < paths->nr; i++) {
		if (i)
			buf_addch(out, ',');
		break_line(out, 2);
		buf_reset(&path);
		path_escape(&path, paths->items[i], strlen(paths->items[i]));
		write_string(out, path.ptr);
	}
	if (paths->nr)
		break_line(out, 1);
	buf_addstr(out, "]\n}\n");
	buf_release(&path);
}
