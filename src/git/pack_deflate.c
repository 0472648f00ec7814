#include "git/pack_deflate.h"

#include <libdeflate.h>

#include "base/alloc.h"

#define OUTPUT_BYTES (64u << 10)
/* A buffer that has grown beyond this is not kept for the next object. */
#define KEEP_BYTES (1u << 20)
/* What zlib's default stands for, in both. */
#define DEFAULT_LEVEL 6

void deflater_pool_init(struct deflater_pool *pool, int level)
{
	pool->level = level < 0 ? DEFAULT_LEVEL : level;
	pool->idle = NULL;
	pthread_mutex_init(&pool->lock, NULL);
}

static void free_deflater(struct deflater *deflater)
{
	libdeflate_free_compressor(deflater->whole);
	if (deflater->in_pieces)
		deflateEnd(&deflater->pieces);
	buf_release(&deflater->out);
	free(deflater);
}

void deflater_pool_drain(struct deflater_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->idle) {
		struct deflater *next = pool->idle->next;

		free_deflater(pool->idle);
		pool->idle = next;
	}
	pthread_mutex_unlock(&pool->lock);
}

void deflater_pool_release(struct deflater_pool *pool)
{
	deflater_pool_drain(pool);
	pthread_mutex_destroy(&pool->lock);
}

struct deflater *deflater_take(struct deflater_pool *pool)
{
	struct deflater *deflater;

	pthread_mutex_lock(&pool->lock);
	deflater = pool->idle;
	if (deflater)
		pool->idle = deflater->next;
	pthread_mutex_unlock(&pool->lock);
	if (!deflater) {
		deflater = xcalloc(1, sizeof(*deflater));
		deflater->level = pool->level;
		deflater->out = (struct buf)BUF_INIT;
	}
	return deflater;
}

void deflater_give(struct deflater_pool *pool, struct deflater *deflater)
{
	if (!deflater)
		return;
	if (deflater->out.alloc > KEEP_BYTES)
		buf_release(&deflater->out);
	pthread_mutex_lock(&pool->lock);
	deflater->next = pool->idle;
	pool->idle = deflater;
	pthread_mutex_unlock(&pool->lock);
}

size_t pack_header(unsigned char out[PACK_HEADER_MAX], enum object_type type,
		   uint64_t size)
{
	size_t len = 0;

	out[len] = (unsigned char)((unsigned)type << 4 | (size & 15));
	for (size >>= 4; size; size >>= 7) {
		out[len++] |= 0x80;
		out[len] = (unsigned char)(size & 0x7f);
	}
	return len + 1;
}

int deflater_whole(struct deflater *deflater, enum object_type type,
		   const void *data, size_t len, struct error *err)
{
	unsigned char header[PACK_HEADER_MAX];
	struct buf *out = &deflater->out;
	size_t bound, got = 0;

	if (!deflater->whole)
		deflater->whole = libdeflate_alloc_compressor(deflater->level);
	if (deflater->whole) {
		bound = libdeflate_zlib_compress_bound(deflater->whole, len);
		buf_reset(out);
		buf_add(out, header, pack_header(header, type, len));
		buf_grow(out, bound);
		got = libdeflate_zlib_compress(deflater->whole, data, len,
					       out->ptr + out->len, bound);
	}
	if (!got)
		return error_set(err, ERR_FAILED, "cannot deflate");
	buf_setlen(out, out->len + got);
	return 0;
}

int deflater_start(struct deflater *deflater, struct error *err)
{
	int rc = deflater->in_pieces
			 ? deflateReset(&deflater->pieces)
			 : deflateInit(&deflater->pieces, deflater->level);

	if (rc != Z_OK)
		return error_set(err, ERR_FAILED, "cannot deflate");
	deflater->in_pieces = true;
	return 0;
}

int deflater_piece(struct deflater *deflater, const void *data, size_t len,
		   bool last, deflater_sink sink, void *context,
		   struct error *err)
{
	z_stream *z = &deflater->pieces;
	int rc, ret = 0;

	buf_reset(&deflater->out);
	buf_grow(&deflater->out, OUTPUT_BYTES);
	z->next_in = (Bytef *)data;
	z->avail_in = (uInt)len;
	do {
		z->next_out = (Bytef *)deflater->out.ptr;
		z->avail_out = OUTPUT_BYTES;
		rc = deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
		if (rc == Z_STREAM_ERROR)
			return error_set(err, ERR_FAILED, "cannot deflate");
		ret = sink(context, deflater->out.ptr,
			   OUTPUT_BYTES - z->avail_out, err);
	} while (!ret && !z->avail_out);
	return ret;
}
