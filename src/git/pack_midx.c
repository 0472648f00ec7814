#include "git/pack_midx.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "git/pack_file.h"
#include "git/repository.h"

#define HEADER_BYTES 12
#define CHUNK_BYTES 12
#define NAMES_MAX_BYTES (16u << 20)

static uint64_t get_be(const unsigned char *at, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | *at++;
	return value;
}

static int read_at(int fd, void *out, size_t len, uint64_t offset,
		   struct error *err)
{
	ssize_t got = file_read_at(fd, out, len, offset);

	if (got < 0)
		return error_errno(err, "cannot read the multi-pack-index");
	if ((size_t)got < len)
		return error_set(err, ERR_INVALID,
				 "multi-pack-index is cut short");
	return 0;
}

/* Where the chunk of pack names starts and ends. */
static int find_names(int fd, uint64_t *start, uint64_t *end, struct error *err)
{
	unsigned char table[256 * CHUNK_BYTES];
	unsigned char header[HEADER_BYTES];
	size_t nr;

	if (read_at(fd, header, sizeof(header), 0, err) < 0)
		return err->code;
	if (memcmp(header, "MIDX\1", 5) != 0)
		return error_set(err, ERR_INVALID,
				 "not a multi-pack-index of version 1");
	nr = header[6];
	/* One more: the last says where the chunks end. */
	if (read_at(fd, table, (nr + 1) * CHUNK_BYTES, HEADER_BYTES, err) < 0)
		return err->code;
	for (size_t i = 0; i < nr; i++) {
		const unsigned char *row = table + i * CHUNK_BYTES;

		if (memcmp(row, "PNAM", 4) != 0)
			continue;
		*start = get_be(row + 4, 8);
		*end = get_be(row + CHUNK_BYTES + 4, 8);
		if (*end >= *start && *end - *start <= NAMES_MAX_BYTES)
			return 0;
	}
	return error_set(err, ERR_INVALID, "multi-pack-index names no packs");
}

static int read_names(int fd, struct strlist *out, struct error *err)
{
	struct buf names = BUF_INIT;
	uint64_t start, end;
	int ret;

	if (find_names(fd, &start, &end, err) < 0)
		return err->code;
	buf_grow(&names, (size_t)(end - start));
	ret = read_at(fd, names.ptr, (size_t)(end - start), start, err);
	if (!ret) {
		buf_setlen(&names, (size_t)(end - start));
		for (size_t at = 0; at < names.len;
		     at += strlen(names.ptr + at) + 1)
			if (names.ptr[at])
				strlist_add(out, names.ptr + at);
	}
	buf_release(&names);
	return ret;
}

int pack_midx_packs(const struct repository *repo, struct strlist *out,
		    struct error *err)
{
	char *path = pack_file_path(repo, "multi-pack-index");
	char *layers = pack_file_path(repo, "multi-pack-index.d");
	int fd, ret = 0;

	if (!access(layers, F_OK)) {
		ret = error_set(err, ERR_UNSUPPORTED,
				"multi-pack-index has several layers");
		goto done;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ret = read_names(fd, out, err);
		close(fd);
	} else if (errno != ENOENT) {
		ret = error_errno(err, "cannot open '%s'", path);
	}
done:
	free(path);
	free(layers);
	return ret;
}
