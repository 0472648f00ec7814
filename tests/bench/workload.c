/*
 * Workloads for the benchmark, the same each time.
 *
 *	workload import <files> <size>          a commit, for git fast-import
 *	workload write <dir> <name> <files> <size> <per-dir>
 *	                                        files on disk
 *	workload beside <dir> <files> <size>    one in each tracked directory
 *	workload large <file> <bytes>           one file of random bytes
 *	workload checkpoints <sessions> <each> <metadata.json>
 *	                                        in the repository we are in
 */
#include "base/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/repository.h"
#include "git/tree.h"

#define FILES_PER_DIR 10
#define DIRS_PER_TOP 100
/* 2024-01-01, in milliseconds: when the first made checkpoint was made. */
#define FIRST_MS INT64_C(1704067200000)

/* Numbers that look random and are the same each time: xorshift64*. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* Text of `size` bytes that compresses as source code does, to a third. */
static void add_text(struct buf *out, uint64_t seed, size_t size)
{
	static const char *const words[] = {
		"return ",   "static ", "struct ", "const ", "int ", "if (",
		") {\n\t",   "}\n",	"->",	   " = ",    "0x",   ";\n\t",
		"buffer[i]", "error",	"while (", "NULL"};
	uint64_t state = seed * 2 + 1;
	size_t start = out->len;

	buf_addf(out, "/* file %" PRIu64 " */\n", seed);
	while (out->len - start < size) {
		uint64_t number = next_random(&state);

		buf_addstr(out, words[number % ARRAY_SIZE(words)]);
		if (number >> 60 < 3)
			buf_addf(out, "%04x",
				 (unsigned)(number >> 16) & 0xffff);
	}
	buf_setlen(out, start + size);
}

static void add_tracked_path(struct buf *out, size_t i)
{
	size_t dir = i / FILES_PER_DIR;

	buf_addf(out, "src/part%03zu/dir%02zu/file%zu.c", dir / DIRS_PER_TOP,
		 dir % DIRS_PER_TOP, i % FILES_PER_DIR);
}

static void print_data(const struct buf *text)
{
	printf("data %zu\n", text->len);
	fwrite(text->ptr, 1, text->len, stdout);
	putchar('\n');
}

static void print_person(const char *role, int64_t seconds)
{
	printf("%s A U Thor <author@example.com> %lld +0000\n", role,
	       (long long)seconds);
}

static void import_files(size_t nr, size_t size)
{
	struct buf text = BUF_INIT, path = BUF_INIT;

	printf("commit refs/heads/main\n");
	print_person("committer", FIRST_MS / 1000);
	printf("data 5\nfiles\nM 644 inline .gitignore\ndata 14\n"
	       "node_modules/\n\n");
	for (size_t i = 0; i < nr; i++) {
		buf_reset(&text);
		buf_reset(&path);
		add_text(&text, i, size);
		add_tracked_path(&path, i);
		printf("M 644 inline %s\n", path.ptr);
		print_data(&text);
	}
	buf_release(&text);
	buf_release(&path);
}

static int write_file(const char *path, const struct buf *text,
		      struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t done = -1;

	if (fd >= 0) {
		done = write(fd, text->ptr, text->len);
		close(fd);
	}
	return done == (ssize_t)text->len
		       ? 0
		       : error_errno(err, "cannot write '%s'", path);
}

static int write_files(const char *top, const char *name, size_t nr,
		       size_t size, size_t per_dir, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++) {
		char *dir = xstrfmt("%s/%s%zu", top, name, i / per_dir);
		char *path = xstrfmt("%s/new%zu.txt", dir, i % per_dir);

		if (!(i % per_dir))
			ret = path_make_dirs(dir, 0777, err);
		buf_reset(&text);
		add_text(&text, i + UINT64_C(1000000000), size);
		if (!ret)
			ret = write_file(path, &text, err);
		free(dir);
		free(path);
	}
	buf_release(&text);
	return ret;
}

static int write_beside(const char *top, size_t nr, size_t size,
			struct error *err)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++) {
		buf_reset(&text);
		buf_reset(&path);
		buf_addf(&path, "%s/", top);
		add_tracked_path(&path, i * FILES_PER_DIR);
		buf_addstr(&path, ".new");
		add_text(&text, i + UINT64_C(2000000000), size);
		ret = write_file(path.ptr, &text, err);
	}
	buf_release(&text);
	buf_release(&path);
	return ret;
}

static int write_large(const char *path, uint64_t bytes, struct error *err)
{
	enum { WORDS = 8192 };
	uint64_t state = 88172645463325252, words[WORDS];
	FILE *file = fopen(path, "w");

	if (!file)
		return error_errno(err, "cannot create '%s'", path);
	for (uint64_t at = 0; at < bytes; at += sizeof(words)) {
		/* Half of it random: it deflates, but not to nothing. */
		for (size_t i = 0; i < WORDS; i++)
			words[i] = i % 2 ? words[i - 1] : next_random(&state);
		fwrite(words, 1,
		       bytes - at < sizeof(words) ? (size_t)(bytes - at)
						  : sizeof(words),
		       file);
	}
	return fclose(file) ? error_errno(err, "cannot write '%s'", path) : 0;
}

/* -- checkpoints --------------------------------------------------------- */

/* `text` with every `from` replaced. */
static void replace_all(struct buf *out, const char *text, const char *from,
			const char *to)
{
	const char *found;

	while ((found = strstr(text, from))) {
		buf_add(out, text, (size_t)(found - text));
		buf_addstr(out, to);
		text = found + strlen(from);
	}
	buf_addstr(out, text);
}

static char *value_of(const char *json, const char *key)
{
	char *pattern = xstrfmt("\"%s\": \"", key);
	const char *at = strstr(json, pattern);
	char *value = NULL;

	if (at) {
		at += strlen(pattern);
		value = xstrndup(at, strcspn(at, "\""));
	}
	free(pattern);
	return value;
}

struct making {
	struct pack *pack;
	const char *metadata;
	char *id, *session; /* those in it */
};

/* C, on I, on S: as gitformat-checkpoint(5) has them, of an empty worktree. */
static int add_checkpoint(const struct making *making, const char *session,
			  const char *id, int64_t ms, struct oid *out,
			  struct error *err)
{
	struct buf text = BUF_INIT, named = BUF_INIT, raw = BUF_INIT;
	char index_hex[OID_HEXSZ + 1], state_hex[OID_HEXSZ + 1];
	char *person =
		xstrfmt("A <a@example.com> %lld +0000", (long long)(ms / 1000));
	struct oid blob, tree, empty, state, index;
	int ret;

	replace_all(&named, making->metadata, making->id, id);
	replace_all(&text, named.ptr, making->session, session);
	ret = pack_add(making->pack, OBJECT_BLOB, text.ptr, text.len, &blob,
		       err);
	tree_add(&raw, MODE_FILE, "metadata.json", 13, &blob);
	if (!ret)
		ret = pack_add(making->pack, OBJECT_TREE, raw.ptr, raw.len,
			       &tree, err);
	if (!ret)
		ret = pack_add(making->pack, OBJECT_TREE, "", 0, &empty, err);
	if (!ret)
		ret = commit_write(making->pack, &tree, NULL, 0, person, person,
				   "state\n", &state, err);
	if (!ret)
		ret = commit_write(making->pack, &empty, &state, 1, person,
				   person, "index\n", &index, err);
	buf_reset(&text);
	buf_addf(&text,
		 "step\n\nCheckpoint-Id: %s\nCheckpoint-Type: auto\n"
		 "Checkpoint-Session: %s\nCheckpoint-Index: %s\n"
		 "Checkpoint-State: %s\n",
		 id, session, oid_hex(&index, index_hex),
		 oid_hex(&state, state_hex));
	if (!ret)
		ret = commit_write(making->pack, &empty, &index, 1, person,
				   person, text.ptr, out, err);
	buf_release(&text);
	buf_release(&named);
	buf_release(&raw);
	free(person);
	return ret;
}

static int add_session(const struct making *making, size_t number, size_t each,
		       struct buf *refs, struct error *err)
{
	int64_t ms = FIRST_MS + (int64_t)(number * each) * 1000;
	char *session = xstrfmt("session_%lld_%08zx", (long long)ms, number);
	int ret = 0;

	for (size_t i = 0; !ret && i < each; i++, ms += 1000) {
		char *id = xstrfmt("cp_%lld_%08zx", (long long)ms,
				   number * each + i);
		char hex[OID_HEXSZ + 1];
		struct oid oid;

		ret = add_checkpoint(making, session, id, ms, &oid, err);
		buf_addf(refs, "%s refs/checkpoints/%s/%s\n",
			 oid_hex(&oid, hex), session, id);
		free(id);
	}
	free(session);
	return ret;
}

/* In the repository of the current directory, whose refs are taken for gone. */
static int make_checkpoints(size_t sessions, size_t each, const char *file,
			    struct error *err)
{
	struct buf text = BUF_INIT, refs = BUF_INIT;
	struct repository *repo = NULL;
	struct making making = {0};
	char *path;
	int ret;

	if (buf_read_file(&text, file, 1 << 20, err) < 0 ||
	    repository_open(&repo, err) < 0 ||
	    pack_open(&making.pack, repo, err) < 0)
		return err->code;
	making.metadata = text.ptr;
	making.id = value_of(text.ptr, "id");
	making.session = value_of(text.ptr, "session_id");
	if (!making.id || !making.session)
		return error_set(err, ERR_INVALID, "'%s' is no metadata", file);
	buf_addstr(&refs, "# pack-refs with: peeled fully-peeled sorted \n");
	ret = 0;
	for (size_t s = 0; !ret && s < sessions; s++)
		ret = add_session(&making, s, each, &refs, err);
	if (!ret)
		ret = pack_finish(making.pack, err);
	path = repository_common_path(repo, "packed-refs");
	if (!ret)
		ret = file_replace(path, refs.ptr, refs.len, false, err);
	pack_free(making.pack);
	repository_free(repo);
	return ret;
}

static int run(int argc, char **argv, struct error *err)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint64_t numbers[8] = {0};

	for (int i = 2; i < argc && i < 8; i++)
		numbers[i] = strtoull(argv[i], NULL, 10);
	if (!strcmp(what, "import") && argc == 4)
		import_files(numbers[2], numbers[3]);
	else if (!strcmp(what, "write") && argc == 7)
		return write_files(argv[2], argv[3], numbers[4], numbers[5],
				   numbers[6], err);
	else if (!strcmp(what, "beside") && argc == 5)
		return write_beside(argv[2], numbers[3], numbers[4], err);
	else if (!strcmp(what, "large") && argc == 4)
		return write_large(argv[2], numbers[3], err);
	else if (!strcmp(what, "checkpoints") && argc == 5)
		return make_checkpoints(numbers[2], numbers[3], argv[4], err);
	else
		return error_set(err, ERR_USAGE, "usage: see the source");
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	if (run(argc, argv, &err) < 0)
		fprintf(stderr, "workload: %s\n", err.text);
	if (fflush(stdout))
		return 1;
	return err.code ? 1 : 0;
}
