/*
 * The lines of one gitattributes(5) file: patterns with what they assign, and
 * macros. For attr.c.
 *
 * Attributes are numbers: those of enum attr_name, then names in the order in
 * which they were first met.
 */
#ifndef WORKTREE_ATTR_RULES_H
#define WORKTREE_ATTR_RULES_H

#include "base/buf.h"
#include "base/strmap.h"
#include "worktree/attr.h"
#include "worktree/pattern.h"

struct attr_names {
	struct strmap numbers; /* name to number + 1 */
	uint32_t nr;
	bool closed; /* names not met so far are of no interest */
};
/* Only the names of enum attr_name. */
void attr_names_init(struct attr_names *names);
void attr_names_release(struct attr_names *names);

/* "text", "-text", "text=auto", and "!text", which is the NULL. */
struct attr_assignment {
	uint32_t attr;
	const char *value; /* as in attr_values */
};

struct attr_rule {
	struct pattern pattern;
	size_t first, nr; /* its assignments */
	bool is_macro;	  /* there is no pattern; `macro` is defined */
	uint32_t macro;
};

struct attr_rules {
	struct attr_rule *rules;
	size_t nr, alloc;
	struct attr_assignment *assignments;
	size_t nr_assignments, alloc_assignments;
	char *text;	 /* what patterns and values point into */
	bool tail_stars; /* some pattern has them */
};

/* How git reads a file in the worktree, and how a blob. */
enum attr_rules_source { ATTR_RULES_FILE, ATTR_RULES_BLOB };

/*
 * Read the lines of `text` (emptied); zero `out` before. A line that git
 * ignores is left out, and what can match no file, too. Macros are defined
 * only where `macros` says that they may be.
 */
void attr_rules_parse(struct attr_rules *out, struct buf *text,
		      enum attr_rules_source source, bool macros,
		      struct attr_names *names);
/* Take `tail_stars` as git does since 2.52; see pattern.h. */
void attr_rules_new_stars(struct attr_rules *rules);
void attr_rules_release(struct attr_rules *rules);

/*
 * Once all macros are known, most names turn out to matter to nobody: give
 * each attribute the number that `renumber` has for it, or drop what is said
 * of it where that is ATTR_DROPPED, and close the names. Rules that say nothing
 * any more are dropped, too.
 */
#define ATTR_DROPPED UINT32_MAX
void attr_names_close(struct attr_names *names, const uint32_t *renumber);
void attr_rules_renumber(struct attr_rules *rules, const uint32_t *renumber);

#endif
