#include "git/index_file.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/file.h"

/* Below what malloc() gets from the kernel page by page. */
#define COPIED_BYTES ((size_t)64 << 10)
/* Large enough to be worth a call, and still in the cache to be summed up. */
#define LASTING_BYTES ((size_t)256 << 10)
/* Starting a thread costs as much as summing this much. */
#define THREAD_MIN ((size_t)128 << 10)
/* How far the disk may fall behind before it is told to begin. */
#define WRITEBACK_BYTES ((uint64_t)1 << 20)

/* -- the sum ------------------------------------------------------------- */

static void sum_up(struct index_stream *stream,
		   const struct index_stream_piece *piece)
{
	checksum_sha1_add(&stream->sum, piece->data, piece->len);
	free(piece->owned);
}

static void *run(void *arg)
{
	struct index_stream *stream = arg;

	pthread_mutex_lock(&stream->lock);
	for (;;) {
		struct index_stream_piece piece;

		while (!stream->nr && !stream->ended)
			pthread_cond_wait(&stream->changed, &stream->lock);
		if (!stream->nr)
			break;
		piece = stream->pieces[stream->first];
		pthread_mutex_unlock(&stream->lock);
		sum_up(stream, &piece);
		pthread_mutex_lock(&stream->lock);
		stream->first = (stream->first + 1) % INDEX_STREAM_PIECES;
		stream->nr--;
		pthread_cond_signal(&stream->changed);
	}
	pthread_mutex_unlock(&stream->lock);
	return NULL;
}

/* Who puts pieces in waits only where all places are taken, who takes them out
 * only where none is: never both. */
static void hand_over(struct index_stream *stream,
		      const struct index_stream_piece *piece)
{
	if (!stream->checksummed) {
		free(piece->owned);
		return;
	}
	if (!stream->threaded && stream->written > THREAD_MIN)
		stream->threaded =
			!pthread_create(&stream->thread, NULL, run, stream);
	if (!stream->threaded) {
		sum_up(stream, piece);
		return;
	}
	pthread_mutex_lock(&stream->lock);
	while (stream->nr == INDEX_STREAM_PIECES)
		pthread_cond_wait(&stream->changed, &stream->lock);
	stream->pieces[(stream->first + stream->nr++) % INDEX_STREAM_PIECES] =
		*piece;
	pthread_cond_signal(&stream->changed);
	pthread_mutex_unlock(&stream->lock);
}

static void end_thread(struct index_stream *stream)
{
	pthread_mutex_lock(&stream->lock);
	stream->ended = true;
	pthread_cond_signal(&stream->changed);
	pthread_mutex_unlock(&stream->lock);
	if (stream->threaded)
		pthread_join(stream->thread, NULL);
	stream->threaded = false;
}

/* -- the bytes ----------------------------------------------------------- */

void index_stream_init(struct index_stream *stream, int fd, bool checksummed)
{
	*stream = (struct index_stream){
		.fd = fd, .out = BUF_INIT, .checksummed = checksummed};
	pthread_mutex_init(&stream->lock, NULL);
	pthread_cond_init(&stream->changed, NULL);
	checksum_sha1_init(&stream->sum);
	buf_grow(&stream->out, COPIED_BYTES);
}

/* The file will be synced, which takes the less the sooner the disk begins.
 * Where that cannot be told, it begins then. */
static void start_writeback(struct index_stream *stream)
{
	if (stream->written - stream->told < WRITEBACK_BYTES)
		return;
	sync_file_range(stream->fd, (off_t)stream->told,
			(off_t)(stream->written - stream->told),
			SYNC_FILE_RANGE_WRITE);
	stream->told = stream->written;
}

static int put(struct index_stream *stream,
	       const struct index_stream_piece *piece, struct error *err)
{
	int ret = file_write_all(stream->fd, piece->data, piece->len, err);

	stream->written += piece->len;
	hand_over(stream, piece);
	start_writeback(stream);
	return ret;
}

static int flush(struct index_stream *stream, struct error *err)
{
	struct index_stream_piece piece = {.len = stream->out.len};

	if (!piece.len)
		return 0;
	piece.data = piece.owned = buf_detach(&stream->out);
	buf_grow(&stream->out, COPIED_BYTES);
	return put(stream, &piece, err);
}

int index_stream_add(struct index_stream *stream, const void *data, size_t len,
		     struct error *err)
{
	if (stream->out.len + len > COPIED_BYTES && flush(stream, err) < 0)
		return err->code;
	buf_add(&stream->out, data, len);
	return 0;
}

int index_stream_add_lasting(struct index_stream *stream, const void *data,
			     size_t len, struct error *err)
{
	const char *at = data;

	/* One call for each few entries would cost more than copying them. */
	if (len < COPIED_BYTES / 4)
		return index_stream_add(stream, data, len, err);
	if (flush(stream, err) < 0)
		return err->code;
	while (len) {
		struct index_stream_piece piece = {
			.data = at,
			.len = len < LASTING_BYTES ? len : LASTING_BYTES};

		if (put(stream, &piece, err) < 0)
			return err->code;
		at += piece.len;
		len -= piece.len;
	}
	return 0;
}

int index_stream_finish(struct index_stream *stream, struct error *err)
{
	unsigned char sum[OID_RAWSZ] = {0};

	if (flush(stream, err) < 0)
		return err->code;
	end_thread(stream);
	if (stream->checksummed)
		checksum_sha1_finish(&stream->sum, sum);
	return file_write_all(stream->fd, sum, sizeof(sum), err);
}

void index_stream_release(struct index_stream *stream)
{
	end_thread(stream);
	buf_release(&stream->out);
	pthread_cond_destroy(&stream->changed);
	pthread_mutex_destroy(&stream->lock);
}
