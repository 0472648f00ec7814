/*
 * Any bytes as the header of a bundle: reading ends, with a header, for more,
 * or with an error; a header is the same however much follows it, and no
 * beginning of it is one.
 */
#include "git/bundle.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool is_same(const struct bundle *a, const struct bundle *b)
{
	if (a->refs.nr != b->refs.nr || a->nr_needs != b->nr_needs ||
	    a->pack_start != b->pack_start)
		return false;
	for (size_t i = 0; i < a->refs.nr; i++)
		if (strcmp(a->refs.items[i].name, b->refs.items[i].name) != 0 ||
		    !oid_equal(&a->refs.items[i].oid, &b->refs.items[i].oid))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct bundle whole, header, part;
	struct error err = ERROR_INIT;
	int ret = bundle_parse(&whole, text, size, &err);

	expect(ret == 1 || !ret ||
	       ((ret == ERR_INVALID || ret == ERR_UNSUPPORTED) && err.text));
	if (ret == 1) {
		expect(whole.pack_start <= size);
		expect(text[whole.pack_start - 1] == '\n');
		expect(bundle_parse(&header, text, whole.pack_start, &err) ==
		       1);
		expect(is_same(&whole, &header));
		expect(bundle_parse(&part, text, whole.pack_start - 1, &err) ==
		       0);
		bundle_release(&header);
		bundle_release(&part);
	}
	bundle_release(&whole);
	error_release(&err);
	return 0;
}
