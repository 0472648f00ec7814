/*
 * Any bytes can be read as a set of plain files and asked for an entry. The
 * seal is put right first.
 */
#include "worktree/plain.h"

#include "base/buf.h"
#include "base/fingerprint.h"
#include "git/index.h"

static void reseal(struct buf *file)
{
	if (file->len < FINGERPRINT_SEAL_SIZE)
		return;
	file->len -= FINGERPRINT_SEAL_SIZE;
	fingerprint_seal(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct index_data unknown = {{0}, {{0}}};
	const struct index_entry entry = {
		.path = "a/b", .data = &unknown, .path_len = 3};
	struct buf file = BUF_INIT;
	struct plain *plain;

	buf_add(&file, data, size);
	reseal(&file);
	plain = plain_parse(file.ptr, file.len);
	plain_has(plain, &entry);
	plain_add(plain, &entry);
	plain_free(plain);
	buf_release(&file);
	return 0;
}
