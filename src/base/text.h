/*
 * Text: UTF-8, and what may be shown on a terminal.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/* Length of the valid UTF-8 sequence at `s`, 0 where there is none (overlong
 * forms, surrogates, beyond U+10FFFF). */
size_t utf8_sequence(const char *s, size_t len);
/* The code point of a sequence that utf8_sequence() has measured. */
uint32_t utf8_code_point(const char *s, size_t sequence);
bool utf8_is_valid(const char *s, size_t len);
/* Append with every invalid byte as U+FFFD. */
void utf8_repair(struct buf *out, const char *s, size_t len);
/* Columns on a terminal (wcwidth-like: combining 0, wide 2). */
size_t utf8_width(const char *s);
/* Controls, and what makes a terminal show text in another order. */
bool text_is_driving(uint32_t code_point);
/*
 * Append with everything that could drive a terminal made visible: control
 * bytes ("\x1b", "\n"), C1 controls and overrides of the writing direction
 * ("\u009b", "\u202e"), bytes that are not UTF-8 ("\xff").
 */
void text_printable(struct buf *out, const char *s);
/* Add at most `columns`, with "..." at the end where it was cut. */
void text_clip(struct buf *out, const char *s, size_t columns);

bool text_ends_with(const char *s, const char *end);

#endif
