/*
 * Options of a command line, declared as a table: the parser and the usage
 * text are made from the same lines.
 *
 *	struct {
 *		bool pin;
 *		const char *task;
 *		struct strlist files;
 *	} o = { .files = STRLIST_INIT };
 *	const char *const usage[] = {
 *		"git checkpoint create [<options>] [<description>]",
 *		NULL,
 *	};
 *	const struct option table[] = {
 *		OPT_FLAG(0, "pin", &o.pin, "never drop it by age"),
 *		OPT_STRING('t', "task", &o.task, "id", "its task"),
 *		OPT_LIST(0, "attach", &o.files, "file", "keep a copy"),
 *		OPT_END,
 *	};
 *	const struct options options = { usage, table, 0 };
 *	struct arguments args;
 *
 *	if (options_parse(&options, argc, argv, &args, err) < 0)
 *		return err->code;
 *
 * What is accepted is what git accepts: `--name=value` and `--name value`,
 * unambiguous beginnings of long names, single letters joined (`-qz`, `-n5`),
 * options behind arguments, `--` as the end of options, and `--no-<name>`,
 * which sets an option back to its empty value. Of an option that is given
 * twice the last counts.
 *
 * A wrong command line is ERR_USAGE with the usage text in place of hints.
 * `-h` and `--help` are ERR_USAGE too, without an `err->text`: main() prints
 * the usage text to standard output.
 */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"

enum option_kind {
	OPTION_END,
	OPTION_FLAG,   /* --name: true */
	OPTION_BOOL,   /* --name: 1, --no-name: 0, and both are in the usage */
	OPTION_STRING, /* --name=<argument>; borrowed from argv */
	OPTION_LIST,   /* --name=<argument>, each one more; copied */
	OPTION_INT,    /* --name=<argument>, a number that is not negative */
	OPTION_CHOICE, /* --name=<argument>: its place in `choices` */
	OPTION_MODE,   /* --name: `mode`; another mode of the same value with
			  it is a usage error */
};

struct option {
	enum option_kind kind;
	char letter;	  /* 0: none */
	const char *name; /* without "--" */
	union {
		bool *flag;
		int *number; /* OPTION_BOOL, OPTION_CHOICE, OPTION_MODE */
		const char **string;
		struct strlist *list;
		int64_t *integer;
	} value;
	const char *help;	    /* starts small, no full stop */
	const char *argument;	    /* what usage calls it, without "<>" */
	const char *const *choices; /* NULL-terminated */
	int mode;		    /* not 0 */
};

#define OPT_END                                                                \
	{                                                                      \
		.kind = OPTION_END                                             \
	}
#define OPT_FLAG(l, n, v, h)                                                   \
	{                                                                      \
		.kind = OPTION_FLAG, .letter = (l), .name = (n),               \
		.value.flag = (v), .help = (h)                                 \
	}
#define OPT_BOOL(l, n, v, h)                                                   \
	{                                                                      \
		.kind = OPTION_BOOL, .letter = (l), .name = (n),               \
		.value.number = (v), .help = (h)                               \
	}
#define OPT_STRING(l, n, v, a, h)                                              \
	{                                                                      \
		.kind = OPTION_STRING, .letter = (l), .name = (n),             \
		.value.string = (v), .argument = (a), .help = (h)              \
	}
#define OPT_LIST(l, n, v, a, h)                                                \
	{                                                                      \
		.kind = OPTION_LIST, .letter = (l), .name = (n),               \
		.value.list = (v), .argument = (a), .help = (h)                \
	}
#define OPT_INT(l, n, v, a, h)                                                 \
	{                                                                      \
		.kind = OPTION_INT, .letter = (l), .name = (n),                \
		.value.integer = (v), .argument = (a), .help = (h)             \
	}
#define OPT_CHOICE(l, n, v, c, a, h)                                           \
	{                                                                      \
		.kind = OPTION_CHOICE, .letter = (l), .name = (n),             \
		.value.number = (v), .choices = (c), .argument = (a),          \
		.help = (h)                                                    \
	}
#define OPT_MODE(l, n, v, m, h)                                                \
	{                                                                      \
		.kind = OPTION_MODE, .letter = (l), .name = (n),               \
		.value.number = (v), .mode = (m), .help = (h)                  \
	}

enum options_flag {
	/* The first argument ends the options: what follows is another's. */
	OPTIONS_STOP_AT_ARGUMENT = 1,
	/* Unknown options stay among the arguments, and long names are not
	 * abbreviated: another program reads them. */
	OPTIONS_KEEP_UNKNOWN = 2,
};

struct options {
	const char *const *usage; /* command lines, NULL-terminated */
	const struct option *table;
	unsigned flags;
};

/* What is left of the command line; the strings are argv's. */
struct arguments {
	const char **items; /* argv's own memory, NULL-terminated */
	size_t nr;
	size_t before_dashes; /* how many stand before "--"; `nr` without one */
	bool has_dashes;      /* "--" was given; it is not among `items` */
};

/*
 * Parse what stands behind argv[0], which is the command's name, and set the
 * variables that the table names; those of options that are not given keep
 * their value. Reorders argv. After an error, lists that were filled are the
 * caller's to release as ever.
 */
int options_parse(const struct options *options, int argc, const char **argv,
		  struct arguments *args, struct error *err);

/* ERR_USAGE with this text, for what the table cannot say. */
int options_error(const struct options *options, struct error *err,
		  const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ERR_USAGE as `-h` makes it, for who wants the usage text. */
int options_request(const struct options *options, struct error *err);

/*
 * Which subcommand the first argument names: its place among `nr` elements of
 * `size` bytes that each begin with their name, a `const char *`. ERR_USAGE:
 * there is no argument, or no such subcommand.
 */
int options_subcommand(const struct options *options,
		       const struct arguments *args, const void *table,
		       size_t nr, size_t size, size_t *out, struct error *err);

/* Whether `err->hints` is a usage text, not lines of advice. */
bool options_error_has_usage(const struct error *err);
/* Whether it is options_request()'s: nothing is wrong. */
bool options_error_is_request(const struct error *err);

/* Append the usage text. */
void options_usage(const struct options *options, struct buf *out);

#endif
