#include "git/pack_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/text.h"
#include "git/pack_file.h"
#include "git/pack_index.h"
#include "git/repository.h"

/* Neighbours in a pack are mostly read together; what is not takes no longer
 * than that. */
#define WINDOW_BYTES (16u << 10)
/* Above this, the memory that it takes counts, and not the time. */
#define OBJECT_BYTES (UINT64_C(8) << 20)
/* Each takes a descriptor; where there are more, libgit2 has to do. */
#define PACKS_MAX 64
#define SPARE_BYTES 260
#define TRAILER_BYTES 20
#define HEADER_MAX 10

struct source_pack {
	int fd;
	uint64_t size;
	void *index; /* mapped */
	size_t index_len;
};

/* What one thread reads with, for as long as it takes. */
struct reader {
	struct reader *next;
	const struct source_pack *pack; /* of which the window is */
	uint64_t start;
	size_t len;
	unsigned char window[WINDOW_BYTES];
	z_stream z;
};

struct pack_source {
	struct source_pack *packs;
	size_t nr, alloc;
	atomic_size_t last; /* the pack in which something was found last */
	pthread_mutex_t mutex;
	struct reader *idle;
};

/* -- the packs ----------------------------------------------------------- */

static bool open_pack(struct source_pack *pack, const struct repository *repo,
		      const char *name)
{
	char *path = pack_part_path(repo, name, ".idx");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = false;

	free(path);
	*pack = (struct source_pack){.fd = -1, .index = MAP_FAILED};
	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0) {
		pack->index_len = (size_t)st.st_size;
		pack->index = mmap(NULL, pack->index_len, PROT_READ,
				   MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	if (pack->index != MAP_FAILED) {
		path = pack_part_path(repo, name, ".pack");
		pack->fd = open(path, O_RDONLY | O_CLOEXEC);
		free(path);
		ok = pack->fd >= 0 && !fstat(pack->fd, &st);
	}
	if (ok) {
		pack->size = (uint64_t)st.st_size;
		return true;
	}
	if (pack->index != MAP_FAILED)
		munmap(pack->index, pack->index_len);
	if (pack->fd >= 0)
		close(pack->fd);
	return false;
}

struct pack_source *pack_source_open(const struct repository *repo)
{
	struct pack_source *source = xcalloc(1, sizeof(*source));
	char *path = pack_file_path(repo, "");
	DIR *handle = opendir(path);
	struct dirent *dirent;

	free(path);
	pthread_mutex_init(&source->mutex, NULL);
	while (handle && source->nr < PACKS_MAX && (dirent = readdir(handle))) {
		char *name;

		if (!text_ends_with(dirent->d_name, ".idx"))
			continue;
		name = xstrndup(dirent->d_name,
				strlen(dirent->d_name) - strlen(".idx"));
		ARRAY_GROW(source->packs, source->nr, source->alloc);
		source->nr += open_pack(&source->packs[source->nr], repo, name);
		free(name);
	}
	if (handle)
		closedir(handle);
	return source;
}

void pack_source_free(struct pack_source *source)
{
	if (!source)
		return;
	for (size_t i = 0; i < source->nr; i++) {
		munmap(source->packs[i].index, source->packs[i].index_len);
		close(source->packs[i].fd);
	}
	while (source->idle) {
		struct reader *reader = source->idle;

		source->idle = reader->next;
		inflateEnd(&reader->z);
		free(reader);
	}
	pthread_mutex_destroy(&source->mutex);
	free(source->packs);
	free(source);
}

static const struct source_pack *find(struct pack_source *source,
				      const struct oid *oid, uint64_t *offset)
{
	size_t first = atomic_load(&source->last);

	for (size_t i = 0; i < source->nr; i++) {
		size_t at = (first + i) % source->nr;
		const struct source_pack *pack = &source->packs[at];

		if (pack_index_find(pack->index, pack->index_len, pack->size,
				    oid, offset)) {
			if (i)
				atomic_store(&source->last, at);
			return pack;
		}
	}
	return NULL;
}

/* -- readers ------------------------------------------------------------- */

/* NULL: zlib has no memory. */
static struct reader *take_reader(struct pack_source *source)
{
	struct reader *reader;

	pthread_mutex_lock(&source->mutex);
	reader = source->idle;
	if (reader)
		source->idle = reader->next;
	pthread_mutex_unlock(&source->mutex);
	if (reader)
		return reader;
	reader = xcalloc(1, sizeof(*reader));
	if (inflateInit(&reader->z) == Z_OK)
		return reader;
	free(reader);
	return NULL;
}

static void put_reader(struct pack_source *source, struct reader *reader)
{
	pthread_mutex_lock(&source->mutex);
	reader->next = source->idle;
	source->idle = reader;
	pthread_mutex_unlock(&source->mutex);
}

/* What there is at `at`: at least `need` bytes, where the pack has them.
 * Returns how many, 0 where there is nothing. */
static size_t look_at(struct reader *reader, const struct source_pack *pack,
		      uint64_t at, size_t need, unsigned char **out)
{
	uint64_t end = pack->size - TRAILER_BYTES;
	size_t have = 0;

	if (at >= end)
		return 0;
	if (need > end - at)
		need = (size_t)(end - at);
	if (reader->pack == pack && at >= reader->start &&
	    at - reader->start < reader->len)
		have = reader->len - (size_t)(at - reader->start);
	if (have < need) {
		reader->pack = pack;
		reader->start = at;
		reader->len = 0;
		while (reader->len < need) {
			ssize_t got =
				pread(pack->fd, reader->window + reader->len,
				      WINDOW_BYTES - reader->len,
				      (off_t)(at + reader->len));

			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				return 0;
			reader->len += (size_t)got;
		}
		have = reader->len;
	}
	*out = reader->window + (at - reader->start);
	return have < end - at ? have : (size_t)(end - at);
}

/* The header of the entry at `*at`, which moves behind it. */
static bool read_header(struct reader *reader, const struct source_pack *pack,
			uint64_t *at, enum object_type *type, uint64_t *size)
{
	unsigned char *data;
	size_t len = look_at(reader, pack, *at, HEADER_MAX, &data), i = 0;
	unsigned shift = 4, kind;

	if (!len)
		return false;
	kind = data[0] >> 4 & 7;
	*size = data[0] & 15;
	while (data[i++] & 0x80) {
		if (i >= len || i >= HEADER_MAX)
			return false;
		*size |= (uint64_t)(data[i] & 0x7f) << shift;
		shift += 7;
	}
	*at += i;
	*type = (enum object_type)kind;
	return kind >= OBJECT_COMMIT && kind <= OBJECT_TAG;
}

/*
 * Inflate what starts at `at`: exactly `size` bytes to `out`, where there are
 * SPARE_BYTES more. Their room lets zlib take its fast way to the end, which it
 * takes only as long as a longest match would fit; of a small file that is the
 * most part.
 */
static bool inflate_at(struct reader *reader, const struct source_pack *pack,
		       uint64_t at, uint64_t size, char *out)
{
	z_stream *z = &reader->z;
	int rc = Z_OK;

	if (inflateReset(z) != Z_OK)
		return false;
	z->next_out = (unsigned char *)out;
	z->avail_out = (uInt)size + SPARE_BYTES;
	z->avail_in = 0;
	while (rc == Z_OK) {
		size_t len = look_at(reader, pack, at, 1, &z->next_in);

		if (!len)
			return false;
		z->avail_in = (uInt)len;
		rc = inflate(z, Z_NO_FLUSH);
		at += len - z->avail_in;
		/* All is out, and the end of the stream is still to come. */
		if (rc == Z_BUF_ERROR && !z->avail_in)
			rc = Z_OK;
	}
	return rc == Z_STREAM_END && z->avail_out == SPARE_BYTES;
}

static bool has_id(enum object_type type, const char *data, uint64_t size,
		   const struct oid *oid)
{
	struct checksum_sha1 sum;
	unsigned char id[OID_RAWSZ];
	char header[32];
	int len = snprintf(header, sizeof(header), "%s %llu",
			   object_type_name(type), (unsigned long long)size);

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, header, (size_t)len + 1);
	checksum_sha1_add(&sum, data, (size_t)size);
	checksum_sha1_finish(&sum, id);
	return !memcmp(id, oid->id, OID_RAWSZ);
}

/* -- the calls ----------------------------------------------------------- */

bool pack_source_header(struct pack_source *source, const struct oid *oid,
			enum object_type *type, uint64_t *size)
{
	uint64_t at;
	const struct source_pack *pack = find(source, oid, &at);
	struct reader *reader = pack ? take_reader(source) : NULL;
	bool ok;

	if (!reader)
		return false;
	ok = read_header(reader, pack, &at, type, size);
	put_reader(source, reader);
	return ok;
}

bool pack_source_read(struct pack_source *source, const struct oid *oid,
		      enum object_type *type, uint64_t limit, struct buf *out)
{
	uint64_t at, size;
	const struct source_pack *pack = find(source, oid, &at);
	struct reader *reader = pack ? take_reader(source) : NULL;
	bool ok;

	if (!reader)
		return false;
	ok = read_header(reader, pack, &at, type, &size) && size <= limit &&
	     size <= OBJECT_BYTES;
	if (ok) {
		buf_grow(out, (size_t)size + SPARE_BYTES);
		ok = inflate_at(reader, pack, at, size, out->ptr + out->len) &&
		     has_id(*type, out->ptr + out->len, size, oid);
		buf_setlen(out, out->len + (ok ? (size_t)size : 0));
	}
	put_reader(source, reader);
	return ok;
}
