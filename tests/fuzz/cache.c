/*
 * Any bytes can be read as a cache; what is read as one can be asked for any
 * path and tree. The seal is put right first, and the sum of the settings is
 * that of an empty configuration.
 */
#include "worktree/cache.h"

#include "base/buf.h"
#include "base/checksum.h"
#include "git/config.h"
#include "git/repository.h"
#include "reseal.h"

static void put_right(struct buf *file)
{
	static const char magic[] = "checkpoint-cache 5\n";
	const size_t start = sizeof(magic) - 1;
	struct checksum_sha1 sum;

	if (file->len < start + 20 + DERIVED_SUM_SIZE)
		return;
	checksum_sha1_init(&sum);
	checksum_sha1_finish(&sum, (unsigned char *)file->ptr + start);
	reseal(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"", "a", "b/c", "b/d", "z"};
	struct repository repo = {.config = config_parse("", 0)};
	struct buf file = BUF_INIT;
	const struct stat st = {
		.st_dev = 5,
		.st_ino = 6,
		.st_mode = S_IFREG | 0644,
		.st_size = 7,
		.st_mtim = {1000, 17},
		.st_ctim = {2000, 18},
	};
	struct cache_entry entry;
	struct stat_data data_of;
	struct cache *cache;
	struct oid commit;
	char *holder;

	stat_data_fill(&data_of, &st);
	buf_add(&file, data, size);
	put_right(&file);
	cache = cache_parse(&repo, file.ptr, file.len, &holder, &commit);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (cache_find(cache, paths[i], &data_of, &entry) &&
		    (strcmp(entry.path, paths[i]) ||
		     strlen(entry.conversion) > size))
			abort();
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned char sum[32];
		struct oid oid;

		memset(oid.id, (int)byte, sizeof(oid.id));
		cache_has_tree(cache, &oid);
		cache_has_index(cache, &oid);
		memset(sum, (int)byte, sizeof(sum));
		cache_find_recipe(cache, sum);
	}
	if (!holder && cache_find(cache, "a", &data_of, &entry))
		abort();
	free(holder);
	cache_free(cache);
	config_free(repo.config);
	buf_release(&file);
	return 0;
}
