#include "git/message.h"

#include "base/strlist.h"

static bool cut_prefix(const char **line, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*line, prefix, len))
		return false;
	*line += len;
	return true;
}

/* A line that ends in a colon goes on in the next one. */
static bool is_open(const struct buf *text)
{
	return text->len && text->ptr[text->len - 1] == ':';
}

static void add_line(struct buf *text, const char *line, const char *joint)
{
	if (is_open(text))
		buf_addch(text, ' ');
	else if (text->len)
		buf_addstr(text, joint);
	buf_addstr(text, line);
}

bool message_to_error(const struct buf *said, enum error_code code,
		      struct error *err)
{
	struct strlist lines = STRLIST_INIT;
	struct buf text = BUF_INIT, hints = BUF_INIT, line = BUF_INIT;
	bool was_fatal = false, is_said;

	strlist_split(&lines, said->ptr, '\n');
	for (size_t i = 0; i < lines.nr; i++) {
		/* Progress that was written over. */
		const char *start = strrchr(lines.items[i], '\r');
		bool is_fatal, is_hint;

		buf_reset(&line);
		buf_addstr(&line,
			   start && start[1] ? start + 1 : lines.items[i]);
		buf_trim(&line);
		start = line.ptr;
		is_hint = cut_prefix(&start, "hint:");
		is_fatal = cut_prefix(&start, "fatal: ");
		if (!is_fatal && !cut_prefix(&start, "error: ") &&
		    !cut_prefix(&start, "warning: ") && was_fatal &&
		    !is_open(&text))
			is_hint = true;
		was_fatal |= is_fatal;
		start += strspn(start, " ");
		if (*start)
			add_line(is_hint ? &hints : &text, start,
				 is_hint ? "\n" : "; ");
	}
	is_said = text.len > 0;
	if (is_said) {
		error_set(err, code, "%s", text.ptr);
		strlist_release(&lines);
		strlist_split(&lines, hints.ptr, '\n');
		for (size_t i = 0; i < lines.nr; i++)
			error_hint(err, "%s", lines.items[i]);
	}
	strlist_release(&lines);
	buf_release(&text);
	buf_release(&hints);
	buf_release(&line);
	return is_said;
}
