/*
 * Any bytes can be read as a set of plain files and asked for an entry. The
 * seal is put right first.
 */
#include "worktree/plain.h"

#include "base/arena.h"
#include "base/buf.h"
#include "git/index.h"
#include "reseal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct oid no_id;
	struct arena arena = ARENA_INIT;
	struct index_entry entry = {0};
	struct buf file = BUF_INIT;
	struct plain *plain;

	buf_add(&file, data, size);
	reseal(&file);
	index_entry_fill(&entry, &arena, "a/b", 3, &no_id, NULL);
	plain = plain_parse(file.ptr, file.len);
	plain_has(plain, &entry);
	plain_add(plain, &entry);
	plain_free(plain);
	buf_release(&file);
	arena_release(&arena);
	return 0;
}
