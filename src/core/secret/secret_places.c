#include "core/secret/secret_places.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/strlist.h"
#include "core/record/remote_trust.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/process.h"
#include "git/tree.h"
#include "git/tree_memory.h"

#define PIECE_BYTES (64u << 10)
/* Trees that are the same at ever more paths are made to exhaust who looks. */
#define MAX_PLACES (UINT64_C(50) << 20)
#define MAX_DEPTH 2048

struct reading {
	struct repository *repo;
	struct secret_places *out;
	struct oid_set objects; /* trees, blobs and tags that travel */
	struct oid_set known;	/* those that have been placed */
	struct oid_set walked;	/* trees at paths: sums of both */
	uint64_t visited;
};

/* -- places -------------------------------------------------------------- */

static size_t *slot_of(struct secret_places *places, const struct oid *oid)
{
	size_t hash, mask = places->nr_slots - 1;

	memcpy(&hash, oid->id, sizeof(hash));
	for (size_t i = hash & mask;; i = (i + 1) & mask)
		if (places->slots[i] == SIZE_MAX ||
		    oid_equal(&places->items[places->slots[i]].oid, oid))
			return &places->slots[i];
}

static void grow_slots(struct secret_places *places)
{
	size_t *old = places->slots, nr_old = places->nr_slots;

	if (places->nr_used * 2 < places->nr_slots)
		return;
	places->nr_slots = nr_old ? nr_old * 2 : 1024;
	places->slots =
		xmalloc(array_bytes(places->nr_slots, sizeof(*places->slots)));
	memset(places->slots, 0xff, places->nr_slots * sizeof(size_t));
	for (size_t i = 0; i < nr_old; i++)
		if (old[i] != SIZE_MAX)
			*slot_of(places, &places->items[old[i]].oid) = old[i];
	free(old);
}

static bool same_path(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void add_place(struct secret_places *places, const struct oid *oid,
		      const char *path, size_t commit, enum secret_where where,
		      bool link)
{
	size_t *slot, last = SIZE_MAX;

	grow_slots(places);
	slot = slot_of(places, oid);
	for (size_t i = *slot; i != SIZE_MAX; i = places->items[i].next) {
		if (same_path(places->items[i].path, path))
			return;
		last = i;
	}
	if (last == SIZE_MAX) {
		*slot = places->nr;
		places->nr_used++;
	} else {
		places->items[last].next = places->nr;
	}
	ARRAY_GROW(places->items, places->nr, places->alloc);
	places->items[places->nr++] = (struct secret_place){
		*oid, xstrdup_or_null(path), commit, SIZE_MAX, where,
		link, last == SIZE_MAX};
}

void secret_places_release(struct secret_places *places)
{
	for (size_t i = 0; i < places->nr_commits; i++)
		free(places->commits[i].checkpoint);
	for (size_t i = 0; i < places->nr; i++)
		free(places->items[i].path);
	free(places->commits);
	free(places->items);
	free(places->slots);
	*places = (struct secret_places){0};
}

/* -- what travels -------------------------------------------------------- */

/* A line of rev-list: an id, and behind that of no commit a space. */
static void take_line(struct reading *reading, const char *line, size_t len)
{
	struct secret_places *out = reading->out;
	struct oid oid;

	if (len < OID_HEXSZ || !oid_parse(&oid, line))
		return;
	if (len > OID_HEXSZ) {
		oid_set_add(&reading->objects, &oid);
		return;
	}
	ARRAY_GROW(out->commits, out->nr_commits, out->alloc_commits);
	out->commits[out->nr_commits++] =
		(struct secret_commit){oid, NULL, SECRET_IN_HISTORY};
}

static void take_lines(struct reading *reading, struct buf *text)
{
	const char *at = text->ptr, *end;

	while ((end = memchr(at, '\n', text->len - (size_t)(at - text->ptr)))) {
		take_line(reading, at, (size_t)(end - at));
		at = end + 1;
	}
	buf_remove(text, 0, (size_t)(at - text->ptr));
}

static int read_lines(struct reading *reading, const struct git_child *child,
		      struct error *err)
{
	struct buf text = BUF_INIT;
	ssize_t got;

	for (;;) {
		buf_grow(&text, PIECE_BYTES);
		got = read(child->from, text.ptr + text.len, PIECE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		buf_setlen(&text, text.len + (size_t)got);
		take_lines(reading, &text);
	}
	buf_release(&text);
	return got < 0 ? error_errno(err, "cannot read from git") : 0;
}

static int list_objects(struct reading *reading, const char *const *argv,
			const struct buf *input, struct error *err)
{
	struct git_command command = {.repo = reading->repo, .argv = argv};
	struct error child_err = ERROR_INIT;
	struct git_child child;
	int ret = git_child_start(&child, &command, err);

	if (ret < 0)
		return ret;
	/* It reads all of it before it prints anything. */
	ret = git_child_write(&child, input->ptr, input->len, err);
	close(child.to);
	child.to = -1;
	if (!ret)
		ret = read_lines(reading, &child, err);
	if (git_child_finish(&child, &child_err) < 0 && !ret)
		ret = error_move(err, &child_err);
	error_release(&child_err);
	return ret;
}

static int find_objects(struct reading *reading, const struct oid *tips,
			size_t nr_tips, const struct oid *haves,
			size_t nr_haves, const char *remote, struct error *err)
{
	static const char *const argv[] = {"rev-list", "--objects", "--stdin",
					   NULL};
	struct buf input = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	for (size_t i = 0; i < nr_tips; i++)
		buf_addf(&input, "%s\n", oid_hex(&tips[i], hex));
	for (size_t i = 0; i < nr_haves; i++)
		if (object_exists(reading->repo, &haves[i]))
			buf_addf(&input, "^%s\n", oid_hex(&haves[i], hex));
	if (remote)
		ret = remote_trust_read(reading->repo, remote, &input, err);
	if (!ret)
		ret = list_objects(reading, argv, &input, err);
	buf_release(&input);
	return ret;
}

/* -- whose they are ------------------------------------------------------ */

static struct secret_commit *find_commit(struct reading *reading,
					 const struct strmap *by_id,
					 const char *hex)
{
	size_t *index = strmap_get(by_id, hex);

	return index ? &reading->out->commits[*index] : NULL;
}

static void give(struct reading *reading, const struct strmap *by_id,
		 const char *hex, const char *checkpoint,
		 enum secret_where where)
{
	struct secret_commit *commit =
		hex ? find_commit(reading, by_id, hex) : NULL;

	if (!commit || commit->checkpoint)
		return;
	commit->checkpoint = xstrdup(checkpoint);
	commit->where = where;
}

/* The trailers of a checkpoint name its other commits. */
static int read_role(struct reading *reading, const struct strmap *by_id,
		     size_t i, struct error *err)
{
	const struct oid *oid = &reading->out->commits[i].oid;
	char hex[OID_HEXSZ + 1];
	struct commit commit;
	char *id, *index, *state;
	int ret = commit_read(reading->repo, oid, &commit, err);

	if (ret < 0)
		return ret;
	id = commit_trailer(commit.message, "Checkpoint-Id");
	index = commit_trailer(commit.message, "Checkpoint-Index");
	state = commit_trailer(commit.message, "Checkpoint-State");
	if (id && index && state) {
		give(reading, by_id, oid_hex(oid, hex), id, SECRET_IN_WORKTREE);
		give(reading, by_id, index, id, SECRET_IN_INDEX);
		give(reading, by_id, state, id, SECRET_IN_STATE);
	}
	free(id);
	free(index);
	free(state);
	commit_release(&commit);
	return 0;
}

static int read_roles(struct reading *reading, struct error *err)
{
	struct secret_places *out = reading->out;
	struct strmap by_id = STRMAP_INIT;
	size_t *indexes = xcalloc(out->nr_commits, sizeof(*indexes));
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	for (size_t i = 0; i < out->nr_commits; i++) {
		indexes[i] = i;
		strmap_put(&by_id, oid_hex(&out->commits[i].oid, hex),
			   &indexes[i]);
	}
	for (size_t i = 0; !ret && i < out->nr_commits; i++)
		ret = read_role(reading, &by_id, i, err);
	strmap_release(&by_id, NULL);
	free(indexes);
	return ret;
}

/* -- paths --------------------------------------------------------------- */

/* Where a file of the state was in the worktree. */
static const char *own_path(const char *path, enum secret_where where)
{
	if (where != SECRET_IN_STATE)
		return path;
	if (!strncmp(path, "raw/", 4))
		return path + 4;
	if (!strncmp(path, "stages/", 7) && path[7] && path[8] == '/')
		return path + 9;
	return path;
}

/* Whether a tree was not walked at this path yet. */
static bool is_new(struct reading *reading, const struct oid *tree,
		   const struct buf *path)
{
	struct checksum_sha1 sum;
	struct oid key;

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, tree->id, OID_RAWSZ);
	checksum_sha1_add(&sum, path->ptr, path->len);
	checksum_sha1_finish(&sum, key.id);
	return oid_set_add(&reading->walked, &key);
}

static int walk_tree(struct reading *reading, const struct oid *tree,
		     struct buf *path, size_t commit, enum secret_where where,
		     unsigned depth, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t pos = 0, len = path->len;
	int got;

	oid_set_add(&reading->known, tree);
	if (!is_new(reading, tree, path))
		return 0;
	if (depth > MAX_DEPTH)
		return error_set(err, ERR_INVALID, "trees are too deep");
	got = tree_memory_read(NULL, reading->repo, tree, &raw, err);
	while (!got && (got = tree_next(&raw, &pos, &entry, err)) > 0) {
		got = 0;
		if (!oid_set_has(&reading->objects, &entry.oid))
			continue;
		if (++reading->visited > MAX_PLACES) {
			got = error_set(err, ERR_INVALID,
					"too many paths to look at");
			break;
		}
		buf_addf(path, "%s%s", len ? "/" : "", entry.name);
		if (entry.mode == MODE_TREE) {
			got = walk_tree(reading, &entry.oid, path, commit,
					where, depth + 1, err);
		} else if (entry.mode != MODE_GITLINK) {
			oid_set_add(&reading->known, &entry.oid);
			add_place(reading->out, &entry.oid,
				  own_path(path->ptr, where), commit, where,
				  entry.mode == MODE_LINK);
		}
		buf_setlen(path, len);
	}
	buf_release(&raw);
	return got;
}

static int walk_commit(struct reading *reading, size_t i, struct error *err)
{
	const struct secret_commit *own = &reading->out->commits[i];
	struct buf path = BUF_INIT;
	struct commit commit;
	int ret = commit_read(reading->repo, &own->oid, &commit, err);

	if (ret < 0)
		return ret;
	add_place(reading->out, &own->oid, NULL, i, own->where, false);
	if (oid_set_has(&reading->objects, &commit.tree))
		ret = walk_tree(reading, &commit.tree, &path, i, own->where, 0,
				err);
	buf_release(&path);
	commit_release(&commit);
	return ret;
}

/* What no commit has: tags, and what they lead to. */
static int place_rest(struct reading *reading, struct error *err)
{
	const struct oid_set *objects = &reading->objects;
	struct buf path = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < objects->alloc; i++) {
		const struct oid *oid = &objects->slots[i];
		enum object_type type;

		if (!objects->used[i] || oid_set_has(&reading->known, oid))
			continue;
		ret = object_header(reading->repo, oid, &type, NULL, err);
		if (!ret && type == OBJECT_TREE)
			ret = walk_tree(reading, oid, &path, SIZE_MAX,
					SECRET_IN_HISTORY, 0, err);
		else if (!ret)
			add_place(reading->out, oid, NULL, SIZE_MAX,
				  SECRET_IN_HISTORY, false);
	}
	buf_release(&path);
	return ret;
}

int secret_places_read(struct secret_places *out, struct repository *repo,
		       const struct oid *tips, size_t nr_tips,
		       const struct oid *haves, size_t nr_haves,
		       const char *remote, struct error *err)
{
	struct reading reading = {.repo = repo, .out = out};
	int ret;

	*out = (struct secret_places){0};
	ret = find_objects(&reading, tips, nr_tips, haves, nr_haves, remote,
			   err);
	if (!ret)
		ret = read_roles(&reading, err);
	for (size_t i = 0; !ret && i < out->nr_commits; i++)
		ret = walk_commit(&reading, i, err);
	if (!ret)
		ret = place_rest(&reading, err);
	oid_set_release(&reading.objects);
	oid_set_release(&reading.known);
	oid_set_release(&reading.walked);
	return ret;
}
