#include "core/clean/held_bytes.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/clean/remaining.h"
#include "git/oid.h"
#include "git/process.h"
#include "git/repository.h"

#define PIECE_BYTES (64u << 10)

struct counting {
	struct repository *repo;
	const struct remaining *refs;
	struct oid_set candidates; /* objects of those that go */
	struct oid_set elsewhere;  /* those of them that others hold too */
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
	oid_set_add(&counting->candidates, oid);
}

static void add_elsewhere(struct counting *counting, const struct oid *oid)
{
	if (oid_set_has(&counting->candidates, oid))
		oid_set_add(&counting->elsewhere, oid);
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
	struct buf input = BUF_INIT, said = BUF_INIT;
	int ret;

	counting->out->partial = !remaining_add_lines(
		counting->repo, &counting->refs->drop, "", &input);
	remaining_add_lines(counting->repo, &counting->refs->stay, "^", &input);
	command.input = input.ptr;
	command.input_len = input.len;
	ret = git_run(&command, &said, NULL, err);
	if (!ret)
		take_lines(&said, counting, add_candidate);
	buf_release(&input);
	buf_release(&said);
	return ret;
}

static int read_walk(struct counting *counting, const struct git_child *child,
		     struct error *err)
{
	struct buf text = BUF_INIT;
	ssize_t got;

	/* Once all of them are found elsewhere, nothing is left to count. */
	while (counting->elsewhere.nr < counting->candidates.nr) {
		buf_grow(&text, PIECE_BYTES);
		got = read(child->from, text.ptr + text.len, PIECE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			buf_release(&text);
			return error_errno(err, "cannot read from git");
		}
		if (!got)
			break;
		buf_setlen(&text, text.len + (size_t)got);
		take_lines(&text, counting, add_elsewhere);
	}
	buf_release(&text);
	return 0;
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
	struct buf input = BUF_INIT;
	struct git_child child;
	int ret;

	remaining_add_lines(counting->repo, &counting->refs->stay, "", &input);
	ret = git_child_start(&child, &command, err);
	if (ret < 0)
		goto done;
	ret = git_child_write(&child, input.ptr, input.len, err);
	close(child.to);
	child.to = -1;
	if (!ret)
		ret = read_walk(counting, &child, err);
	/* One that was not heard out ends by SIGPIPE. */
	if (git_child_finish(&child, &child_err) < 0 && !ret &&
	    counting->elsewhere.nr < counting->candidates.nr)
		ret = error_move(err, &child_err);
	error_release(&child_err);
done:
	buf_release(&input);
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

static int add_up(struct counting *counting, struct error *err)
{
	static const char *const argv[] = {"cat-file",
					   "--batch-check=%(objectsize:disk)",
					   "--buffer", NULL};
	const struct oid_set *set = &counting->candidates;
	struct git_command command = {.repo = counting->repo, .argv = argv};
	struct buf input = BUF_INIT, said = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	for (size_t i = 0; i < set->alloc; i++) {
		if (!set->used[i] ||
		    oid_set_has(&counting->elsewhere, &set->slots[i]))
			continue;
		buf_addf(&input, "%s\n", oid_hex(&set->slots[i], hex));
		if (!counting->out->loose)
			counting->out->loose = is_loose(counting->repo, hex);
	}
	command.input = input.ptr;
	command.input_len = input.len;
	if (input.len)
		ret = git_run(&command, &said, NULL, err);
	if (!ret)
		add_sizes(&said, counting->out);
	buf_release(&input);
	buf_release(&said);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

int held_bytes_count(struct repository *repo, const struct remaining *refs,
		     struct held_bytes *out, struct error *err)
{
	struct counting counting = {.repo = repo, .refs = refs, .out = out};

	*out = (struct held_bytes){.known = true};
	if (find_candidates(&counting, err) < 0 ||
	    (counting.candidates.nr && find_elsewhere(&counting, err) < 0) ||
	    add_up(&counting, err) < 0) {
		/* That git cannot walk here is no reason to keep them. */
		error_release(err);
		*out = (struct held_bytes){.loose = true};
	}
	oid_set_release(&counting.candidates);
	oid_set_release(&counting.elsewhere);
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
