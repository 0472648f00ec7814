#include "base/arena.h"

#include "base/alloc.h"

#define CHUNK_SIZE ((size_t)256 << 10)

struct arena_chunk {
	struct arena_chunk *next;
	size_t used;
	size_t size;
	unsigned char data[];
};

void *arena_get(struct arena *arena, size_t len, size_t align)
{
	struct arena_chunk *chunk = arena->chunks;
	size_t used = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;

	if (!chunk || used > chunk->size || len > chunk->size - used) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

		chunk = xmalloc(sizeof(*chunk) + size);
		chunk->next = arena->chunks;
		chunk->size = size;
		arena->chunks = chunk;
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

void arena_release(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	arena->total = 0;
}
