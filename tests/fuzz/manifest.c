/*
 * Any bytes as a manifest: what is taken is written as the same bytes, in
 * order, and every item is found.
 */
#include "core/record/manifest.h"

#include "core/record/id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf again = BUF_INIT;
	struct manifest manifest;
	int ret = manifest_parse(&manifest, (const char *)data, size, &err);

	if (ret && ((ret != ERR_INVALID && ret != ERR_NEWER) || !err.text))
		abort();
	if (!ret) {
		manifest_format(&manifest, &again);
		if (again.len != size || memcmp(again.ptr, data, size) != 0)
			abort();
		for (size_t i = 0; i < manifest.nr; i++)
			if (manifest_find(&manifest, manifest.items[i].id) !=
				    &manifest.items[i] ||
			    !checkpoint_id_is_valid(manifest.items[i].id))
				abort();
	}
	manifest_release(&manifest);
	buf_release(&again);
	error_release(&err);
	return 0;
}
