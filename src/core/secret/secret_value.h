/*
 * Whether a text looks like a secret: something drawn at random, not a word, a
 * name in a program, or what stands in its place in an example.
 */
#ifndef CORE_SECRET_SECRET_VALUE_H
#define CORE_SECRET_SECRET_VALUE_H

#include "base/compat.h"

/* What a byte may be part of. */
enum {
	BYTE_DIGIT = 1,
	BYTE_LOWER = 2,
	BYTE_UPPER = 4,
	BYTE_ALPHA = BYTE_LOWER | BYTE_UPPER,
	BYTE_ALNUM = BYTE_ALPHA | BYTE_DIGIT,
	BYTE_HEX = 8,	     /* 0-9 a-f A-F */
	BYTE_WORD = 16,	     /* letters, digits, "_" */
	BYTE_URL64 = 32,     /* letters, digits, "_" and "-": base64url */
	BYTE_BASE64 = 64,    /* letters, digits, "+" "/" "=" */
	BYTE_PASSWORD = 128, /* what a password is made of: no space or quote */
};

/* One of the above, or several, for each byte. */
unsigned secret_byte(unsigned char byte);

/* Whether it is one of the bytes of `set`; NUL never is. */
static inline bool secret_byte_in(char byte, const char *set)
{
	return byte && strchr(set, byte);
}

/* Bits of entropy a byte, by Shannon, of at most the first 512. */
double secret_entropy(const char *text, size_t len);

/* "xxxx", "your-token", "changeme", "<...>", "${...}" and the like. */
bool secret_is_placeholder(const char *text, size_t len);

/*
 * Random enough for how much its surroundings already say. A random text
 * changes between letters, digits and signs within its words; a name does so
 * where words end.
 */
enum secret_surroundings {
	SECRET_IN_DOTENV, /* DB_PASSWORD=<text>, to the end of the line */
	SECRET_IN_QUOTES, /* password = "<text>" */
	SECRET_IN_CODE,	  /* password = <text> */
};
bool secret_is_random(const char *text, size_t len,
		      enum secret_surroundings surroundings);

#endif
