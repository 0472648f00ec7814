/*
 * A repository in the scratch directory, and what git says of it.
 */
#ifndef REPO_H
#define REPO_H

#include "base/alloc.h"
#include "git/object.h"
#include "git/oid.h"
#include "git/pack.h"
#include "git/repository.h"
#include "scratch.h"

/*
 * libgit2 1.5 leaks in git_config_foreach_match(), with which it reads
 * the extensions of a repository of format 1.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

/* The call succeeds; where not, its error text is shown. */
#define assert_ok(call, err)                                                   \
	do {                                                                   \
		if ((call) < 0)                                                \
			fail_msg("%s: %s", #call, (err)->text);                \
	} while (0)

/* The call fails with `want`, and says why. */
#define assert_error(call, want, err)                                          \
	do {                                                                   \
		assert_int_equal(call, want);                                  \
		assert_int_equal((err)->code, want);                           \
		assert_non_null((err)->text);                                  \
		error_release(err);                                            \
	} while (0)

/* What a line of shell prints, less the last line break; for free(). */
static inline char *says(const char *fmt, ...) PRINTF_LIKE(1, 2);
static inline char *says(const char *fmt, ...)
{
	struct buf command = BUF_INIT, out = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&command, fmt, args);
	va_end(args);
	scratch_run(&out, command.ptr, 0);
	if (out.len && out.ptr[out.len - 1] == '\n')
		buf_setlen(&out, out.len - 1);
	buf_release(&command);
	return buf_detach(&out);
}

#define assert_says(want, ...)                                                 \
	do {                                                                   \
		char *said = says(__VA_ARGS__);                                \
		assert_string_equal(said, want);                               \
		free(said);                                                    \
	} while (0)

/* Run it; it succeeds. */
#define run(...) free(says(__VA_ARGS__))

/* The repository of the current directory. */
static inline struct repository *repo_open(void)
{
	struct error err = ERROR_INIT;
	struct repository *repo = NULL;

	assert_ok(repository_open(&repo, &err), &err);
	return repo;
}

/* A new one. */
static inline struct repository *repo_new(void)
{
	run("git init -q . && git config user.name A && "
	    "git config user.email a@example.com");
	return repo_open();
}

static inline struct oid oid_of(const char *hex)
{
	struct oid oid;

	assert_true(oid_parse(&oid, hex));
	return oid;
}

static inline void assert_oid(const struct oid *oid, const char *want)
{
	char hex[OID_HEXSZ + 1];

	assert_string_equal(oid_hex(oid, hex), want);
}

/* `len` bytes that no program compresses, the same in every run. */
static inline char *noise(size_t len, uint64_t seed)
{
	char *data = xmalloc(len + 8);

	seed = seed * 2 + 1;
	for (size_t i = 0; i < len; i += 8) {
		uint64_t next = scratch_random(&seed);

		memcpy(data + i, &next, sizeof(next));
	}
	return data;
}

#endif
