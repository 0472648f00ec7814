#include "git/pack_index.h"

#include <fcntl.h>

#include "base/checksum.h"
#include "repo.h"

/* Entries with offsets below and above 2 GiB and 4 GiB, sorted by id. */
static struct pack_entry *make_entries(size_t nr)
{
	struct pack_entry *entries = xcalloc(nr, sizeof(*entries));
	uint64_t seed = 11;

	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < OID_RAWSZ; j++)
			entries[i].oid.id[j] =
				(unsigned char)(scratch_random(&seed) >> 24);
		entries[i].crc = (uint32_t)scratch_random(&seed);
		entries[i].offset = 12 + i * (UINT64_C(6) << 30) / nr;
	}
	pack_entries_sort_by_oid(entries, nr);
	return entries;
}

static const unsigned char pack_sum[20] = "0123456789012345678";

static void ids_are_sorted(void **state)
{
	static const size_t counts[] = {0, 1, 2, 3, 300, 5000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct pack_entry *entries = make_entries(counts[i]);
		uint64_t sum = 0;

		/* Some bytes are all there is, others are not. */
		for (size_t j = 0; j < counts[i]; j++) {
			entries[j].oid.id[0] &= j % 3 ? 0xff : 0x81;
			entries[j].offset = j;
			entries[j].crc = (uint32_t)j * entries[j].oid.id[19];
		}
		pack_entries_sort_by_oid(entries, counts[i]);
		for (size_t j = 0; j < counts[i]; j++) {
			const struct pack_entry *entry = &entries[j];

			assert_true(!j || oid_compare(&entries[j - 1].oid,
						      &entry->oid) < 0);
			assert_int_equal(entry->crc, (uint32_t)entry->offset *
							     entry->oid.id[19]);
			sum += entry->offset + 1;
		}
		assert_int_equal(sum, counts[i] * (counts[i] + 1) / 2);
		free(entries);
	}
}

/* The file that is written for these entries. */
static void write_index(struct buf *out, const struct pack_entry *entries,
			size_t nr)
{
	struct error err = ERROR_INIT;
	int fd = open("index", O_RDWR | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	assert_ok(pack_index_write(fd, entries, nr, pack_sum, &err), &err);
	close(fd);
	buf_reset(out);
	assert_ok(buf_read_file(out, "index", SIZE_MAX / 2, &err), &err);
}

#define PACK_SIZE (UINT64_C(7) << 30)

static void git_reads_what_is_written(void **state)
{
	static const size_t counts[] = {0, 1, 2, 300, 5000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct pack_entry *entries = make_entries(counts[i]);
		struct buf file = BUF_INIT, want = BUF_INIT, out = BUF_INIT;

		for (size_t j = 0; j < counts[i]; j++) {
			char hex[OID_HEXSZ + 1];

			buf_addf(&want, "%llu %s (%08x)\n",
				 (unsigned long long)entries[j].offset,
				 oid_hex(&entries[j].oid, hex), entries[j].crc);
		}
		write_index(&file, entries, counts[i]);
		scratch_run(&out, "git show-index <index", 0);
		assert_string_equal(out.ptr, want.ptr);
		buf_release(&file);
		buf_release(&want);
		buf_release(&out);
		free(entries);
	}
}

static void reads_what_is_written(void **state)
{
	static const size_t counts[] = {0, 1, 300};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct pack_entry *entries = make_entries(counts[i]);
		struct error err = ERROR_INIT;
		struct buf file = BUF_INIT;
		struct pack_index index;

		write_index(&file, entries, counts[i]);
		assert_ok(pack_index_parse(file.ptr, file.len, PACK_SIZE,
					   &index, &err),
			  &err);
		assert_int_equal(index.nr, counts[i]);
		assert_memory_equal(index.pack_sum, pack_sum, 20);
		for (size_t j = 0; j < index.nr; j++) {
			assert_memory_equal(index.entries[j].oid.id,
					    entries[j].oid.id, OID_RAWSZ);
			assert_int_equal(index.entries[j].crc, entries[j].crc);
			assert_int_equal(index.entries[j].offset,
					 entries[j].offset);
		}
		pack_index_release(&index);
		buf_release(&file);
		free(entries);
	}
}

/* Every byte counts, and that there are no more. */
static void any_other_is_another(void **state)
{
	struct pack_entry *entries = make_entries(3000);
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;
	int fd;

	(void)state;
	write_index(&file, entries, 3000);
	fd = open("index", O_RDWR);
	assert_true(fd >= 0);
	assert_ok(pack_index_compare(fd, entries, 3000, pack_sum, &err), &err);
	assert_int_equal(pack_index_compare(fd, entries, 2999, pack_sum, &err),
			 ERR_INVALID);
	for (size_t at = 0; at < file.len; at += 97) {
		file.ptr[at] ^= 1;
		assert_int_equal(pwrite(fd, file.ptr + at, 1, (off_t)at), 1);
		assert_int_equal(
			pack_index_compare(fd, entries, 3000, pack_sum, &err),
			ERR_INVALID);
		file.ptr[at] ^= 1;
		assert_int_equal(pwrite(fd, file.ptr + at, 1, (off_t)at), 1);
	}
	assert_int_equal(pwrite(fd, "", 1, (off_t)file.len), 1);
	assert_int_equal(pack_index_compare(fd, entries, 3000, pack_sum, &err),
			 ERR_INVALID);
	assert_int_equal(ftruncate(fd, (off_t)file.len - 1), 0);
	assert_int_equal(pack_index_compare(fd, entries, 3000, pack_sum, &err),
			 ERR_INVALID);
	error_release(&err);
	close(fd);
	buf_release(&file);
	free(entries);
}

/* Give the bytes a checksum that is right. */
static void reseal(struct buf *file)
{
	struct checksum_sha1 sum;

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, file->ptr, file->len - 20);
	checksum_sha1_finish(&sum, (unsigned char *)file->ptr + file->len - 20);
}

static void assert_refused(const struct buf *file, uint64_t pack_size)
{
	struct error err = ERROR_INIT;
	struct pack_index index;

	assert_error(
		pack_index_parse(file->ptr, file->len, pack_size, &index, &err),
		ERR_INVALID, &err);
	assert_null(index.entries);
}

/* Change `len` bytes at `pos` for the time of one look. */
static void assert_refused_with(struct buf *file, size_t pos, const char *bytes,
				size_t len)
{
	char before[64];

	memcpy(before, file->ptr + pos, len);
	memcpy(file->ptr + pos, bytes, len);
	assert_refused(file, PACK_SIZE);
	reseal(file);
	assert_refused(file, PACK_SIZE);
	memcpy(file->ptr + pos, before, len);
	reseal(file);
}

static void refuses_what_no_pack_has(void **state)
{
	struct pack_entry *entries = make_entries(300);
	const size_t oids = 8 + 1024, offsets = oids + 300 * 24;
	struct buf file = BUF_INIT;

	(void)state;
	write_index(&file, entries, 300);
	assert_refused_with(&file, 0, "\xffTOC", 4);
	assert_refused_with(&file, 7, "\1", 1);
	/* The counts: too many, falling, and of the wrong ids. */
	assert_refused_with(&file, oids - 4, "\xff\xff\xff\xff", 4);
	assert_refused_with(&file, oids - 4, "\0\0\1\x2d", 4);
	assert_refused_with(&file, 8 + 4 * 100, "\0\0\0\0", 4);
	assert_refused_with(&file, 8 + 4 * 100, "\0\0\1\x2b", 4);
	/* Ids twice, and out of order. */
	assert_refused_with(&file, oids + 20, (char *)entries[0].oid.id, 20);
	assert_refused_with(&file, oids + 20, (char *)entries[2].oid.id, 20);
	/* Offsets in the header, behind the end, and beyond the table. */
	assert_refused_with(&file, offsets, "\0\0\0\x0b", 4);
	assert_refused_with(&file, file.len - 48, "\0\0\0\2\0\0\0\0", 8);
	assert_refused_with(&file, offsets, "\x80\0\1\0", 4);
	assert_refused_with(&file, offsets, "\xff\xff\xff\xff", 4);
	assert_refused(&file, UINT64_C(4) << 30);
	assert_refused(&file, 0);
	buf_release(&file);
	free(entries);
}

static void refuses_any_other_length(void **state)
{
	struct pack_entry *entries = make_entries(3);
	struct buf file = BUF_INIT, other = BUF_INIT;

	(void)state;
	write_index(&file, entries, 3);
	for (size_t len = 0; len < file.len + 40; len++) {
		buf_reset(&other);
		buf_add(&other, file.ptr, len < file.len ? len : file.len);
		while (other.len < len)
			buf_addch(&other, 0);
		if (len >= 20)
			reseal(&other);
		if (len != file.len)
			assert_refused(&other, PACK_SIZE);
	}
	buf_release(&file);
	buf_release(&other);
	free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_sorted),
		IN_SCRATCH(git_reads_what_is_written),
		IN_SCRATCH(reads_what_is_written),
		IN_SCRATCH(any_other_is_another),
		IN_SCRATCH(refuses_what_no_pack_has),
		IN_SCRATCH(refuses_any_other_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
