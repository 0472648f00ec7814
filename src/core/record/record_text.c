#include "core/record/record_text.h"

#include "core/record/id.h"

#define TYPE_MAX_BYTES 64
/* No program draws larger numbers; int64_t takes them all. */
#define VERSION_MAX_DIGITS 9

static bool is_hex(const char *text, size_t min, size_t max)
{
	size_t len = strspn(text, "0123456789abcdef");

	return !text[len] && len >= min && len <= max;
}

static bool is_oid(const char *text)
{
	size_t len = strlen(text);

	return (len == 40 || len == 64) && is_hex(text, len, len);
}

static bool is_digest(const char *text)
{
	static const char prefix[] = "sha256:";

	return !strncmp(text, prefix, strlen(prefix)) &&
	       is_hex(text + strlen(prefix), 64, 64);
}

static bool is_type(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return *text >= 'a' && *text <= 'z' && !text[len] &&
	       len <= TYPE_MAX_BYTES;
}

/* One number of a version; NULL where there is none. */
static const char *parse_number(const char *text, int64_t *out)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > VERSION_MAX_DIGITS || (*text == '0' && len > 1))
		return NULL;
	*out = strtol(text, NULL, 10);
	return text + len;
}

bool record_version_major(const char *version, int64_t *out)
{
	int64_t number;
	const char *rest = parse_number(version, out);

	for (int i = 0; i < 2; i++) {
		if (!rest || *rest != '.')
			return false;
		rest = parse_number(rest + 1, &number);
	}
	return rest && !*rest;
}

/* One component of a ref's name, by the rules of git-check-ref-format(1). */
static bool is_ref_component(const char *name, size_t len)
{
	static const char lock[] = ".lock";
	size_t tail = strlen(lock);

	if (!len || *name == '.' || name[len - 1] == '.')
		return false;
	if (len >= tail && !memcmp(name + len - tail, lock, tail))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = name[i];

		if (c <= ' ' || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
		if (i && ((c == '.' && name[i - 1] == '.') ||
			  (c == '{' && name[i - 1] == '@')))
			return false;
	}
	return true;
}

static bool is_ref(const char *name)
{
	const char *component = name;

	if (strncmp(name, "refs/", 5))
		return false;
	for (;;) {
		size_t len = strcspn(component, "/");

		if (!is_ref_component(component, len))
			return false;
		if (!component[len])
			return true;
		component += len + 1;
	}
}

bool record_text_is_valid(enum field_kind kind, const char *text)
{
	int64_t major;

	switch (kind) {
	case FIELD_VERSION:
		return record_version_major(text, &major);
	case FIELD_ID:
		return checkpoint_id_is_valid(text);
	case FIELD_TYPE:
		return is_type(text);
	case FIELD_SESSION:
		return session_name_is_valid(text);
	case FIELD_COMMIT:
		return is_hex(text, 4, 64);
	case FIELD_OID:
		return is_oid(text);
	case FIELD_REF:
		return is_ref(text);
	case FIELD_DIGEST:
		return is_digest(text);
	default:
		return true;
	}
}
