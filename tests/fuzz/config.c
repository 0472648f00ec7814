/*
 * Any bytes as what `git config --list -z` prints: every key that is listed has
 * values, the last of which is the one that counts, and reading it as a number,
 * a truth or a time gives one, or an error that names the key.
 */
#include "git/config.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_result(int ret, const char *key, struct error *err)
{
	expect(!ret || (ret == ERR_FAILED && strstr(err->text, key)));
	error_release(err);
}

static void check_key(const struct config *config, const char *key)
{
	struct strlist values = STRLIST_INIT;
	struct error err = ERROR_INIT;
	int64_t number;
	bool value;

	config_get_all(config, key, &values);
	expect(values.nr > 0);
	expect(!strcmp(values.items[values.nr - 1], config_get(config, key)));
	check_result(config_get_bool(config, key, true, &value, &err), key,
		     &err);
	check_result(config_get_int(config, key, 1, &number, &err), key, &err);
	check_result(config_get_seconds(config, key, 1, &number, &err), key,
		     &err);
	expect(number >= 0);
	strlist_release(&values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = config_parse((const char *)data, size);
	struct strlist keys = STRLIST_INIT;

	config_keys(config, "", &keys);
	for (size_t i = 0; i < keys.nr; i++)
		check_key(config, keys.items[i]);
	strlist_sort(&keys);
	for (size_t i = 1; i < keys.nr; i++)
		expect(strcmp(keys.items[i - 1], keys.items[i]));
	strlist_release(&keys);
	config_free(config);
	return 0;
}
