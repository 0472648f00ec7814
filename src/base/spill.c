#include "base/spill.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/* So much is left to others, and to what is to be saved. */
#define LEFT_FREE (UINT64_C(512) << 20)

/*
 * Whether room that was allocated stays room, whatever is written there later:
 * ext2 to ext4, xfs, tmpfs, and overlayfs, which is mostly above one of these.
 * Where each write goes to another place (btrfs, zfs), or to another machine,
 * it may fail, and a write to a mapping that fails is the end of the process.
 */
static bool keeps_room(const struct statfs *fs)
{
	static const uint32_t known[] = {0xef53, 0x58465342, 0x01021994,
					 0x794c7630};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if ((uint32_t)fs->f_type == known[i])
			return true;
	return false;
}

static bool has_room(const struct statfs *fs, size_t size)
{
	const uint64_t blocks = (size + LEFT_FREE) / (uint64_t)fs->f_bsize;

	return (uint64_t)fs->f_bavail > blocks;
}

/* A file that is larger than the process may write is a signal. */
static bool may_be_written(size_t size)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_FSIZE, &limit) && size <= limit.rlim_cur;
}

static bool allocate(int fd, size_t size)
{
	struct statfs fs;

	/* Not posix_fallocate(), which writes where the file system cannot. */
	return !fstatfs(fd, &fs) && keeps_room(&fs) && has_room(&fs, size) &&
	       may_be_written(size) && !fallocate(fd, 0, 0, (off_t)size);
}

/* -1: there cannot be one. */
static int open_file(const char *dir)
{
	struct error err = ERROR_INIT;
	int fd = -1;

	if (file_open_unnamed(&fd, dir, &err) < 0)
		error_release(&err);
	return fd;
}

static void *map(int fd, size_t size)
{
	void *memory = MAP_FAILED;

	if (allocate(fd, size))
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void *spill_map(const char *dir, size_t size)
{
	int fd = open_file(dir);
	void *memory;

	if (fd < 0)
		return NULL;
	memory = map(fd, size);
	/* The mapping keeps it. */
	close(fd);
	return memory;
}

void spill_rest(void *memory, size_t size)
{
	/* A wish, no more. */
	madvise(memory, size, MADV_DONTNEED);
}

void spill_unmap(void *memory, size_t size)
{
	munmap(memory, size);
}

/* -- arrays -------------------------------------------------------------- */

static void to_heap(struct spill_array *array, size_t size)
{
	void *items;

	if (!array->mapped) {
		array->items = xrealloc(array->items, size);
		return;
	}
	items = xmalloc(size);
	memcpy(items, array->items, array->size);
	spill_array_release(array);
	array->items = items;
}

static bool to_file(struct spill_array *array, size_t size)
{
	const int fd = open_file(array->dir);
	void *items;

	if (fd < 0)
		return false;
	items = map(fd, size);
	if (!items) {
		close(fd);
		return false;
	}
	if (array->size)
		memcpy(items, array->items, array->size);
	free(array->items);
	array->items = items;
	array->fd = fd;
	array->mapped = true;
	return true;
}

/* More of the same file, mapped anew: thread sanitizers do not know mremap().
 */
static bool extend(struct spill_array *array, size_t size)
{
	void *items = map(array->fd, size);

	if (!items)
		return false;
	spill_unmap(array->items, array->size);
	array->items = items;
	return true;
}

void *spill_array_grow(struct spill_array *array, size_t size)
{
	bool done = false;

	if (array->mapped)
		done = extend(array, size);
	else if (size > SPILL_ARRAY_HEAP)
		done = to_file(array, size);
	if (!done)
		to_heap(array, size);
	array->size = size;
	return array->items;
}

void *spill_array_next(struct spill_array *array, size_t nr, size_t size)
{
	if (nr < array->size / size)
		return array->items;
	return spill_array_grow(array, array_bytes((nr + 16) * 3 / 2, size));
}

void spill_array_rest(const struct spill_array *array)
{
	if (array->mapped)
		spill_rest(array->items, array->size);
}

void spill_array_release(struct spill_array *array)
{
	if (array->mapped) {
		spill_unmap(array->items, array->size);
		close(array->fd);
	} else {
		free(array->items);
	}
	*array = (struct spill_array)SPILL_ARRAY_INIT(array->dir);
}
