/*
 * Conversions of any bytes: what comes out has the line ends that it was asked
 * to have, text that was converted out comes back, and a conversion's line says
 * all of it.
 *
 * The first line of the input is a conversion, the rest a file.
 */
#include "worktree/convert.h"

#include "base/alloc.h"

static const char hex[] = "0123456789abcdef0123456789abcdef01234567";

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_line(const char *line)
{
	struct error err = ERROR_INIT;
	struct buf again = BUF_INIT;
	struct convert convert;
	char *names;

	if (convert_parse(line, &convert, &names, &err) < 0) {
		expect(err.code == ERR_INVALID && !names);
		error_release(&err);
		return;
	}
	convert_describe(&convert, &again);
	expect(!strcmp(again.ptr, line));
	buf_release(&again);
	free(names);
}

static bool has_crlf(const struct buf *buf)
{
	return memmem(buf->ptr, buf->len, "\r\n", 2);
}

static void check_to_git(const struct convert *convert, const char *data,
			 size_t len)
{
	struct buf out = BUF_INIT, again = BUF_INIT, kept = BUF_INIT;

	if (!convert_to_git(convert, data, len, false, &out)) {
		expect(!out.len);
		buf_release(&out);
		return;
	}
	expect(out.len <= len);
	if (convert->eol != CONVERT_BINARY && !convert->ident &&
	    !memmem(data, len, "\r\r", 2))
		expect(!has_crlf(&out));
	if (convert_asks_index(convert, data, len)) {
		expect(!memchr(out.ptr, '\r', out.len));
		expect(convert_to_git(convert, data, len, true, &kept) ==
		       (convert->ident && kept.len));
	}
	/* Once it is clean it stays as it is. */
	if (!memmem(data, len, "\r\r", 2) &&
	    convert_to_git(convert, out.ptr, out.len, false, &again))
		expect(convert->ident);
	buf_release(&out);
	buf_release(&again);
	buf_release(&kept);
}

static void check_round_trip(const struct convert *convert, const char *data,
			     size_t len)
{
	struct buf out = BUF_INIT, back = BUF_INIT;

	if (!convert_to_worktree(convert, data, len, hex, &out)) {
		expect(!out.len);
		goto done;
	}
	if (memchr(data, '\r', len) || memmem(data, len, "$Id", 3))
		goto done;
	expect(convert_to_git(convert, out.ptr, out.len, false, &back));
	expect(back.len == len && !memcmp(back.ptr, data, len));
done:
	buf_release(&out);
	buf_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *newline = size ? memchr(text, '\n', size) : NULL;
	size_t first = newline ? (size_t)(newline - text) : size;
	size_t rest = newline ? first + 1 : size;
	char *line = xstrndup(text, first);
	/* Of just the size, so that reading behind it is seen. */
	char *file = xmemdup(text + rest, size - rest);

	check_line(line);
	for (int eol = CONVERT_BINARY; eol <= CONVERT_AUTO_CRLF; eol++) {
		for (int ident = 0; ident < 2; ident++) {
			struct convert convert = {.eol = (enum convert_eol)eol,
						  .ident = ident};

			check_to_git(&convert, file, size - rest);
			check_round_trip(&convert, file, size - rest);
		}
	}
	free(line);
	free(file);
	return 0;
}
