#include "core/save/manual_ids.h"

#include "base/alloc.h"
#include "base/derived.h"
#include "git/repository.h"

#define MAGIC "checkpoint-manual-ids 1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
/* To read so many commits takes less than to write the file. */
#define FEW 16

struct manual_ids {
	struct derived file; /* MAGIC, and ids in order */
	const struct oid *known;
	size_t nr_known;
	struct oid *kept; /* of these, and those that were added */
	size_t nr, alloc, nr_added;
};

static bool parse(struct manual_ids *ids)
{
	const struct derived *file = &ids->file;
	size_t len;

	if (file->len < MAGIC_LEN || memcmp(file->data, MAGIC, MAGIC_LEN))
		return false;
	len = file->len - MAGIC_LEN;
	ids->known = (const void *)(file->data + MAGIC_LEN);
	ids->nr_known = len / sizeof(*ids->known);
	return len % sizeof(*ids->known) == 0;
}

static void make_empty(struct manual_ids *ids)
{
	derived_release(&ids->file);
	*ids = (struct manual_ids){0};
}

struct manual_ids *manual_ids_parse(const void *data, size_t len)
{
	struct manual_ids *ids = xcalloc(1, sizeof(*ids));

	if (!derived_copy(&ids->file, data, len) || !parse(ids))
		make_empty(ids);
	return ids;
}

static char *ids_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/manual-ids");
}

struct manual_ids *manual_ids_read(const struct repository *repo)
{
	struct manual_ids *ids = xcalloc(1, sizeof(*ids));
	char *path = ids_path(repo);

	if (!derived_open(&ids->file, path) || !parse(ids))
		make_empty(ids);
	free(path);
	return ids;
}

void manual_ids_free(struct manual_ids *ids)
{
	if (!ids)
		return;
	derived_release(&ids->file);
	free(ids->kept);
	free(ids);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

static void keep(struct manual_ids *ids, const struct oid *commit)
{
	ARRAY_GROW(ids->kept, ids->nr, ids->alloc);
	ids->kept[ids->nr++] = *commit;
}

bool manual_ids_have(struct manual_ids *ids, const struct oid *commit)
{
	if (!ids->nr_known || !bsearch(commit, ids->known, ids->nr_known,
				       sizeof(*commit), compare))
		return false;
	keep(ids, commit);
	return true;
}

void manual_ids_add(struct manual_ids *ids, const struct oid *commit)
{
	keep(ids, commit);
	ids->nr_added++;
}

int manual_ids_write(struct manual_ids *ids, const struct repository *repo,
		     struct error *err)
{
	struct derived_writer out;
	char *path;

	if (ids->nr_added < FEW)
		return 0;
	path = ids_path(repo);
	qsort(ids->kept, ids->nr, sizeof(*ids->kept), compare);
	derived_begin(&out, path);
	derived_add(&out, MAGIC, MAGIC_LEN);
	derived_add(&out, ids->kept, ids->nr * sizeof(*ids->kept));
	free(path);
	return derived_end(&out, err);
}
