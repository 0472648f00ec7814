#include "worktree/cache.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/derived.h"
#include "git/config.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the sum of the settings, holder NUL, commit, the tree of the
 * index; then the entries, the ids of trees, and the recipes; how many of each;
 * then the seal. Numbers are in the machine's own order: the file never leaves
 * it.
 */
#define MAGIC "checkpoint-cache 5\n"

/* While so many entries are gone through, what they lie in is in memory. */
#define ENTRIES_AT_ONCE 32768

/* An entry: this; the id of its bytes, where it has one of its own; path and
 * conversion, with their NULs. */
struct record {
	struct stat_data stat;
	struct oid blob;
	uint32_t flags;
};
#define KEEP_RAW 1u
#define OWN_RAW 2u

struct counts {
	uint64_t entries, trees, recipes;
};

struct cache {
	struct derived file;
	const char *text;  /* of its entries; of cache_of() all there is */
	uint32_t *entries; /* where each begins in it; sorted by path */
	size_t nr;
	struct buf made; /* cache_of() */
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

static void skip_entry(struct cursor *cursor)
{
	struct record record = {.flags = 0};

	take_into(cursor, &record, sizeof(record));
	if (record.flags & OWN_RAW)
		take(cursor, sizeof(struct oid));
	take_text(cursor);
	take_text(cursor);
}

/* One that is known to be whole. */
static void get_entry(const char *at, struct cache_entry *out)
{
	struct record record;

	memcpy(&record, at, sizeof(record));
	at += sizeof(record);
	out->stat = record.stat;
	out->blob = out->raw = record.blob;
	out->keep_raw = record.flags & KEEP_RAW;
	if (record.flags & OWN_RAW) {
		memcpy(&out->raw, at, sizeof(out->raw));
		at += sizeof(out->raw);
	}
	out->path = at;
	out->conversion = at + strlen(at) + 1;
}

static const char *path_of(const char *at)
{
	uint32_t flags;

	memcpy(&flags, at + offsetof(struct record, flags), sizeof(flags));
	at += sizeof(struct record);
	return flags & OWN_RAW ? at + sizeof(struct oid) : at;
}

static void note_entries(struct cache *cache, struct cursor *cursor, size_t nr)
{
	cache->text = cursor->at;
	cache->entries = xmalloc(array_bytes(nr, sizeof(*cache->entries)));
	for (size_t i = 0; i < nr && !cursor->bad; i++) {
		if (i % ENTRIES_AT_ONCE == 0)
			cache_rest(cache);
		cache->entries[i] = (uint32_t)(cursor->at - cache->text);
		skip_entry(cursor);
	}
	cache->nr = nr;
}

static bool take_counts(struct cursor *cursor, struct counts *counts)
{
	size_t left = (size_t)(cursor->end - cursor->at);

	if (left < sizeof(*counts))
		return false;
	left -= sizeof(*counts);
	cursor->end -= sizeof(*counts);
	memcpy(counts, cursor->end, sizeof(*counts));
	return counts->entries <= left / sizeof(struct record) &&
	       counts->trees <= left / sizeof(struct oid) &&
	       counts->recipes <= left / sizeof(struct cache_recipe);
}

static bool parse(struct cache *cache, const struct repository *repo,
		  char **holder, struct oid *commit)
{
	struct cursor cursor = {cache->file.data,
				cache->file.data + cache->file.len, false};
	unsigned char wanted[20], found[20] = {0};
	struct counts counts;
	const char *name = take(&cursor, strlen(MAGIC));

	if (!name || memcmp(name, MAGIC, strlen(MAGIC)))
		return false;
	sum_settings(repo, wanted);
	take_into(&cursor, found, sizeof(found));
	if (memcmp(found, wanted, sizeof(found)) ||
	    !take_counts(&cursor, &counts))
		return false;
	name = take_text(&cursor);
	take_into(&cursor, commit, sizeof(*commit));
	take_into(&cursor, &cache->index_tree, sizeof(cache->index_tree));
	note_entries(cache, &cursor, (size_t)counts.entries);
	cache->nr_trees = (size_t)counts.trees;
	cache->trees = (const struct oid *)take(
		&cursor, cache->nr_trees * sizeof(*cache->trees));
	cache->nr_recipes = (size_t)counts.recipes;
	cache->recipes = (const struct cache_recipe *)take(
		&cursor, cache->nr_recipes * sizeof(*cache->recipes));
	if (cursor.bad || cursor.at != cursor.end)
		return false;
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

	cache->made = (struct buf)BUF_INIT;
	*holder = NULL;
	if (!derived_copy(&cache->file, data, len) ||
	    !parse(cache, repo, holder, commit))
		cache_clear(cache);
	return cache;
}

struct cache *cache_read(const struct repository *repo, char **holder,
			 struct oid *commit)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));
	char *path = cache_path(repo);

	cache->made = (struct buf)BUF_INIT;
	*holder = NULL;
	/* Missing or unreadable: then nothing is known. */
	if (!derived_open(&cache->file, path) ||
	    !parse(cache, repo, holder, commit))
		cache_clear(cache);
	/* It is the walk's turn. */
	cache_rest(cache);
	free(path);
	return cache;
}

void cache_clear(struct cache *cache)
{
	free(cache->entries);
	derived_release(&cache->file);
	buf_release(&cache->made);
	*cache = (struct cache){.made = BUF_INIT};
}

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	cache_clear(cache);
	free(cache);
}

/* -- looking up ---------------------------------------------------------- */

bool cache_find(const struct cache *cache, const char *path,
		const struct stat_data *stat, struct cache_entry *out)
{
	size_t low = 0, high = cache ? cache->nr : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *at = cache->text + cache->entries[middle];
		int order = strcmp(path, path_of(at));

		if (!order) {
			get_entry(at, out);
			return stat_data_equal(&out->stat, stat);
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void cache_rest(const struct cache *cache)
{
	if (cache)
		derived_rest(&cache->file);
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

/* What an entry begins with; returns how long that is. */
static size_t fill_head(char out[sizeof(struct record) + sizeof(struct oid)],
			const struct cache_entry *entry)
{
	bool own_raw = !oid_equal(&entry->raw, &entry->blob);
	struct record record = {
		.stat = entry->stat,
		.blob = entry->blob,
		.flags = (entry->keep_raw ? KEEP_RAW : 0) |
			 (own_raw ? OWN_RAW : 0),
	};

	_Static_assert(sizeof(record) == sizeof(struct stat_data) +
						 sizeof(struct oid) +
						 sizeof(uint32_t),
		       "no byte of it is left to chance");
	memcpy(out, &record, sizeof(record));
	if (!own_raw)
		return sizeof(record);
	memcpy(out + sizeof(record), &entry->raw, sizeof(entry->raw));
	return sizeof(record) + sizeof(entry->raw);
}

struct cache *cache_of(const struct cache_entry *entries, size_t nr)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));
	char head[sizeof(struct record) + sizeof(struct oid)];
	struct buf *text = &cache->made;

	*text = (struct buf)BUF_INIT;
	cache->entries = xmalloc(array_bytes(nr, sizeof(*cache->entries)));
	for (; cache->nr < nr; cache->nr++, entries++) {
		cache->entries[cache->nr] = (uint32_t)text->len;
		buf_add(text, head, fill_head(head, entries));
		buf_add(text, entries->path, strlen(entries->path) + 1);
		buf_add(text, entries->conversion,
			strlen(entries->conversion) + 1);
	}
	cache->text = text->ptr;
	return cache;
}

static void add_entry(struct derived_writer *out,
		      const struct cache_entry *entry)
{
	char head[sizeof(struct record) + sizeof(struct oid)];

	derived_add(out, head, fill_head(head, entry));
	derived_add(out, entry->path, strlen(entry->path) + 1);
	derived_add(out, entry->conversion, strlen(entry->conversion) + 1);
}

int cache_write(const struct repository *repo, const char *holder,
		const struct oid *commit, const struct cache_content *content,
		struct error *err)
{
	struct counts counts = {0, content->nr_trees, content->nr_recipes};
	struct derived_writer out;
	struct cache_entry entry;
	unsigned char settings[20];
	char *path = cache_path(repo);

	sum_settings(repo, settings);
	derived_begin(&out, path);
	free(path);
	derived_add(&out, MAGIC, strlen(MAGIC));
	derived_add(&out, settings, sizeof(settings));
	derived_add(&out, holder, strlen(holder) + 1);
	derived_add(&out, commit, sizeof(*commit));
	derived_add(&out, &content->index_tree, sizeof(content->index_tree));
	for (; content->next(content->context, &entry); counts.entries++)
		add_entry(&out, &entry);
	derived_add(&out, content->trees,
		    content->nr_trees * sizeof(*content->trees));
	derived_add(&out, content->recipes,
		    content->nr_recipes * sizeof(*content->recipes));
	derived_add(&out, &counts, sizeof(counts));
	return derived_end(&out, err);
}
