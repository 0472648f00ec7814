/*
 * Any bytes can be read as a tree; what is read as one is in order, without
 * doubles, and written again reads the same.
 */
#include "git/tree.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool same_name(const struct tree_entry *a, const struct tree_entry *b)
{
	return a->name_len == b->name_len &&
	       !memcmp(a->name, b->name, a->name_len);
}

/* No entry before `pos` has the name of the one that ends there. */
static void expect_new(const struct buf *raw, size_t pos,
		       const struct tree_entry *entry)
{
	struct error err = ERROR_INIT;
	struct tree_entry other;
	size_t at = 0;

	while (at < pos) {
		expect(tree_next(raw, &at, &other, &err) == 1);
		expect(at == pos || !same_name(&other, entry));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw = BUF_INIT, again = BUF_INIT;
	struct tree_entry entry, last = {0};
	struct error err = ERROR_INIT;
	size_t pos = 0, nr = 0;
	int ret;

	buf_add(&raw, data, size);
	while ((ret = tree_next(&raw, &pos, &entry, &err)) > 0) {
		expect(entry.name_len && strlen(entry.name) == entry.name_len);
		expect(!strchr(entry.name, '/'));
		expect(!nr || tree_name_compare(last.name, last.name_len,
						last.mode == MODE_TREE,
						entry.name, entry.name_len,
						entry.mode == MODE_TREE) < 0);
		if (nr++ < 64)
			expect_new(&raw, pos, &entry);
		tree_add(&again, entry.mode, entry.name, entry.name_len,
			 &entry.oid);
		last = entry;
	}
	if (ret < 0) {
		expect(ret == ERR_INVALID && err.text && !nr);
	} else {
		struct tree_entry first;
		size_t at = 0;

		pos = 0;
		while (tree_next(&raw, &pos, &entry, &err) > 0) {
			expect(tree_next(&again, &at, &first, &err) == 1);
			expect(first.mode == entry.mode &&
			       same_name(&first, &entry) &&
			       oid_equal(&first.oid, &entry.oid));
		}
		expect(at == again.len);
	}
	error_release(&err);
	buf_release(&raw);
	buf_release(&again);
	return 0;
}
