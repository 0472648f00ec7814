#include "core/hook/hook_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "core/hook/embedded.h"

static const char *const texts[] = {
	"#!/bin/sh\necho one\nexit 0\n",
	"#!/bin/sh\necho no newline at the end",
	"#!/usr/bin/env -S bash -e\n\n\n",
	"echo no first line\n",
	"\n",
	"",
	"#!/bin/sh\r\necho carriage returns\r\n",
	"#!/bin/sh\n# \xff is no text in UTF-8\n",
	"#!/bin/sh\n# >>> git-checkpoint >>>\nhalf of our lines\n",
};

static void what_is_put_in_is_taken_out(void **state)
{
	(void)state;
	for (size_t i = 0; embedded_files[i].name; i++) {
		const char *shim = embedded_files[i].text;

		if (strncmp(embedded_files[i].name, "hooks/", 6) != 0)
			continue;
		assert_true(hook_text_is_ours(shim, strlen(shim)));
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			struct buf with = BUF_INIT, again = BUF_INIT;
			struct buf without = BUF_INIT;

			hook_text_add(&with, texts[k], strlen(texts[k]), shim);
			assert_true(hook_text_is_ours(with.ptr, with.len));
			hook_text_add(&again, with.ptr, with.len, shim);
			if (k + 1 < ARRAY_SIZE(texts))
				assert_string_equal(again.ptr, with.ptr);
			hook_text_remove(&without, with.ptr, with.len);
			assert_string_equal(without.ptr, texts[k]);
			buf_release(&with);
			buf_release(&again);
			buf_release(&without);
		}
	}
}

static void ours_come_behind_the_first_line(void **state)
{
	struct buf with = BUF_INIT;

	(void)state;
	hook_text_add(&with, texts[0], strlen(texts[0]),
		      embedded_text("hooks/post-commit"));
	assert_memory_equal(with.ptr, "#!/bin/sh\n" HOOK_TEXT_BEGIN,
			    strlen("#!/bin/sh\n" HOOK_TEXT_BEGIN));
	buf_release(&with);
}

static void a_shell_is_known_by_its_name(void **state)
{
	static const char *const shells[] = {
		"#!/bin/sh\n",
		"#! /bin/bash -e\n",
		"#!/usr/bin/env sh\n",
		"#!/usr/bin/env -S dash -e\n",
		"#!/bin/zsh\r\n",
		"echo\n",
		"",
	};
	static const char *const others[] = {
		"#!/usr/bin/python3\n",
		"#!/usr/bin/env node\n",
		"#!/usr/bin/env -S perl -w\n",
		"#!/usr/bin/fish\n",
		"#!/bin/shell\n",
		"#!\n",
		"#!/bin/sh",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
		assert_true(hook_text_is_shell(shells[i], strlen(shells[i])));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(hook_text_is_shell(others[i], strlen(others[i])));
	/* A program. */
	assert_false(hook_text_is_shell("\177ELF\2\0\0", 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_in_is_taken_out),
		cmocka_unit_test(ours_come_behind_the_first_line),
		cmocka_unit_test(a_shell_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
