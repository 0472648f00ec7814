#include "core/record/id.h"

#include "base/alloc.h"
#include "base/file.h"

#define RANDOM_BYTES 4
#define RANDOM_DIGITS (2 * RANDOM_BYTES)

static const char *const prefixes[] = {
	[ID_CHECKPOINT] = "cp_",
	[ID_SESSION] = "session_",
	[ID_MANUAL] = "manual_",
};

int64_t id_next_time(int64_t now_ms, int64_t last_ms)
{
	int64_t next = now_ms > last_ms ? now_ms : last_ms + 1;

	if (next < 0)
		return 0;
	return next < ID_MAX_TIME_MS ? next : ID_MAX_TIME_MS;
}

char *id_generate(enum id_kind kind, int64_t time_ms)
{
	char digits[RANDOM_DIGITS + 1];

	random_hex(digits, RANDOM_BYTES);
	return xstrfmt("%s%lld_%s", prefixes[kind], (long long)time_ms, digits);
}

/* The digits at `*text`, which is moved behind them. */
static bool parse_time(const char **text, int64_t *out)
{
	const char *s = *text;
	int64_t value = 0;

	if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (*s - '0');
		if (value > ID_MAX_TIME_MS)
			return false;
	}
	*text = s;
	*out = value;
	return true;
}

bool id_parse(const char *name, struct id *out)
{
	struct id id = {0};
	const char *rest = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !rest; i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], len))
			continue;
		id.kind = (enum id_kind)i;
		rest = name + len;
	}
	if (!rest || !parse_time(&rest, &id.time_ms))
		return false;
	if (*rest == '_') {
		id.has_random = true;
		rest++;
		if (strspn(rest, "0123456789abcdef") != RANDOM_DIGITS)
			return false;
		rest += RANDOM_DIGITS;
	}
	if (*rest)
		return false;
	if (out)
		*out = id;
	return true;
}

bool checkpoint_id_is_valid(const char *name)
{
	struct id id;

	return id_parse(name, &id) && id.kind == ID_CHECKPOINT;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

bool session_name_is_valid(const char *name)
{
	static const char lock[] = ".lock";
	size_t len = strlen(name);

	if (!len || len > SESSION_NAME_MAX_BYTES || !is_alphanumeric(*name))
		return false;
	for (const char *c = name; *c; c++)
		if (!is_alphanumeric(*c) && !strchr("._-", *c))
			return false;
	if (strstr(name, "..") || name[len - 1] == '.')
		return false;
	return len < strlen(lock) || strcmp(name + len - strlen(lock), lock);
}

int64_t id_time(const char *name)
{
	struct id id;

	return id_parse(name, &id) ? id.time_ms : -1;
}

int id_compare(const char *a, const char *b)
{
	int64_t left = id_time(a), right = id_time(b);

	if (left != right)
		return left < right ? -1 : 1;
	return strcmp(a, b);
}
