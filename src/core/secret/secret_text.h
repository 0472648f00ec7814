/*
 * Looking for secrets in a stream of bytes, with memory that does not depend on
 * its length.
 *
 * Each byte is looked at once, with the one behind it: a table of the pairs
 * that a secret must have says where to look closer.
 */
#ifndef CORE_SECRET_SECRET_TEXT_H
#define CORE_SECRET_SECRET_TEXT_H

#include "base/buf.h"

struct secret_hit {
	const char *kind; /* never freed */
	uint64_t line;	  /* from 1; of a binary file, too */
};

/* More in one stream are counted, not kept. */
#define SECRET_TEXT_HITS 100

/* Tables for all streams. The caller must secret_table_free(). */
struct secret_table;
struct secret_table *secret_table_new(void);
void secret_table_free(struct secret_table *table);

struct secret_text {
	const struct secret_table *table;
	struct buf buf; /* what has come, from the last bytes looked at */
	size_t pos;	/* what was looked at */
	size_t counted; /* up to where lines were counted */
	uint64_t line;	/* the one at `counted` */
	unsigned width; /* 2: UTF-16, of which the one byte is taken; 0: not
			   known */
	unsigned phase; /* of its two */
	bool known;	/* text or binary was decided */
	bool binary;
	bool public; /* it begins as a certificate or a public key does */
	struct secret_hit hits[SECRET_TEXT_HITS];
	size_t nr;
	size_t more; /* hits that were not kept */
};

/* `table` is borrowed. The caller must secret_text_release(). */
void secret_text_init(struct secret_text *text,
		      const struct secret_table *table);
void secret_text_release(struct secret_text *text);
/* Start another stream, keeping the memory. */
void secret_text_reset(struct secret_text *text);
void secret_text_add(struct secret_text *text, const void *data, size_t len);
/* There is no more. `hits` are in order of lines, one a line and kind. */
void secret_text_finish(struct secret_text *text);

#endif
