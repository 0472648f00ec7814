#include "base/text.h"

#include "scratch.h"

/* UTF-8 by the rule itself: shift and mask, and no check of anything. */
static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void takes_every_code_point_but_surrogates(void **state)
{
	char s[4];

	(void)state;
	for (uint32_t c = 0; c < 0x1fffff; c++) {
		size_t len = encode(c, s);
		bool valid = c < 0x110000 && !(c >= 0xd800 && c < 0xe000);

		assert_int_equal(utf8_sequence(s, len), valid ? len : 0);
		assert_int_equal(utf8_sequence(s, len - 1), 0);
		if (valid)
			assert_int_equal(utf8_code_point(s, len), c);
	}
}

static void no_two_sequences_mean_the_same(void **state)
{
	char s[4], shortest[4];

	(void)state;
	for (uint32_t bits = 0; bits < 0x1000000; bits++) {
		size_t len;

		s[0] = (char)(bits >> 16);
		s[1] = (char)(bits >> 8);
		s[2] = (char)bits;
		s[3] = (char)0x80;
		len = utf8_sequence(s, 4);
		if (len && memcmp(s, shortest,
				  encode(utf8_code_point(s, len), shortest)))
			fail_msg("%06x", (unsigned)bits);
	}
}

static void validates_whole_texts(void **state)
{
	(void)state;
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("a\0b", 3));
	assert_true(utf8_is_valid("\xc3\xa9\xe2\x82\xac", 5));
	assert_false(utf8_is_valid("\xc3\xa9\xe2\x82\xac", 4));
	assert_false(utf8_is_valid("ok\x80", 3));
}

static void repairs_byte_by_byte(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	utf8_repair(&out, "a\xff\xe2\x82z\xc3\xa9", 7);
	assert_string_equal(out.ptr, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
				     "z\xc3\xa9");
	assert_true(utf8_is_valid(out.ptr, out.len));
	buf_release(&out);
}

static void counts_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"e\xcc\x81", 1},		 /* a combining accent */
		{"\xe6\x97\xa5\xe6\x9c\xac", 4}, /* two ideographs */
		{"\xf0\x9f\x98\x80", 2},	 /* a face */
		{"\xef\xbd\xb1", 1},		 /* half-width */
		{"a\xff"
		 "b",
		 3}, /* one mark for a bad byte */
		{"\x1b\n", 0},
		{"\xc2\xad", 1}, /* soft hyphen */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(utf8_width(cases[i].text), cases[i].columns);
}

/*
 * Code points whose width has not changed since Unicode 9, as git versions
 * have tables of different age.
 */
static const struct {
	uint32_t first, last, step;
} settled[] = {
	{0x21, 0x7e, 1},	 {0xa1, 0x36f, 1},	{0x483, 0x489, 1},
	{0x591, 0x5c7, 1},	 {0x610, 0x61a, 1},	{0x64b, 0x65f, 1},
	{0x900, 0x903, 1},	 {0x93a, 0x957, 1},	{0xe31, 0xe3a, 1},
	{0x1100, 0x11ff, 1},	 {0x200b, 0x200f, 1},	{0x202a, 0x202e, 1},
	{0x20d0, 0x20f0, 1},	 {0x231a, 0x231b, 1},	{0x2500, 0x25ff, 1},
	{0x3041, 0x3096, 1},	 {0x3099, 0x30ff, 1},	{0x3400, 0x9fa5, 97},
	{0xac00, 0xd7a3, 101},	 {0xd7a0, 0xd7a3, 1},	{0xe000, 0xe010, 1},
	{0xfe00, 0xfe0f, 1},	 {0xff01, 0xffe6, 1},	{0x1f300, 0x1f64f, 1},
	{0x20000, 0x2a6d6, 991}, {0xe0100, 0xe01ef, 1},
};

/* git pads to twelve columns what lies between two letters. */
static void agrees_with_the_widths_of_git(void **state)
{
	struct buf stream = BUF_INIT, said = BUF_INIT;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(settled); i++)
		for (uint32_t c = settled[i].first; c <= settled[i].last;
		     c += settled[i].step) {
			char s[5] = "";

			encode(c, s);
			buf_addf(&stream,
				 "commit refs/heads/main\n"
				 "committer A <a@example.com> 0 +0000\n"
				 "data %zu\nx%sx\n",
				 strlen(s) + 2, s);
		}
	scratch_write("stream", &stream);
	scratch_run(&said,
		    "git init -q -b main . && "
		    "git fast-import --quiet <stream && "
		    "git log --format='%<(12)%s|' main",
		    0);
	for (char *line = said.ptr, *end, *x; *line; line = end + 1, lines++) {
		size_t spaces;

		end = strchr(line, '\n');
		*end = '\0';
		x = strrchr(line, 'x');
		spaces = strspn(x + 1, " ");
		assert_string_equal(x + 1 + spaces, "|");
		x[1] = '\0';
		if (utf8_width(line) != 12 - spaces)
			fail_msg("'%s': %zu, git %zu", line, utf8_width(line),
				 12 - spaces);
	}
	assert_true(lines > 3000);
	buf_release(&stream);
	buf_release(&said);
}

static void makes_controls_visible(void **state)
{
	static const char *const cases[][2] = {
		{"plain \xc3\xa9", "plain \xc3\xa9"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
		{"\x1b[31m", "\\x1b[31m"},
		{"\x7f\x01", "\\x7f\\x01"},
		{"\xc2\x9b"
		 "31m",
		 "\\u009b31m"},
		{"\x9b"
		 "31m",
		 "\\x9b31m"},
		{"\xe2\x80\xae", "\\u202e"},
		{"\xe2\x81\xa6", "\\u2066"},
		{"\xe2\x80\x8d", "\xe2\x80\x8d"},
		{"\xff", "\\xff"},
		{"\\n", "\\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		text_printable(&out, cases[i][0]);
		assert_string_equal(out.ptr, cases[i][1]);
		buf_release(&out);
	}
}

static void nothing_printable_drives_a_terminal(void **state)
{
	uint64_t seed = 27;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT;

		for (size_t nr = scratch_random(&seed) % 16; nr; nr--)
			buf_addch(&text,
				  1 + (int)(scratch_random(&seed) % 255));
		text_printable(&out, text.ptr);
		assert_true(utf8_is_valid(out.ptr, out.len));
		for (size_t at = 0; at < out.len; at++) {
			unsigned char c = (unsigned char)out.ptr[at];

			assert_true(c >= 0x20 && c != 0x7f);
			if (c == 0xc2)
				assert_true((unsigned char)out.ptr[at + 1] >=
					    0xa0);
		}
		buf_release(&text);
		buf_release(&out);
	}
}

static void clips_to_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *want;
	} cases[] = {
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 4, "abcd"},
		{"abcde", 4, "a..."},
		{"abcde", 3, "..."},
		{"abcde", 2, ".."},
		{"abcde", 0, ""},
		{"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 6,
		 "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
		{"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, "\xe6\x97\xa5..."},
		/* Half of a wide one is no place to cut. */
		{"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "..."},
		{"e\xcc\x81"
		 "bcdef",
		 4, "e\xcc\x81..."},
		{"abce\xcc\x81", 4, "abce\xcc\x81"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		text_clip(&out, cases[i].text, cases[i].columns);
		assert_string_equal(out.ptr, cases[i].want);
		assert_true(utf8_width(out.ptr) <= cases[i].columns);
		buf_release(&out);
	}
}

static void knows_how_a_text_ends(void **state)
{
	(void)state;
	assert_true(text_ends_with("a.json", ".json"));
	assert_true(text_ends_with(".json", ".json"));
	assert_true(text_ends_with("a", ""));
	assert_false(text_ends_with("json", ".json"));
	assert_false(text_ends_with("a.json ", ".json"));
	assert_false(text_ends_with("", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_code_point_but_surrogates),
		cmocka_unit_test(no_two_sequences_mean_the_same),
		cmocka_unit_test(validates_whole_texts),
		cmocka_unit_test(repairs_byte_by_byte),
		cmocka_unit_test(counts_columns),
		IN_SCRATCH(agrees_with_the_widths_of_git),
		cmocka_unit_test(makes_controls_visible),
		cmocka_unit_test(nothing_printable_drives_a_terminal),
		cmocka_unit_test(clips_to_columns),
		cmocka_unit_test(knows_how_a_text_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
