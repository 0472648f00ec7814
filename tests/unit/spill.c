#include "base/spill.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "scratch.h"

#define MIB ((size_t)1 << 20)
/* No directory can be there. */
#define NOWHERE "/dev/null/none"

/* Where the file system of the tests is none that is known to keep room. */
static void skip_without_files(void)
{
	void *memory = spill_map(".", 1);

	if (!memory)
		skip();
	spill_unmap(memory, 1);
}

/* Bytes of this process that are in memory now. */
static size_t resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t all, pages;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%zu %zu", &all, &pages), 2);
	assert_int_equal(fclose(file), 0);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void assert_nothing_here(void)
{
	DIR *dir = opendir(".");
	size_t nr = 0;

	assert_non_null(dir);
	while (readdir(dir))
		nr++;
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(nr, 2);
}

static void what_rests_is_there_and_takes_up_nothing(void **state)
{
	const size_t size = 16 * MIB;
	unsigned char *memory;
	size_t before;

	(void)state;
	skip_without_files();
	before = resident();
	memory = spill_map(".", size);
	assert_non_null(memory);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(memory[i], 0);
	for (size_t i = 0; i < size; i++)
		memory[i] = (unsigned char)(i / 4096 + i);
	assert_true(resident() > before + 15 * MIB);
	spill_rest(memory, size);
	assert_true(resident() < before + MIB);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(memory[i], (unsigned char)(i / 4096 + i));
	assert_nothing_here();
	spill_unmap(memory, size);
}

static void without_room_there_is_none(void **state)
{
	const struct rlimit small = {MIB, RLIM_INFINITY};
	struct rlimit before;

	(void)state;
	assert_null(spill_map(NOWHERE, 4096));
	assert_null(spill_map(".", (size_t)1 << 50));
	/* A signal would be the end. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_null(spill_map(".", MIB + 1));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_nothing_here();
}

/* -- from several threads ------------------------------------------------ */

#define NR_WORDS (2 * MIB / sizeof(uint32_t))

struct writing {
	uint32_t *words;
	atomic_bool done;
};

static void *write_words(void *context)
{
	struct writing *writing = context;

	for (uint32_t round = 1; round <= 20; round++)
		for (size_t i = 0; i < NR_WORDS; i++)
			writing->words[i] += round;
	atomic_store(&writing->done, true);
	return NULL;
}

static void it_rests_while_another_writes(void **state)
{
	struct writing writing = {NULL, false};
	pthread_t thread;

	(void)state;
	skip_without_files();
	writing.words = spill_map(".", 2 * MIB);
	assert_non_null(writing.words);
	assert_int_equal(pthread_create(&thread, NULL, write_words, &writing),
			 0);
	while (!atomic_load(&writing.done))
		spill_rest(writing.words, 2 * MIB);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < NR_WORDS; i++)
		assert_int_equal(writing.words[i], 210);
	spill_unmap(writing.words, 2 * MIB);
}

/* -- arrays -------------------------------------------------------------- */

static void fill(struct spill_array *array, size_t from, size_t to)
{
	uint32_t *items = array->items;

	for (size_t i = from; i < to; i++) {
		if (i == array->size / sizeof(*items))
			items = spill_array_grow(array, (i + 16) * 3 / 2 *
								sizeof(*items));
		items[i] = (uint32_t)(i * 7);
		if (i % 100000 == 0)
			spill_array_rest(array);
	}
	for (size_t i = 0; i < to; i++)
		assert_int_equal(items[i], (uint32_t)(i * 7));
}

static void an_array_grows_from_the_heap_into_a_file(void **state)
{
	struct spill_array array = SPILL_ARRAY_INIT(".");

	(void)state;
	skip_without_files();
	fill(&array, 0, 1000);
	assert_false(array.mapped);
	fill(&array, 1000, 2000000);
	assert_true(array.mapped);
	assert_nothing_here();
	spill_array_release(&array);
	assert_null(array.items);
	fill(&array, 0, 1000);
	assert_false(array.mapped);
	spill_array_release(&array);
}

static void where_no_file_can_be_it_stays_in_the_heap(void **state)
{
	struct spill_array array = SPILL_ARRAY_INIT(NOWHERE);

	(void)state;
	fill(&array, 0, 1000000);
	assert_false(array.mapped);
	spill_array_release(&array);
}

static void it_returns_to_the_heap_where_room_ends(void **state)
{
	const struct rlimit small = {4 * MIB, RLIM_INFINITY};
	struct spill_array array = SPILL_ARRAY_INIT(".");
	struct rlimit before;

	(void)state;
	skip_without_files();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	fill(&array, 0, 500000);
	assert_true(array.mapped);
	fill(&array, 500000, 3000000);
	assert_false(array.mapped);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	spill_array_release(&array);
}

/* -- arenas -------------------------------------------------------------- */

/* Pieces of many lengths and alignments; some do not fit into what is left. */
static size_t piece_len(size_t i)
{
	return i % 5000 == 4999 ? 9 * MIB : i % 50 == 49 ? 300000 : i % 97;
}

static void assert_pieces_last(struct arena *arena, size_t nr)
{
	unsigned char **pieces = xcalloc(nr, sizeof(*pieces));

	for (size_t i = 0; i < nr; i++) {
		const size_t align = (size_t)1 << (i % 4);

		pieces[i] = arena_get(arena, piece_len(i), align);
		assert_int_equal((uintptr_t)pieces[i] & (align - 1), 0);
		memset(pieces[i], (int)(i % 251), piece_len(i));
	}
	arena_rest(arena);
	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < piece_len(i); k += 1 + k / 8)
			assert_int_equal(pieces[i][k], i % 251);
	free(pieces);
}

static void an_arena_holds_what_it_gave_out(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	assert_pieces_last(&arena, 6000);
	arena_release(&arena);
	arena.spill_dir = NOWHERE;
	assert_pieces_last(&arena, 6000);
	arena_release(&arena);
	arena.spill_dir = ".";
	arena.heap = MIB;
	assert_pieces_last(&arena, 6000);
	assert_nothing_here();
	arena_release(&arena);
	assert_int_equal(arena.total, 0);
	assert_pieces_last(&arena, 100);
	arena_release(&arena);
}

static void an_arena_lets_go_while_it_grows(void **state)
{
	struct arena arena = {.spill_dir = ".", .heap = 2 * MIB};
	size_t before, most = 0;

	(void)state;
	skip_without_files();
	before = resident();
	for (size_t i = 0; i < 400000; i++) {
		memset(arena_get(&arena, 100, 4), 1, 100);
		if (i % 1000 == 0 && resident() > most)
			most = resident();
	}
	/* What is in the heap, what is at hand, and some. */
	assert_true(most < before + 6 * MIB);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_rests_is_there_and_takes_up_nothing),
		IN_SCRATCH(without_room_there_is_none),
		IN_SCRATCH(it_rests_while_another_writes),
		IN_SCRATCH(an_array_grows_from_the_heap_into_a_file),
		IN_SCRATCH(where_no_file_can_be_it_stays_in_the_heap),
		IN_SCRATCH(it_returns_to_the_heap_where_room_ends),
		IN_SCRATCH(an_arena_holds_what_it_gave_out),
		IN_SCRATCH(an_arena_lets_go_while_it_grows),
	};

	return cmocka_run_group_tests_name("spill", tests, NULL, NULL);
}
