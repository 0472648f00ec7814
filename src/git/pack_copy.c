#include "git/pack_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/pack_file.h"
#include "git/pack_index.h"
#include "git/pack_writer.h"

#define COPY_BYTES (256u << 10)
#define TRAILER_BYTES 20

struct source {
	int fd;
	uint64_t size;
	struct pack_index index; /* sorted by offset */
	unsigned char *buffer;
};

static int damaged(const struct pack_entry *entry, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	return error_set(err, ERR_INVALID, "object %s in the pack is damaged",
			 oid_hex(&entry->oid, hex));
}

/* Copy the bytes of one entry, which ends before `end`. */
static int copy_bytes(struct pack_writer *writer, const struct source *source,
		      const struct pack_entry *entry, uint64_t end,
		      struct error *err)
{
	uint64_t at = entry->offset;

	while (at < end) {
		size_t len =
			end - at < COPY_BYTES ? (size_t)(end - at) : COPY_BYTES;
		ssize_t got = pread(source->fd, source->buffer, len, (off_t)at);
		unsigned type = source->buffer[0] >> 4 & 7;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "cannot read a pack");
		/* A delta means nothing in another pack. */
		if (!got || (at == entry->offset && (type < 1 || type > 4)))
			return damaged(entry, err);
		if (pack_writer_write(writer, source->buffer, (size_t)got,
				      err) < 0)
			return err->code;
		at += (uint64_t)got;
	}
	return writer->crc == entry->crc ? 0 : damaged(entry, err);
}

static int copy_entry(struct pack_writer *writer, const struct source *source,
		      size_t i, struct error *err)
{
	const struct pack_entry *entry = &source->index.entries[i];
	uint64_t end = i + 1 < source->index.nr ? entry[1].offset
						: source->size - TRAILER_BYTES;
	int ret;

	if (pack_writer_has(writer, &entry->oid))
		return 0;
	ret = pack_writer_begin(writer, err);
	if (ret < 0)
		return ret;
	ret = copy_bytes(writer, source, entry, end, err);
	if (ret < 0)
		pack_writer_cancel(writer);
	else
		pack_writer_end(writer, &entry->oid);
	return ret;
}

static int open_part(int *out_fd, const struct pack_writer *writer,
		     const char *name, const char *extension, struct error *err)
{
	char *path = pack_part_path(writer->repo, name, extension);
	int ret = 0;

	*out_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*out_fd < 0)
		ret = error_errno(err, "cannot open '%s'", path);
	free(path);
	return ret;
}

/* Open the pack and read its index; the index must be of this very pack. */
static int open_source(struct source *source, const struct pack_writer *writer,
		       const char *name, struct error *err)
{
	unsigned char sum[TRAILER_BYTES];
	struct stat st;
	int fd, ret;

	ret = open_part(&source->fd, writer, name, ".pack", err);
	if (ret < 0)
		return ret;
	if (fstat(source->fd, &st) < 0)
		return error_errno(err, "cannot stat a pack");
	source->size = (uint64_t)st.st_size;
	ret = open_part(&fd, writer, name, ".idx", err);
	if (ret < 0)
		return ret;
	ret = pack_index_read(fd, source->size, &source->index, err);
	close(fd);
	if (ret < 0)
		return ret;
	if (pread(source->fd, sum, sizeof(sum),
		  (off_t)(source->size - sizeof(sum))) != sizeof(sum) ||
	    memcmp(sum, source->index.pack_sum, sizeof(sum)) != 0)
		return error_set(err, ERR_INVALID,
				 "'%s' and its index do not belong together",
				 name);
	pack_entries_sort_by_offset(source->index.entries, source->index.nr);
	return 0;
}

int pack_copy(struct pack_writer *writer, const char *name, struct error *err)
{
	struct source source = {.fd = -1};
	int ret = open_source(&source, writer, name, err);

	source.buffer = xmalloc(COPY_BYTES);
	for (size_t i = 0; !ret && i < source.index.nr; i++)
		ret = copy_entry(writer, &source, i, err);
	pack_index_release(&source.index);
	free(source.buffer);
	if (source.fd >= 0)
		close(source.fd);
	return ret;
}
