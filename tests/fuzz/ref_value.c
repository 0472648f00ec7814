/*
 * Any bytes as a loose ref: an id, the valid name of another ref, or
 * ERR_INVALID.
 */
#include "git/ref_value.h"

#include "git/ref_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct ref_value value;
	int ret;

	buf_add(&text, data, size);
	ret = ref_value_parse(&text, "refs/x", &value, &err);
	if (ret && (ret != ERR_INVALID || !err.text || value.target))
		abort();
	if (!ret && value.target && !ref_name_is_valid(value.target))
		abort();
	if (!ret && value.target && strstr(value.target, ".."))
		abort();
	ref_value_release(&value);
	error_release(&err);
	buf_release(&text);
	return 0;
}
