#include "git/pack.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/pack_copy.h"
#include "git/pack_file.h"
#include "git/pack_keep.h"
#include "git/pack_list.h"
#include "git/pack_midx.h"
#include "git/pack_writer.h"
#include "git/repository.h"

/*
 * So many packs that are small beside each other become one. Each time a byte
 * is copied it lands in a pack of at least one and a half times the size.
 */
#define GATHER_MIN 16
/* Packs of more bytes than this are left alone: copying them would take long,
 * and there are few of them. */
#define GATHER_MAX_BYTES (UINT64_C(128) << 20)
/* Locks of git that are older were left by a crash; git's own rule for gc. */
#define LOCK_MAX_SECONDS (12 * 60 * 60)

struct candidate {
	char *name; /* "pack-<sum>" */
	uint64_t size;
};

struct candidates {
	struct candidate *items;
	size_t nr;
	size_t alloc;
};

static void candidates_release(struct candidates *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->items[i].name);
	free(list->items);
}

static bool has_part(const struct repository *repo, const char *name,
		     const char *extension)
{
	char *path = pack_part_path(repo, name, extension);
	bool has = !access(path, F_OK);

	free(path);
	return has;
}

static bool is_locked(const char *path)
{
	struct stat st;

	return !stat(path, &st) && time(NULL) - st.st_mtime < LOCK_MAX_SECONDS;
}

/*
 * Whether git is repacking. Gathering would be safe, but a `git repack` that
 * finds its packs gone complains.
 */
static bool git_is_repacking(const struct repository *repo)
{
	char *gc = repository_common_path(repo, "gc.pid");
	char *maintenance = xstrfmt("%s/maintenance.lock", repo->objects_dir);
	bool busy = is_locked(gc) || is_locked(maintenance);

	free(gc);
	free(maintenance);
	return busy;
}

/* Whether a pack that is there may be gathered now: nobody has given it files
 * that say more about it than its bytes, and no multi-pack-index names it. */
static bool is_free(const struct repository *repo, const char *name,
		    const struct strlist *covered)
{
	static const char *const marks[] = {".keep", ".promisor", ".mtimes",
					    ".bitmap"};
	char *index;
	bool found;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (has_part(repo, name, marks[i]))
			return false;
	index = xstrfmt("%s.idx", name);
	found = strlist_has(covered, index);
	free(index);
	return !found;
}

/* Sort the listed packs into those to choose from and those to forget. */
static int look_at_packs(const struct repository *repo,
			 const struct strlist *names,
			 struct candidates *candidates, struct strlist *forget,
			 struct error *err)
{
	struct strlist covered = STRLIST_INIT;
	int ret = pack_midx_packs(repo, &covered, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < names->nr; i++) {
		const char *name = names->items[i];
		char *path = pack_part_path(repo, name, ".pack");
		struct stat st = {0};
		bool there = !stat(path, &st) && has_part(repo, name, ".idx");

		free(path);
		if (!there || (uint64_t)st.st_size > GATHER_MAX_BYTES) {
			/* One with a .keep may be on its way to be there. */
			if (!has_part(repo, name, ".keep"))
				strlist_add(forget, name);
			continue;
		}
		if (!is_free(repo, name, &covered))
			continue;
		ARRAY_GROW(candidates->items, candidates->nr,
			   candidates->alloc);
		candidates->items[candidates->nr++] = (struct candidate){
			xstrdup(name),
			(uint64_t)st.st_size,
		};
	}
	strlist_release(&covered);
	return 0;
}

static int compare_sizes(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->name, y->name);
}

/*
 * How many of the smallest to gather: up to the last one that is less than
 * twice as large as all smaller ones together. Those above form a progression,
 * and are few.
 */
static size_t choose(struct candidates *candidates)
{
	uint64_t sum = 0;
	size_t nr = 0;

	if (candidates->nr)
		qsort(candidates->items, candidates->nr,
		      sizeof(*candidates->items), compare_sizes);
	for (size_t i = 0; i < candidates->nr; i++) {
		if (candidates->items[i].size < 2 * sum)
			nr = i + 1;
		sum += candidates->items[i].size;
	}
	return nr >= GATHER_MIN ? nr : 0;
}

/*
 * Remove a pack whose objects are in the new one. Its .keep is ours meanwhile,
 * so that a process that writes the same pack waits and writes it again. The
 * index goes first: a reader that finds the one without the other should find a
 * pack that it does not know.
 */
static int remove_pack(const struct pack_writer *writer, const char *name,
		       struct error *err)
{
	static const char *const parts[] = {".idx", ".rev", ".pack"};
	struct pack_keep keep = PACK_KEEP_INIT;
	int ret;

	if (has_part(writer->repo, name, ".keep"))
		return 0;
	ret = pack_keep_make(&keep, writer->repo, name, err);
	/* Without a path: somebody else's has come in between. */
	for (size_t i = 0; !ret && keep.path && i < ARRAY_SIZE(parts); i++) {
		char *path = pack_part_path(writer->repo, name, parts[i]);

		if (unlink(path) < 0 && errno != ENOENT)
			ret = error_errno(err, "cannot remove '%s'", path);
		free(path);
	}
	pack_keep_drop(&keep);
	return ret;
}

/*
 * Copy a pack into the new one; `*whole` tells whether all of it could be. A
 * damaged or vanished one is no failure: it stays as it is, for git fsck to
 * complain of.
 */
static int copy_pack(struct pack_writer *writer, const char *name, bool *whole,
		     struct error *err)
{
	int ret = pack_copy(writer, name, err);

	*whole = !ret;
	if (ret == ERR_INVALID || ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* Gather the first `nr`. All of them are forgotten but the new one. */
static int merge(struct repository *repo, const struct candidate *packs,
		 size_t nr, struct strlist *forget, struct error *err)
{
	bool *whole = xcalloc(nr, sizeof(*whole));
	struct pack_writer writer;
	int ret = 0;

	pack_writer_init(&writer, repo);
	/* Those that it replaces go. */
	writer.inflates = true;
	for (size_t i = 0; !ret && i < nr; i++)
		ret = copy_pack(&writer, packs[i].name, &whole[i], err);
	if (!ret)
		ret = pack_writer_finish(&writer, NULL, 0, err);
	for (size_t i = 0; !ret && i < nr; i++) {
		/* All that was in the others may have been in this one. */
		if (writer.name && !strcmp(packs[i].name, writer.name))
			continue;
		strlist_add(forget, packs[i].name);
		if (whole[i])
			ret = remove_pack(&writer, packs[i].name, err);
	}
	if (!ret)
		ret = repository_refresh_objects(repo, err);
	pack_writer_release(&writer);
	free(whole);
	return ret;
}

static int gather_locked(struct repository *repo, struct error *err)
{
	struct candidates candidates = {0};
	struct strlist names = STRLIST_INIT, forget = STRLIST_INIT;
	size_t nr;
	int ret;

	ret = pack_list_read(repo, &names, err);
	if (!ret)
		ret = look_at_packs(repo, &names, &candidates, &forget, err);
	nr = choose(&candidates);
	if (!ret && nr)
		ret = merge(repo, candidates.items, nr, &forget, err);
	if (!ret && forget.nr)
		ret = pack_list_change(repo, NULL, &forget, err);
	candidates_release(&candidates);
	strlist_release(&names);
	strlist_release(&forget);
	return ret;
}

int pack_gather(struct repository *repo, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	char *path = NULL;
	int lock = -1;
	int ret;

	ret = pack_keep_drop_stale(repo, err);
	if (!ret)
		ret = pack_list_read(repo, &names, err);
	if (ret < 0 || names.nr < GATHER_MIN || git_is_repacking(repo))
		goto done;
	path = repository_common_path(repo, "checkpoint.d/gather.lock");
	ret = file_lock(&lock, path, 0, err);
	if (ret == ERR_LOCKED) {
		error_release(err);
		ret = 0;
		goto done;
	}
	if (!ret)
		ret = repository_share(repo, path, err);
	if (!ret)
		ret = gather_locked(repo, err);
done:
	file_unlock(lock);
	free(path);
	strlist_release(&names);
	return ret;
}
