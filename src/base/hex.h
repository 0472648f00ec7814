/*
 * Bytes as hex digits.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/compat.h"

/* 2 * len lower-case digits and a NUL. */
void hex_encode(char *out, const void *data, size_t len);

#endif
