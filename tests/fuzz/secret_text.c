/*
 * Any bytes are searched for secrets: the same are found in whatever pieces
 * they come, in order, and a token on a line of its own is found behind any
 * text.
 */
#include "core/secret/secret_text.h"

#include "base/alloc.h"

#define TOKEN                                                                  \
	"\nAKI"                                                                \
	"AIOSFODNN7QWERTYU\n"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void search(struct secret_text *text, const struct secret_table *table,
		   const char *data, size_t size, size_t piece)
{
	secret_text_init(text, table);
	for (size_t at = 0; at < size; at += piece)
		secret_text_add(text, data + at,
				size - at < piece ? size - at : piece);
	secret_text_finish(text);
}

static void check(const struct secret_text *text, const char *data, size_t size)
{
	uint64_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	for (size_t i = 0; i < text->nr; i++) {
		expect(text->hits[i].kind && text->hits[i].line);
		expect(text->hits[i].line <= lines);
		expect(!i || text->hits[i].line >= text->hits[i - 1].line);
	}
}

static void expect_same(const struct secret_text *a,
			const struct secret_text *b)
{
	expect(a->nr == b->nr && a->more == b->more && a->public == b->public);
	for (size_t i = 0; i < a->nr; i++)
		expect(a->hits[i].line == b->hits[i].line &&
		       !strcmp(a->hits[i].kind, b->hits[i].kind));
}

static bool finds_token(const struct secret_text *text)
{
	/* In UTF-16 it is another text, and there is an end to what is kept. */
	if (text->width == 2 || text->more)
		return true;
	for (size_t i = 0; i < text->nr; i++)
		if (!strcmp(text->hits[i].kind, "aws-access-key"))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 7, 512};
	struct secret_table *table = secret_table_new();
	struct buf with = BUF_INIT;
	struct secret_text whole, part;

	search(&whole, table, (const char *)data, size, size ? size : 1);
	check(&whole, (const char *)data, size);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		search(&part, table, (const char *)data, size, pieces[i]);
		expect_same(&whole, &part);
		secret_text_release(&part);
	}
	secret_text_release(&whole);

	buf_add(&with, data, size);
	buf_addstr(&with, TOKEN);
	search(&whole, table, with.ptr, with.len, with.len);
	expect(finds_token(&whole));
	secret_text_release(&whole);
	secret_table_free(table);
	buf_release(&with);
	return 0;
}
