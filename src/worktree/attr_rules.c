#include "worktree/attr_rules.h"

#include "base/alloc.h"

/* Lines of this many bytes and more are ignored. */
#define LINE_MAX_LENGTH 2048

static const char blank[] = " \t\r\n";
static const char macro_prefix[] = "[attr]";

static uint32_t name_add(struct attr_names *names, const char *name)
{
	strmap_put(&names->numbers, name, (void *)(uintptr_t)(names->nr + 1));
	return names->nr++;
}

void attr_names_init(struct attr_names *names)
{
	static const char *const asked[ATTR_NR] = {
		[ATTR_TEXT] = "text",
		[ATTR_CRLF] = "crlf",
		[ATTR_EOL] = "eol",
		[ATTR_IDENT] = "ident",
		[ATTR_FILTER] = "filter",
		[ATTR_ENCODING] = "working-tree-encoding",
	};

	*names = (struct attr_names){STRMAP_INIT, 0, false};
	for (size_t i = 0; i < ATTR_NR; i++)
		name_add(names, asked[i]);
}

void attr_names_release(struct attr_names *names)
{
	strmap_release(&names->numbers, NULL);
}

/* False: nobody asks for this name. */
static bool name_number(struct attr_names *names, const char *name,
			uint32_t *out)
{
	uintptr_t found = (uintptr_t)strmap_get(&names->numbers, name);

	if (!found && names->closed)
		return false;
	*out = found ? (uint32_t)(found - 1) : name_add(names, name);
	return true;
}

static bool name_is_valid(const char *name, size_t len)
{
	static const char letters[] = "-._0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";

	return len && *name != '-' && strspn(name, letters) >= len;
}

/* One word of a line: where it is and what it says. */
struct word {
	char *name, *name_end;
	char *value; /* behind "=", or NULL */
	char *end;
	char sign; /* '-', '!' or 0 */
};

static bool word_read(struct word *word, char *text)
{
	size_t len = strcspn(text, blank);
	char *equals = memchr(text, '=', len);

	word->end = text + len;
	word->name_end = equals ? equals : word->end;
	word->value = equals ? equals + 1 : NULL;
	word->sign = 0;
	if (*text == '-' || *text == '!')
		word->sign = *text++;
	word->name = text;
	return word->name_end > text &&
	       name_is_valid(text, (size_t)(word->name_end - text));
}

/* All words of a line are good; otherwise none of it counts. */
static bool words_are_valid(char *text)
{
	struct word word;

	for (; *text; text = word.end + strspn(word.end, blank))
		if (!word_read(&word, text))
			return false;
	return true;
}

/* Add what the words of a good line assign; they are cut apart in place. */
static void add_words(struct attr_rules *rules, char *text,
		      struct attr_names *names)
{
	struct word word;
	char *next;

	for (; *text; text = next) {
		struct attr_assignment *assignment;
		uint32_t number;

		word_read(&word, text);
		next = word.end + strspn(word.end, blank);
		*word.name_end = '\0';
		*word.end = '\0';
		if (!name_number(names, word.name, &number))
			continue;
		ARRAY_GROW(rules->assignments, rules->nr_assignments,
			   rules->alloc_assignments);
		assignment = &rules->assignments[rules->nr_assignments++];
		assignment->attr = number;
		assignment->value = word.sign == '-'   ? attr_false
				    : word.sign == '!' ? NULL
				    : word.value       ? word.value
						       : attr_true;
	}
}

/* What "\" and the bytes at `*at` mean; `*at` moves behind them. -1: nothing.
 */
static int unescape(const char **at)
{
	static const char names[] = "abfnrtv\\\"";
	static const char bytes[] = "\a\b\f\n\r\t\v\\\"";
	const char *text = *at;
	const char *name = *text ? strchr(names, *text) : NULL;

	if (name) {
		*at = text + 1;
		return bytes[name - names];
	}
	if (text[0] < '0' || text[0] > '3' || text[1] < '0' || text[1] > '7' ||
	    text[2] < '0' || text[2] > '7')
		return -1;
	*at = text + 3;
	return (text[0] - '0') << 6 | (text[1] - '0') << 3 | (text[2] - '0');
}

/*
 * Take the C-style quotes off `text`, into `out` where that is not NULL (it
 * may be `text`). `*end` is behind the closing quote. -1: there are no quotes.
 */
static ssize_t unquote(const char *text, char *out, char **end)
{
	const char *at = text + 1;
	ssize_t len = 0;

	if (*text != '"')
		return -1;
	while (*at && *at != '"') {
		int c = (unsigned char)*at++;

		if (c == '\\')
			c = unescape(&at);
		if (c < 0)
			return -1;
		if (out)
			out[len] = (char)c;
		len++;
	}
	if (!*at)
		return -1;
	*end = (char *)at + 1;
	return len;
}

/* "[attr]name": whether `name` is that; `*macro` is where the name starts. */
static bool is_macro_line(char *name, size_t len, char **macro)
{
	const size_t prefix = sizeof(macro_prefix) - 1;

	if (len <= prefix || strncmp(name, macro_prefix, prefix) != 0)
		return false;
	*macro = name + prefix + strspn(name + prefix, blank);
	return true;
}

static void add_rule(struct attr_rules *rules, const struct attr_rule *rule)
{
	ARRAY_GROW(rules->rules, rules->nr, rules->alloc);
	rules->rules[rules->nr++] = *rule;
	rules->tail_stars |= rule->pattern.tail_stars;
}

void attr_rules_new_stars(struct attr_rules *rules)
{
	for (size_t i = 0; i < rules->nr; i++)
		rules->rules[i].pattern.stars_are_tail = true;
}

static void parse_line(struct attr_rules *rules, char *line, bool macros,
		       struct attr_names *names)
{
	struct attr_rule rule = {.first = rules->nr_assignments};
	char *name = line + strspn(line, blank);
	char *words, *macro;
	ssize_t len;

	if (!*name || *name == '#' || strlen(line) >= LINE_MAX_LENGTH)
		return;
	len = unquote(name, NULL, &words);
	if (len >= 0) {
		unquote(name, name, &words);
		name[len] = '\0';
	} else {
		len = (ssize_t)strcspn(name, blank);
		words = name + len;
	}
	rule.is_macro = is_macro_line(name, (size_t)len, &macro);
	if (rule.is_macro) {
		size_t macro_len = strcspn(macro, blank);

		if (!macros || !name_is_valid(macro, macro_len))
			return;
		words += strspn(words, blank);
		if (!words_are_valid(words))
			return;
		macro[macro_len] = '\0';
		if (!name_number(names, macro, &rule.macro))
			return;
	} else {
		words += strspn(words, blank);
		if (!words_are_valid(words) ||
		    !pattern_parse(&rule.pattern, name,
				   strnlen(name, (size_t)len)) ||
		    rule.pattern.negative || rule.pattern.dir_only)
			return;
	}
	add_words(rules, words, names);
	rule.nr = rules->nr_assignments - rule.first;
	if (rule.nr || rule.is_macro)
		add_rule(rules, &rule);
}

void attr_rules_parse(struct attr_rules *out, struct buf *text,
		      enum attr_rules_source source, bool macros,
		      struct attr_names *names)
{
	size_t len = text->len, pos = 0;

	out->text = buf_detach(text);
	if (source == ATTR_RULES_BLOB)
		len = strnlen(out->text, len);
	else if (len >= 3 && !memcmp(out->text, "\xef\xbb\xbf", 3))
		pos = 3;
	while (pos < len) {
		char *line = out->text + pos;
		char *newline = memchr(line, '\n', len - pos);

		pos = newline ? (size_t)(newline - out->text) + 1 : len;
		if (newline) {
			*newline = '\0';
			if (source == ATTR_RULES_FILE && newline > line &&
			    newline[-1] == '\r')
				newline[-1] = '\0';
		}
		parse_line(out, line, macros, names);
	}
}

void attr_rules_release(struct attr_rules *rules)
{
	free(rules->rules);
	free(rules->assignments);
	free(rules->text);
}

void attr_names_close(struct attr_names *names, const uint32_t *renumber)
{
	struct attr_names left = {STRMAP_INIT, 0, true};

	for (size_t i = 0; i < names->numbers.alloc; i++) {
		const struct strmap_entry *slot = &names->numbers.slots[i];
		uint32_t number;

		if (!slot->key)
			continue;
		number = renumber[(uintptr_t)slot->value - 1];
		if (number == ATTR_DROPPED)
			continue;
		strmap_put(&left.numbers, slot->key,
			   (void *)((uintptr_t)number + 1));
		left.nr++;
	}
	attr_names_release(names);
	*names = left;
}

void attr_rules_renumber(struct attr_rules *rules, const uint32_t *renumber)
{
	size_t kept = 0;

	for (size_t i = 0; i < rules->nr; i++) {
		struct attr_rule rule = rules->rules[i];
		struct attr_assignment *said = rules->assignments + rule.first;
		size_t nr = 0;

		for (size_t k = 0; k < rule.nr; k++) {
			said[nr] = said[k];
			said[nr].attr = renumber[said[k].attr];
			nr += said[nr].attr != ATTR_DROPPED;
		}
		rule.nr = nr;
		if (rule.is_macro)
			rule.macro = renumber[rule.macro];
		if (nr || rule.is_macro)
			rules->rules[kept++] = rule;
	}
	rules->nr = kept;
}
