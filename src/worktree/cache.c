#include "worktree/cache.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "git/config.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the sum of the settings, holder NUL, commit, the tree of the
 * index, three counts; then the entries, the ids of trees, and the recipes;
 * then the seal. Numbers are in the machine's own order: the file never leaves
 * it.
 */
#define MAGIC "checkpoint-cache 3\n"
#define MAX_BYTES (1u << 30)

struct cache {
	struct buf text; /* entries point into it */
	struct cache_entry *entries;
	size_t nr;
	const struct oid *trees;
	size_t nr_trees;
	const struct cache_recipe *recipes;
	size_t nr_recipes;
	struct oid index_tree;
};

/* Every setting that decides how a file becomes a blob. */
static void sum_settings(const struct repository *repo, unsigned char out[20])
{
	static const char *const prefixes[] = {"core.autocrlf", "core.eol",
					       "core.filemode", "core.symlinks",
					       "filter."};
	struct checksum_sha1 sum;

	checksum_sha1_init(&sum);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct strlist keys = STRLIST_INIT;

		config_keys(repo->config, prefixes[i], &keys);
		for (size_t k = 0; k < keys.nr; k++) {
			const char *value =
				config_get(repo->config, keys.items[k]);

			checksum_sha1_add(&sum, keys.items[k],
					  strlen(keys.items[k]) + 1);
			checksum_sha1_add(&sum, value, strlen(value) + 1);
		}
		strlist_release(&keys);
	}
	checksum_sha1_finish(&sum, out);
}

/* -- reading ------------------------------------------------------------- */

struct cursor {
	const char *at, *end;
	bool bad;
};

static const char *take(struct cursor *cursor, size_t len)
{
	const char *at = cursor->at;

	if (cursor->bad || (size_t)(cursor->end - at) < len) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += len;
	return at;
}

static void take_into(struct cursor *cursor, void *out, size_t len)
{
	const char *at = take(cursor, len);

	if (at)
		memcpy(out, at, len);
}

static const char *take_text(struct cursor *cursor)
{
	const char *at = cursor->at;
	const char *nul = memchr(at, '\0', (size_t)(cursor->end - at));

	return nul ? take(cursor, (size_t)(nul - at) + 1)
		   : take(cursor, SIZE_MAX);
}

static void take_entry(struct cursor *cursor, struct cache_entry *entry)
{
	unsigned char keep_raw = 0;

	take_into(cursor, &entry->blob, sizeof(entry->blob));
	take_into(cursor, &entry->raw, sizeof(entry->raw));
	take_into(cursor, &keep_raw, 1);
	take_into(cursor, &entry->mode, sizeof(entry->mode));
	take_into(cursor, &entry->mtime_sec, sizeof(entry->mtime_sec));
	take_into(cursor, &entry->ctime_sec, sizeof(entry->ctime_sec));
	take_into(cursor, &entry->mtime_nsec, sizeof(entry->mtime_nsec));
	take_into(cursor, &entry->ctime_nsec, sizeof(entry->ctime_nsec));
	take_into(cursor, &entry->size, sizeof(entry->size));
	take_into(cursor, &entry->inode, sizeof(entry->inode));
	take_into(cursor, &entry->device, sizeof(entry->device));
	entry->keep_raw = keep_raw;
	entry->conversion = take_text(cursor);
	entry->path = take_text(cursor);
}

static bool parse(struct cache *cache, const struct repository *repo,
		  char **holder, struct oid *commit)
{
	struct cursor cursor = {cache->text.ptr, NULL, false};
	unsigned char wanted[20], found[20] = {0};
	const char *name;
	uint64_t nr = 0, nr_trees = 0, nr_recipes = 0;

	if (!fingerprint_is_sealed(cache->text.ptr, cache->text.len))
		return false;
	cursor.end = cache->text.ptr + cache->text.len - FINGERPRINT_SEAL_SIZE;
	name = take(&cursor, strlen(MAGIC));
	if (!name || memcmp(name, MAGIC, strlen(MAGIC)))
		return false;
	sum_settings(repo, wanted);
	take_into(&cursor, found, sizeof(found));
	if (memcmp(found, wanted, sizeof(found)))
		return false;
	name = take_text(&cursor);
	take_into(&cursor, commit, sizeof(*commit));
	take_into(&cursor, &cache->index_tree, sizeof(cache->index_tree));
	take_into(&cursor, &nr, sizeof(nr));
	take_into(&cursor, &nr_trees, sizeof(nr_trees));
	take_into(&cursor, &nr_recipes, sizeof(nr_recipes));
	if (cursor.bad || nr > MAX_BYTES / sizeof(*cache->entries) ||
	    nr_trees > MAX_BYTES / sizeof(*cache->trees) ||
	    nr_recipes > MAX_BYTES / sizeof(*cache->recipes))
		return false;
	cache->entries = xcalloc((size_t)nr, sizeof(*cache->entries));
	for (uint64_t i = 0; i < nr && !cursor.bad; i++)
		take_entry(&cursor, &cache->entries[i]);
	cache->trees = (const struct oid *)take(
		&cursor, (size_t)nr_trees * sizeof(*cache->trees));
	cache->recipes = (const struct cache_recipe *)take(
		&cursor, (size_t)nr_recipes * sizeof(*cache->recipes));
	if (cursor.bad || cursor.at != cursor.end)
		return false;
	cache->nr = (size_t)nr;
	cache->nr_trees = (size_t)nr_trees;
	cache->nr_recipes = (size_t)nr_recipes;
	*holder = xstrdup(name);
	return true;
}

static char *cache_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/cache");
}

struct cache *cache_parse(const struct repository *repo, const void *data,
			  size_t len, char **holder, struct oid *commit)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));

	cache->text = (struct buf)BUF_INIT;
	buf_add(&cache->text, data, len);
	*holder = NULL;
	if (!parse(cache, repo, holder, commit))
		cache_clear(cache);
	return cache;
}

struct cache *cache_read(const struct repository *repo, char **holder,
			 struct oid *commit)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));
	struct error ignored = ERROR_INIT;
	char *path = cache_path(repo);

	cache->text = (struct buf)BUF_INIT;
	*holder = NULL;
	/* Missing or unreadable: then nothing is known. */
	if (buf_read_file(&cache->text, path, MAX_BYTES, &ignored) < 0 ||
	    !parse(cache, repo, holder, commit))
		cache_clear(cache);
	error_release(&ignored);
	free(path);
	return cache;
}

struct cache *cache_of(struct cache_entry *entries, size_t nr)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));

	cache->text = (struct buf)BUF_INIT;
	cache->entries = entries;
	cache->nr = nr;
	return cache;
}

void cache_clear(struct cache *cache)
{
	free(cache->entries);
	cache->entries = NULL;
	cache->nr = 0;
	cache->trees = NULL;
	cache->nr_trees = 0;
	cache->recipes = NULL;
	cache->nr_recipes = 0;
	cache->index_tree = (struct oid){{0}};
	buf_release(&cache->text);
}

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	cache_clear(cache);
	free(cache);
}

static int compare_path(const void *path, const void *entry)
{
	return strcmp(path, ((const struct cache_entry *)entry)->path);
}

const struct cache_entry *cache_find(const struct cache *cache,
				     const char *path, const struct stat *st)
{
	const struct cache_entry *entry;

	if (!cache || !cache->nr)
		return NULL;
	entry = bsearch(path, cache->entries, cache->nr, sizeof(*entry),
			compare_path);
	return entry && cache_entry_is(entry, st) ? entry : NULL;
}

static int compare_oid(const void *a, const void *b)
{
	return memcmp(a, b, OID_RAWSZ);
}

bool cache_has_tree(const struct cache *cache, const struct oid *tree)
{
	return cache && cache->nr_trees &&
	       bsearch(tree, cache->trees, cache->nr_trees, sizeof(*tree),
		       compare_oid);
}

static int compare_sum(const void *sum, const void *recipe)
{
	return memcmp(sum, ((const struct cache_recipe *)recipe)->sum,
		      sizeof(((const struct cache_recipe *)recipe)->sum));
}

const struct oid *cache_find_recipe(const struct cache *cache,
				    const unsigned char sum[32])
{
	const struct cache_recipe *found = NULL;

	if (cache && cache->nr_recipes)
		found = bsearch(sum, cache->recipes, cache->nr_recipes,
				sizeof(*found), compare_sum);
	return found ? &found->tree : NULL;
}

bool cache_has_index(const struct cache *cache, const struct oid *tree)
{
	return cache && !oid_is_zero(tree) &&
	       oid_equal(&cache->index_tree, tree);
}

/* -- writing ------------------------------------------------------------- */

void cache_entry_stat(struct cache_entry *entry, const struct stat *st)
{
	entry->mode = st->st_mode;
	entry->size = (uint64_t)st->st_size;
	entry->inode = st->st_ino;
	entry->device = st->st_dev;
	entry->mtime_sec = st->st_mtim.tv_sec;
	entry->mtime_nsec = (uint32_t)st->st_mtim.tv_nsec;
	entry->ctime_sec = st->st_ctim.tv_sec;
	entry->ctime_nsec = (uint32_t)st->st_ctim.tv_nsec;
}

bool cache_entry_is(const struct cache_entry *entry, const struct stat *st)
{
	struct cache_entry now = {0};

	cache_entry_stat(&now, st);
	return now.mode == entry->mode && now.size == entry->size &&
	       now.inode == entry->inode && now.device == entry->device &&
	       now.mtime_sec == entry->mtime_sec &&
	       now.mtime_nsec == entry->mtime_nsec &&
	       now.ctime_sec == entry->ctime_sec &&
	       now.ctime_nsec == entry->ctime_nsec;
}

static void add_entry(struct buf *out, const struct cache_entry *entry)
{
	buf_add(out, &entry->blob, sizeof(entry->blob));
	buf_add(out, &entry->raw, sizeof(entry->raw));
	buf_addch(out, entry->keep_raw);
	buf_add(out, &entry->mode, sizeof(entry->mode));
	buf_add(out, &entry->mtime_sec, sizeof(entry->mtime_sec));
	buf_add(out, &entry->ctime_sec, sizeof(entry->ctime_sec));
	buf_add(out, &entry->mtime_nsec, sizeof(entry->mtime_nsec));
	buf_add(out, &entry->ctime_nsec, sizeof(entry->ctime_nsec));
	buf_add(out, &entry->size, sizeof(entry->size));
	buf_add(out, &entry->inode, sizeof(entry->inode));
	buf_add(out, &entry->device, sizeof(entry->device));
	buf_add(out, entry->conversion, strlen(entry->conversion) + 1);
	buf_add(out, entry->path, strlen(entry->path) + 1);
}

int cache_write(const struct repository *repo, const char *holder,
		const struct oid *commit, const struct cache_content *content,
		struct error *err)
{
	const uint64_t counts[] = {content->nr, content->nr_trees,
				   content->nr_recipes};
	struct buf out = BUF_INIT;
	unsigned char settings[20];
	char *path = cache_path(repo);
	int ret;

	buf_addstr(&out, MAGIC);
	sum_settings(repo, settings);
	buf_add(&out, settings, sizeof(settings));
	buf_add(&out, holder, strlen(holder) + 1);
	buf_add(&out, commit, sizeof(*commit));
	buf_add(&out, &content->index_tree, sizeof(content->index_tree));
	buf_add(&out, counts, sizeof(counts));
	for (size_t i = 0; i < content->nr; i++)
		add_entry(&out, &content->entries[i]);
	if (content->nr_trees)
		buf_add(&out, content->trees,
			content->nr_trees * sizeof(*content->trees));
	if (content->nr_recipes)
		buf_add(&out, content->recipes,
			content->nr_recipes * sizeof(*content->recipes));
	fingerprint_seal(&out);
	/* Not synced: a cache that a crash tears is no cache. */
	ret = file_replace(path, out.ptr, out.len, false, err);
	free(path);
	buf_release(&out);
	return ret;
}
