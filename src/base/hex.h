/*
 * Bytes as hex digits.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/compat.h"

/* What a digit of either case stands for; -1: it is none. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* 2 * len lower-case digits and a NUL. */
void hex_encode(char *out, const void *data, size_t len);

#endif
