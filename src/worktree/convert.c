#include "worktree/convert.h"

#include <strings.h>

#include "base/alloc.h"
#include "git/config.h"

int convert_config_read(struct convert_config *out, const struct config *config,
			struct error *err)
{
	const char *autocrlf = config_get(config, "core.autocrlf");
	const char *eol = config_get(config, "core.eol");
	bool on = false;
	int rc;

	*out = (struct convert_config){.config = config};
	if (autocrlf && !strcasecmp(autocrlf, "input")) {
		out->autocrlf = AUTOCRLF_INPUT;
	} else {
		rc = config_get_bool(config, "core.autocrlf", false, &on, err);
		if (rc < 0)
			return rc;
		out->autocrlf = on ? AUTOCRLF_TRUE : AUTOCRLF_FALSE;
	}
	if (eol && !strcasecmp(eol, "crlf"))
		out->eol = EOL_CRLF;
	else if (eol && (!strcasecmp(eol, "lf") || !strcasecmp(eol, "native")))
		out->eol = EOL_LF;
	return 0;
}

/* What a text file without an `eol` of its own has in the worktree. */
static bool writes_crlf(const struct convert_config *config)
{
	if (config->autocrlf == AUTOCRLF_FALSE)
		return config->eol == EOL_CRLF;
	return config->autocrlf == AUTOCRLF_TRUE;
}

static bool is_text(const char *value)
{
	return value && value != attr_true && value != attr_false;
}

enum textness { TEXT_UNKNOWN, TEXT_YES, TEXT_NO, TEXT_AUTO, TEXT_INPUT };

static enum textness textness_of(const char *value)
{
	if (value == attr_true)
		return TEXT_YES;
	if (value == attr_false)
		return TEXT_NO;
	if (!value)
		return TEXT_UNKNOWN;
	if (!strcmp(value, "auto"))
		return TEXT_AUTO;
	return !strcmp(value, "input") ? TEXT_INPUT : TEXT_UNKNOWN;
}

static enum convert_eol decide_eol(const struct convert_config *config,
				   const struct attr_values *values)
{
	enum textness text = textness_of(values->value[ATTR_TEXT]);
	const char *eol = values->value[ATTR_EOL];

	/* `crlf` is what `text` was called before git 1.7.2. */
	if (text == TEXT_UNKNOWN)
		text = textness_of(values->value[ATTR_CRLF]);
	if (text == TEXT_NO)
		return CONVERT_BINARY;
	if (is_text(eol) && !strcmp(eol, "lf"))
		return text == TEXT_AUTO ? CONVERT_AUTO_LF : CONVERT_LF;
	if (is_text(eol) && !strcmp(eol, "crlf"))
		return text == TEXT_AUTO ? CONVERT_AUTO_CRLF : CONVERT_CRLF;
	switch (text) {
	case TEXT_INPUT:
		return CONVERT_LF;
	case TEXT_YES:
		return writes_crlf(config) ? CONVERT_CRLF : CONVERT_LF;
	case TEXT_AUTO:
		return writes_crlf(config) ? CONVERT_AUTO_CRLF : CONVERT_AUTO;
	default:
		break;
	}
	switch (config->autocrlf) {
	case AUTOCRLF_TRUE:
		return CONVERT_AUTO_CRLF;
	case AUTOCRLF_INPUT:
		return CONVERT_AUTO_LF;
	default:
		return CONVERT_BINARY;
	}
}

static const char *driver_value(const struct config *config, const char *driver,
				const char *name)
{
	char *key = xstrfmt("filter.%s.%s", driver, name);
	const char *value = config_get(config, key);

	free(key);
	return value && *value ? value : NULL;
}

static int decide_filter(struct convert *out, const struct config *config,
			 const char *driver, struct error *err)
{
	char *key = xstrfmt("filter.%s.required", driver);
	int rc =
		config_get_bool(config, key, false, &out->filter_required, err);

	free(key);
	if (rc < 0)
		return rc;
	if (out->filter_required || driver_value(config, driver, "process") ||
	    driver_value(config, driver, "clean") ||
	    driver_value(config, driver, "smudge"))
		out->filter = driver;
	return 0;
}

/* "utf8" and "utf-8", in any case. */
static bool is_utf8(const char *encoding)
{
	return !strcasecmp(encoding, "utf8") || !strcasecmp(encoding, "utf-8");
}

int convert_decide(struct convert *out, const struct convert_config *config,
		   const struct attr_values *values, struct error *err)
{
	const char *filter = values->value[ATTR_FILTER];
	const char *encoding = values->value[ATTR_ENCODING];

	*out = (struct convert){0};
	out->eol = decide_eol(config, values);
	out->ident = values->value[ATTR_IDENT] == attr_true;
	if (encoding && !is_text(encoding))
		return error_set(err, ERR_FAILED,
				 "true/false are no valid "
				 "working-tree-encodings");
	if (encoding && *encoding && !is_utf8(encoding))
		out->encoding = encoding;
	if (is_text(filter))
		return decide_filter(out, config->config, filter, err);
	return 0;
}

bool convert_is_none(const struct convert *convert)
{
	return convert->eol == CONVERT_BINARY && !convert->ident &&
	       !convert_needs_git(convert);
}

bool convert_needs_git(const struct convert *convert)
{
	return convert->filter || convert->encoding;
}
