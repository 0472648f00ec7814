/*
 * Secrets that their names tell: "DB_PASSWORD=...", "apiKey: '...'",
 * setenv("AUTH_TOKEN", "..."). The name must be one of those that are usual,
 * and the value must look random, for mostly programs stand there that fetch
 * the secret from somewhere.
 */
#ifndef CORE_SECRET_SECRET_ASSIGNMENT_H
#define CORE_SECRET_SECRET_ASSIGNMENT_H

#include "core/secret/secret_token.h"

/* The words to look for, in any case, ending in one without `word`. */
struct secret_word {
	const char *word;
	unsigned pair;	 /* the two bytes, from here, to look for */
	bool needs_more; /* it is only telling behind another ("api_key") */
};
const struct secret_word *secret_words(void);

/*
 * The value where `at` is in the window's text and has the word: the kind, and
 * `*value` to `*value + *len`; NULL: there is no secret.
 */
const char *secret_assignment_match(const struct secret_word *word,
				    const struct secret_window *window,
				    const char *at, const char **value,
				    size_t *len);

#endif
