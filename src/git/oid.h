/*
 * The name of an object: a SHA-1 in 20 bytes. The same bytes as libgit2's
 * git_oid, so that only git/ and worktree/ need to know that type.
 */
#ifndef GIT_OID_H
#define GIT_OID_H

#include "base/compat.h"

#define OID_RAWSZ 20
#define OID_HEXSZ 40

struct oid {
	unsigned char id[OID_RAWSZ];
};

/* Read 40 lower- or upper-case hex digits at `hex`; false where there are not.
 */
bool oid_parse(struct oid *out, const char *hex);
/* Write 40 digits and a NUL to `out`, and return it. */
char *oid_hex(const struct oid *oid, char out[OID_HEXSZ + 1]);
bool oid_equal(const struct oid *a, const struct oid *b);
int oid_compare(const struct oid *a, const struct oid *b);
bool oid_is_zero(const struct oid *oid);

/* A set of ids; open addressing. Zero it before use. */
struct oid_set {
	struct oid *slots;
	bool *used;
	size_t nr;
	size_t alloc;
};

/* Returns whether `oid` is new to the set. */
bool oid_set_add(struct oid_set *set, const struct oid *oid);
bool oid_set_has(const struct oid_set *set, const struct oid *oid);
void oid_set_release(struct oid_set *set);

#endif
