/*
 * Private keys between lines of dashes (RFC 7468, RFC 4880, OpenSSH).
 */
#ifndef CORE_SECRET_SECRET_PEM_H
#define CORE_SECRET_SECRET_PEM_H

#include "core/secret/secret_token.h"

/*
 * "-----BEGIN ... PRIVATE KEY" at `at`, and behind it what is the start of a
 * key: on lines of its own, or in a string with "\n" in it. The words alone, in
 * a program that looks for them, are none.
 */
size_t secret_pem_match(const struct secret_window *window, const char *at);

/* Whether the text has "-----BEGIN" of something public: a certificate, a
 * public key, a request. */
bool secret_pem_is_public(const char *text, size_t len);

#endif
