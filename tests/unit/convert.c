#include "worktree/convert.h"

#include "git/config.h"

#include "scratch.h"

static const struct attr_values none;

static struct convert decide(const struct attr_values *values,
			     const char *settings, size_t len)
{
	struct error err = ERROR_INIT;
	struct config *config = config_parse(settings, len);
	struct convert_config read;
	struct convert convert;

	assert_int_equal(convert_config_read(&read, config, &err), 0);
	assert_int_equal(convert_decide(&convert, &read, values, &err), 0);
	config_free(config);
	return convert;
}

/* Settings as `git config --list -z` gives them. */
#define DECIDE(values, settings) decide(values, settings, sizeof(settings) - 1)

static void nothing_is_asked_for(void **state)
{
	struct convert convert = DECIDE(&none, "");

	(void)state;
	assert_true(convert_is_none(&convert));
	assert_false(convert_needs_git(&convert));
	assert_int_equal(convert.eol, CONVERT_BINARY);
}

static void settings_decide_where_attributes_do_not(void **state)
{
	static const struct attr_values text = {.value[ATTR_TEXT] = attr_true};
	static const struct attr_values automatic = {.value[ATTR_TEXT] =
							     "auto"};
	static const struct attr_values old = {.value[ATTR_CRLF] = "input"};
	static const struct attr_values binary = {
		.value[ATTR_TEXT] = attr_false, .value[ATTR_EOL] = "crlf"};

	(void)state;
	assert_int_equal(DECIDE(&none, "core.autocrlf\ntrue\0").eol,
			 CONVERT_AUTO_CRLF);
	assert_int_equal(DECIDE(&none, "core.autocrlf\nInput\0").eol,
			 CONVERT_AUTO_LF);
	assert_int_equal(DECIDE(&none, "core.eol\ncrlf\0").eol, CONVERT_BINARY);
	assert_int_equal(DECIDE(&text, "").eol, CONVERT_LF);
	assert_int_equal(DECIDE(&text, "core.eol\nCRLF\0").eol, CONVERT_CRLF);
	assert_int_equal(DECIDE(&text, "core.eol\nnative\0").eol, CONVERT_LF);
	assert_int_equal(
		DECIDE(&text, "core.eol\ncrlf\0core.autocrlf\ninput\0").eol,
		CONVERT_LF);
	assert_int_equal(DECIDE(&automatic, "").eol, CONVERT_AUTO);
	assert_int_equal(DECIDE(&automatic, "core.autocrlf\0").eol,
			 CONVERT_AUTO_CRLF);
	assert_int_equal(DECIDE(&old, "core.autocrlf\ntrue\0").eol, CONVERT_LF);
	assert_int_equal(DECIDE(&binary, "core.autocrlf\ntrue\0").eol,
			 CONVERT_BINARY);
}

static void bad_settings_are_named(void **state)
{
	static const char settings[] = "core.autocrlf\nsometimes";
	struct config *config = config_parse(settings, sizeof(settings));
	struct error err = ERROR_INIT;
	struct convert_config read;

	(void)state;
	assert_int_equal(convert_config_read(&read, config, &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "core.autocrlf"));
	error_release(&err);
	config_free(config);
}

static void filters_count_where_they_are_configured(void **state)
{
	static const struct attr_values lfs = {.value[ATTR_FILTER] = "lfs"};
	static const struct attr_values off = {.value[ATTR_FILTER] =
						       attr_false};
	struct convert convert;

	(void)state;
	assert_null(DECIDE(&lfs, "").filter);
	assert_null(DECIDE(&lfs, "filter.LFS.clean\ncat\0").filter);
	assert_null(DECIDE(&lfs, "filter.lfs.clean\n\0").filter);
	assert_null(DECIDE(&off, "filter.lfs.clean\ncat\0").filter);
	convert = DECIDE(&lfs, "filter.lfs.clean\ncat\0");
	assert_string_equal(convert.filter, "lfs");
	assert_false(convert.filter_required);
	assert_true(convert_needs_git(&convert));
	assert_string_equal(DECIDE(&lfs, "filter.lfs.smudge\ncat\0").filter,
			    "lfs");
	assert_string_equal(DECIDE(&lfs, "filter.lfs.process\nx\0").filter,
			    "lfs");
	convert = DECIDE(&lfs, "filter.lfs.required\0");
	assert_string_equal(convert.filter, "lfs");
	assert_true(convert.filter_required);
}

static void encodings_but_utf8_are_gits(void **state)
{
	static const struct attr_values utf16 = {.value[ATTR_ENCODING] =
							 "UTF-16LE"};
	static const struct attr_values utf8 = {.value[ATTR_ENCODING] = "Utf8"};
	static const struct attr_values wrong = {.value[ATTR_ENCODING] =
							 attr_true};
	struct config *config = config_parse("", 0);
	struct convert_config settings = {.config = config};
	struct error err = ERROR_INIT;
	struct convert convert;

	(void)state;
	assert_string_equal(DECIDE(&utf16, "").encoding, "UTF-16LE");
	assert_null(DECIDE(&utf8, "").encoding);
	assert_int_equal(convert_decide(&convert, &settings, &wrong, &err),
			 ERR_FAILED);
	error_release(&err);
	config_free(config);
}

static void assert_line(const struct convert *convert, const char *line)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct convert back;
	char *names;

	buf_addstr(&out, ": ");
	convert_describe(convert, &out);
	assert_string_equal(out.ptr + 2, line);
	assert_int_equal(convert_parse(line, &back, &names, &err), 0);
	assert_int_equal(back.eol, convert->eol);
	assert_int_equal(back.ident, convert->ident);
	assert_int_equal(!back.filter, !convert->filter);
	if (back.filter)
		assert_string_equal(back.filter, convert->filter);
	assert_int_equal(!back.encoding, !convert->encoding);
	if (back.encoding)
		assert_string_equal(back.encoding, convert->encoding);
	free(names);
	buf_release(&out);
}

static void lines_come_back(void **state)
{
	(void)state;
	assert_line(&(struct convert){0}, "-");
	assert_line(&(struct convert){.eol = CONVERT_AUTO_CRLF},
		    "eol=auto-crlf");
	assert_line(&(struct convert){.ident = true}, "ident");
	assert_line(&(struct convert){.eol = CONVERT_LF, .ident = true},
		    "eol=lf ident");
	assert_line(&(struct convert){.eol = CONVERT_AUTO,
				      .ident = true,
				      .filter = "a b%\xc3\xa9=\x01",
				      .encoding = "UTF-16LE"},
		    "eol=auto ident filter=a%20b%25%C3%A9%3D%01 "
		    "encoding=UTF-16LE");
	assert_line(&(struct convert){.filter = "lfs"}, "filter=lfs");
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"--",
		"- ",
		"eol",
		"eol=",
		"eol=LF",
		"eol=auto-",
		"eol=binary",
		"ident ident",
		"ident eol=lf",
		"eol=lf  ident",
		"eol=lf ",
		"filter=%4",
		"filter=%41",
		"filter=%zz",
		"filter=a b",
		"filter=%00",
		"filter=a%2g",
		"filter=%c3",
		"x",
		"encoding=x filter=y",
		"filter=a filter=a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct error err = ERROR_INIT;
		struct convert convert;
		char *names;

		if (convert_parse(lines[i], &convert, &names, &err) !=
		    ERR_INVALID)
			fail_msg("'%s' was taken", lines[i]);
		assert_null(names);
		error_release(&err);
	}
}

static void the_index_counts_only_for_text_that_was_found(void **state)
{
	struct convert convert = {.eol = CONVERT_AUTO_CRLF};
	struct buf out = BUF_INIT;

	(void)state;
	assert_true(convert_has_crlf("a\r\n", 3));
	assert_false(convert_has_crlf("a\n", 2));
	assert_false(convert_has_crlf("a\r\n\r", 4));
	assert_false(convert_has_crlf("a\r\n\0", 4));
	assert_false(convert_has_crlf("", 0));
	assert_true(convert_asks_index(&convert, "a\r\n", 3));
	assert_false(convert_asks_index(&convert, "a\r\n\0", 4));
	assert_false(convert_to_git(&convert, "a\r\n", 3, true, &out));
	assert_int_equal(out.len, 0);
	assert_true(convert_to_git(&convert, "a\r\n", 3, false, &out));
	assert_string_equal(out.ptr, "a\n");
	convert.eol = CONVERT_CRLF;
	assert_false(convert_asks_index(&convert, "a\r\n", 3));
	assert_true(convert_to_git(&convert, "b\r\n\r", 4, true, &out));
	assert_string_equal(out.ptr, "a\nb\n\r");
	buf_release(&out);
}

static void keywords_name_the_blob(void **state)
{
	static const char hex[] = "0123456789012345678901234567890123456789";
	struct convert convert = {.eol = CONVERT_CRLF, .ident = true};
	struct buf out = BUF_INIT, back = BUF_INIT;

	(void)state;
	assert_false(convert_to_worktree(&convert, "", 0, hex, &out));
	assert_true(convert_to_worktree(&convert, "$Id$\n", 5, hex, &out));
	assert_string_equal(out.ptr, "$Id: 0123456789012345678901234567890123"
				     "456789 $\r\n");
	assert_true(convert_to_git(&convert, out.ptr, out.len, true, &back));
	assert_string_equal(back.ptr, "$Id$\n");
	buf_release(&out);
	buf_release(&back);
}

/* What is found piece by piece is what convert_to_git() does with the whole. */
static void pieces_tell_what_the_whole_does(void **state)
{
	static const char alphabet[] = {'a', '\n', '\r', 'b', '\0', ' '};
	static const enum convert_eol eols[] = {
		CONVERT_BINARY, CONVERT_LF,	 CONVERT_CRLF,
		CONVERT_AUTO,	CONVERT_AUTO_LF, CONVERT_AUTO_CRLF};
	uint64_t random = 7;

	(void)state;
	for (unsigned round = 0; round < 5000; round++) {
		const struct convert convert = {.eol = eols[round % 6]};
		struct convert_look look = {.convert = &convert};
		struct buf out = BUF_INIT;
		char data[12];
		size_t len, kinds, at = 0;
		bool changed;

		scratch_random(&random);
		len = (size_t)(random >> 20) % sizeof(data);
		kinds = 3 + (size_t)(random >> 30) % 4;
		for (size_t i = 0; i < len; i++) {
			scratch_random(&random);
			data[i] = alphabet[(random >> 20) % kinds];
		}
		while (at < len) {
			size_t piece;

			scratch_random(&random);
			piece = 1 + (size_t)(random >> 20) % (len - at);
			if (!convert_look(&look, data + at, piece))
				break;
			at += piece;
		}
		changed = convert_to_git(&convert, data, len, false, &out);
		/* It may say less than there is, and never more. */
		if (convert_look_unchanged(&look))
			assert_false(changed);
		else if (round % 6 == 1 || round % 6 == 2)
			assert_true(changed);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_for),
		cmocka_unit_test(settings_decide_where_attributes_do_not),
		cmocka_unit_test(bad_settings_are_named),
		cmocka_unit_test(filters_count_where_they_are_configured),
		cmocka_unit_test(encodings_but_utf8_are_gits),
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(the_index_counts_only_for_text_that_was_found),
		cmocka_unit_test(keywords_name_the_blob),
		cmocka_unit_test(pieces_tell_what_the_whole_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
