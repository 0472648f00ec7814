#include "core/secret/secret_find.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/json.h"

/* So many are told to a person. */
#define TOLD 20

const char *secret_where_name(enum secret_where where)
{
	switch (where) {
	case SECRET_IN_WORKTREE:
		return "worktree";
	case SECRET_IN_INDEX:
		return "index";
	case SECRET_IN_STATE:
		return "state";
	case SECRET_IN_HISTORY:
		break;
	}
	return "history";
}

char *secret_find_fingerprint(const struct secret_find *find)
{
	struct buf text = BUF_INIT;

	if (find->path)
		path_escape(&text, find->path, strlen(find->path));
	buf_addf(&text, ":%s:%llu", find->kind, (unsigned long long)find->line);
	return buf_detach(&text);
}

void secret_finds_add(struct secret_finds *finds,
		      const struct secret_find *find)
{
	char *place = secret_find_fingerprint(find);
	struct secret_find *added;

	if (strmap_has(&finds->places, place)) {
		free(place);
		return;
	}
	if (finds->nr == SECRET_FINDS_MAX) {
		finds->more++;
	} else {
		strmap_put(&finds->places, place, finds);
		ARRAY_GROW(finds->items, finds->nr, finds->alloc);
		added = &finds->items[finds->nr++];
		*added = *find;
		added->path = xstrdup_or_null(find->path);
		added->checkpoint = xstrdup_or_null(find->checkpoint);
	}
	free(place);
}

void secret_finds_release(struct secret_finds *finds)
{
	for (size_t i = 0; i < finds->nr; i++) {
		free(finds->items[i].path);
		free(finds->items[i].checkpoint);
	}
	free(finds->items);
	strmap_release(&finds->places, NULL);
	*finds = (struct secret_finds){0};
}

/* -- JSON ---------------------------------------------------------------- */

static void set_oid(struct json *object, const char *key, const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];

	json_set_string(object, key,
			oid_is_zero(oid) ? NULL : oid_hex(oid, hex));
}

struct json *secret_finds_to_json(const struct secret_finds *finds)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < finds->nr; i++) {
		const struct secret_find *find = &finds->items[i];
		struct json *object = json_add_object(array);
		char *fingerprint = secret_find_fingerprint(find);

		if (find->path)
			json_set_path(object, "path", find->path);
		else
			json_set_null(object, "path");
		json_set_int(object, "line", (int64_t)find->line);
		json_set_string(object, "kind", find->kind);
		json_set_string(object, "where",
				secret_where_name(find->where));
		json_set_string(object, "checkpoint", find->checkpoint);
		set_oid(object, "commit", &find->commit);
		set_oid(object, "object", &find->object);
		json_set_string(object, "fingerprint", fingerprint);
		free(fingerprint);
	}
	return array;
}

/* -- text for people ----------------------------------------------------- */

static void add_place(struct buf *out, const struct secret_find *find)
{
	char hex[OID_HEXSZ + 1];

	if (!find->path)
		buf_addf(out, "the message of %.10s",
			 oid_hex(&find->object, hex));
	else
		buf_addf(out, "'%s'", find->path);
	if (find->line)
		buf_addf(out, ", line %llu", (unsigned long long)find->line);
	buf_addf(out, ": %s", find->kind);
	if (find->checkpoint)
		buf_addf(out, " (%s of %s)", secret_where_name(find->where),
			 find->checkpoint);
	else if (find->path && !oid_is_zero(&find->commit))
		buf_addf(out, " (commit %.10s)", oid_hex(&find->commit, hex));
}

/* The way on depends on who holds it. */
static void add_ways(const struct secret_finds *finds, const char *prefix,
		     struct error *err)
{
	const struct secret_find *file = NULL, *state = NULL, *history = NULL;

	for (size_t i = finds->nr; i--;) {
		const struct secret_find *find = &finds->items[i];

		if (!find->checkpoint)
			history = find;
		else if (find->where == SECRET_IN_STATE || !find->path)
			state = find;
		else
			file = find;
	}
	if (file)
		error_hint(err,
			   "'git checkpoint clean --path %s%s' drops the "
			   "checkpoints that hold it",
			   *prefix || *file->path == ':' ? ":/" : "",
			   file->path);
	if (state)
		error_hint(err,
			   "'git checkpoint clean %s' drops that checkpoint",
			   state->checkpoint);
	if (!history)
		return;
	error_hint(err, "commits of yours hold it: 'git rebase' or 'git "
			"filter-repo' takes it out of them");
	error_hint(err, "then 'git update-ref -d ORIG_HEAD' lets go of the old "
			"ones, which the next checkpoint would hold");
}

int secret_finds_refuse(const struct secret_finds *finds, const char *prefix,
			const char *what, struct error *err)
{
	uint64_t all = finds->nr + finds->more;
	struct buf text = BUF_INIT;
	char *fingerprint;

	if (!finds->nr)
		return 0;
	add_place(&text, &finds->items[0]);
	error_set(err, ERR_REFUSED, "refusing to %s a secret: %s", what,
		  text.ptr);
	for (size_t i = 1; i < finds->nr && i < TOLD; i++) {
		buf_reset(&text);
		add_place(&text, &finds->items[i]);
		error_hint(err, "another: %s", text.ptr);
	}
	if (all > TOLD)
		error_hint(err, "and %llu more",
			   (unsigned long long)(all - TOLD));
	add_ways(finds, prefix, err);
	fingerprint = secret_find_fingerprint(&finds->items[0]);
	error_hint(err,
		   "if it is none, add a line '%s' to the file "
		   ".checkpointallow",
		   fingerprint);
	free(fingerprint);
	buf_release(&text);
	return ERR_REFUSED;
}
