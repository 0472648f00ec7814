/*
 * Any bytes can be taken for what a watch answered; what is one has an epoch,
 * and directories that end in a slash.
 */
#include "core/snapshot/watch_ask.h"

#include "base/buf.h"

#define MOUNTS "0123456789012345678901234567890123456789"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_dirs(const struct strlist *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		size_t len = strlen(list->items[i]);

		expect(!len || list->items[i][len - 1] == '/');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = {.recall = recall_parse("", 0)};
	struct buf text = BUF_INIT;
	bool known;

	buf_add(&text, data, size);
	if (watch_answer_parse(&told, text.ptr, text.len, MOUNTS, &known)) {
		expect(strlen(told.head.epoch) == RECALL_EPOCH_SIZE - 1);
		expect_dirs(&told.trees);
		expect_dirs(&told.unwatched);
	}
	told_release(&told);
	buf_release(&text);
	return 0;
}
