#include "ui/output.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/path.h"
#include "core/record/json.h"
#include "git/repository.h"
#include "ui/pager.h"

/* Gathered bytes are written when there are this many. */
#define WRITE_BYTES (64 * 1024)

void output_init(struct output *out, int fd)
{
	*out = (struct output){.fd = fd, .pending = BUF_INIT};
	out->terminal = isatty(fd) || pager_in_use();
}

int output_configure(struct output *out, const struct repository *repo,
		     struct error *err)
{
	const struct config *config = repo ? repo->config : NULL;
	bool terminal = out->terminal;
	int rc;

	out->repo = repo;
	if (!isatty(out->fd) && terminal) {
		rc = pager_takes_color(&terminal, config, err);
		if (rc < 0)
			return rc;
	}
	return color_wanted(&out->color, config, terminal, err);
}

int output_page(struct output *out, struct error *err)
{
	int rc;

	if (out->quiet || out->json || out->nul || !isatty(out->fd))
		return 0;
	output_flush(out);
	rc = pager_start(&out->pager, out->repo, out->fd, err);
	if (rc < 0 || !out->pager)
		return rc;
	if (out->color && out->repo)
		rc = pager_takes_color(&out->color, out->repo->config, err);
	return rc;
}

void output_flush(struct output *out)
{
	const char *data = out->pending.ptr;
	size_t left = out->pending.len;

	while (left && !out->failure) {
		ssize_t written = write(out->fd, data, left);

		if (written < 0) {
			if (errno != EINTR)
				out->failure = errno;
			continue;
		}
		data += written;
		left -= (size_t)written;
	}
	buf_reset(&out->pending);
}

int output_finish(struct output *out, struct error *err)
{
	output_flush(out);
	if (out->pager) {
		pager_finish(out->pager);
		out->pager = NULL;
		/* A reader that quits has seen what it wanted. */
		if (out->failure == EPIPE)
			out->failure = 0;
	}
	if (out->failure) {
		errno = out->failure;
		return error_errno(err, "cannot write to standard output");
	}
	return 0;
}

void output_release(struct output *out)
{
	if (out->pager)
		pager_finish(out->pager);
	out->pager = NULL;
	buf_release(&out->pending);
}

bool output_closed(const struct output *out)
{
	return out->failure == EPIPE;
}

void output_write(struct output *out, const void *data, size_t len)
{
	if (out->failure)
		return;
	buf_add(&out->pending, data, len);
	if (out->pending.len >= WRITE_BYTES)
		output_flush(out);
}

static void print(struct output *out, const char *fmt, va_list args)
{
	if (out->failure)
		return;
	buf_vaddf(&out->pending, fmt, args);
	if (out->pending.len >= WRITE_BYTES)
		output_flush(out);
}

void output_print(struct output *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(out, fmt, args);
	va_end(args);
}

void output_say(struct output *out, const char *fmt, ...)
{
	va_list args;

	if (out->quiet || out->json)
		return;
	va_start(args, fmt);
	print(out, fmt, args);
	va_end(args);
}

void output_json(struct output *out, const struct json *json)
{
	struct buf text = BUF_INIT;

	json_write_compact(&text, json);
	buf_addch(&text, '\n');
	output_write(out, text.ptr, text.len);
	buf_release(&text);
}

void output_path(struct output *out, const char *path)
{
	struct buf quoted = BUF_INIT;

	if (out->nul) {
		output_write(out, path, strlen(path) + 1);
		return;
	}
	path_quote(&quoted, path);
	buf_addch(&quoted, '\n');
	output_write(out, quoted.ptr, quoted.len);
	buf_release(&quoted);
}

static void print_stderr(const char *label, const char *fmt, va_list args)
{
	struct buf line = BUF_INIT;

	buf_addstr(&line, label);
	buf_vaddf(&line, fmt, args);
	buf_addch(&line, '\n');
	/* One write, so that lines of several processes do not mix. */
	fwrite(line.ptr, 1, line.len, stderr);
	fflush(stderr);
	buf_release(&line);
}

void output_warn(struct output *out, const char *fmt, ...)
{
	va_list args;

	output_flush(out);
	va_start(args, fmt);
	print_stderr("warning: ", fmt, args);
	va_end(args);
}

void output_hint(struct output *out, const char *fmt, ...)
{
	va_list args;

	if (out->quiet)
		return;
	output_flush(out);
	va_start(args, fmt);
	print_stderr("hint: ", fmt, args);
	va_end(args);
}

const char *output_color(const struct output *out, enum color color)
{
	return out->color && !out->json ? color_sequence(color) : "";
}

size_t output_columns(const struct output *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (!out->terminal)
		return 0;
	if (columns && atoi(columns) > 0)
		return (size_t)atoi(columns);
	if (!ioctl(out->fd, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 80;
}
