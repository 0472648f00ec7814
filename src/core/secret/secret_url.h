/*
 * Passwords in URLs: "scheme://user:password@host".
 */
#ifndef CORE_SECRET_SECRET_URL_H
#define CORE_SECRET_SECRET_URL_H

#include "core/secret/secret_token.h"

/* The length of "://user:password" at `at`, or 0. */
size_t secret_url_match(const struct secret_window *window, const char *at);

#endif
