#include "core/record/line.h"

#include "base/alloc.h"
#include "base/path.h"

void line_reader_init(struct line_reader *reader, const char *what,
		      const char *text, size_t len)
{
	*reader = (struct line_reader){
		.what = what, .at = text, .end = text + len, .line = BUF_INIT};
}

void line_reader_release(struct line_reader *reader)
{
	buf_release(&reader->line);
}

int line_error(struct line_reader *reader, struct error *err)
{
	return error_set(err, ERR_INVALID,
			 "invalid checkpoint data: %s, line %zu", reader->what,
			 reader->number);
}

int line_next(struct line_reader *reader, struct error *err)
{
	size_t left = (size_t)(reader->end - reader->at);
	const char *newline;

	if (!left)
		return 0;
	reader->number++;
	newline = memchr(reader->at, '\n', left);
	if (!newline ||
	    memchr(reader->at, '\0', (size_t)(newline - reader->at)))
		return line_error(reader, err);
	buf_reset(&reader->line);
	buf_add(&reader->line, reader->at, (size_t)(newline - reader->at));
	reader->at = newline + 1;
	reader->rest = reader->line.ptr;
	return 1;
}

char *line_field(struct line_reader *reader)
{
	char *field = reader->rest, *space;

	if (!field || !*field)
		return NULL;
	space = strchr(field, ' ');
	if (space)
		*space = '\0';
	reader->rest = space ? space + 1 : NULL;
	return *field ? field : NULL;
}

char *line_path(struct line_reader *reader, struct error *err)
{
	struct buf path = BUF_INIT;

	if (!reader->rest || !*reader->rest ||
	    !path_unescape(&path, reader->rest) || !path.len ||
	    memchr(path.ptr, '\0', path.len)) {
		buf_release(&path);
		line_error(reader, err);
		return NULL;
	}
	return buf_detach(&path);
}

char *line_worktree_path(struct line_reader *reader, struct error *err)
{
	char *path = line_path(reader, err);
	size_t len = path ? strlen(path) : 0;
	bool is_dir = len && path[len - 1] == '/', safe;

	if (!path)
		return NULL;
	if (is_dir)
		path[len - 1] = '\0';
	safe = path_is_safe(path);
	if (is_dir)
		path[len - 1] = '/';
	if (safe)
		return path;
	free(path);
	line_error(reader, err);
	return NULL;
}

int line_octal(struct line_reader *reader, size_t digits, unsigned *out,
	       struct error *err)
{
	const char *field = line_field(reader);

	*out = 0;
	if (!field || strlen(field) != digits)
		return line_error(reader, err);
	for (; *field; field++) {
		if (*field < '0' || *field > '7')
			return line_error(reader, err);
		*out = *out * 8 + (unsigned)(*field - '0');
	}
	return 0;
}

int line_oid(struct line_reader *reader, struct oid *out, struct error *err)
{
	const char *field = line_field(reader);

	if (!field || strlen(field) != OID_HEXSZ || !oid_parse(out, field))
		return line_error(reader, err);
	return 0;
}

int line_expect_version(struct line_reader *reader, unsigned version,
			struct error *err)
{
	const char *name, *number;
	char *end;
	int got = line_next(reader, err);

	if (got < 0)
		return got;
	name = got ? line_field(reader) : NULL;
	number = name ? line_field(reader) : NULL;
	if (!number || strcmp(name, reader->what) || reader->rest)
		return line_error(reader, err);
	if (strtoul(number, &end, 10) > version && !*end) {
		error_set(err, ERR_NEWER, "%s was written by a newer version",
			  reader->what);
		return error_hint(err, "upgrade git-checkpoint to read it");
	}
	if (*end || number[0] != (char)('0' + version) || number[1])
		return line_error(reader, err);
	return 0;
}

int line_form_error(const char *what, struct error *err)
{
	return error_set(err, ERR_INVALID,
			 "invalid checkpoint data: %s is not in its one valid "
			 "form",
			 what);
}

int line_check_form(const char *what, const char *text, size_t len,
		    struct buf *again, struct error *err)
{
	bool same = again->len == len && !memcmp(again->ptr, text, len);

	buf_release(again);
	return same ? 0 : line_form_error(what, err);
}
