/*
 * Any bytes as packed-refs: reading ends, with refs or ERR_INVALID, and a
 * search finds what a reader of all lines finds, where the file is in order.
 * Such a file with refs merged into it is in order, and has them and all
 * others.
 */
#include "git/packed_refs.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "git/ref.h"

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

static bool is_among(const struct ref_list *refs, const char *name)
{
	for (size_t i = 0; i < refs->nr; i++)
		if (!strcmp(refs->items[i].name, name))
			return true;
	return false;
}

static void add_once(struct ref_list *refs, const char *name)
{
	struct oid oid;

	memset(&oid, 7, sizeof(oid));
	if (!is_among(refs, name))
		ref_list_add(refs, name, &oid);
}

/* A first one, one that is there (the last), and one in the midst of them. */
static void choose(const struct packed_refs *packed, struct ref_list *out)
{
	struct error err = ERROR_INIT;
	struct buf name = BUF_INIT;
	struct packed_ref ref;
	size_t pos = packed->start;

	add_once(out, "A");
	while (packed_refs_next(packed, &pos, &ref, &err) > 0) {
		buf_reset(&name);
		buf_add(&name, ref.name, ref.name_len);
	}
	if (name.len) {
		add_once(out, name.ptr);
		buf_setlen(&name, (name.len + 1) / 2);
		buf_addch(&name, '0');
		add_once(out, name.ptr);
	}
	ref_list_sort(out);
	buf_release(&name);
}

/* What was there and is not replaced is there, with its bytes. */
static void expect_kept(const struct packed_refs *before,
			const struct packed_refs *after,
			const struct ref_list *refs)
{
	struct error err = ERROR_INIT;
	struct buf name = BUF_INIT;
	struct packed_ref ref;
	size_t pos = before->start, from = pos;

	for (; packed_refs_next(before, &pos, &ref, &err) > 0; from = pos) {
		buf_reset(&name);
		buf_add(&name, ref.name, ref.name_len);
		if (!is_among(refs, name.ptr))
			expect(memmem(after->map, after->len,
				      before->map + from, pos - from));
	}
	buf_release(&name);
}

static void merge(const struct packed_refs *packed)
{
	struct error err = ERROR_INIT;
	struct ref_list refs = REF_LIST_INIT;
	struct packed_refs merged;
	struct buf text = BUF_INIT;
	struct oid oid;
	int fd = memfd_create("merged", MFD_CLOEXEC);

	expect(fd >= 0);
	choose(packed, &refs);
	if (packed_refs_merge(fd, packed, &refs, &err) < 0) {
		/* Nothing that git reads as it is meant. */
		expect(err.code == ERR_UNSUPPORTED);
		goto done;
	}
	expect(lseek(fd, 0, SEEK_SET) == 0);
	expect(!buf_read_fd(&text, fd, SIZE_MAX, &err));
	packed_refs_parse(&merged, text.ptr, text.len);
	expect(merged.sorted && !merged.foreign && read_all(&merged));
	for (size_t i = 0; i < refs.nr; i++) {
		expect(packed_refs_find(&merged, refs.items[i].name, &oid,
					&err) == 1);
		expect(oid_equal(&oid, &refs.items[i].oid));
	}
	expect_kept(packed, &merged, &refs);
done:
	error_release(&err);
	close(fd);
	buf_release(&text);
	ref_list_release(&refs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packed_refs packed;
	bool in_order;

	/* Searching is quadratic here. */
	if (size > 1 << 14)
		return 0;
	packed_refs_parse(&packed, (const char *)data, size);
	expect(packed.start <= packed.len);
	in_order = read_all(&packed);
	search_all(&packed, in_order);
	if (in_order)
		merge(&packed);
	return 0;
}
