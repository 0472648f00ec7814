/*
 * Sizes as people read them.
 */
#ifndef UI_SIZE_H
#define UI_SIZE_H

#include "base/buf.h"

/* Append "512 bytes", "1.21 KiB", "3.40 MiB", as git does. */
void size_human(struct buf *out, uint64_t bytes);

#endif
