#include "ui/prompt.h"

#include <unistd.h>

#include "base/buf.h"

bool prompt_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static int refuse(const struct prompt *prompt, struct error *err)
{
	error_set(err, ERR_REFUSED, "%s",
		  prompt->refusal ? prompt->refusal : "there was no answer");
	if (prompt->hint)
		error_hint(err, "%s", prompt->hint);
	return err->code;
}

/* Read one line into `line`. false: there is no more. */
static bool read_line(struct buf *line)
{
	char c;
	ssize_t got;

	buf_reset(line);
	/* Byte by byte: what is behind the line may be for a child of ours. */
	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		buf_addch(line, c);
	if (got != 1 && !line->len)
		return false;
	buf_trim(line);
	return true;
}

/* Show `text` and read what is answered. */
static int ask(const struct prompt *prompt, const char *text, struct buf *line,
	       struct error *err)
{
	fputs(text, stderr);
	fflush(stderr);
	if (read_line(line))
		return 0;
	fputc('\n', stderr);
	return refuse(prompt, err);
}

int prompt_yes_no(const struct prompt *prompt, bool *answer, struct error *err)
{
	struct buf text = BUF_INIT;
	struct buf line = BUF_INIT;
	int rc = 0;

	if (prompt->yes) {
		*answer = true;
		return 0;
	}
	if (!prompt_possible())
		return refuse(prompt, err);
	buf_addf(&text, "%s? [y/N] ", prompt->question);
	rc = ask(prompt, text.ptr, &line, err);
	if (rc == 0)
		*answer = line.ptr[0] == 'y' || line.ptr[0] == 'Y';
	buf_release(&text);
	buf_release(&line);
	return rc;
}

int prompt_choose(const struct prompt *prompt,
		  const struct prompt_choice *choices, size_t nr,
		  size_t *chosen, struct error *err)
{
	struct buf text = BUF_INIT;
	struct buf line = BUF_INIT;
	bool found = false;
	int rc = 0;
	size_t i;

	if (!prompt_possible())
		return refuse(prompt, err);
	buf_addf(&text, "%s?\n", prompt->question);
	for (i = 0; i < nr; i++)
		buf_addf(&text, "  %c - %s\n", choices[i].key, choices[i].text);
	buf_addstr(&text, "[");
	for (i = 0; i < nr; i++)
		buf_addf(&text, "%s%c", i ? "/" : "", choices[i].key);
	buf_addstr(&text, "] ");
	while (!found && rc == 0) {
		rc = ask(prompt, text.ptr, &line, err);
		for (i = 0; rc == 0 && i < nr; i++) {
			if (line.len == 1 && line.ptr[0] == choices[i].key) {
				*chosen = i;
				found = true;
			}
		}
	}
	buf_release(&text);
	buf_release(&line);
	return rc;
}
