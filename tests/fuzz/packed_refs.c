/*
 * Any bytes as packed-refs: reading ends, with refs or ERR_INVALID, and a
 * search finds what a reader of all lines finds, where the file is in order.
 */
#include "git/packed_refs.h"

#include "base/buf.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* All lines; returns whether they are whole, without doubles and sorted. */
static bool read_all(const struct packed_refs *packed)
{
	struct error err = ERROR_INIT;
	struct buf last = BUF_INIT, name = BUF_INIT;
	struct packed_ref ref;
	size_t pos = packed->start, before = pos;
	bool in_order = true;
	int ret;

	while ((ret = packed_refs_next(packed, &pos, &ref, &err)) > 0) {
		expect(pos > before && pos <= packed->len && ref.name_len);
		before = pos;
		buf_reset(&name);
		buf_add(&name, ref.name, ref.name_len);
		if (last.len && strcmp(last.ptr, name.ptr) >= 0)
			in_order = false;
		buf_reset(&last);
		buf_add(&last, name.ptr, name.len);
	}
	expect(!ret || (ret == ERR_INVALID && err.text));
	error_release(&err);
	buf_release(&last);
	buf_release(&name);
	return in_order && !ret;
}

/* Each ref is found by its name, and a prefix gives those that have it. */
static void search_all(const struct packed_refs *packed, bool in_order)
{
	struct error err = ERROR_INIT;
	struct buf name = BUF_INIT;
	struct packed_ref ref;
	size_t pos = packed->start;

	while (packed_refs_next(packed, &pos, &ref, &err) > 0) {
		struct error search_err = ERROR_INIT;
		struct packed_ref below;
		struct oid oid;
		size_t at;
		int ret;

		buf_reset(&name);
		buf_add(&name, ref.name, ref.name_len);
		ret = packed_refs_find(packed, name.ptr, &oid, &search_err);
		expect(!in_order || (ret == 1 && oid_equal(&oid, &ref.oid)));
		buf_setlen(&name, name.len / 2);
		at = packed_refs_seek(packed, name.ptr);
		ret = packed_refs_next_below(packed, name.ptr, &at, &below,
					     &search_err);
		expect(!in_order || ret == 1);
		expect(ret != 1 || !memcmp(below.name, name.ptr, name.len));
		error_release(&search_err);
	}
	error_release(&err);
	buf_release(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packed_refs packed;

	/* Searching is quadratic here. */
	if (size > 1 << 14)
		return 0;
	packed_refs_parse(&packed, (const char *)data, size);
	expect(packed.start <= packed.len);
	search_all(&packed, read_all(&packed));
	return 0;
}
