#include "worktree/filter.h"

#include <errno.h>
#include <git2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/path.h"
#include "base/strmap.h"
#include "git/index.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/filtering.h"

/* Objects above this are not read into memory. */
#define STREAM_BYTES (8u << 20)

/* -- the handle ---------------------------------------------------------- */

struct filter *filter_new(struct repository *repo)
{
	struct filter *filter = xcalloc(1, sizeof(*filter));

	filter->repo = repo;
	filter->scratch = (struct filter_scratch)FILTER_SCRATCH_INIT;
	filter->spool = -1;
	return filter;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	git_odb_free(filter->odb);
	if (filter->spool >= 0)
		close(filter->spool);
	filter_scratch_release(&filter->scratch);
	free(filter->objects);
	free(filter);
}

int filter_need_scratch(struct filter *filter, struct error *err)
{
	if (filter->scratch.dir)
		return 0;
	return filter_scratch_open(&filter->scratch, filter->repo, err);
}

/* One entry of GIT_ALTERNATE_OBJECT_DIRECTORIES, whatever bytes are in it. */
static void add_alternate(struct buf *out, const char *dir)
{
	buf_addch(out, '"');
	for (; *dir; dir++) {
		unsigned char c = (unsigned char)*dir;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\%03o", c);
		else
			buf_addch(out, c);
	}
	buf_addch(out, '"');
}

char *filter_alternates(const char *dir)
{
	const char *inherited = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	struct buf text = BUF_INIT;

	buf_addstr(&text, "GIT_ALTERNATE_OBJECT_DIRECTORIES=");
	add_alternate(&text, dir);
	if (inherited && *inherited)
		buf_addf(&text, ":%s", inherited);
	return buf_detach(&text);
}

int filter_read(struct filter *filter, const struct oid *blob, uint64_t limit,
		struct buf *out, struct error *err)
{
	git_odb_object *object = NULL;
	git_object_t type;
	git_oid id;
	size_t len;

	memcpy(id.id, blob->id, OID_RAWSZ);
	if (!filter->odb ||
	    git_odb_read_header(&len, &type, filter->odb, &id) < 0)
		return object_read(filter->repo, blob, OBJECT_BLOB, limit, out,
				   err);
	if (type != GIT_OBJECT_BLOB || len > limit)
		return error_set(err, ERR_INVALID, "%s is too large",
				 git_oid_tostr_s(&id));
	if (git_odb_read(&object, filter->odb, &id) < 0)
		return error_libgit2(err, -1, "cannot read %s",
				     git_oid_tostr_s(&id));
	buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return 0;
}

/* -- one run of `git update-index` --------------------------------------- */

struct clean {
	struct filter *filter;
	struct index_lock *index; /* the lock file is the scratch index */
	struct buf input;	  /* the paths, each with a NUL */
};

static int make_objects(struct filter *filter, struct error *err)
{
	filter->objects = path_join(filter->scratch.dir, "objects");
	if (mkdir(filter->objects, 0777) < 0)
		return error_errno(err, "cannot make directory '%s'",
				   filter->objects);
	return 0;
}

/* Whether git looks at the entry while it cleans one of the paths: for line
 * ends in the index, or for attributes. */
static bool is_looked_at(const struct index_entry *entry,
			 const struct strmap *wanted)
{
	if (entry->stage == 1 || entry->stage == 3 ||
	    entry->flags & INDEX_INTENT_TO_ADD || entry->mode == MODE_GITLINK)
		return false;
	return strmap_has(wanted, entry->path) ||
	       !strcmp(path_basename(entry->path), ".gitattributes");
}

/* The entries that matter, with stat data that match no file. */
static int make_index(struct clean *clean, const struct strlist *paths,
		      struct error *err)
{
	struct repository *repo = clean->filter->repo;
	char *path = path_join(clean->filter->scratch.dir, "index");
	struct strmap wanted = STRMAP_INIT;
	struct arena arena = ARENA_INIT;
	struct index_entry *entries = NULL;
	struct index *index = NULL;
	size_t nr = 0, alloc = 0;
	int rc;

	for (size_t i = 0; i < paths->nr; i++)
		strmap_put(&wanted, paths->items[i], &wanted);
	rc = index_read(&index, repo, repo->index_file, err);
	if (rc < 0)
		goto done;
	for (size_t i = 0; i < index->nr; i++) {
		if (!is_looked_at(&index->entries[i], &wanted))
			continue;
		ARRAY_GROW(entries, nr, alloc);
		entries[nr] = index->entries[i];
		entries[nr].flags = 0;
		index_entry_fill(&entries[nr++], &arena, index->entries[i].path,
				 index->entries[i].path_len,
				 index_entry_oid(&index->entries[i]), NULL);
	}
	rc = index_lock(&clean->index, path, NULL, err);
	if (!rc)
		rc = index_lock_write(clean->index, entries, nr, NULL, 2, true,
				      NULL, err);
done:
	index_free(index);
	free(entries);
	arena_release(&arena);
	strmap_release(&wanted, NULL);
	free(path);
	return rc;
}

static int run_clean(const struct clean *clean, struct error *err)
{
	const struct repository *repo = clean->filter->repo;
	/* core.safecrlf would refuse; the others would write, or run, more. */
	const char *argv[] = {
		"-c",		"core.safecrlf=false",
		"-c",		"core.fsmonitor=false",
		"-c",		"core.untrackedCache=false",
		"-c",		"core.splitIndex=false",
		"-c",		"index.sparse=false",
		"-c",		"core.fsync=none",
		"-c",		"core.looseCompression=0",
		"update-index", "--add",
		"--remove",	"--replace",
		"-z",		"--stdin",
		NULL,
	};
	char *objects =
		xstrfmt("GIT_OBJECT_DIRECTORY=%s", clean->filter->objects);
	char *alternates = filter_alternates(repo->objects_dir);
	char *index =
		xstrfmt("GIT_INDEX_FILE=%s", index_lock_path(clean->index));
	const char *env[] = {objects, alternates, index, NULL};
	struct git_command command = {.repo = repo,
				      .argv = argv,
				      .env = env,
				      .input = clean->input.ptr,
				      .input_len = clean->input.len};
	int rc = git_run(&command, NULL, NULL, err);

	free(objects);
	free(alternates);
	free(index);
	return rc;
}

/* -- from the object directory to the pack ------------------------------- */

struct collect {
	git_odb *odb;
	struct pack *pack;
	struct error *err;
};

static int check_id(const struct oid *added, const git_oid *wanted,
		    struct error *err)
{
	if (!memcmp(added->id, wanted->id, OID_RAWSZ))
		return 0;
	return error_set(err, ERR_INVALID, "object %s is damaged",
			 git_oid_tostr_s(wanted));
}

static int collect_whole(struct collect *collect, const git_oid *id)
{
	git_odb_object *object = NULL;
	struct oid added;
	int rc = git_odb_read(&object, collect->odb, id);

	if (rc < 0)
		return error_libgit2(collect->err, rc, "cannot read %s",
				     git_oid_tostr_s(id));
	rc = pack_add(collect->pack,
		      (enum object_type)git_odb_object_type(object),
		      git_odb_object_data(object), git_odb_object_size(object),
		      &added, collect->err);
	git_odb_object_free(object);
	return rc < 0 ? rc : check_id(&added, id, collect->err);
}

static ssize_t read_stream(void *context, void *data, size_t len,
			   struct error *err)
{
	int got = git_odb_stream_read(context, data, len);

	return got < 0 ? error_libgit2(err, got, "cannot read an object") : got;
}

static int collect_object(const git_oid *id, void *context)
{
	struct collect *collect = context;
	git_odb_stream *stream = NULL;
	git_object_t type;
	struct oid added;
	size_t len;
	int rc;

	rc = git_odb_read_header(&len, &type, collect->odb, id);
	if (rc < 0)
		return error_libgit2(collect->err, rc, "cannot read %s",
				     git_oid_tostr_s(id));
	/* What git has packed cannot be streamed. */
	if (type != GIT_OBJECT_BLOB || len <= STREAM_BYTES ||
	    git_odb_open_rstream(&stream, &len, &type, collect->odb, id) < 0)
		return collect_whole(collect, id);
	rc = pack_add_stream(collect->pack, len, read_stream, stream, &added,
			     collect->err);
	git_odb_stream_free(stream);
	return rc < 0 ? rc : check_id(&added, id, collect->err);
}

/* All that was written there, also by filters that write objects. */
static int collect_objects(struct filter *filter, struct pack *pack,
			   struct error *err)
{
	struct collect collect = {.pack = pack, .err = err};
	int rc = git_odb_open(&filter->odb, filter->objects);

	if (rc < 0)
		return error_libgit2(err, rc, "cannot open '%s'",
				     filter->objects);
	collect.odb = filter->odb;
	rc = git_odb_foreach(filter->odb, collect_object, &collect);
	if (rc < 0 && !err->code)
		error_libgit2(err, rc, "cannot list '%s'", filter->objects);
	return rc < 0 ? err->code : 0;
}

/* What the paths have become; one that has gone meanwhile has no id. */
static int read_ids(const struct clean *clean, const struct strlist *paths,
		    struct oid *out, struct error *err)
{
	struct index *index = NULL;
	int rc = index_read(&index, NULL, index_lock_path(clean->index), err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < paths->nr; i++) {
		const struct index_entry *entry =
			index_find(index, paths->items[i]);

		out[i] = entry ? *index_entry_oid(entry) : (struct oid){{0}};
	}
	index_free(index);
	return 0;
}

int filter_clean(struct filter *filter, const struct strlist *paths,
		 struct pack *pack, struct oid *out, struct error *err)
{
	struct clean clean = {.filter = filter, .input = BUF_INIT};
	int rc;

	if (!paths->nr)
		return 0;
	for (size_t i = 0; i < paths->nr; i++)
		buf_add(&clean.input, paths->items[i],
			strlen(paths->items[i]) + 1);
	rc = filter_need_scratch(filter, err);
	if (!rc)
		rc = make_objects(filter, err);
	if (!rc)
		rc = make_index(&clean, paths, err);
	if (!rc)
		rc = run_clean(&clean, err);
	if (!rc)
		rc = read_ids(&clean, paths, out, err);
	if (!rc)
		rc = collect_objects(filter, pack, err);
	if (clean.index)
		index_lock_rollback(clean.index);
	buf_release(&clean.input);
	return rc;
}
