#include "git/index_file.h"

#include "base/alloc.h"

#define CHUNK_SIZE ((size_t)256 << 10)

struct index_chunk {
	struct index_chunk *next;
	size_t used;
	size_t size;
	unsigned char data[];
};

void *index_memory_get(struct index_memory *memory, size_t len, size_t align)
{
	struct index_chunk *chunk = memory->chunks;
	size_t used = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;

	if (!chunk || used > chunk->size || len > chunk->size - used) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

		chunk = xmalloc(sizeof(*chunk) + size);
		chunk->next = memory->chunks;
		chunk->size = size;
		memory->chunks = chunk;
		used = 0;
	}
	chunk->used = used + len;
	memory->total += len;
	return chunk->data + used;
}

void index_memory_release(struct index_memory *memory)
{
	while (memory->chunks) {
		struct index_chunk *next = memory->chunks->next;

		free(memory->chunks);
		memory->chunks = next;
	}
	free(memory->files[0]);
	free(memory->files[1]);
	memset(memory, 0, sizeof(*memory));
}
