/*
 * How many columns of a terminal a code point takes.
 */
#ifndef BASE_WIDTH_H
#define BASE_WIDTH_H

#include "base/compat.h"

/* 0 for controls, combining marks and format characters, 2 for wide ones. */
unsigned width_of(uint32_t code_point);

#endif
