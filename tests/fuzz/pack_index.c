/*
 * Any bytes can be read as a pack's index; what is read as one has its entries
 * in order and inside the pack. The checksum is put right first.
 */
#include "git/pack_index.h"

#include "base/buf.h"
#include "base/checksum.h"

#define PACK_BYTES (UINT64_C(5) << 30)

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void reseal(struct buf *file)
{
	struct checksum_sha1 sum;

	if (file->len < 20)
		return;
	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, file->ptr, file->len - 20);
	checksum_sha1_finish(&sum, (unsigned char *)file->ptr + file->len - 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;
	struct pack_index index;
	struct oid oid = {{0}};
	uint64_t offset;

	buf_add(&file, data, size);
	reseal(&file);
	if (pack_index_parse(file.ptr, file.len, PACK_BYTES, &index, &err) < 0)
		expect(err.code == ERR_INVALID && err.text && !index.entries);
	for (size_t i = 0; i < index.nr; i++) {
		const struct pack_entry *entry = &index.entries[i];

		expect(entry->offset >= 12 && entry->offset < PACK_BYTES - 20);
		expect(!i || oid_compare(&entry[-1].oid, &entry->oid) < 0);
		expect(pack_index_find(file.ptr, file.len, PACK_BYTES,
				       &entry->oid, &offset) &&
		       offset == entry->offset);
	}
	/* As it is, damaged or not. */
	for (unsigned first = 0; first < 256; first++) {
		oid.id[0] = (unsigned char)first;
		if (pack_index_find(data, size, PACK_BYTES, &oid, &offset))
			expect(offset >= 12 && offset < PACK_BYTES - 20);
	}
	pack_entries_sort_by_offset(index.entries, index.nr);
	pack_index_release(&index);
	error_release(&err);
	buf_release(&file);
	return 0;
}
