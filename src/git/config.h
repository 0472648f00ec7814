/*
 * Configuration as git sees it: what `git config --list -z` says, so that
 * files, includes, `git -c` and the environment count exactly as for git
 * (libgit2 reads neither `-c` nor the environment).
 *
 * Names are given in canonical form, section and key in lower case
 * ("checkpoint.maxfilesize"); a subsection keeps its case. A value that is
 * not what the key wants is ERR_FAILED, and the text names the key.
 */
#ifndef GIT_CONFIG_H
#define GIT_CONFIG_H

#include "base/error.h"
#include "base/strlist.h"

struct config;

/* Parse the output of `git config --list -z`. The caller must config_free(). */
struct config *config_parse(const char *text, size_t len);
void config_free(struct config *config);

/*
 * The last value of `key`; NULL where it is not set. "" for both `key` without
 * `=` and `key =`; config_get_bool() tells them apart. Borrowed.
 */
const char *config_get(const struct config *config, const char *key);
/* All values in git's order are added to `out`. */
void config_get_all(const struct config *config, const char *key,
		    struct strlist *out);
/* The keys that start with `prefix`, each once, are added to `out`. */
void config_keys(const struct config *config, const char *prefix,
		 struct strlist *out);

/* Each sets `*out` to `fallback` where the key is not set. */
int config_get_bool(const struct config *config, const char *key, bool fallback,
		    bool *out, struct error *err);
/* A whole number, with git's suffixes k, m, g (powers of 1024). */
int config_get_int(const struct config *config, const char *key,
		   int64_t fallback, int64_t *out, struct error *err);
/* Seconds: a number with s, m, h, d or w behind it; none means seconds. */
int config_get_seconds(const struct config *config, const char *key,
		       int64_t fallback, int64_t *out, struct error *err);
/* The same of a text from elsewhere; false: it is none. */
bool config_parse_seconds(const char *text, int64_t *out);

#endif
