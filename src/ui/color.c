#include "ui/color.h"

#include <strings.h>

#include "git/config.h"

const char *color_sequence(enum color color)
{
	static const char *const sequences[] = {
		[COLOR_RESET] = "\033[m",   [COLOR_BOLD] = "\033[1m",
		[COLOR_DIM] = "\033[2m",    [COLOR_RED] = "\033[31m",
		[COLOR_GREEN] = "\033[32m", [COLOR_YELLOW] = "\033[33m",
		[COLOR_CYAN] = "\033[36m",
	};

	return sequences[color];
}

static bool auto_color(bool terminal)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	return terminal && term && strcmp(term, "dumb") != 0;
}

int color_wanted(bool *out, const struct config *config, bool terminal,
		 struct error *err)
{
	const char *key = "color.checkpoint";
	const char *value = config ? config_get(config, key) : NULL;
	bool on = true;
	int rc;

	if (config && !value) {
		key = "color.ui";
		value = config_get(config, key);
	}
	if (value && !strcasecmp(value, "always")) {
		*out = true;
		return 0;
	}
	if (value && !strcasecmp(value, "never")) {
		*out = false;
		return 0;
	}
	if (value && strcasecmp(value, "auto") != 0) {
		rc = config_get_bool(config, key, true, &on, err);
		if (rc < 0)
			return rc;
	}
	*out = on && auto_color(terminal);
	return 0;
}
