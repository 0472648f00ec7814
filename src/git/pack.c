#include "git/pack.h"

#include <pthread.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "git/config.h"
#include "git/hasher.h"
#include "git/pack_deflate.h"
#include "git/pack_writer.h"
#include "git/repository.h"

/* Up to this an object is deflated in memory, outside the lock. */
#define WHOLE_BYTES (4u << 20)
#define PIECE_BYTES (1u << 20)
/* Below this, a thread for the hash costs more than it saves. */
#define PARALLEL_BYTES (128u << 10)

struct pack {
	struct repository *repo;
	struct deflater_pool deflaters;
	pthread_mutex_t lock; /* of what follows */
	struct pack_writer writer;
	bool finished;
	/* pack_open_in(): the repository as the writer is to see it. */
	struct repository elsewhere;
	char *objects_dir;
};

static int read_level(const struct config *config, int *level,
		      struct error *err)
{
	const char *key = "pack.compression";
	int64_t value;

	if (!config_get(config, key))
		key = "core.compression";
	if (config_get_int(config, key, Z_BEST_SPEED, &value, err) < 0)
		return err->code;
	if (value < Z_DEFAULT_COMPRESSION || value > Z_BEST_COMPRESSION)
		return error_set(err, ERR_FAILED,
				 "bad value %lld of '%s'; it is -1 to 9",
				 (long long)value, key);
	*level = (int)value;
	return 0;
}

int pack_open(struct pack **out, struct repository *repo, struct error *err)
{
	struct pack *pack;
	int level = Z_BEST_SPEED;

	if (read_level(repo->config, &level, err) < 0)
		return err->code;
	pack = xcalloc(1, sizeof(*pack));
	pack->repo = repo;
	pthread_mutex_init(&pack->lock, NULL);
	deflater_pool_init(&pack->deflaters, level);
	pack_writer_init(&pack->writer, repo);
	*out = pack;
	return 0;
}

int pack_open_in(struct pack **out, struct repository *repo,
		 const char *objects_dir, struct error *err)
{
	struct pack *pack;

	if (pack_open(&pack, repo, err) < 0)
		return err->code;
	pack->objects_dir = xstrdup(objects_dir);
	pack->elsewhere = *repo;
	pack->elsewhere.objects_dir = pack->objects_dir;
	pack_writer_init(&pack->writer, &pack->elsewhere);
	pack->writer.fleeting = true;
	*out = pack;
	return 0;
}

static int add_entry(struct pack *pack, const struct buf *bytes,
		     const struct oid *oid, struct error *err)
{
	int ret = 0;

	pthread_mutex_lock(&pack->lock);
	if (pack_writer_has(&pack->writer, oid))
		goto done;
	ret = pack_writer_begin(&pack->writer, err);
	if (!ret)
		ret = pack_writer_write(&pack->writer, bytes->ptr, bytes->len,
					err);
	if (!ret)
		pack_writer_end(&pack->writer, oid);
done:
	pthread_mutex_unlock(&pack->lock);
	return ret;
}

static int add_whole(struct pack *pack, enum object_type type, const void *data,
		     size_t len, struct oid *out, struct error *err)
{
	struct deflater *deflater;
	int ret;

	if (object_hash(out, type, data, len, err) < 0)
		return err->code;
	if (pack_has(pack, out))
		return 0;
	deflater = deflater_take(&pack->deflaters);
	ret = deflater_whole(deflater, type, data, len, err);
	if (!ret)
		ret = add_entry(pack, &deflater->out, out, err);
	deflater_give(&pack->deflaters, deflater);
	return ret;
}

/* A large object on its way into the pack. */
struct stream {
	struct pack *pack;
	enum object_type type;
	uint64_t size;
	pack_reader read;
	void *context;
	uint64_t total; /* bytes read so far */
	char *piece;
	size_t len;
	struct hasher *hasher;
	struct deflater *deflater;
};

/* Fill the piece, as far as there is something to fill it with. */
static int read_piece(struct stream *stream, struct error *err)
{
	stream->len = 0;
	while (stream->len < PIECE_BYTES) {
		ssize_t got = stream->read(stream->context,
					   stream->piece + stream->len,
					   PIECE_BYTES - stream->len, err);

		if (got < 0)
			return (int)got;
		if (!got)
			break;
		stream->len += (size_t)got;
	}
	stream->total += stream->len;
	if (stream->total > stream->size ||
	    (!stream->len && stream->total < stream->size))
		return error_set(err, ERR_CHANGED,
				 "the size changed while it was read");
	return 0;
}

static int write_deflated(void *context, const void *data, size_t len,
			  struct error *err)
{
	struct stream *stream = context;

	return pack_writer_write(&stream->pack->writer, data, len, err);
}

/* Hash the piece (`what` 0) or deflate it; the two know nothing of each
 * other, and together take most of the time. */
static int use_piece(void *context, size_t what, struct error *err)
{
	struct stream *stream = context;

	if (!what)
		return hasher_add(stream->hasher, stream->piece, stream->len,
				  err);
	return deflater_piece(stream->deflater, stream->piece, stream->len,
			      !stream->len, write_deflated, stream, err);
}

static int use_both_ways(struct stream *stream, struct error *err)
{
	if (stream->len >= PARALLEL_BYTES)
		return thread_for(2, use_piece, stream, err);
	if (use_piece(stream, 0, err) < 0)
		return err->code;
	return use_piece(stream, 1, err);
}

static int use_pieces(struct stream *stream, struct error *err)
{
	unsigned char header[PACK_HEADER_MAX];
	size_t len = pack_header(header, stream->type, stream->size);
	int ret = pack_writer_write(&stream->pack->writer, header, len, err);

	if (ret < 0)
		return ret;
	/* An empty piece is the end, for the deflater too. */
	do {
		ret = read_piece(stream, err);
		if (!ret)
			ret = use_both_ways(stream, err);
	} while (!ret && stream->len);
	return ret;
}

/* With the lock held. */
static int add_stream_locked(struct stream *stream, struct oid *out,
			     struct error *err)
{
	struct pack_writer *writer = &stream->pack->writer;
	int ret = pack_writer_begin(writer, err);

	if (ret < 0)
		return ret;
	ret = use_pieces(stream, err);
	if (!ret)
		ret = hasher_finish(stream->hasher, out, err);
	if (ret < 0 || pack_writer_has(writer, out))
		pack_writer_cancel(writer);
	else
		pack_writer_end(writer, out);
	return ret;
}

static int add_stream(struct pack *pack, enum object_type type, uint64_t size,
		      pack_reader read, void *context, struct oid *out,
		      struct error *err)
{
	struct stream stream = {
		.pack = pack,
		.type = type,
		.size = size,
		.read = read,
		.context = context,
		.deflater = deflater_take(&pack->deflaters),
	};
	int ret;

	ret = hasher_new(&stream.hasher, type, size, err);
	if (!ret)
		ret = deflater_start(stream.deflater, err);
	if (!ret) {
		stream.piece = xmalloc(PIECE_BYTES);
		pthread_mutex_lock(&pack->lock);
		ret = add_stream_locked(&stream, out, err);
		pthread_mutex_unlock(&pack->lock);
	}
	free(stream.piece);
	deflater_give(&pack->deflaters, stream.deflater);
	hasher_free(stream.hasher);
	return ret;
}

int pack_add_stream(struct pack *pack, uint64_t size, pack_reader read,
		    void *context, struct oid *out, struct error *err)
{
	return add_stream(pack, OBJECT_BLOB, size, read, context, out, err);
}

struct memory {
	const char *at;
	size_t left;
};

static ssize_t read_memory(void *context, void *data, size_t len,
			   struct error *err)
{
	struct memory *memory = context;

	(void)err;
	if (len > memory->left)
		len = memory->left;
	memcpy(data, memory->at, len);
	memory->at += len;
	memory->left -= len;
	return (ssize_t)len;
}

int pack_add(struct pack *pack, enum object_type type, const void *data,
	     size_t len, struct oid *out, struct error *err)
{
	struct memory memory = {data, len};

	if (len <= WHOLE_BYTES)
		return add_whole(pack, type, data, len, out, err);
	return add_stream(pack, type, len, read_memory, &memory, out, err);
}

void pack_inflate_back(struct pack *pack)
{
	pack->writer.inflates = true;
}

bool pack_has(struct pack *pack, const struct oid *oid)
{
	bool has;

	pthread_mutex_lock(&pack->lock);
	has = pack_writer_has(&pack->writer, oid);
	pthread_mutex_unlock(&pack->lock);
	return has;
}

size_t pack_count(struct pack *pack)
{
	size_t nr;

	pthread_mutex_lock(&pack->lock);
	nr = pack->writer.nr;
	pthread_mutex_unlock(&pack->lock);
	return nr;
}

uint64_t pack_bytes(struct pack *pack)
{
	uint64_t bytes;

	pthread_mutex_lock(&pack->lock);
	bytes = pack_writer_offset(&pack->writer);
	pthread_mutex_unlock(&pack->lock);
	return bytes;
}

int pack_finish(struct pack *pack, struct error *err)
{
	return pack_finish_with(pack, NULL, 0, err);
}

int pack_finish_with(struct pack *pack, const int *beside, size_t nr,
		     struct error *err)
{
	int ret;

	if (pack->finished)
		return 0;
	/* What follows takes memory of its own. */
	deflater_pool_drain(&pack->deflaters);
	ret = pack_writer_finish(&pack->writer, beside, nr, err);
	if (ret < 0 || !pack->writer.nr)
		return ret;
	pack->finished = true;
	if (pack->objects_dir)
		return 0;
	return repository_refresh_objects(pack->repo, err);
}

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	pack_writer_release(&pack->writer);
	deflater_pool_release(&pack->deflaters);
	pthread_mutex_destroy(&pack->lock);
	free(pack->objects_dir);
	free(pack);
}
