#include "worktree/pattern.h"

static bool is_wild(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static unsigned char fold(unsigned char c)
{
	return is_upper(c) ? c + ('a' - 'A') : c;
}

static bool same_text(const char *a, const char *b, size_t len, bool folded)
{
	if (!folded)
		return !memcmp(a, b, len);
	for (size_t i = 0; i < len; i++)
		if (fold((unsigned char)a[i]) != fold((unsigned char)b[i]))
			return false;
	return true;
}

/*
 * What is left of a match: where in the pattern and in the text we are, and
 * the places to go back to. Going back to the last star alone is enough,
 * because what an earlier one could take over, the last one can as well; "*"
 * never passes a slash, so behind it the last "**" has its turn.
 */
struct matching {
	const unsigned char *pattern;
	const unsigned char *text;
	size_t pattern_len, text_len;
	size_t p, t;
	bool flat, folded;
	struct retry {
		enum { RETRY_NONE, RETRY_BYTE, RETRY_PART } by;
		size_t p, t;
	} star, stars;
};

enum set_result { SET_NO, SET_YES, SET_BROKEN };

/* git's idea of the classes: ASCII, and no \v or \f among the spaces. */
static enum set_result class_has(const unsigned char *name, size_t len,
				 unsigned char c, bool folded)
{
	bool alpha = is_upper(c) || is_lower(c);
	bool graph = c > ' ' && c < 0x7f;
	const struct {
		const char *name;
		bool has;
	} classes[] = {
		{"alnum", alpha || is_digit(c)},
		{"alpha", alpha},
		{"blank", c == ' ' || c == '\t'},
		{"cntrl", c < ' ' || c == 0x7f},
		{"digit", is_digit(c)},
		{"graph", graph},
		{"lower", is_lower(c)},
		{"print", graph || c == ' '},
		{"punct", graph && !alpha && !is_digit(c)},
		{"space", c == ' ' || c == '\t' || c == '\n' || c == '\r'},
		{"upper", is_upper(c) || (folded && is_lower(c))},
		{"xdigit", is_digit(c) || (fold(c) >= 'a' && fold(c) <= 'f')},
	};

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (strlen(classes[i].name) == len &&
		    !memcmp(classes[i].name, name, len))
			return classes[i].has ? SET_YES : SET_NO;
	return SET_BROKEN;
}

/* Whether the range `from`-`to` has `c`, which is folded already. */
static bool range_has(unsigned char from, unsigned char to, unsigned char c,
		      bool folded)
{
	if (c >= from && c <= to)
		return true;
	if (!folded || !is_lower(c))
		return false;
	c -= 'a' - 'A';
	return c >= from && c <= to;
}

/*
 * Hold `c` against the set whose "[" is at `*at`, and move `*at` behind its
 * "]". A set without an end, or with a class that does not exist, matches
 * nothing. Single letters and range ends are taken as they are written also
 * where case is folded, as git does.
 */
static enum set_result set_has(const struct matching *m, size_t *at,
			       unsigned char c)
{
	const unsigned char *set = m->pattern;
	size_t end = m->pattern_len, p = *at + 1;
	unsigned char previous = 0;
	bool negated = false, found = false;

	if (p < end && (set[p] == '!' || set[p] == '^')) {
		negated = true;
		p++;
	}
	for (size_t first = p; p < end && (p == first || set[p] != ']'); p++) {
		if (set[p] == '\\') {
			if (++p == end)
				return SET_BROKEN;
		} else if (set[p] == '-' && previous && p + 1 < end &&
			   set[p + 1] != ']') {
			p++;
			if (set[p] == '\\' && ++p == end)
				return SET_BROKEN;
			found |= range_has(previous, set[p], c, m->folded);
			previous = 0;
			continue;
		} else if (set[p] == '[' && p + 1 < end && set[p + 1] == ':') {
			size_t name = p + 2, close = name;

			while (close < end && set[close] != ']')
				close++;
			if (close == end)
				return SET_BROKEN;
			if (close > name && set[close - 1] == ':') {
				enum set_result has =
					class_has(set + name, close - 1 - name,
						  c, m->folded);

				if (has == SET_BROKEN)
					return SET_BROKEN;
				found |= has == SET_YES;
				previous = 0;
				p = close;
				continue;
			}
		}
		found |= set[p] == c;
		previous = set[p];
	}
	if (p >= end)
		return SET_BROKEN;
	*at = p + 1;
	return found != negated ? SET_YES : SET_NO;
}

/* Go on from the last place where a star can take more. False: none. */
static bool match_retry(struct matching *m)
{
	if (m->star.by && m->star.t < m->text_len &&
	    (m->flat || m->text[m->star.t] != '/')) {
		m->p = m->star.p;
		m->t = ++m->star.t;
		return true;
	}
	m->star.by = RETRY_NONE;
	if (!m->stars.by || m->stars.t >= m->text_len)
		return false;
	if (m->stars.by == RETRY_PART) {
		const unsigned char *slash = memchr(m->text + m->stars.t, '/',
						    m->text_len - m->stars.t);

		if (!slash)
			return false;
		m->stars.t = (size_t)(slash - m->text);
	}
	m->p = m->stars.p;
	m->t = ++m->stars.t;
	return true;
}

/* Take the stars at `p`. True: they are the end, and match what is left. */
static bool match_stars(struct matching *m)
{
	size_t start = m->p, left;
	bool part_start = !start || m->pattern[start - 1] == '/';
	const unsigned char *next;

	while (m->p < m->pattern_len && m->pattern[m->p] == '*')
		m->p++;
	next = m->pattern + m->p;
	left = m->pattern_len - m->p;
	if (m->flat || m->p - start == 1 || !part_start ||
	    (left && next[0] != '/' &&
	     (left < 2 || next[0] != '\\' || next[1] != '/'))) {
		m->star = (struct retry){RETRY_BYTE, m->p, m->t};
		return !left && (m->flat || !memchr(m->text + m->t, '/',
						    m->text_len - m->t));
	}
	if (left && next[0] == '/')
		m->p++;
	m->star.by = RETRY_NONE;
	m->stars = (struct retry){
		left && next[0] == '/' ? RETRY_PART : RETRY_BYTE, m->p, m->t};
	return !left;
}

/* Match what is at `p`, no star, against the byte at `t`. */
static enum set_result match_byte(struct matching *m)
{
	unsigned char c = m->text[m->t], want = m->pattern[m->p];
	bool slash = c == '/' && !m->flat;

	if (m->folded) {
		c = fold(c);
		want = fold(want);
	}
	if (want == '[') {
		enum set_result has = set_has(m, &m->p, c);

		return has == SET_YES && slash ? SET_NO : has;
	}
	if (want == '?') {
		m->p++;
		return slash ? SET_NO : SET_YES;
	}
	if (want == '\\') {
		if (++m->p == m->pattern_len)
			return SET_BROKEN;
		want = m->pattern[m->p];
	}
	m->p++;
	return want == c ? SET_YES : SET_NO;
}

bool wildmatch(const char *pattern, size_t pattern_len, const char *text,
	       size_t text_len, unsigned flags)
{
	struct matching m = {
		.pattern = (const unsigned char *)pattern,
		.text = (const unsigned char *)text,
		.pattern_len = pattern_len,
		.text_len = text_len,
		.flat = flags & WILDMATCH_FLAT,
		.folded = flags & WILDMATCH_FOLD,
	};

	for (;;) {
		enum set_result has;

		if (m.p < m.pattern_len && m.pattern[m.p] == '*') {
			if (match_stars(&m))
				return true;
			continue;
		}
		if (m.p == m.pattern_len || m.t == m.text_len) {
			if (m.p == m.pattern_len && m.t == m.text_len)
				return true;
			if (!match_retry(&m))
				return false;
			continue;
		}
		has = match_byte(&m);
		if (has == SET_BROKEN)
			return false;
		if (has == SET_YES)
			m.t++;
		else if (!match_retry(&m))
			return false;
	}
}

bool pattern_parse(struct pattern *out, const char *text, size_t len)
{
	struct pattern p = {.text = text};
	bool plain;

	if (len && *text == '!') {
		p.negative = true;
		text++;
		len--;
	}
	if (len && text[len - 1] == '/') {
		p.dir_only = true;
		len--;
	}
	p.any_depth = !memchr(text, '/', len);
	if (len && *text == '/') {
		text++;
		len--;
	}
	if (!len || len > UINT32_MAX)
		return false;
	p.text = text;
	p.len = (uint32_t)len;
	while (p.literal < p.len && !is_wild(text[p.literal]))
		p.literal++;
	plain = true;
	for (size_t i = 1; i < len && plain; i++)
		plain = !is_wild(text[i]);
	p.suffix = p.any_depth && *text == '*' && plain;
	/* "**" and a slash at the end may match nothing at all */
	if (!is_wild(text[len - 1]) && text[len - 1] != ']' &&
	    text[len - 1] != '/')
		p.last = fold((unsigned char)text[len - 1]);
	p.tail_stars = !p.any_depth && p.literal && p.len - p.literal > 1 &&
		       text[p.literal - 1] != '/' && text[p.literal] == '*' &&
		       text[p.literal + 1] == '*';
	*out = p;
	return true;
}

struct pattern_path pattern_path(const char *path, size_t len, bool is_dir,
				 bool folded)
{
	const char *slash = memrchr(path, '/', len);

	return (struct pattern_path){
		.path = path,
		.len = len,
		.base = slash ? (size_t)(slash - path) + 1 : 0,
		.last = len ? fold((unsigned char)path[len - 1]) : 0,
		.is_dir = is_dir,
		.fold = folded,
	};
}

bool pattern_matches(const struct pattern *p, const struct pattern_path *path,
		     size_t above)
{
	size_t from = p->any_depth ? path->base : above;
	const char *name = path->path + from;
	size_t len = path->len - from, skip;
	unsigned flags = (path->fold ? WILDMATCH_FOLD : 0) |
			 (p->any_depth ? WILDMATCH_FLAT : 0);

	if ((p->dir_only && !path->is_dir) || from >= path->len)
		return false;
	if (p->suffix)
		return p->len - 1 <= len &&
		       same_text(p->text + 1, name + len - (p->len - 1),
				 p->len - 1, path->fold);
	if (p->literal > len || (p->literal == p->len && p->len != len) ||
	    !same_text(p->text, name, p->literal, path->fold))
		return false;
	if (p->literal == p->len)
		return true;
	/* A byte of context is enough to tell where the stars are. */
	skip = p->literal - (p->tail_stars && p->stars_are_tail);
	return wildmatch(p->text + skip, p->len - skip, name + skip, len - skip,
			 flags);
}
