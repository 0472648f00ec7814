#include "core/record/json.h"

#include <math.h>

#include "base/alloc.h"
#include "scratch.h"

#define LIMIT (16u << 20)

static int parse_bytes(struct json **out, const char *text, size_t len,
		       struct error *err)
{
	/* A block of just this size, for the sanitizer to see what is read. */
	char *exact = xmemdup(text, len);
	int ret = json_parse(out, exact, len, LIMIT, err);

	free(exact);
	return ret;
}

static struct json *parse(const char *text)
{
	struct error err = ERROR_INIT;
	struct json *json;

	if (parse_bytes(&json, text, strlen(text), &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return json;
}

static void assert_compact(const struct json *json, const char *want)
{
	struct buf text = BUF_INIT;

	json_write_compact(&text, json);
	assert_string_equal(text.ptr, want);
	buf_release(&text);
}

static void assert_rewritten(const char *text, const char *want)
{
	struct json *json = parse(text);

	assert_compact(json, want);
	json_free(json);
}

static void assert_refused_bytes(const char *text, size_t len, const char *why)
{
	struct error err = ERROR_INIT;
	struct json *json;

	if (parse_bytes(&json, text, len, &err) != ERR_INVALID)
		fail_msg("accepted: %s", text);
	assert_null(json);
	if (!strstr(err.text, why))
		fail_msg("%s: '%s' is not in '%s'", text, why, err.text);
	error_release(&err);
}

static void assert_refused(const char *text, const char *why)
{
	assert_refused_bytes(text, strlen(text), why);
}

static char *repeat(const char *piece, size_t times, const char *end)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < times; i++)
		buf_addstr(&text, piece);
	buf_addstr(&text, end);
	return buf_detach(&text);
}

static void every_kind_of_value_comes_back(void **state)
{
	static const char *const texts[] = {
		"null",
		"true",
		"false",
		"0",
		"-0",
		"-17",
		"1.5",
		"\"\"",
		"\"text\"",
		"[]",
		"{}",
		"[null,true,[],{}]",
		"{\"a\":1,\"b\":{\"a\":2},\"\":[3]}",
		"\"\\\"\\\\\\n\\t\\r\"",
		"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x88\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_rewritten(texts[i], texts[i]);
}

static void white_space_is_between_and_around(void **state)
{
	(void)state;
	assert_rewritten(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n",
			 "{\"a\":[1,2],\"b\":{}}");
	assert_refused("\f1", "line 1, column 1: not a value");
	assert_refused("[1,\v2]", "line 1, column 4: not a value");
}

static void escapes_are_read(void **state)
{
	(void)state;
	assert_rewritten("\"\\u0041\\/\\u00e9\\u20AC\\ud83d\\udc08\"",
			 "\"A/\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x88\"");
	assert_rewritten("{\"\\u0061\":1}", "{\"a\":1}");
	assert_refused("\"\\x\"", "unknown escape");
	assert_refused("\"\\U0041\"", "unknown escape");
	assert_refused("\"\\u004\"", "four hex digits");
	assert_refused("\"\\u00g0\"", "four hex digits");
	assert_refused("\"\\ud800\"", "lone surrogate");
	assert_refused("\"\\udc00\"", "lone surrogate");
	assert_refused("\"\\ud800\\u0041\"", "lone surrogate");
	assert_refused("\"\\ud800x\"", "lone surrogate");
	assert_refused("\"\\", "unterminated");
	assert_refused("\"abc", "column 1: unterminated");
}

static void a_nul_is_refused_in_every_form(void **state)
{
	(void)state;
	assert_refused("\"a\\u0000b\"", "\\u0000");
	assert_refused("{\"a\\u0000b\":1}", "\\u0000");
	assert_refused_bytes("\"a\0b\"", 5, "control");
	assert_refused_bytes("1\0", 2, "behind the value");
	assert_refused_bytes("\0", 1, "not a value");
	assert_refused_bytes("{}\0{}", 5, "behind the value");
	assert_refused_bytes("\"\\\0\"", 4, "unknown escape");
}

static void what_is_not_utf8_is_refused(void **state)
{
	static const char *const texts[] = {
		"\"\x80\"",	    "\"\xc3\"",
		"\"\xc0\xaf\"",	    "\"\xe0\x80\xaf\"",
		"\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
		"\"\xff\"",	    "{\"\xff\":1}",
		"\"\xe2\x82",	    "\"\xf0\x80\x80\x80\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_refused(texts[i], "invalid UTF-8");
	assert_refused("\xef\xbb\xbf{}", "byte order mark");
	assert_rewritten("\"\xef\xbb\xbf\"", "\"\xef\xbb\xbf\"");
}

static void raw_control_bytes_are_refused(void **state)
{
	(void)state;
	for (int c = 1; c < 0x20; c++) {
		char text[] = {'"', (char)c, '"', '\0'};

		assert_refused(text, "raw control character");
	}
}

static void numbers_follow_the_grammar(void **state)
{
	static const char *const bad[] = {
		"01",	    "-01",	 "00",	  "1.",	 ".5",	 "+1",	  "-",
		"1e",	    "1e+",	 "1.e1",  "- 1", "1.5.", "0x10",  "NaN",
		"Infinity", "-Infinity", "1_000", "--1", "-a",	 "1e1.5", "0e",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_refused(bad[i], "line 1, column ");
	assert_refused("1e400", "out of range");
	assert_refused("[-1e400]", "column 2: number out of range");
	assert_refused("{\"a\": [1,\n 01]}", "line 2, column 2: malformed");
}

static void numbers_keep_their_digits(void **state)
{
	static const char *const texts[] = {
		"0.1",
		"1.0",
		"1.50",
		"1e2",
		"1E+2",
		"1e15",
		"-0.0",
		"0.30000000000000004",
		"4503599627370497",
		"5000000000000001",
		"9007199254740993",
		"12345678901234567890",
		"0.1000000000000000055511151231257827",
		"1e-400",
		"[1.0,2,3.10,4]",
		"{\"a\":1.0,\"b\":[2.0,{\"c\":3}],\"d\":4.0}",
	};
	char *longest = repeat("1", 63, ""), *longer = repeat("1", 64, "");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_rewritten(texts[i], texts[i]);
	assert_rewritten(longest, longest);
	assert_refused(longer, "too many digits");
	free(longest);
	free(longer);
}

static void a_copy_keeps_the_digits_too(void **state)
{
	struct json *json = parse("{\"a\":[1.50,2]}"), *copy = json_copy(json);

	(void)state;
	json_free(json);
	assert_compact(copy, "{\"a\":[1.50,2]}");
	json_free(copy);
}

static void doubles_come_back_exactly(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = scratch_random(&seed);
		struct buf text = BUF_INIT;
		struct json *json;
		double value, again = 0;

		memcpy(&value, &bits, sizeof(value));
		if (!isfinite(value))
			continue;
		json = json_double_new(value);
		json_write_compact(&text, json);
		json_free(json);
		json = parse(text.ptr);
		assert_true(json_as_double(json, &again));
		assert_memory_equal(&again, &value, sizeof(value));
		json_free(json);
		buf_release(&text);
	}
}

static void integers_come_back_exactly(void **state)
{
	static const int64_t edges[] = {
		0,
		-1,
		JSON_MAX_INT - 1,
		JSON_MAX_INT,
		JSON_MAX_INT + 1,
		-JSON_MAX_INT,
		-JSON_MAX_INT - 1,
		INT64_MAX,
		INT64_MIN,
		INT64_C(5000000000000001),
		INT64_C(1795170142781),
	};
	uint64_t seed = 2;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edges) + 20000; i++) {
		int64_t value =
			i < ARRAY_SIZE(edges)
				? edges[i]
				: (int64_t)scratch_random(&seed) >> (i % 64);
		struct json *json = json_int_new(value);
		struct buf text = BUF_INIT;
		int64_t again = 0;
		bool wide = value > JSON_MAX_INT || value < -JSON_MAX_INT;

		assert_int_equal(json_type(json),
				 wide ? JSON_STRING : JSON_NUMBER);
		json_write_compact(&text, json);
		json_free(json);
		json = parse(text.ptr);
		assert_true(json_as_int(json, &again));
		assert_true(again == value);
		json_free(json);
		buf_release(&text);
	}
}

static void an_integer_is_written_in_one_way(void **state)
{
	static const char *const none[] = {
		"\"\"",
		"\"-\"",
		"\"+1\"",
		"\"01\"",
		"\"-0\"",
		"\" 1\"",
		"\"1 \"",
		"\"1x\"",
		"\"0x1\"",
		"1.5",
		"true",
		"null",
		"[]",
		"{}",
		"\"1.0\"",
		"1e300",
		"9223372036854775808",
		"\"9223372036854775808\"",
	};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct json *json = parse(none[i]);

		if (json_as_int(json, &value))
			fail_msg("%s is an integer", none[i]);
		json_free(json);
	}
	for (int i = 0; i < 4; i++) {
		static const char *const same[] = {"7", "7.0", "7e0", "\"7\""};
		struct json *json = parse(same[i]);

		assert_true(json_as_int(json, &value));
		assert_int_equal(value, 7);
		json_free(json);
	}
}

static void one_value_and_nothing_behind(void **state)
{
	(void)state;
	assert_refused("", "unexpected end");
	assert_refused("  ", "column 3: unexpected end");
	assert_refused("1 2", "column 3: unexpected text behind");
	assert_refused("{} x", "unexpected text behind");
	assert_refused("{}}", "unexpected text behind");
	assert_refused("[", "unexpected end");
	assert_refused("[1", "',' or ']' is missing");
	assert_refused("[1,", "unexpected end");
	assert_refused("[1,]", "not a value");
	assert_refused("[,1]", "not a value");
	assert_refused("[1 2]", "',' or ']' is missing");
	assert_refused("[1}", "',' or ']' is missing");
	assert_refused("{", "a key is missing");
	assert_refused("{1:2}", "a key is missing");
	assert_refused("{\"a\"}", "':' is missing");
	assert_refused("{\"a\":}", "not a value");
	assert_refused("{\"a\":1", "',' or '}' is missing");
	assert_refused("{\"a\":1,}", "a key is missing");
	assert_refused("{\"a\":1]", "',' or '}' is missing");
	assert_refused("{\"a\":1 \"b\":2}", "',' or '}' is missing");
	assert_refused("{'a':1}", "a key is missing");
	assert_refused("// x\n1", "not a value");
	assert_refused("[1,/**/2]", "not a value");
	assert_refused("tru", "not a value");
	assert_refused("truex", "unexpected text behind");
	assert_refused("nul", "not a value");
	assert_refused("TRUE", "not a value");
	assert_refused("]", "not a value");
}

static void a_key_may_be_there_once(void **state)
{
	(void)state;
	assert_refused("{\"a\":1,\"a\":1}", "duplicate key 'a'");
	assert_refused("{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}",
		       "duplicate key 'a' in 'x'");
	assert_refused("[{\"\":1,\"\":2}]", "duplicate key ''");
	assert_rewritten("{\"a\":1,\"A\":2,\"b\":{\"a\":3}}",
			 "{\"a\":1,\"A\":2,\"b\":{\"a\":3}}");
}

static void an_error_does_not_drive_the_terminal(void **state)
{
	struct error err = ERROR_INIT;
	struct json *json;
	const char text[] = "{\"\\u001b[2J\":1,\"\\u001b[2J\":2}";

	(void)state;
	assert_int_equal(parse_bytes(&json, text, strlen(text), &err),
			 ERR_INVALID);
	assert_null(strchr(err.text, '\033'));
	error_release(&err);
}

static void nesting_ends_at_the_limit(void **state)
{
	struct buf deep = BUF_INIT;
	struct error err = ERROR_INIT;
	struct json *json;
	char *bomb;

	(void)state;
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		buf_addstr(&deep, i % 2 ? "{\"a\":" : "[");
	buf_addstr(&deep, "1");
	for (int i = JSON_MAX_DEPTH; i--;)
		buf_addch(&deep, i % 2 ? '}' : ']');
	json = parse(deep.ptr);
	assert_int_equal(json_depth(json), JSON_MAX_DEPTH);
	assert_compact(json, deep.ptr);
	json_free(json);
	assert_int_equal(
		json_parse_embedded(&json, deep.ptr, deep.len, LIMIT, &err),
		ERR_INVALID);
	error_release(&err);
	buf_release(&deep);

	for (size_t depth = 1001; depth < 200000; depth = depth * 10 - 10) {
		bomb = repeat("[", depth, "");
		assert_refused(bomb, "column 1001: nested too deeply");
		free(bomb);
		bomb = repeat("{\"a\":", depth, "");
		assert_refused(bomb, "column 5001: nested too deeply");
		free(bomb);
	}
}

static void size_and_number_of_values_are_limited(void **state)
{
	struct error err = ERROR_INIT;
	struct json *json;
	char *text = repeat("0,", JSON_MAX_VALUES, "0]");
	char *array = xstrfmt("[%s", text);

	(void)state;
	assert_refused(array, "too many values");
	assert_int_equal(json_parse(&json, "[1]", 3, 2, &err), ERR_INVALID);
	assert_string_equal(err.text, "larger than 2 bytes");
	assert_int_equal(json_parse(&json, "[1]", 3, 3, &err), 0);
	json_free(json);
	error_release(&err);
	free(array);
	free(text);
}

static void look_ups_say_when_there_is_nothing(void **state)
{
	struct json *json =
		parse("{\"a\":{\"b\":[7,null]},\"s\":\"x\",\"t\":true}");
	bool flag = false;
	int64_t number = 0;

	(void)state;
	assert_non_null(json_find(json, "a.b"));
	assert_null(json_find(json, "a.c"));
	assert_null(json_find(json, "a.b.c"));
	assert_null(json_find(json, "s.x"));
	assert_null(json_get(json, "S"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(json_find(json, "a.b"), "b"));
	assert_null(json_get_string(json, "a"));
	assert_string_equal(json_get_string(json, "s"), "x");
	assert_true(json_get_bool(json, "t", &flag));
	assert_true(flag);
	assert_false(json_get_bool(json, "s", &flag));
	assert_false(json_get_int(json, "t", &number));
	assert_int_equal(json_size(json_find(json, "a.b")), 2);
	assert_true(json_is_null(json_item(json_find(json, "a.b"), 1)));
	assert_null(json_item(json_find(json, "a.b"), 2));
	assert_int_equal(json_type(NULL), JSON_NULL);
	json_free(json);
	json_free(NULL);
}

static void keys_keep_the_order_in_which_they_were_set(void **state)
{
	struct json *json = json_object_new(), *taken;

	(void)state;
	json_set_string(json, "z", "1");
	json_set_int(json, "a", 2);
	json_set_bool(json, "m", true);
	json_set_null(json, "A");
	json_set_double(json, "d", 0.5);
	assert_compact(json, "{\"z\":\"1\",\"a\":2,\"m\":true,\"A\":null,"
			     "\"d\":0.5}");
	json_set_string(json, "z", "first");
	json_set_string(json, "d", "last");
	json_set_array(json, "m");
	assert_compact(json, "{\"z\":\"first\",\"a\":2,\"m\":[],\"A\":null,"
			     "\"d\":\"last\"}");
	json_set_int(json, "e", 1);
	json_remove(json, "z");
	json_remove(json, "none");
	taken = json_detach(json, "e");
	assert_null(json_key(taken));
	json_set(json, "f", taken);
	assert_null(json_detach(json, "e"));
	assert_compact(json,
		       "{\"a\":2,\"m\":[],\"A\":null,\"d\":\"last\",\"f\":1}");
	json_free(json);
}

static void arrays_are_filled_and_emptied(void **state)
{
	struct json *json = json_array_new();

	(void)state;
	json_add_int(json, 1);
	json_add_string(json, "two");
	json_set_int(json_add_object(json), "three", 3);
	json_add_int(json_add_array(json), 4);
	assert_compact(json, "[1,\"two\",{\"three\":3},[4]]");
	json_remove_item(json, 3);
	json_remove_item(json, 0);
	json_remove_item(json, 5);
	json_add_path(json, "a%b");
	assert_compact(json, "[\"two\",{\"three\":3},\"a%25b\"]");
	while (json_size(json))
		json_remove_item(json, 0);
	json_add_int(json, 9);
	assert_compact(json, "[9]");
	json_free(json);
}

static void nothing_is_set_where_there_is_no_container(void **state)
{
	struct json *text = json_string_new("x"), *array = json_array_new();

	(void)state;
	json_set_string(NULL, "a", "b");
	json_set_string(text, "a", "b");
	json_set_string(array, "a", "b");
	assert_null(json_set_object(text, "a"));
	json_set_int(json_set_array(text, "a"), "b", 1);
	json_add_string(NULL, "a");
	json_add_string(text, "a");
	json_remove(text, "a");
	json_remove_item(text, 0);
	json_merge_patch_key(text, "a", array);
	assert_compact(text, "\"x\"");
	assert_compact(array, "[]");
	json_free(text);
	json_free(array);
}

static void text_is_made_valid(void **state)
{
	struct json *json = json_object_new();

	(void)state;
	json_set_string(json, "bad",
			"a\xff"
			"b");
	json_set_string(json, "k\xff", "x");
	json_set_string(json, "none", NULL);
	json_set_double(json, "inf", HUGE_VAL);
	json_set_path(json, "nowhere", NULL);
	assert_compact(json, "{\"bad\":\"a\xef\xbf\xbd"
			     "b\",\"k\xef\xbf\xbd\":\"x\",\"none\":null,"
			     "\"inf\":null,\"nowhere\":null}");
	json_free(json);
}

static void any_path_comes_back(void **state)
{
	static const char *const paths[] = {
		"",	    "a/b",	"caf\xe9",  "100%", "a\nb\t",
		"\x01\x7f", "\xff\xfe", "\xc3\xa9", "a%41", "\xed\xa0\x80",
	};
	struct json *json = json_object_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct buf text = BUF_INIT, path = BUF_INIT;
		struct json *again;

		json_set_path(json, "p", paths[i]);
		json_write_compact(&text, json);
		again = parse(text.ptr);
		assert_true(json_get_path(again, "p", &path));
		assert_string_equal(path.ptr, paths[i]);
		json_free(again);
		buf_release(&text);
		buf_release(&path);
	}
	json_free(json);
}

static void a_path_is_escaped_in_one_way(void **state)
{
	struct json *json = parse("[\"%41\",\"%\",\"%ff\",\"%00\",1]");
	struct buf path = BUF_INIT;

	(void)state;
	JSON_FOR_EACH (item, json)
		assert_false(json_as_path(item, &path));
	assert_int_equal(path.len, 0);
	json_free(json);
}

static void control_characters_are_escaped(void **state)
{
	struct json *json =
		parse("\"\\u0001\\u001b\\b\\f\\u007f\\u0080\\u009f\\u00a0\"");

	(void)state;
	assert_compact(json, "\"\\u0001\\u001b\\u0008\\u000c\\u007f\\u0080"
			     "\\u009f\xc2\xa0\"");
	json_free(json);
	/* What turns the direction of writing, too. */
	json = parse("\"a\\u202e\xe2\x80\xaa\\u2066\xe2\x81\xa9z\"");
	assert_compact(json, "\"a\\u202e\\u202a\\u2066\\u2069z\"");
	json_free(json);
}

static void pretty_text_ends_in_its_only_bracket_at_column_0(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"{\"a\":1,\"b\":[],\"c\":{},\"d\":[1,{\"e\":null}]}",
		 "{\n  \"a\": 1,\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n"
		 "    1,\n    {\n      \"e\": null\n    }\n  ]\n}\n"},
		{"{}", "{\n}\n"},
		{"[[]]", "[\n  []\n]\n"},
		{"\"a\\n}\"", "\"a\\n}\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *json = parse(cases[i].text), *again;
		struct buf text = BUF_INIT;

		json_write_pretty(&text, json);
		assert_string_equal(text.ptr, cases[i].want);
		again = parse(text.ptr);
		assert_true(json_equal(json, again));
		json_free(json);
		json_free(again);
		buf_release(&text);
	}
}

static void equality_is_of_values(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{"1", "1.0", true},
		{"1e2", "100", true},
		{"0", "-0", true},
		{"0.1", "0.10", true},
		{"9007199254740993", "9007199254740992", false},
		{"0.3", "0.30000000000000004", false},
		{"1", "\"1\"", false},
		{"1", "2", false},
		{"true", "false", false},
		{"true", "true", true},
		{"null", "null", true},
		{"null", "false", false},
		{"\"a\"", "\"\\u0061\"", true},
		{"\"a\"", "\"A\"", false},
		{"[1,2]", "[1,2]", true},
		{"[1,2]", "[2,1]", false},
		{"[1]", "[1,2]", false},
		{"[]", "{}", false},
		{"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
		{"{\"a\":1}", "{\"A\":1}", false},
		{"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
		{"{\"a\":{\"b\":[1]}}", "{\"a\":{\"b\":[1.0]}}", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *a = parse(cases[i].a), *b = parse(cases[i].b);

		if (json_equal(a, b) != cases[i].equal ||
		    json_equal(b, a) != cases[i].equal)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
		json_free(a);
		json_free(b);
	}
}

/* Where each level costs two of the one below, this never ends. */
static void deep_objects_are_compared_at_once(void **state)
{
	char *open = repeat("{\"a\":", 1000, "1");
	char *close = repeat("}", 1000, "");
	char *text = xstrfmt("%s%s", open, close);
	struct json *a = parse(text), *b = json_copy(a);

	(void)state;
	assert_true(json_equal(a, b));
	json_free(a);
	json_free(b);
	free(open);
	free(close);
	free(text);
}

/* RFC 7386, appendix A, and what it leaves open. */
static void a_merge_patch_follows_the_rfc(void **state)
{
	static const struct {
		const char *target, *patch, *want;
	} cases[] = {
		{"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
		{"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
		{"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
		{"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
		 "{\"a\":{\"b\":\"d\"}}"},
		{"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
		{"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
		{"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
		{"{\"a\":\"foo\"}", "null", "null"},
		{"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
		{"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
		{"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
		{"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}",
		 "{\"a\":{\"bb\":{}}}"},
		/* Keys that differ in case; nulls in arrays; the order. */
		{"{\"a\":1,\"A\":2}", "{\"A\":null}", "{\"a\":1}"},
		{"{\"a\":1}", "{\"A\":null}", "{\"a\":1}"},
		{"{}", "{\"a\":[null,{\"b\":null}]}",
		 "{\"a\":[null,{\"b\":null}]}"},
		{"{\"a\":1,\"b\":2,\"c\":3}", "{\"d\":4,\"b\":{\"x\":1.50}}",
		 "{\"a\":1,\"b\":{\"x\":1.50},\"c\":3,\"d\":4}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *target = parse(cases[i].target);
		struct json *patch = parse(cases[i].patch);
		struct json *outer = json_object_new();

		json_set_copy(outer, "key", target);
		json_merge_patch_key(outer, "key", patch);
		json_merge_patch(&target, patch);
		assert_compact(target, cases[i].want);
		/* As a member, a null removes. */
		if (json_is_null(patch))
			assert_null(json_get(outer, "key"));
		else
			assert_compact(json_get(outer, "key"), cases[i].want);
		json_free(target);
		json_free(patch);
		json_free(outer);
	}
}

static void a_merge_patch_makes_what_is_not_there(void **state)
{
	struct json *target = NULL,
		    *patch = parse("{\"a\":{\"b\":null,\"c\":1}}");

	(void)state;
	json_merge_patch(&target, patch);
	assert_compact(target, "{\"a\":{\"c\":1}}");
	json_free(target);
	json_free(patch);
}

static void depth_counts_containers(void **state)
{
	static const struct {
		const char *text;
		unsigned depth;
	} cases[] = {
		{"1", 0},
		{"[]", 1},
		{"{\"a\":[1,[2]],\"b\":[]}", 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *json = parse(cases[i].text);

		assert_int_equal(json_depth(json), cases[i].depth);
		json_free(json);
	}
	assert_int_equal(json_depth(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_comes_back),
		cmocka_unit_test(white_space_is_between_and_around),
		cmocka_unit_test(escapes_are_read),
		cmocka_unit_test(a_nul_is_refused_in_every_form),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(raw_control_bytes_are_refused),
		cmocka_unit_test(numbers_follow_the_grammar),
		cmocka_unit_test(numbers_keep_their_digits),
		cmocka_unit_test(a_copy_keeps_the_digits_too),
		cmocka_unit_test(doubles_come_back_exactly),
		cmocka_unit_test(integers_come_back_exactly),
		cmocka_unit_test(an_integer_is_written_in_one_way),
		cmocka_unit_test(one_value_and_nothing_behind),
		cmocka_unit_test(a_key_may_be_there_once),
		cmocka_unit_test(an_error_does_not_drive_the_terminal),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(size_and_number_of_values_are_limited),
		cmocka_unit_test(look_ups_say_when_there_is_nothing),
		cmocka_unit_test(keys_keep_the_order_in_which_they_were_set),
		cmocka_unit_test(arrays_are_filled_and_emptied),
		cmocka_unit_test(nothing_is_set_where_there_is_no_container),
		cmocka_unit_test(text_is_made_valid),
		cmocka_unit_test(any_path_comes_back),
		cmocka_unit_test(a_path_is_escaped_in_one_way),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(
			pretty_text_ends_in_its_only_bracket_at_column_0),
		cmocka_unit_test(equality_is_of_values),
		cmocka_unit_test(deep_objects_are_compared_at_once),
		cmocka_unit_test(a_merge_patch_follows_the_rfc),
		cmocka_unit_test(a_merge_patch_makes_what_is_not_there),
		cmocka_unit_test(depth_counts_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
