#include "ui/options.h"

#include <errno.h>

#include "base/alloc.h"

/* One run over a command line. */
struct parser {
	const struct options *options;
	const char **next; /* what is to be read, NULL-terminated */
	struct arguments *args;
};

/* How an option was written, for messages. */
struct spelling {
	const char *name; /* of a long option; or NULL */
	char letter;
	bool negated; /* --no-<name> */
};

/* An error about one option: "option `name' <text>", "switch `x' <text>". */
static int option_error(const struct parser *parser,
			const struct spelling *spelling, struct error *err,
			const char *text)
{
	if (!spelling->name)
		return options_error(parser->options, err, "switch `%c' %s",
				     spelling->letter, text);
	return options_error(parser->options, err, "option `%s%s' %s",
			     spelling->negated ? "no-" : "", spelling->name,
			     text);
}

static bool takes_value(const struct option *option)
{
	return option->argument != NULL;
}

static int set_integer(const struct parser *parser, const struct option *option,
		       const struct spelling *spelling, const char *value,
		       struct error *err)
{
	char *end = NULL;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	/* strtoll() takes white space and signs; a command line does not. */
	if (*value < '0' || *value > '9' || *end || errno)
		return option_error(parser, spelling, err,
				    "expects a number that is not negative");
	*option->value.integer = number;
	return 0;
}

static int set_choice(const struct parser *parser, const struct option *option,
		      const struct spelling *spelling, const char *value,
		      struct error *err)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; option->choices[i]; i++) {
		if (!strcmp(option->choices[i], value)) {
			*option->value.number = (int)i;
			return 0;
		}
	}
	buf_addstr(&text, "expects ");
	for (i = 0; option->choices[i]; i++) {
		const char *before = "";

		if (i)
			before = option->choices[i + 1] ? ", " : " or ";
		buf_addf(&text, "%s%s", before, option->choices[i]);
	}
	buf_addf(&text, ", not '%s'", value);
	option_error(parser, spelling, err, text.ptr);
	buf_release(&text);
	return ERR_USAGE;
}

static int set_mode(const struct parser *parser, const struct option *option,
		    struct error *err)
{
	const struct option *other = parser->options->table;
	int *mode = option->value.number;

	if (!*mode || *mode == option->mode) {
		*mode = option->mode;
		return 0;
	}
	for (; other->kind != OPTION_END; other++) {
		if (other->kind == OPTION_MODE && other->value.number == mode &&
		    other->mode == *mode)
			return options_error(
				parser->options, err,
				"options '--%s' and '--%s' cannot be used "
				"together",
				other->name, option->name);
	}
	return options_error(parser->options, err,
			     "option '--%s' cannot be used here", option->name);
}

/* Back to the empty value. */
static void unset(const struct option *option)
{
	switch (option->kind) {
	case OPTION_FLAG:
		*option->value.flag = false;
		break;
	case OPTION_BOOL:
		*option->value.number = 0;
		break;
	case OPTION_STRING:
		*option->value.string = NULL;
		break;
	case OPTION_LIST:
		strlist_release(option->value.list);
		break;
	default:
		break;
	}
}

static bool can_unset(const struct option *option)
{
	return option->kind == OPTION_FLAG || option->kind == OPTION_BOOL ||
	       option->kind == OPTION_STRING || option->kind == OPTION_LIST;
}

/*
 * `value` is what was written behind "=" or the letter, NULL without one; the
 * next word is taken where a value is wanted.
 */
static int set(struct parser *parser, const struct option *option,
	       const struct spelling *spelling, const char *value,
	       struct error *err)
{
	if (value && (spelling->negated || !takes_value(option)))
		return option_error(parser, spelling, err, "takes no value");
	if (spelling->negated) {
		unset(option);
		return 0;
	}
	if (!value && takes_value(option)) {
		value = *parser->next;
		if (!value)
			return option_error(parser, spelling, err,
					    "requires a value");
		parser->next++;
	}
	switch (option->kind) {
	case OPTION_FLAG:
		*option->value.flag = true;
		return 0;
	case OPTION_BOOL:
		*option->value.number = 1;
		return 0;
	case OPTION_STRING:
		*option->value.string = value;
		return 0;
	case OPTION_LIST:
		strlist_add(option->value.list, value);
		return 0;
	case OPTION_INT:
		return set_integer(parser, option, spelling, value, err);
	case OPTION_CHOICE:
		return set_choice(parser, option, spelling, value, err);
	case OPTION_MODE:
		return set_mode(parser, option, err);
	case OPTION_END:
		break;
	}
	return 0;
}

static void keep(struct parser *parser, const char *word)
{
	parser->args->items[parser->args->nr++] = word;
}

/* A word of single letters, "-qz" or "-n5"; `word` points behind the dash. */
static int parse_letters(struct parser *parser, const char *word,
			 struct error *err)
{
	const char *letter = word;
	int rc;

	while (*letter) {
		const struct option *option = parser->options->table;
		struct spelling spelling = {.letter = *letter};
		const char *value = NULL;

		while (option->kind != OPTION_END && option->letter != *letter)
			option++;
		if (option->kind == OPTION_END) {
			if (*letter == 'h')
				return options_request(parser->options, err);
			if (letter == word &&
			    (parser->options->flags & OPTIONS_KEEP_UNKNOWN)) {
				keep(parser, word - 1);
				return 0;
			}
			return options_error(parser->options, err,
					     "unknown switch `%c'", *letter);
		}
		letter++;
		if (takes_value(option) && *letter) {
			value = letter;
			letter += strlen(letter);
		}
		rc = set(parser, option, &spelling, value, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What a long option may stand for. */
struct match {
	const struct option *option;
	bool negated;
};

struct matches {
	struct match items[2];
	size_t nr; /* 2: several */
};

/* Add an option that `len` bytes of `word` begin; true where they name it. */
static bool match_long(struct matches *matches, const struct option *option,
		       bool negated, const char *word, size_t len,
		       bool abbreviate)
{
	char *name = xstrfmt("%s%s", negated ? "no-" : "", option->name);
	bool begins = !strncmp(name, word, len);
	bool whole = begins && !name[len];

	free(name);
	if (whole)
		matches->nr = 0;
	if (whole || (begins && abbreviate && matches->nr < 2))
		matches->items[matches->nr++] = (struct match){option, negated};
	return whole;
}

/* Look for `len` bytes of `word`, plain and with "no-" before each name. */
static void find_long(const struct options *options, const char *word,
		      size_t len, struct matches *matches)
{
	const struct option *option = options->table;
	bool abbreviate = !(options->flags & OPTIONS_KEEP_UNKNOWN);

	matches->nr = 0;
	if (!len)
		return;
	for (; option->kind != OPTION_END; option++) {
		if (!option->name)
			continue;
		if (match_long(matches, option, false, word, len, abbreviate))
			return;
		if (can_unset(option) &&
		    match_long(matches, option, true, word, len, abbreviate))
			return;
	}
}

static int ambiguous(const struct options *options, const char *word,
		     size_t len, const struct matches *matches,
		     struct error *err)
{
	const struct match *first = &matches->items[0];
	const struct match *second = &matches->items[1];

	return options_error(
		options, err,
		"ambiguous option: %.*s (could be --%s%s or --%s%s)", (int)len,
		word, first->negated ? "no-" : "", first->option->name,
		second->negated ? "no-" : "", second->option->name);
}

/* `word` points behind the two dashes. */
static int parse_long(struct parser *parser, const char *word,
		      struct error *err)
{
	const struct options *options = parser->options;
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	struct matches matches;
	struct spelling spelling;

	find_long(options, word, len, &matches);
	if (matches.nr == 1) {
		spelling = (struct spelling){
			.name = matches.items[0].option->name,
			.negated = matches.items[0].negated,
		};
		return set(parser, matches.items[0].option, &spelling, value,
			   err);
	}
	if (matches.nr)
		return ambiguous(options, word, len, &matches, err);
	if (!strcmp(word, "help"))
		return options_request(options, err);
	if (options->flags & OPTIONS_KEEP_UNKNOWN) {
		keep(parser, word - 2);
		return 0;
	}
	return options_error(options, err, "unknown option `%.*s'", (int)len,
			     word);
}

int options_parse(const struct options *options, int argc, const char **argv,
		  struct arguments *args, struct error *err)
{
	struct parser parser = {options, argv + (argc > 0), args};
	int rc = 0;

	*args = (struct arguments){.items = argv + (argc > 0)};
	while (*parser.next) {
		const char *word = *parser.next++;

		if (word[0] != '-' || !word[1]) {
			keep(&parser, word);
			if (options->flags & OPTIONS_STOP_AT_ARGUMENT)
				break;
			continue;
		}
		if (!strcmp(word, "--")) {
			args->has_dashes = true;
			break;
		}
		if (word[1] == '-')
			rc = parse_long(&parser, word + 2, err);
		else
			rc = parse_letters(&parser, word + 1, err);
		if (rc < 0)
			return rc;
	}
	args->before_dashes = args->nr;
	while (*parser.next)
		keep(&parser, *parser.next++);
	args->items[args->nr] = NULL;
	if (!args->has_dashes)
		args->before_dashes = args->nr;
	return 0;
}
