#include "core/secret/secret_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/secret/secret_allow.h"
#include "core/secret/secret_name.h"
#include "core/secret/secret_objects.h"
#include "core/secret/secret_places.h"
#include "core/secret/secret_scanner.h"
#include "core/secret/secret_text.h"
#include "core/snapshot/lfs.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/repository.h"
#include "worktree/lfs_pointer.h"

#define PIECE_BYTES (64u << 10)

struct scan {
	struct repository *repo;
	const struct secret_request *request;
	struct secret_finds *finds;
	struct secret_allow allow;
	struct secret_places places;
	struct secret_table *table;
	struct secret_text text;
	struct buf start; /* of the object, as far as a pointer of LFS goes */
	uint64_t bytes;	  /* of the object */
	size_t done;
};

/* -- finds --------------------------------------------------------------- */

static bool is_path_allowed(const struct scan *scan,
			    const struct secret_place *place)
{
	return place->path && secret_allow_has_path(&scan->allow, place->path);
}

static void add_find(struct scan *scan, const struct secret_place *place,
		     const char *kind, uint64_t line)
{
	struct secret_find find = {.kind = kind,
				   .path = place->path,
				   .line = line,
				   .where = place->where,
				   .object = place->oid};

	if (place->commit != SIZE_MAX) {
		find.commit = scan->places.commits[place->commit].oid;
		find.checkpoint =
			scan->places.commits[place->commit].checkpoint;
	}
	if (!secret_allow_has(&scan->allow, &find))
		secret_finds_add(scan->finds, &find);
}

/* What its name says, where its content did not. */
static void judge_name(struct scan *scan, const struct secret_place *place)
{
	enum secret_name name = SECRET_NAME_NONE;

	if (place->path && scan->bytes && !place->link)
		name = secret_name_of(place->path);
	if (name == SECRET_NAME_ALWAYS ||
	    (name == SECRET_NAME_KEY && !scan->text.public))
		add_find(scan, place, "file-name", 0);
}

static void judge(struct scan *scan, size_t first)
{
	const struct secret_text *text = &scan->text;
	const struct secret_places *places = &scan->places;

	for (size_t i = first; i != SIZE_MAX; i = places->items[i].next) {
		const struct secret_place *place = &places->items[i];

		if (is_path_allowed(scan, place))
			continue;
		for (size_t k = 0; k < text->nr; k++)
			add_find(scan, place, text->hits[k].kind,
				 text->hits[k].line);
		if (!text->nr)
			judge_name(scan, place);
		scan->finds->more += text->more;
	}
}

/* -- objects ------------------------------------------------------------- */

/* Content of git-lfs is uploaded with the pointer to it. */
static int look_at_lfs(struct scan *scan, const struct oid *oid,
		       struct error *err)
{
	char id[LFS_ID_BYTES], piece[PIECE_BYTES], *path;
	ssize_t got = 0;
	int fd;

	if (!lfs_pointer_parse(scan->start.ptr, scan->start.len, id))
		return 0;
	path = lfs_find(scan->repo, oid);
	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	secret_text_reset(&scan->text);
	while (fd >= 0 && ((got = read(fd, piece, sizeof(piece))) > 0 ||
			   (got < 0 && errno == EINTR)))
		if (got > 0)
			secret_text_add(&scan->text, piece, (size_t)got);
	if (fd < 0 || got < 0)
		error_errno(err, "cannot read '%s'", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return fd < 0 || got < 0 ? err->code : 0;
}

static void tell(struct scan *scan)
{
	if (scan->request->progress)
		scan->request->progress(scan->request->context, ++scan->done,
					scan->places.nr_used);
}

static int object_add(void *context, const void *data, size_t len,
		      struct error *err)
{
	struct scan *scan = context;
	size_t room = LFS_POINTER_BYTES - scan->start.len;

	(void)err;
	secret_text_add(&scan->text, data, len);
	buf_add(&scan->start, data, len < room ? len : room);
	scan->bytes += len;
	return 0;
}

static int object_end(void *context, size_t place, struct error *err)
{
	struct scan *scan = context;
	int ret = 0;

	if (scan->bytes < LFS_POINTER_BYTES)
		ret = look_at_lfs(scan, &scan->places.items[place].oid, err);
	if (!ret) {
		secret_text_finish(&scan->text);
		judge(scan, place);
	}
	secret_text_reset(&scan->text);
	buf_reset(&scan->start);
	scan->bytes = 0;
	tell(scan);
	return ret;
}

/* All but what is allowed wherever it is. */
static size_t *choose(const struct scan *scan, size_t *nr)
{
	const struct secret_places *places = &scan->places;
	size_t *chosen = xcalloc(places->nr_used, sizeof(*chosen));

	*nr = 0;
	for (size_t i = 0; i < places->nr; i++) {
		size_t at = i;

		if (!places->items[i].first)
			continue;
		while (at != SIZE_MAX &&
		       is_path_allowed(scan, &places->items[at]))
			at = places->items[at].next;
		if (at != SIZE_MAX)
			chosen[(*nr)++] = i;
	}
	return chosen;
}

static int look_at_all(struct scan *scan, struct error *err)
{
	const struct secret_objects_reader reader = {object_add, object_end,
						     scan};
	const char *scanner = secret_scanner(scan->repo);
	size_t nr, *chosen = choose(scan, &nr);
	int ret;

	if (scanner)
		ret = secret_scanner_ask(scan->repo, scanner, &scan->places,
					 chosen, nr, scan->request->what, err);
	else
		ret = secret_objects_read(scan->repo, &scan->places, chosen, nr,
					  &reader, err);
	free(chosen);
	return ret;
}

/* -- what never leaves --------------------------------------------------- */

static int refuse_local(struct scan *scan, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	struct oid_set local = {0};
	int ret = ref_list_read(scan->repo, CHECKPOINT_LOCAL_REFS, &refs, err);

	for (size_t i = 0; !ret && i < refs.nr; i++)
		oid_set_add(&local, &refs.items[i].oid);
	for (size_t i = 0; !ret && i < scan->places.nr_commits; i++)
		if (oid_set_has(&local, &scan->places.commits[i].oid)) {
			char hex[OID_HEXSZ + 1];

			ret = error_set(
				err, ERR_REFUSED,
				"refusing to %s %.10s, which is of "
				"refs/checkpoints-local/ and for this clone "
				"alone",
				scan->request->what,
				oid_hex(&scan->places.commits[i].oid, hex));
		}
	oid_set_release(&local);
	ref_list_release(&refs);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

int secret_scan(struct repository *repo, const struct secret_request *request,
		struct secret_finds *out, struct error *err)
{
	struct scan scan = {.repo = repo,
			    .request = request,
			    .finds = out,
			    .start = BUF_INIT};
	int ret;

	*out = (struct secret_finds){0};
	scan.table = secret_table_new();
	secret_text_init(&scan.text, scan.table);
	ret = secret_allow_read(&scan.allow, repo, err);
	if (!ret)
		ret = secret_places_read(&scan.places, repo, request->tips,
					 request->nr_tips, request->haves,
					 request->nr_haves, request->remote,
					 err);
	if (!ret)
		ret = refuse_local(&scan, err);
	if (!ret)
		ret = look_at_all(&scan, err);
	if (!ret)
		ret = secret_finds_refuse(out, repo->prefix, request->what,
					  err);
	else if (ret != ERR_REFUSED)
		error_prefix(err, "cannot look for secrets");
	secret_allow_release(&scan.allow);
	secret_places_release(&scan.places);
	secret_text_release(&scan.text);
	secret_table_free(scan.table);
	buf_release(&scan.start);
	return ret;
}
