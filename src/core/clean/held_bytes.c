#include "core/clean/held_bytes.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "core/clean/remaining.h"
#include "git/object.h"
#include "git/oid_sort.h"
#include "git/process.h"
#include "git/repository.h"

#define PIECE_BYTES (64u << 10)
/* So many names of objects at once, that it need not be all. */
#define ASK_BYTES ((size_t)4 << 20)

/* Sorted once all are there; `elsewhere` says of each whether others hold it,
 * too. Half of what a set of them would take. */
struct held_objects {
	struct oid *items;
	size_t nr, alloc;
	bool *elsewhere;
	size_t nr_elsewhere;
};

struct counting {
	struct repository *repo;
	const struct remaining *refs;
	struct held_objects objects; /* of those that go */
	struct buf stay;	     /* lines: what git walks for the others */
	struct held_bytes *out;
};

/* -- walks --------------------------------------------------------------- */

/* Call `visit` for each line of `text` that is an id; what is behind the last
 * line break stays. */
static void take_lines(struct buf *text, struct counting *counting,
		       void (*visit)(struct counting *, const struct oid *))
{
	const char *at = text->ptr, *end;
	struct oid oid;

	while ((end = memchr(at, '\n', text->len - (size_t)(at - text->ptr)))) {
		if (end - at >= OID_HEXSZ && oid_parse(&oid, at))
			visit(counting, &oid);
		at = end + 1;
	}
	buf_remove(text, 0, (size_t)(at - text->ptr));
}

/* Else git writes each line by itself. */
static const char *const unhurried[] = {"GIT_FLUSH=0", NULL};

static void add_candidate(struct counting *counting, const struct oid *oid)
{
	struct held_objects *objects = &counting->objects;

	ARRAY_GROW(objects->items, objects->nr, objects->alloc);
	objects->items[objects->nr++] = *oid;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

/* All are there. */
static void sort_candidates(struct held_objects *objects)
{
	size_t kept = 0;

	oid_sort(objects->items, objects->nr, sizeof(*objects->items));
	for (size_t i = 0; i < objects->nr; i++)
		if (!kept ||
		    !oid_equal(&objects->items[kept - 1], &objects->items[i]))
			objects->items[kept++] = objects->items[i];
	objects->nr = kept;
	objects->elsewhere = xcalloc(kept, sizeof(*objects->elsewhere));
}

static void add_elsewhere(struct counting *counting, const struct oid *oid)
{
	struct held_objects *objects = &counting->objects;
	const struct oid *found = bsearch(oid, objects->items, objects->nr,
					  sizeof(*objects->items), compare_ids);

	if (!found || objects->elsewhere[found - objects->items])
		return;
	objects->elsewhere[found - objects->items] = true;
	objects->nr_elsewhere++;
}

/* Once all of them are found elsewhere, nothing is left to count. */
static bool is_over(const struct counting *counting)
{
	return counting->objects.elsewhere &&
	       counting->objects.nr_elsewhere == counting->objects.nr;
}

static int read_ids(struct counting *counting, int from,
		    void (*visit)(struct counting *, const struct oid *),
		    struct error *err)
{
	struct buf text = BUF_INIT;
	ssize_t got;

	while (!is_over(counting)) {
		buf_grow(&text, PIECE_BYTES);
		got = read(from, text.ptr + text.len, PIECE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			buf_release(&text);
			return error_errno(err, "cannot read what git lists");
		}
		if (!got)
			break;
		buf_setlen(&text, text.len + (size_t)got);
		take_lines(&text, counting, visit);
	}
	buf_release(&text);
	return 0;
}

/* For as many lines as there are in the file. */
static void make_room(struct held_objects *objects, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !st.st_size)
		return;
	objects->alloc = (size_t)st.st_size / (OID_HEXSZ + 1) + 1;
	objects->items = xcalloc(objects->alloc, sizeof(*objects->items));
}

/* Run git with its output in a file, and read that: it can be 40 bytes for each
 * of a million objects. */
static int list_candidates(struct counting *counting,
			   const struct git_command *command, struct error *err)
{
	int fd;
	int ret = file_open_unnamed(&fd, counting->repo->git_dir, err);
	struct git_command listing = *command;

	if (ret < 0)
		return ret;
	listing.output_fd = &fd;
	ret = git_run(&listing, NULL, NULL, err);
	if (!ret && lseek(fd, 0, SEEK_SET) < 0)
		ret = error_errno(err, "cannot read what git lists");
	if (!ret)
		make_room(&counting->objects, fd);
	if (!ret)
		ret = read_ids(counting, fd, add_candidate, err);
	if (!ret)
		sort_candidates(&counting->objects);
	close(fd);
	return ret;
}

/*
 * What is reachable from the refs that go, and not from the tips of what stays.
 * An object that only lies further back in a history is among them.
 */
static int find_candidates(struct counting *counting, struct error *err)
{
	static const char *const argv[] = {"rev-list",
					   "--objects",
					   "--no-object-names",
					   "--missing=allow-any",
					   "--ignore-missing",
					   "--stdin",
					   "--not",
					   REMAINING_EXCLUDE,
					   "--all",
					   "--reflog",
					   "--indexed-objects",
					   NULL};
	struct git_command command = {
		.repo = counting->repo, .argv = argv, .env = unhurried};
	struct buf input = BUF_INIT;
	int ret;

	counting->out->partial = !remaining_add_lines(
		counting->repo, &counting->refs->drop, "", &input);
	remaining_add_lines(counting->repo, &counting->refs->stay, "^", &input);
	command.input = input.ptr;
	command.input_len = input.len;
	remaining_add_lines(counting->repo, &counting->refs->stay, "",
			    &counting->stay);
	object_read_few(counting->repo);
	ret = list_candidates(counting, &command, err);
	buf_release(&input);
	return ret;
}

/* Walk all that stays, and find those of the candidates that are in it. */
static int find_elsewhere(struct counting *counting, struct error *err)
{
	static const char *const argv[] = {"rev-list",
					   "--objects",
					   "--no-object-names",
					   "--missing=allow-any",
					   "--ignore-missing",
					   "--stdin",
					   REMAINING_EXCLUDE,
					   "--all",
					   "--reflog",
					   "--indexed-objects",
					   NULL};
	struct git_command command = {
		.repo = counting->repo, .argv = argv, .env = unhurried};
	struct error child_err = ERROR_INIT;
	struct git_child child;
	int ret;

	ret = git_child_start(&child, &command, err);
	if (ret < 0)
		return ret;
	ret = git_child_write(&child, counting->stay.ptr, counting->stay.len,
			      err);
	close(child.to);
	child.to = -1;
	if (!ret)
		ret = read_ids(counting, child.from, add_elsewhere, err);
	/* One that was not heard out ends by SIGPIPE. */
	if (git_child_finish(&child, &child_err) < 0 && !ret &&
	    !is_over(counting))
		ret = error_move(err, &child_err);
	error_release(&child_err);
	return ret;
}

/* -- sizes --------------------------------------------------------------- */

static bool is_loose(const struct repository *repo, const char *hex)
{
	char *path = xstrfmt("%s/%.2s/%s", repo->objects_dir, hex, hex + 2);
	bool loose = !access(path, F_OK);

	free(path);
	return loose;
}

static void add_sizes(const struct buf *said, struct held_bytes *out)
{
	const char *at = said->ptr;
	char *end;

	while (*at) {
		/* "<hex> missing" is no number. */
		uint64_t size = strtoull(at, &end, 10);

		if (end != at && *end == '\n') {
			out->objects++;
			out->bytes += size;
		}
		at = strchr(at, '\n');
		if (!at)
			break;
		at++;
	}
}

/* The sizes of what `input` names, which is used up. */
static int ask_sizes(struct counting *counting, struct buf *input,
		     struct error *err)
{
	static const char *const argv[] = {"cat-file",
					   "--batch-check=%(objectsize:disk)",
					   "--buffer", NULL};
	const struct git_command command = {.repo = counting->repo,
					    .argv = argv,
					    .input = input->ptr,
					    .input_len = input->len};
	struct buf said = BUF_INIT;
	int ret = input->len ? git_run(&command, &said, NULL, err) : 0;

	if (!ret)
		add_sizes(&said, counting->out);
	buf_reset(input);
	buf_release(&said);
	return ret;
}

static int add_up(struct counting *counting, struct error *err)
{
	const struct held_objects *objects = &counting->objects;
	struct buf input = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	for (size_t i = 0; !ret && i < objects->nr; i++) {
		if (objects->elsewhere[i])
			continue;
		buf_addf(&input, "%s\n", oid_hex(&objects->items[i], hex));
		if (!counting->out->loose)
			counting->out->loose = is_loose(counting->repo, hex);
		if (input.len > ASK_BYTES)
			ret = ask_sizes(counting, &input, err);
	}
	if (!ret)
		ret = ask_sizes(counting, &input, err);
	buf_release(&input);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

int held_bytes_count(struct repository *repo, const struct remaining *refs,
		     struct held_bytes *out, struct error *err)
{
	struct counting counting = {
		.repo = repo, .refs = refs, .out = out, .stay = BUF_INIT};

	*out = (struct held_bytes){.known = true};
	if (find_candidates(&counting, err) < 0 ||
	    (counting.objects.nr && find_elsewhere(&counting, err) < 0) ||
	    add_up(&counting, err) < 0) {
		/* That git cannot walk here is no reason to keep them. */
		error_release(err);
		*out = (struct held_bytes){.loose = true};
	}
	buf_release(&counting.stay);
	free(counting.objects.items);
	free(counting.objects.elsewhere);
	return 0;
}

/* -- giving them back ---------------------------------------------------- */

static bool has_commit_graph(const struct repository *repo)
{
	static const char *const names[] = {"info/commit-graph",
					    "info/commit-graphs"};
	bool has = false;

	for (size_t i = 0; !has && i < ARRAY_SIZE(names); i++) {
		char *path = xstrfmt("%s/%s", repo->objects_dir, names[i]);

		has = !access(path, F_OK);
		free(path);
	}
	return has;
}

void held_bytes_command(const struct repository *repo,
			const struct held_bytes *held, struct buf *out)
{
	buf_addstr(out, "git repack -a -d -l");
	if (held->loose)
		buf_addstr(out, " && git prune --expire=now");
	/* One that still names commits which are gone makes git fsck fail. */
	if (has_commit_graph(repo))
		buf_addstr(out, " && git commit-graph write --reachable");
}
