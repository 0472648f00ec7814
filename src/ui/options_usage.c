/* The usage text of a table, and errors that carry it. */
#include "ui/options.h"

#include <stdarg.h>

#include "base/alloc.h"

/* Where the help texts start. */
#define HELP_COLUMN 26

static void usage_option(const struct option *option, struct buf *out)
{
	size_t start = out->len;
	size_t width;

	buf_addstr(out, "    ");
	if (option->letter)
		buf_addf(out, "-%c", option->letter);
	if (option->letter && option->name)
		buf_addstr(out, ", ");
	if (option->name)
		buf_addf(out, "--%s%s",
			 option->kind == OPTION_BOOL ? "[no-]" : "",
			 option->name);
	if (option->argument)
		buf_addf(out, " <%s>", option->argument);
	width = out->len - start;
	if (width > HELP_COLUMN - 2) {
		buf_addch(out, '\n');
		width = 0;
	}
	buf_addf(out, "%*s%s\n", (int)(HELP_COLUMN - width), "", option->help);
}

void options_usage(const struct options *options, struct buf *out)
{
	const struct option *option = options->table;
	size_t i;

	for (i = 0; options->usage[i]; i++)
		buf_addf(out, "%s%s\n",
			 i ? "   or: " : "usage: ", options->usage[i]);
	if (option->kind == OPTION_END)
		return;
	buf_addch(out, '\n');
	for (; option->kind != OPTION_END; option++)
		usage_option(option, out);
	buf_addch(out, '\n');
}

static void attach_usage(const struct options *options, struct error *err)
{
	struct buf usage = BUF_INIT;

	options_usage(options, &usage);
	free(err->hints);
	err->hints = buf_detach(&usage);
}

int options_request(const struct options *options, struct error *err)
{
	error_release(err);
	err->code = ERR_USAGE;
	attach_usage(options, err);
	return ERR_USAGE;
}

int options_error(const struct options *options, struct error *err,
		  const char *fmt, ...)
{
	va_list args;
	struct buf text = BUF_INIT;

	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	error_set(err, ERR_USAGE, "%s", text.ptr);
	buf_release(&text);
	attach_usage(options, err);
	return ERR_USAGE;
}

int options_subcommand(const struct options *options,
		       const struct arguments *args, const void *table,
		       size_t nr, size_t size, size_t *out, struct error *err)
{
	if (!args->nr)
		return options_error(options, err, "need a subcommand");
	for (size_t i = 0; i < nr; i++) {
		const char *name;

		memcpy(&name, (const char *)table + i * size, sizeof(name));
		if (!strcmp(name, args->items[0])) {
			*out = i;
			return 0;
		}
	}
	return options_error(options, err, "unknown subcommand: `%s'",
			     args->items[0]);
}

bool options_error_has_usage(const struct error *err)
{
	return err->code == ERR_USAGE && err->hints &&
	       !strncmp(err->hints, "usage: ", strlen("usage: "));
}

bool options_error_is_request(const struct error *err)
{
	return options_error_has_usage(err) && !err->text;
}
