#include "core/agent/agent_config.h"

#include <ctype.h>

#include "base/alloc.h"
#include "core/record/json.h"

#define MAX_BYTES (16u << 20)

/* -- places in a text that is known to be JSON --------------------------- */

static size_t skip_space(const char *text, size_t at)
{
	return at + strspn(text + at, " \t\r\n");
}

/* Behind the string that starts at `at`. */
static size_t skip_string(const char *text, size_t at)
{
	for (at++; text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at + 1;
}

/* Behind the value that starts at `at`. */
static size_t skip_value(const char *text, size_t at)
{
	size_t depth = 0;

	do {
		char c = text[at];

		if (c == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (!depth)
			return at + strcspn(text + at, " \t\r\n,]}");
		at++;
	} while (depth);
	return at;
}

/* A member of an object, or an element of an array. */
struct place {
	size_t from; /* its key, or its value */
	size_t value;
	size_t to;	 /* behind it */
	size_t previous; /* behind the one before it, or behind the bracket */
	bool is_first;
};

/* The first place in a container that starts at `at`; false: it is empty. */
static bool place_of(const char *text, size_t from, size_t previous,
		     bool is_first, bool has_keys, struct place *out)
{
	*out = (struct place){.from = from,
			      .value = from,
			      .previous = previous,
			      .is_first = is_first};
	if (text[from] == '}' || text[from] == ']')
		return false;
	if (has_keys) {
		out->value = skip_space(text, skip_string(text, from));
		out->value = skip_space(text, out->value + 1);
	}
	out->to = skip_value(text, out->value);
	return true;
}

static bool first_place(const char *text, size_t container, struct place *out)
{
	return place_of(text, skip_space(text, container + 1), container + 1,
			true, text[container] == '{', out);
}

static bool next_place(const char *text, bool has_keys, struct place *place)
{
	size_t at = skip_space(text, place->to);

	if (text[at] != ',')
		return false;
	return place_of(text, skip_space(text, at + 1), place->to, false,
			has_keys, place);
}

/* The value of a key; false: there is none. Keys that are written with escapes
 * are not ours. */
static bool find_member(const char *text, size_t object, const char *key,
			struct place *out)
{
	size_t len = strlen(key);
	bool more = first_place(text, object, out);

	for (; more; more = next_place(text, true, out))
		if (!strncmp(text + out->from + 1, key, len) &&
		    text[out->from + 1 + len] == '"')
			return true;
	return false;
}

/* -- putting in ---------------------------------------------------------- */

/* How a level is indented: as the first line that is. "" is on one line. */
static char *indent_of(const char *text)
{
	const char *line = strchr(text, '\n');

	if (!line)
		return xstrdup(skip_space(text, 0) + 2 < strlen(text) ? ""
								      : "  ");
	for (; line; line = strchr(line + 1, '\n')) {
		size_t len = strspn(line + 1, " \t");

		if (len && line[1 + len] == '"')
			return xstrndup(line + 1, len);
	}
	return xstrdup("  ");
}

static void add_break(struct buf *out, const char *indent, int depth)
{
	if (!*indent)
		return;
	buf_addch(out, '\n');
	while (depth--)
		buf_addstr(out, indent);
}

/* Append a value as pretty as the rest, its lines at `depth`. */
static void add_value(struct buf *out, const struct json *value,
		      const char *indent, int depth)
{
	enum json_type type = json_type(value);
	bool first = true;

	if ((type != JSON_OBJECT && type != JSON_ARRAY) || !*indent ||
	    !json_size(value)) {
		json_write_compact(out, value);
		return;
	}
	buf_addch(out, type == JSON_OBJECT ? '{' : '[');
	JSON_FOR_EACH (item, value) {
		if (!first)
			buf_addch(out, ',');
		first = false;
		add_break(out, indent, depth + 1);
		if (type == JSON_OBJECT)
			buf_addf(out, "\"%s\": ", json_key(item));
		add_value(out, item, indent, depth + 1);
	}
	add_break(out, indent, depth);
	buf_addch(out, type == JSON_OBJECT ? '}' : ']');
}

/* Put a value, with its key where it has one, behind the last of the container
 * that starts at `container`, whose brackets are at `depth`. */
static void insert(struct buf *text, size_t container, const char *key,
		   const struct json *value, const char *indent, int depth)
{
	struct buf with = BUF_INIT;
	struct place place;
	size_t at = container + 1;
	bool has_keys = text->ptr[container] == '{', any = false;

	for (bool more = first_place(text->ptr, container, &place); more;
	     more = next_place(text->ptr, has_keys, &place)) {
		at = place.to;
		any = true;
	}
	buf_add(&with, text->ptr, at);
	if (any)
		buf_addstr(&with, *indent ? "," : ", ");
	add_break(&with, indent, depth + 1);
	if (key)
		buf_addf(&with, "\"%s\": ", key);
	add_value(&with, value, indent, depth + 1);
	if (!any && !isspace((unsigned char)text->ptr[at]))
		add_break(&with, indent, depth);
	buf_add(&with, text->ptr + at, text->len - at);
	buf_release(text);
	*text = with;
}

static int check(const char *text, size_t len, struct error *err)
{
	struct json *doc = NULL;
	const struct json *hooks;
	int ret = json_parse(&doc, text, len, MAX_BYTES, err);

	if (ret < 0)
		return ret;
	hooks = json_get(doc, "hooks");
	if (json_type(doc) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID, "it is no object");
	else if (hooks && json_type(hooks) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID, "'hooks' in it is no object");
	JSON_FOR_EACH (event, hooks)
		if (!ret && json_type(event) != JSON_ARRAY &&
		    json_type(event) != JSON_BOOL)
			ret = error_set(err, ERR_INVALID,
					"'hooks.%s' in it is no array",
					json_key(event));
	json_free(doc);
	return ret;
}

static void add_event(struct buf *text, const struct json *event,
		      const char *indent)
{
	size_t root = skip_space(text->ptr, 0);
	struct place hooks, groups;

	if (!find_member(text->ptr, root, "hooks", &hooks)) {
		struct json *object = json_object_new();

		json_set_copy(object, json_key(event), event);
		insert(text, root, "hooks", object, indent, 0);
		json_free(object);
		return;
	}
	if (!find_member(text->ptr, hooks.value, json_key(event), &groups)) {
		insert(text, hooks.value, json_key(event), event, indent, 1);
		return;
	}
	JSON_FOR_EACH (group, event) {
		insert(text, groups.value, NULL, group, indent, 2);
	}
}

int agent_config_add(struct buf *out, const char *text, size_t len,
		     const char *ours, struct error *err)
{
	struct buf now = BUF_INIT;
	struct json *doc = NULL;
	char *indent = NULL;
	int ret = check(text, len, err);

	if (!ret)
		ret = json_parse(&doc, ours, strlen(ours), MAX_BYTES, err);
	if (ret < 0)
		goto done;
	buf_add(&now, text, len);
	indent = indent_of(now.ptr);
	JSON_FOR_EACH (event, json_get(doc, "hooks"))
		add_event(&now, event, indent);
	/* What was written is read before anybody else does. */
	ret = check(now.ptr, now.len, err);
	if (!ret)
		buf_add(out, now.ptr, now.len);
done:
	buf_release(&now);
	json_free(doc);
	free(indent);
	return ret;
}

/* -- taking out ---------------------------------------------------------- */

static void take_out(struct buf *text, const struct place *place)
{
	size_t from = place->is_first ? place->from : place->previous;
	size_t to = place->to;
	size_t next = skip_space(text->ptr, to);

	if (place->is_first && text->ptr[next] == ',')
		to = skip_space(text->ptr, next + 1);
	else if (place->is_first) {
		/* The only one: the brackets close. */
		from = place->previous;
		to = next;
	}
	buf_remove(text, from, to - from);
}

static bool is_ours(const char *text, const struct place *group,
		    const char *mark)
{
	struct error ignored = ERROR_INIT;
	struct json *doc = NULL;
	bool ours = false;

	if (!json_parse(&doc, text + group->value, group->to - group->value,
			MAX_BYTES, &ignored))
		JSON_FOR_EACH (hook, json_get(doc, "hooks")) {
			const char *command = json_get_string(hook, "command");

			ours |= command &&
				!strncmp(command, mark, strlen(mark));
		}
	error_release(&ignored);
	json_free(doc);
	return ours;
}

/* Take out one group of ours; false: there is none any more. */
static bool take_one(struct buf *text, const char *mark)
{
	size_t root = skip_space(text->ptr, 0);
	struct place hooks, event, group;

	if (!find_member(text->ptr, root, "hooks", &hooks))
		return false;
	for (bool more = first_place(text->ptr, hooks.value, &event); more;
	     more = next_place(text->ptr, true, &event)) {
		bool any = text->ptr[event.value] == '[' &&
			   first_place(text->ptr, event.value, &group);

		for (; any; any = next_place(text->ptr, false, &group)) {
			if (!is_ours(text->ptr, &group, mark))
				continue;
			take_out(text, &group);
			/* What is empty now has no use; the places before it
			 * have not moved. */
			if (first_place(text->ptr, event.value, &group))
				return true;
			event.to = skip_value(text->ptr, event.value);
			take_out(text, &event);
			if (first_place(text->ptr, hooks.value, &event))
				return true;
			hooks.to = skip_value(text->ptr, hooks.value);
			take_out(text, &hooks);
			return true;
		}
	}
	return false;
}

int agent_config_remove(struct buf *out, const char *text, size_t len,
			const char *mark, struct error *err)
{
	struct buf now = BUF_INIT;
	int ret = check(text, len, err);

	if (ret < 0)
		return ret;
	buf_add(&now, text, len);
	while (take_one(&now, mark))
		;
	buf_add(out, now.ptr, now.len);
	buf_release(&now);
	return 0;
}
