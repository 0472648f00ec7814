#include "base/arena.h"

#include "base/alloc.h"
#include "base/spill.h"

#define CHUNK_SIZE ((size_t)256 << 10)
/* Of one in a file, and how much of it is used before it is let go of. */
#define SPILLED_SIZE ((size_t)8 << 20)
#define SPILLED_AT_ONCE ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *next;
	unsigned char *data;
	size_t used;
	size_t end;  /* how far it may be used as yet */
	size_t size; /* how far at all */
	bool spilled;
};

/* With so much of it used, or given out now, how far to go next. */
static size_t next_end(size_t used, size_t size)
{
	return size - used > SPILLED_AT_ONCE ? used + SPILLED_AT_ONCE : size;
}

/* In a file; NULL: it cannot be, or is not worth it yet. */
static struct arena_chunk *spilled_chunk(const struct arena *arena, size_t len)
{
	size_t size = len > SPILLED_SIZE ? len : SPILLED_SIZE;
	struct arena_chunk *chunk;
	void *data;

	if (!arena->spill_dir || arena->total < arena->heap)
		return NULL;
	data = spill_map(arena->spill_dir, size);
	if (!data)
		return NULL;
	chunk = xmalloc(sizeof(*chunk));
	*chunk = (struct arena_chunk){
		.data = data,
		.end = next_end(len, size),
		.size = size,
		.spilled = true,
	};
	return chunk;
}

static struct arena_chunk *heap_chunk(size_t len)
{
	size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;
	struct arena_chunk *chunk = xmalloc(sizeof(*chunk) + size);

	*chunk = (struct arena_chunk){.data = (unsigned char *)(chunk + 1),
				      .end = size,
				      .size = size};
	return chunk;
}

static void rest(const struct arena_chunk *chunk)
{
	if (chunk->spilled)
		spill_rest(chunk->data, chunk->size);
}

/* Go on where it was used up as far as it may be. false: that was all. */
static bool extend(struct arena_chunk *chunk, size_t used, size_t len)
{
	if (used > chunk->size || len > chunk->size - used)
		return false;
	rest(chunk);
	chunk->end = next_end(used + len, chunk->size);
	return true;
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t len)
{
	struct arena_chunk *chunk = spilled_chunk(arena, len);

	if (!chunk)
		chunk = heap_chunk(len);
	if (arena->chunks)
		rest(arena->chunks);
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk;
}

void *arena_get(struct arena *arena, size_t len, size_t align)
{
	struct arena_chunk *chunk = arena->chunks;
	size_t used = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;

	if (!chunk || ((used > chunk->end || len > chunk->end - used) &&
		       !extend(chunk, used, len))) {
		chunk = add_chunk(arena, len);
		used = 0;
	}
	chunk->used = used + len;
	arena->total += len;
	return chunk->data + used;
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_get(arena, len + 1, 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void arena_rest(const struct arena *arena)
{
	for (const struct arena_chunk *chunk = arena->chunks; chunk;
	     chunk = chunk->next)
		rest(chunk);
}

void arena_release(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		if (chunk->spilled)
			spill_unmap(chunk->data, chunk->size);
		free(chunk);
	}
	arena->total = 0;
}
