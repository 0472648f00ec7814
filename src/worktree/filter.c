#include "worktree/filter.h"

#include <errno.h>
#include <git2.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/strmap.h"
#include "git/index.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/filter_scratch.h"

/* Objects above this are not read into memory. */
#define STREAM_BYTES (8u << 20)

/* One run of `git update-index`. */
struct clean {
	struct filter_scratch scratch;
	char *objects;
	char *alternates;
	struct index_lock *index; /* the lock file is the scratch index */
	struct buf input;	  /* the paths, each with a NUL */
};

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

static int make_objects(struct clean *clean, const struct repository *repo,
			struct error *err)
{
	const char *inherited = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	struct buf alternates = BUF_INIT;

	clean->objects = path_join(clean->scratch.dir, "objects");
	if (mkdir(clean->objects, 0777) < 0)
		return error_errno(err, "cannot make directory '%s'",
				   clean->objects);
	add_alternate(&alternates, repo->objects_dir);
	if (inherited && *inherited)
		buf_addf(&alternates, ":%s", inherited);
	clean->alternates = buf_detach(&alternates);
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
static int make_index(struct clean *clean, struct repository *repo,
		      const struct strlist *paths, struct error *err)
{
	char *path = path_join(clean->scratch.dir, "index");
	struct strmap wanted = STRMAP_INIT;
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
		entries[nr++].stat = (struct index_stat){0};
	}
	rc = index_lock(&clean->index, path, err);
	if (!rc)
		rc = index_lock_write(clean->index, entries, nr, 2, true, NULL,
				      err);
done:
	index_free(index);
	free(entries);
	strmap_release(&wanted, NULL);
	free(path);
	return rc;
}

static void clean_release(struct clean *clean)
{
	if (clean->index)
		index_lock_rollback(clean->index);
	filter_scratch_release(&clean->scratch);
	free(clean->objects);
	free(clean->alternates);
	buf_release(&clean->input);
}

static int run_clean(const struct clean *clean, const struct repository *repo,
		     struct error *err)
{
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
	char *objects = xstrfmt("GIT_OBJECT_DIRECTORY=%s", clean->objects);
	char *alternates = xstrfmt("GIT_ALTERNATE_OBJECT_DIRECTORIES=%s",
				   clean->alternates);
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

/* -- from the object directory to the pack ----------------------------------
 */

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
static int collect_objects(const struct clean *clean, struct pack *pack,
			   struct error *err)
{
	struct collect collect = {.pack = pack, .err = err};
	int rc = git_odb_open(&collect.odb, clean->objects);

	if (rc < 0)
		return error_libgit2(err, rc, "cannot open '%s'",
				     clean->objects);
	rc = git_odb_foreach(collect.odb, collect_object, &collect);
	if (rc < 0 && !err->code)
		error_libgit2(err, rc, "cannot list '%s'", clean->objects);
	git_odb_free(collect.odb);
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

		out[i] = entry ? entry->oid : (struct oid){{0}};
	}
	index_free(index);
	return 0;
}

int filter_clean(struct repository *repo, const struct strlist *paths,
		 struct pack *pack, struct oid *out, struct error *err)
{
	struct clean clean = {.scratch = FILTER_SCRATCH_INIT,
			      .input = BUF_INIT};
	int rc;

	if (!paths->nr)
		return 0;
	for (size_t i = 0; i < paths->nr; i++)
		buf_add(&clean.input, paths->items[i],
			strlen(paths->items[i]) + 1);
	rc = filter_scratch_open(&clean.scratch, repo, err);
	if (!rc)
		rc = make_objects(&clean, repo, err);
	if (!rc)
		rc = make_index(&clean, repo, paths, err);
	if (!rc)
		rc = run_clean(&clean, repo, err);
	if (!rc)
		rc = read_ids(&clean, paths, out, err);
	if (!rc)
		rc = collect_objects(&clean, pack, err);
	clean_release(&clean);
	return rc;
}
