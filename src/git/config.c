#include "git/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strmap.h"

struct config_entry {
	const char *key;
	const char *value;	      /* NULL: the key without `=` */
	struct config_entry *earlier; /* the same key's value before this */
};

struct config {
	char *text; /* keys and values point into it */
	struct config_entry *entries;
	size_t nr;
	struct strmap last; /* key -> its last entry */
};

/* The entry in `text`: "key\nvalue\0", or "key\0" where there is no `=`. */
static void parse_entry(struct config *config, char *text)
{
	struct config_entry *entry = &config->entries[config->nr++];
	char *newline = strchr(text, '\n');

	if (newline)
		*newline = '\0';
	entry->key = text;
	entry->value = newline ? newline + 1 : NULL;
	entry->earlier = strmap_put(&config->last, entry->key, entry);
}

struct config *config_parse(const char *text, size_t len)
{
	struct config *config = xcalloc(1, sizeof(*config));
	size_t nr = 0;

	/* Output that was cut short ends in the NUL that is added here. */
	config->text = xmalloc(len + 1);
	memcpy(config->text, text, len);
	config->text[len] = '\0';
	for (size_t pos = 0; pos < len; pos += strlen(config->text + pos) + 1)
		nr++;
	config->entries = xcalloc(nr ? nr : 1, sizeof(*config->entries));
	for (size_t pos = 0; pos < len;) {
		size_t size = strlen(config->text + pos) + 1;

		parse_entry(config, config->text + pos);
		pos += size;
	}
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	strmap_release(&config->last, NULL);
	free(config->entries);
	free(config->text);
	free(config);
}

const char *config_get(const struct config *config, const char *key)
{
	const struct config_entry *entry = strmap_get(&config->last, key);

	if (!entry)
		return NULL;
	return entry->value ? entry->value : "";
}

void config_get_all(const struct config *config, const char *key,
		    struct strlist *out)
{
	const struct config_entry *entry = strmap_get(&config->last, key);
	size_t first = out->nr;

	for (; entry; entry = entry->earlier)
		strlist_add(out, entry->value ? entry->value : "");
	for (size_t end = out->nr; first + 1 < end; first++) {
		char *swap = out->items[first];

		out->items[first] = out->items[--end];
		out->items[end] = swap;
	}
}

void config_keys(const struct config *config, const char *prefix,
		 struct strlist *out)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < config->nr; i++) {
		const struct config_entry *entry = &config->entries[i];

		if (!entry->earlier && !strncmp(entry->key, prefix, len))
			strlist_add(out, entry->key);
	}
}

/*
 * A number with one of `units` behind it, whose factors are `factors`. Base 0
 * as for git: "0x10" and "010" are numbers too.
 */
static bool parse_number(const char *text, const char *units,
			 const int64_t *factors, int64_t *out)
{
	const char *unit;
	intmax_t number;
	char *end;

	errno = 0;
	number = strtoimax(text, &end, 0);
	if (errno || end == text || number > INT64_MAX || number < INT64_MIN)
		return false;
	*out = number;
	if (!*end)
		return true;
	unit = strchr(units, tolower((unsigned char)*end));
	return unit && !end[1] &&
	       !__builtin_mul_overflow((int64_t)number, factors[unit - units],
				       out);
}

static bool parse_int(const char *text, int64_t *out)
{
	static const int64_t factors[] = {1 << 10, 1 << 20, 1 << 30};

	return parse_number(text, "kmg", factors, out);
}

static bool parse_bool(const char *text, bool *out)
{
	static const char *const yes[] = {"true", "yes", "on"};
	static const char *const no[] = {"false", "no", "off", ""};
	int64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (!strcasecmp(text, yes[i])) {
			*out = true;
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		if (!strcasecmp(text, no[i])) {
			*out = false;
			return true;
		}
	/* Git keeps the number of a truth in an int. */
	if (!parse_int(text, &number) || number < INT_MIN || number > INT_MAX)
		return false;
	*out = number != 0;
	return true;
}

int config_get_bool(const struct config *config, const char *key, bool fallback,
		    bool *out, struct error *err)
{
	const struct config_entry *entry = strmap_get(&config->last, key);

	*out = fallback;
	if (!entry)
		return 0;
	if (!entry->value) {
		*out = true;
		return 0;
	}
	if (!parse_bool(entry->value, out))
		return error_set(err, ERR_FAILED,
				 "bad boolean config value '%s' for '%s'",
				 entry->value, key);
	return 0;
}

/* The text of a key that needs a value; `*text` NULL: not set. */
static int get_value(const struct config *config, const char *key,
		     const char **text, struct error *err)
{
	const struct config_entry *entry = strmap_get(&config->last, key);

	*text = entry ? entry->value : NULL;
	if (entry && !entry->value)
		return error_set(err, ERR_FAILED, "missing value for '%s'",
				 key);
	return 0;
}

int config_get_int(const struct config *config, const char *key,
		   int64_t fallback, int64_t *out, struct error *err)
{
	const char *text;
	int ret = get_value(config, key, &text, err);

	*out = fallback;
	if (ret < 0 || !text)
		return ret;
	if (!parse_int(text, out)) {
		*out = fallback;
		return error_set(err, ERR_FAILED,
				 "bad numeric config value '%s' for '%s'", text,
				 key);
	}
	return 0;
}

bool config_parse_seconds(const char *text, int64_t *out)
{
	static const int64_t factors[] = {1, 60, 3600, 86400, 604800};

	return parse_number(text, "smhdw", factors, out) && *out >= 0;
}

int config_get_seconds(const struct config *config, const char *key,
		       int64_t fallback, int64_t *out, struct error *err)
{
	const char *text;
	int ret = get_value(config, key, &text, err);

	*out = fallback;
	if (ret < 0 || !text)
		return ret;
	if (!config_parse_seconds(text, out)) {
		*out = fallback;
		return error_set(err, ERR_FAILED,
				 "bad duration '%s' for '%s': want a number "
				 "with s, m, h, d or w behind it",
				 text, key);
	}
	return 0;
}
