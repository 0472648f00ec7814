/*
 * The lines of one gitignore(5) file. For ignore.c.
 */
#ifndef WORKTREE_IGNORE_RULES_H
#define WORKTREE_IGNORE_RULES_H

#include "base/buf.h"
#include "worktree/ignore.h"
#include "worktree/pattern.h"

/* Patterns in the order of their file. Zero it before use. */
struct ignore_rules {
	struct pattern *patterns;
	size_t nr, alloc;
	char *text;	 /* what they point into, where it is ours */
	bool tail_stars; /* some pattern has them */
};

/* Read the lines of a file. `text` is emptied: what it held is kept. */
void ignore_rules_parse(struct ignore_rules *rules, struct buf *text);
/* Add one pattern, which stays borrowed. */
void ignore_rules_add(struct ignore_rules *rules, const char *text, size_t len);
/* Take `tail_stars` as git does since 2.52; see pattern.h. */
void ignore_rules_new_stars(struct ignore_rules *rules);
void ignore_rules_release(struct ignore_rules *rules);

/* What the last pattern that matches says; `above` is as in pattern_matches().
 */
enum ignore_match ignore_rules_check(const struct ignore_rules *rules,
				     const struct pattern_path *path,
				     size_t above);

#endif
