#include "core/secret/secret_text.h"

#include <ctype.h>

#include "base/alloc.h"
#include "core/secret/secret_assignment.h"
#include "core/secret/secret_pem.h"
#include "core/secret/secret_token.h"

/* So much is gathered before it is looked at. */
#define PIECE_BYTES (256u << 10)
/* What git looks at to tell binary from text. */
#define BINARY_BYTES 8000

/* -- the tables ---------------------------------------------------------- */

/* One form, and the next that has the same pair; 0: none. */
struct form {
	const struct secret_token *token; /* or */
	const struct secret_word *word;
	unsigned pair;
	uint16_t next;
};

struct secret_table {
	uint16_t first[1 << 16]; /* form, by pair; 0: none */
	struct form *forms;	 /* from 1 */
	size_t nr, alloc;
};

static void add_form(struct secret_table *table, unsigned char a,
		     unsigned char b, struct form form)
{
	uint16_t *first = &table->first[a << 8 | b];

	if (!table->nr)
		table->nr = 1;
	ARRAY_GROW(table->forms, table->nr, table->alloc);
	form.next = *first;
	*first = (uint16_t)table->nr;
	table->forms[table->nr++] = form;
}

static void add_word(struct secret_table *table, const struct secret_word *word)
{
	const char *pair = word->word + word->pair;
	struct form form = {NULL, word, word->pair, 0};
	unsigned char lower[2] = {(unsigned char)pair[0],
				  (unsigned char)pair[1]};

	for (unsigned i = 0; i < 4; i++) {
		unsigned char a = lower[0], b = lower[1];

		if (i & 1)
			a = (unsigned char)toupper(a);
		if (i & 2)
			b = (unsigned char)toupper(b);
		if ((i & 1 && a == lower[0]) || (i & 2 && b == lower[1]))
			continue;
		add_form(table, a, b, form);
	}
}

struct secret_table *secret_table_new(void)
{
	struct secret_table *table = xcalloc(1, sizeof(*table));

	/* The last added is the first tried: special kinds before words. */
	for (const struct secret_word *word = secret_words(); word->word;
	     word++)
		add_word(table, word);
	for (const struct secret_token *token = secret_tokens(); token->kind;
	     token++) {
		const char *pair = token->start + token->pair;

		add_form(table, (unsigned char)pair[0], (unsigned char)pair[1],
			 (struct form){token, NULL, token->pair, 0});
	}
	return table;
}

void secret_table_free(struct secret_table *table)
{
	if (table)
		free(table->forms);
	free(table);
}

/* -- hits ---------------------------------------------------------------- */

static uint64_t count_lines(const char *text, size_t len)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void count_to(struct secret_text *text, size_t pos)
{
	if (pos <= text->counted)
		return;
	text->line +=
		count_lines(text->buf.ptr + text->counted, pos - text->counted);
	text->counted = pos;
}

static bool is_general(const char *kind)
{
	return !strcmp(kind, "secret-assignment");
}

/* What a line has of a special kind says more than that it assigns one. */
static void add_hit(struct secret_text *text, const char *kind, uint64_t line)
{
	for (size_t i = text->nr; i-- && text->hits[i].line == line;) {
		struct secret_hit *hit = &text->hits[i];

		if (!strcmp(hit->kind, kind) || is_general(kind))
			return;
		if (is_general(hit->kind)) {
			hit->kind = kind;
			return;
		}
	}
	if (text->nr < SECRET_TEXT_HITS)
		text->hits[text->nr++] = (struct secret_hit){kind, line};
	else
		text->more++;
}

/* -- looking ------------------------------------------------------------- */

static const char *match_form(const struct secret_text *text,
			      const struct form *form,
			      const struct secret_window *window,
			      const char *at)
{
	const char *value;
	size_t len;

	if ((size_t)(at - window->start) < form->pair)
		return NULL;
	at -= form->pair;
	if (form->word)
		return text->binary
			       ? NULL
			       : secret_assignment_match(form->word, window, at,
							 &value, &len);
	if (text->binary && form->token->text_only)
		return NULL;
	return secret_token_match(form->token, window, at) ? form->token->kind
							   : NULL;
}

static void look_closer(struct secret_text *text, size_t pos, size_t end)
{
	const struct secret_table *table = text->table;
	const unsigned char *bytes = (const unsigned char *)text->buf.ptr;
	struct secret_window window = {text->buf.ptr, text->buf.ptr + end};
	const char *at = text->buf.ptr + pos;

	for (size_t i = table->first[bytes[pos] << 8 | bytes[pos + 1]]; i;
	     i = table->forms[i].next) {
		const char *kind =
			match_form(text, &table->forms[i], &window, at);

		if (!kind)
			continue;
		/* A word's line is that of its first letter, which may stand
		 * before the line break of nothing that matters. */
		count_to(text, pos);
		add_hit(text, kind, text->line);
	}
}

/* Look at what starts in the bytes from `pos` to `end`. */
static void look(struct secret_text *text, size_t end)
{
	const uint16_t *first = text->table->first;
	const unsigned char *bytes = (const unsigned char *)text->buf.ptr;
	size_t len = text->buf.len;

	/* buf has a NUL behind its last byte. */
	for (size_t i = text->pos; i < end; i++)
		if (first[bytes[i] << 8 | bytes[i + 1]])
			look_closer(text, i, len);
	text->pos = end;
}

static void decide(struct secret_text *text)
{
	size_t len =
		text->buf.len < BINARY_BYTES ? text->buf.len : BINARY_BYTES;

	text->known = true;
	text->binary = memchr(text->buf.ptr, '\0', len) != NULL;
	text->public = secret_pem_is_public(text->buf.ptr, text->buf.len);
}

/* Look at all but what may go on in bytes that have not come. */
static void look_at_most(struct secret_text *text)
{
	size_t keep;

	if (!text->known)
		decide(text);
	if (text->buf.len > SECRET_AHEAD)
		look(text, text->buf.len - SECRET_AHEAD);
	keep = text->pos > SECRET_BEHIND ? text->pos - SECRET_BEHIND : 0;
	count_to(text, keep);
	buf_remove(&text->buf, 0, keep);
	text->pos -= keep;
	text->counted -= keep;
}

/* -- the stream ---------------------------------------------------------- */

void secret_text_init(struct secret_text *text,
		      const struct secret_table *table)
{
	memset(text, 0, sizeof(*text));
	text->table = table;
	text->buf = (struct buf)BUF_INIT;
	text->line = 1;
}

void secret_text_release(struct secret_text *text)
{
	buf_release(&text->buf);
}

void secret_text_reset(struct secret_text *text)
{
	struct buf kept = text->buf;

	secret_text_init(text, text->table);
	buf_reset(&kept);
	text->buf = kept;
}

/* UTF-16 has a mark at its start; its other byte is left out. */
static void detect_width(struct secret_text *text)
{
	const unsigned char *start = (const unsigned char *)text->buf.ptr;

	if (text->width || text->buf.len < 2)
		return;
	text->width = 1;
	if ((start[0] == 0xff && start[1] == 0xfe) ||
	    (start[0] == 0xfe && start[1] == 0xff)) {
		text->width = 2;
		text->phase = start[0] == 0xff ? 0 : 1;
	}
}

static void add_narrow(struct secret_text *text, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!text->phase)
			buf_addch(&text->buf, (unsigned char)data[i]);
		text->phase ^= 1;
	}
}

/* What came before the width was known. */
static void add_start(struct secret_text *text)
{
	struct buf start = BUF_INIT;

	detect_width(text);
	if (text->width != 2)
		return;
	buf_add(&start, text->buf.ptr, text->buf.len);
	buf_reset(&text->buf);
	add_narrow(text, start.ptr + 2, start.len - 2);
	buf_release(&start);
}

void secret_text_add(struct secret_text *text, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		size_t piece = len < PIECE_BYTES ? len : PIECE_BYTES;

		if (!text->width) {
			/* Two bytes at least, however they come. */
			buf_add(&text->buf, at, piece);
			add_start(text);
		} else if (text->width == 2) {
			add_narrow(text, at, piece);
		} else {
			buf_add(&text->buf, at, piece);
		}
		at += piece;
		len -= piece;
		if (text->buf.len - text->pos >= PIECE_BYTES)
			look_at_most(text);
	}
}

void secret_text_finish(struct secret_text *text)
{
	if (!text->known)
		decide(text);
	look(text, text->buf.len);
}
