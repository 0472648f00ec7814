/*
 * What a secret itself looks like: tokens with a beginning of their own, keys
 * in PEM, JSON web tokens, passwords in URLs. What is only told by its name
 * ("password = ...") is secret_assignment.h's.
 *
 * The forms are those that who hands the tokens out has published.
 */
#ifndef CORE_SECRET_SECRET_TOKEN_H
#define CORE_SECRET_SECRET_TOKEN_H

#include "base/compat.h"

/* Bytes that can be looked at around the one where something may start. */
struct secret_window {
	const char *start, *end;
};

/* No form needs more behind its beginning, nor more before it. */
#define SECRET_AHEAD (16u << 10)
#define SECRET_BEHIND 256

struct secret_token;

/* All forms, ending in one without `kind`. */
const struct secret_token *secret_tokens(void);

struct secret_token {
	const char *kind;
	const char *start; /* what it starts with, in these letters */
	unsigned pair;	/* the two bytes of `start`, from here, to look for */
	unsigned bytes; /* BYTE_*: what follows */
	unsigned least, most; /* so many of them; 0: as many as there are */
	/* Instead of the three: the length of the whole at `at`, or 0. */
	size_t (*match)(const struct secret_window *window, const char *at);
	bool text_only; /* not looked for in binary files */
	/* It must look random, for what starts so may be a word. */
	bool random;
};

/* The length of the token of this form at `at`, or 0. */
size_t secret_token_match(const struct secret_token *token,
			  const struct secret_window *window, const char *at);

#endif
