#include "worktree/writers.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scratch.h"

static bool is_found(uint64_t inode)
{
	struct writers writers;
	bool found;

	assert_true(writers_find(&writers));
	found = writers_have(&writers, inode);
	writers_release(&writers);
	return found;
}

/* A file of a page; its descriptor and inode, which no other file has that
 * counts, on whatever file system. */
static int make_file(uint64_t *inode)
{
	for (int i = 0; i < 100; i++) {
		char name[32];
		struct stat st;
		int fd;

		snprintf(name, sizeof(name), "file%d", i);
		fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0)
			continue;
		assert_int_equal(ftruncate(fd, 4096), 0);
		assert_int_equal(fstat(fd, &st), 0);
		*inode = st.st_ino;
		if (!is_found(*inode))
			return fd;
		close(fd);
	}
	fail();
	return -1;
}

static void test_what_is_mapped_shared_is_found(void **state)
{
	uint64_t inode;
	int fd = make_file(&inode);
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	(void)state;
	assert_true(page != MAP_FAILED);
	assert_int_equal(close(fd), 0);
	assert_true(is_found(inode));
	assert_int_equal(munmap(page, 4096), 0);
	assert_false(is_found(inode));
}

static void test_a_private_mapping_is_not(void **state)
{
	uint64_t inode;
	int fd = make_file(&inode);
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	(void)state;
	assert_true(page != MAP_FAILED);
	assert_int_equal(close(fd), 0);
	assert_false(is_found(inode));
	assert_int_equal(munmap(page, 4096), 0);
}

/* Whoever has a ring may write to what it has open, and be told of by nobody
 * until it is closed. */
static void test_with_a_ring_open_files_are_found(void **state)
{
	unsigned long ring = 0;
	uint64_t written, only_read;
	int to = make_file(&written), other = make_file(&only_read), from;
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", other);
	from = open(name, O_RDONLY | O_CLOEXEC);
	assert_true(from >= 0);
	assert_int_equal(close(other), 0);
	if (syscall(SYS_io_setup, 1, &ring) < 0) {
		print_message("no io_setup() here\n");
		skip();
	}
	assert_true(is_found(written));
	assert_false(is_found(only_read));
	assert_int_equal(close(to), 0);
	assert_false(is_found(written));
	assert_int_equal(syscall(SYS_io_destroy, ring), 0);
	close(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_is_mapped_shared_is_found),
		IN_SCRATCH(test_a_private_mapping_is_not),
		IN_SCRATCH(test_with_a_ring_open_files_are_found),
	};

	return cmocka_run_group_tests_name("writers", tests, NULL, NULL);
}
