#include "base/derived.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fingerprint.h"

/* So much of a file is in memory while it is summed up. */
#define SUMMED_AT_ONCE (64 * DERIVED_PIECE)

static void rest(const char *data, size_t len)
{
	/* A wish, no more: the kernel has the file's pages all the same. */
	madvise((void *)data, len, MADV_DONTNEED);
}

static uint64_t sum_up(const char *data, size_t len, bool mapped)
{
	uint64_t sum = 0;
	size_t at = 0, rested = 0;

	for (; len - at > DERIVED_PIECE; at += DERIVED_PIECE) {
		if (mapped && at - rested == SUMMED_AT_ONCE) {
			rest(data + rested, SUMMED_AT_ONCE);
			rested = at;
		}
		sum = fingerprint_add(sum, data + at, DERIVED_PIECE);
	}
	return fingerprint_add(sum, data + at, len - at);
}

uint64_t derived_sum(const void *data, size_t len)
{
	return sum_up(data, len, false);
}

/* -- writing ------------------------------------------------------------- */

void derived_begin(struct derived_writer *writer, const char *path)
{
	*writer = (struct derived_writer){.piece = xmalloc(DERIVED_PIECE)};
	replacement_begin(&writer->file, path);
}

static void flush(struct derived_writer *writer)
{
	writer->sum = fingerprint_add(writer->sum, writer->piece, writer->len);
	replacement_write(&writer->file, writer->piece, writer->len);
	writer->len = 0;
}

void derived_add(struct derived_writer *writer, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		size_t now;

		/* Only where more follows: the last piece may be a full one. */
		if (writer->len == DERIVED_PIECE)
			flush(writer);
		now = DERIVED_PIECE - writer->len;
		if (now > len)
			now = len;
		memcpy(writer->piece + writer->len, at, now);
		writer->len += now;
		at += now;
		len -= now;
	}
}

int derived_end(struct derived_writer *writer, struct error *err)
{
	flush(writer);
	replacement_write(&writer->file, &writer->sum, sizeof(writer->sum));
	free(writer->piece);
	return replacement_end(&writer->file, err);
}

/* -- reading ------------------------------------------------------------- */

static bool take(struct derived *out, const void *data, size_t len, bool mapped)
{
	uint64_t sum;

	*out = (struct derived){0};
	if (len < sizeof(sum))
		return false;
	len -= sizeof(sum);
	memcpy(&sum, (const char *)data + len, sizeof(sum));
	if (sum != sum_up(data, len, mapped))
		return false;
	*out = (struct derived){data, len, mapped};
	return true;
}

static bool map(struct derived *out, int fd)
{
	struct stat st;
	void *data;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > DERIVED_MAX)
		return false;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return false;
	if (take(out, data, (size_t)st.st_size, true))
		return true;
	munmap(data, (size_t)st.st_size);
	return false;
}

bool derived_open(struct derived *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good;

	*out = (struct derived){0};
	if (fd < 0)
		return false;
	good = map(out, fd);
	close(fd);
	return good;
}

bool derived_copy(struct derived *out, const void *data, size_t len)
{
	void *copy;

	*out = (struct derived){0};
	if (!len)
		return false;
	copy = xmemdup(data, len);
	if (take(out, copy, len, false))
		return true;
	free(copy);
	return false;
}

void derived_rest(const struct derived *derived)
{
	if (derived->mapped)
		rest(derived->data, derived->len + DERIVED_SUM_SIZE);
}

void derived_release(struct derived *derived)
{
	if (derived->mapped)
		munmap((void *)derived->data, derived->len + DERIVED_SUM_SIZE);
	else
		free((void *)derived->data);
	*derived = (struct derived){0};
}
