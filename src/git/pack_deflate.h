/*
 * Objects as pack entries: a header with type and size, and a zlib stream.
 *
 * An object that is in memory as a whole is deflated by libdeflate, in half the
 * time that zlib takes; zlib does what comes in pieces (decision 28). Setting
 * either up costs more than deflating a small object, so deflaters are reused:
 * each thread takes one from the pool and gives it back.
 */
#ifndef GIT_PACK_DEFLATE_H
#define GIT_PACK_DEFLATE_H

#include "base/buf.h"

#include <pthread.h>
#include <zlib.h>

#include "git/object.h"

struct libdeflate_compressor;

struct deflater {
	int level;
	struct libdeflate_compressor *whole; /* NULL: not needed yet */
	z_stream pieces;
	bool in_pieces; /* `pieces` is set up */
	struct buf out; /* what deflater_whole() made */
	struct deflater *next;
};

struct deflater_pool {
	int level;
	pthread_mutex_t lock;
	struct deflater *idle;
};

void deflater_pool_init(struct deflater_pool *pool, int level);
/* Free those that nobody has: the last object may be in. */
void deflater_pool_drain(struct deflater_pool *pool);
void deflater_pool_release(struct deflater_pool *pool);

/* One for an entry; give it back to the same pool. */
struct deflater *deflater_take(struct deflater_pool *pool);
/* NULL is fine. */
void deflater_give(struct deflater_pool *pool, struct deflater *deflater);

/* The most bytes that an entry's header has. */
#define PACK_HEADER_MAX 10
/* Write an entry's header and say its length. */
size_t pack_header(unsigned char out[PACK_HEADER_MAX], enum object_type type,
		   uint64_t size);

/* Put the whole entry of an object into `deflater->out`. */
int deflater_whole(struct deflater *deflater, enum object_type type,
		   const void *data, size_t len, struct error *err);

/* Start an object that comes in pieces. Its header is the caller's. */
int deflater_start(struct deflater *deflater, struct error *err);
/* Deflate a piece and hand what comes out to `sink`; `last` ends the stream. */
typedef int (*deflater_sink)(void *context, const void *data, size_t len,
			     struct error *err);
int deflater_piece(struct deflater *deflater, const void *data, size_t len,
		   bool last, deflater_sink sink, void *context,
		   struct error *err);

#endif
