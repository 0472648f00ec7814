/*
 * Run a fuzz target without a fuzzer, the same way each time: over its seeds,
 * tests/fuzz/seeds/<target>/, and over mutations of them. `make test` does this
 * with any compiler; `make fuzz` looks for new inputs.
 *
 *	build/tests/fuzz/<target>             as in `make test`
 *	build/tests/fuzz/<target> <file>...   over these files, after a crash
 *
 * FUZZ_ROUNDS=<n> sets how many mutations are tried.
 */
#include "base/buf.h"

#include <dirent.h>
#include <err.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/strlist.h"

#define ROUNDS 2000
#define MAX_MUTATIONS 8
#define SEED_MAX_BYTES (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* xorshift64*: small, and the same everywhere. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static size_t random_below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)((random_next(state) >> 16) % limit) : 0;
}

/* Memory of just this size, so that a sanitizer sees a byte too many. */
static void run_one(const void *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		errx(1, "out of memory");
	if (len)
		memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void read_file(struct buf *out, const char *path)
{
	struct error err = ERROR_INIT;

	buf_reset(out);
	if (buf_read_file(out, path, SEED_MAX_BYTES, &err) < 0)
		errx(1, "%s", err.text);
}

/* The paths of the seeds, sorted; a target needs none. */
static void list_seeds(const char *target, struct strlist *seeds)
{
	char *dir_name = xstrfmt("tests/fuzz/seeds/%s", target);
	DIR *dir = opendir(dir_name);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			strlist_addf(seeds, "%s/%s", dir_name, entry->d_name);
	if (dir)
		closedir(dir);
	strlist_sort(seeds);
	free(dir_name);
}

static void insert(struct buf *input, size_t at, const void *data, size_t len)
{
	struct buf tail = BUF_INIT;

	buf_add(&tail, input->ptr + at, input->len - at);
	buf_remove(input, at, input->len - at);
	buf_add(input, data, len);
	buf_add(input, tail.ptr, tail.len);
	buf_release(&tail);
}

static void mutate(struct buf *input, uint64_t *state)
{
	static const char edges[] = {0, 1, 0x7f, -0x80, -1, '\n', ' ', '/'};
	size_t at = random_below(state, input->len);
	size_t len = random_below(state, input->len - at) % 64;
	char byte = (char)random_next(state);
	char *piece;

	switch (random_below(state, 6)) {
	case 0:
		if (input->len)
			input->ptr[at] ^= (char)(1 << random_below(state, 8));
		break;
	case 1:
		if (input->len)
			input->ptr[at] =
				edges[random_below(state, sizeof(edges))];
		break;
	case 2:
		insert(input, at, &byte, 1);
		break;
	case 3:
		buf_remove(input, at, len);
		break;
	case 4:
		piece = xmemdup(input->ptr + at, len);
		insert(input, random_below(state, input->len), piece, len);
		free(piece);
		break;
	case 5:
		if (input->len)
			buf_setlen(input, at);
		break;
	}
}

static void run_mutations(const struct strlist *seeds, size_t rounds)
{
	struct buf input = BUF_INIT;
	uint64_t state = 88172645463325252;
	size_t i, count;

	for (i = 0; i < rounds; i++) {
		buf_reset(&input);
		if (seeds->nr)
			read_file(&input, seeds->items[i % seeds->nr]);
		count = 1 + random_below(&state, MAX_MUTATIONS);
		while (count--)
			mutate(&input, &state);
		run_one(input.ptr, input.len);
	}
	buf_release(&input);
}

static void run_files(char *const *files, size_t nr)
{
	struct buf input = BUF_INIT;
	size_t i;

	for (i = 0; i < nr; i++) {
		read_file(&input, files[i]);
		run_one(input.ptr, input.len);
	}
	buf_release(&input);
}

int main(int argc, char **argv)
{
	const char *target = path_basename(argv[0]);
	const char *rounds = getenv("FUZZ_ROUNDS");
	struct strlist seeds = STRLIST_INIT;

	if (argc > 1) {
		run_files(argv + 1, (size_t)argc - 1);
		return 0;
	}
	list_seeds(target, &seeds);
	printf("1..2\n");
	fflush(stdout);
	run_files(seeds.items, seeds.nr);
	printf("ok 1 - %s: %zu seeds\n", target, seeds.nr);
	fflush(stdout);
	run_mutations(&seeds, rounds ? strtoul(rounds, NULL, 10) : ROUNDS);
	printf("ok 2 - %s: mutations\n", target);
	strlist_release(&seeds);
	return 0;
}
