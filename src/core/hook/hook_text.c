#include "core/hook/hook_text.h"

#include "base/alloc.h"
#include "base/path.h"

/* Our lines in `text`; false: there are none, or their end is gone. */
static bool find_block(const char *text, size_t len, size_t *from, size_t *to)
{
	const char *begin =
		memmem(text, len, HOOK_TEXT_BEGIN, strlen(HOOK_TEXT_BEGIN));
	const char *end;

	if (!begin)
		return false;
	end = memmem(begin, len - (size_t)(begin - text), HOOK_TEXT_END,
		     strlen(HOOK_TEXT_END));
	if (!end)
		return false;
	*from = (size_t)(begin - text);
	*to = (size_t)(end - text) + strlen(HOOK_TEXT_END);
	return true;
}

bool hook_text_is_ours(const char *text, size_t len)
{
	size_t from, to;

	return find_block(text, len, &from, &to);
}

static bool is_shell_name(const char *name)
{
	static const char *const names[] = {"sh",  "bash", "dash", "ash",
					    "ksh", "mksh", "zsh"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* "#!/usr/bin/env -S bash -e": the first word that is no option, and not env
 * itself. */
static bool names_shell(char *line)
{
	char *rest = NULL;

	for (char *word = strtok_r(line, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest)) {
		const char *name = path_basename(word);

		if (*word != '-' && strcmp(name, "env") && !strchr(word, '='))
			return is_shell_name(name);
	}
	return false;
}

/* How long the line "#!" is, with its newline; 0: there is none. */
static size_t shebang_length(const char *text, size_t len)
{
	const char *end;

	if (len < 2 || memcmp(text, "#!", 2))
		return 0;
	end = memchr(text, '\n', len);
	return end ? (size_t)(end - text) + 1 : len;
}

bool hook_text_is_shell(const char *text, size_t len)
{
	size_t line_len = shebang_length(text, len);
	char *line;
	bool is;

	if (memchr(text, '\0', len))
		return false;
	/* What the system cannot run git gives to sh. */
	if (!line_len)
		return true;
	/* Behind a line without an end nothing can be put. */
	if (text[line_len - 1] != '\n')
		return false;
	line = xstrndup(text + 2, line_len - 3);
	is = names_shell(line);
	free(line);
	return is;
}

void hook_text_add(struct buf *out, const char *text, size_t len,
		   const char *shim)
{
	size_t from, to, shim_from = 0, shim_to = 0;

	find_block(shim, strlen(shim), &shim_from, &shim_to);
	if (!find_block(text, len, &from, &to))
		from = to = shebang_length(text, len);
	buf_add(out, text, from);
	buf_add(out, shim + shim_from, shim_to - shim_from);
	buf_add(out, text + to, len - to);
}

void hook_text_remove(struct buf *out, const char *text, size_t len)
{
	size_t from, to;

	if (!find_block(text, len, &from, &to))
		from = to = 0;
	buf_add(out, text, from);
	buf_add(out, text + to, len - to);
}
