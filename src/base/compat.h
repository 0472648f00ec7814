/*
 * The first include of every file: feature macros, and the functions of the
 * C library that this project does not use.
 *
 * A banned name becomes a compile error that says what to call instead.
 */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#undef strcpy
#define strcpy(a, b) banned_use_buf_instead_of_strcpy
#undef strcat
#define strcat(a, b) banned_use_buf_instead_of_strcat
#undef sprintf
#define sprintf(...) banned_use_buf_instead_of_sprintf
#undef vsprintf
#define vsprintf(...) banned_use_buf_instead_of_vsprintf
#undef strtok
#define strtok(a, b) banned_strtok
#undef system
#define system(a) banned_use_git_process_instead_of_system
#undef localtime
#define localtime(a) banned_use_localtime_r
#undef gmtime
#define gmtime(a) banned_use_gmtime_r

#endif
