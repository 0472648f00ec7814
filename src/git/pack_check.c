#include "git/pack_check.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/sorted.h"
#include "base/thread.h"

#define WINDOW_BYTES (128u << 10)
#define OUTPUT_BYTES (64u << 10)
#define HEADER_MAX 10
/* Below this, starting a thread costs more than it saves. */
#define RANGE_BYTES (UINT64_C(1) << 20)

/* The part of the file that is in memory. */
struct window {
	int fd;
	unsigned char *data;
	uint64_t start;
	size_t len;
};

/*
 * The bytes at `offset`: at least `need` of them, where there are as many
 * before `end`. Returns how many there are, or < 0.
 */
static ssize_t window_at(struct window *window, uint64_t offset, uint64_t end,
			 size_t need, unsigned char **out, struct error *err)
{
	uint64_t until = window->start + window->len;
	size_t have = 0;

	if (need > end - offset)
		need = (size_t)(end - offset);
	if (offset >= window->start && offset < until)
		have = (size_t)(until - offset);
	if (have < need) {
		window->start = offset;
		window->len = 0;
		while (window->len < need) {
			ssize_t got =
				pread(window->fd, window->data + window->len,
				      WINDOW_BYTES - window->len,
				      (off_t)(offset + window->len));

			if (got < 0 && errno == EINTR)
				continue;
			if (got < 0)
				return error_errno(err, "cannot read a pack");
			if (!got)
				return error_set(err, ERR_INVALID,
						 "pack is cut short");
			window->len += (size_t)got;
		}
		have = window->len;
	}
	*out = window->data + (offset - window->start);
	return have < end - offset ? (ssize_t)have : (ssize_t)(end - offset);
}

struct check {
	int fd;
	uint64_t size;
	const struct pack_entry *entries;
	size_t nr;
	size_t nr_ranges;
	bool inflate;
	unsigned char *sum;
};

static int bad_entry(const struct pack_entry *entry, const char *what,
		     struct error *err)
{
	char hex[OID_HEXSZ + 1];

	return error_set(err, ERR_INVALID, "object %s in the pack %s",
			 oid_hex(&entry->oid, hex), what);
}

/* Length of the header at `data`, 0 where it is none of a whole object. */
static size_t parse_header(const unsigned char *data, size_t len,
			   uint64_t *size)
{
	unsigned type = data[0] >> 4 & 7;
	unsigned shift = 4;
	size_t i = 0;

	*size = data[0] & 15;
	while (data[i++] & 0x80) {
		if (i >= len || i >= HEADER_MAX)
			return 0;
		*size |= (uint64_t)(data[i] & 0x7f) << shift;
		shift += 7;
	}
	return type >= 1 && type <= 4 ? i : 0;
}

/* Inflate what is at `data` and count what comes out. */
static int inflate_piece(z_stream *z, unsigned char *data, size_t len,
			 unsigned char *output, uint64_t *total)
{
	int rc;

	z->next_in = data;
	z->avail_in = (uInt)len;
	do {
		z->next_out = output;
		z->avail_out = OUTPUT_BYTES;
		rc = inflate(z, Z_NO_FLUSH);
		*total += OUTPUT_BYTES - z->avail_out;
	} while (rc == Z_OK && (z->avail_in || !z->avail_out));
	return rc == Z_BUF_ERROR ? Z_OK : rc;
}

struct checker {
	struct window window;
	unsigned char *output;
	z_stream z;
};

/* The CRC-32 alone. */
static int compare_entry(struct checker *checker,
			 const struct pack_entry *entry, uint64_t end,
			 struct error *err)
{
	uint64_t at = entry->offset;
	uLong crc = crc32(0, NULL, 0);

	while (at < end) {
		unsigned char *data;
		ssize_t len =
			window_at(&checker->window, at, end, 1, &data, err);

		if (len < 0)
			return (int)len;
		crc = crc32(crc, data, (uInt)len);
		at += (uint64_t)len;
	}
	if (crc != entry->crc)
		return bad_entry(entry, "has a wrong checksum", err);
	return 0;
}

static int check_entry(struct checker *checker, const struct pack_entry *entry,
		       uint64_t end, struct error *err)
{
	uint64_t at = entry->offset, size = 0, total = 0;
	uLong crc = crc32(0, NULL, 0);
	int rc = Z_OK;

	if (inflateReset(&checker->z) != Z_OK)
		return error_set(err, ERR_FAILED, "cannot inflate");
	while (at < end) {
		bool is_first = at == entry->offset;
		unsigned char *data;
		size_t skip = 0;
		ssize_t len = window_at(&checker->window, at, end,
					is_first ? HEADER_MAX : 1, &data, err);

		if (len < 0)
			return (int)len;
		crc = crc32(crc, data, (uInt)len);
		at += (uint64_t)len;
		if (is_first) {
			skip = parse_header(data, (size_t)len, &size);
			if (!skip)
				return bad_entry(entry, "has a bad header",
						 err);
		}
		if (rc != Z_OK)
			break;
		rc = inflate_piece(&checker->z, data + skip, (size_t)len - skip,
				   checker->output, &total);
	}
	if (crc != entry->crc)
		return bad_entry(entry, "has a wrong checksum", err);
	if (rc != Z_STREAM_END || checker->z.avail_in || at != end)
		return bad_entry(entry, "does not inflate", err);
	if (total != size)
		return bad_entry(entry, "has a wrong size", err);
	return 0;
}

static int compare_offset(const void *from, const void *entry)
{
	uint64_t a = *(const uint64_t *)from;
	uint64_t b = ((const struct pack_entry *)entry)->offset;

	return (a > b) - (a < b);
}

/* The first entry of range `i`: ranges have as many bytes each, not entries. */
static size_t range_start(const struct check *check, size_t i)
{
	uint64_t from = check->size / check->nr_ranges * i;

	if (i == check->nr_ranges)
		return check->nr;
	return sorted_place(&from, check->entries, check->nr,
			    sizeof(*check->entries), compare_offset);
}

static int check_range(const struct check *check, size_t i, struct error *err)
{
	struct checker checker = {.window.fd = check->fd};
	size_t end = range_start(check, i + 1);
	int ret = 0;

	if (inflateInit(&checker.z) != Z_OK)
		return error_set(err, ERR_FAILED, "cannot inflate");
	checker.window.data = xmalloc(WINDOW_BYTES);
	checker.output = xmalloc(OUTPUT_BYTES);
	for (size_t at = range_start(check, i); !ret && at < end; at++) {
		uint64_t next = at + 1 < check->nr
					? check->entries[at + 1].offset
					: check->size;

		ret = (check->inflate ? check_entry : compare_entry)(
			&checker, &check->entries[at], next, err);
	}
	free(checker.window.data);
	free(checker.output);
	inflateEnd(&checker.z);
	return ret;
}

static int sum_up(const struct check *check, struct error *err)
{
	struct window window = {.fd = check->fd};
	struct checksum_sha1 sum;
	int ret = 0;

	checksum_sha1_init(&sum);
	window.data = xmalloc(WINDOW_BYTES);
	for (uint64_t at = 0; at < check->size;) {
		unsigned char *data;
		ssize_t len =
			window_at(&window, at, check->size, 1, &data, err);

		if (len < 0) {
			ret = (int)len;
			break;
		}
		checksum_sha1_add(&sum, data, (size_t)len);
		at += (uint64_t)len;
	}
	checksum_sha1_finish(&sum, check->sum);
	free(window.data);
	return ret;
}

static int check_part(void *context, size_t i, struct error *err)
{
	const struct check *check = context;

	return i ? check_range(check, i - 1, err) : sum_up(check, err);
}

int pack_check(int fd, uint64_t size, const struct pack_entry *entries,
	       size_t nr, bool inflate, unsigned char sum[20],
	       struct error *err)
{
	struct check check = {
		.fd = fd,
		.size = size,
		.entries = entries,
		.nr = nr,
		.nr_ranges = 1,
		.inflate = inflate,
		.sum = sum,
	};
	int ret;

	if (size < RANGE_BYTES) {
		ret = check_part(&check, 0, err);
		return ret < 0 ? ret : check_part(&check, 1, err);
	}
	check.nr_ranges = (size_t)(size / RANGE_BYTES);
	if (check.nr_ranges > 64)
		check.nr_ranges = 64;
	return thread_for(1 + check.nr_ranges, check_part, &check, err);
}
