#include "worktree/writers.h"

#include "base/alloc.h"

#ifdef __linux__

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* So much text of mappings is read, where the kernel cannot be asked for the
 * shared ones alone; beyond, it takes longer than to look at the files. */
#define TEXT_MAX (2u << 20)
/* And so many descriptors. */
#define DESCRIPTORS_MAX 20000

/* As linux/fs.h has it since 6.11. */
struct mapping_query {
	uint64_t size, flags, address;
	uint64_t start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};

#define QUERY _IOWR('f', 17, struct mapping_query)
#define QUERY_SHARED 0x08
#define QUERY_OR_NEXT 0x10
#define QUERY_FILE 0x20

struct finding {
	struct writers *out;
	size_t text_left, descriptors_left;
	struct buf text;
	bool may_have_ring; /* the process at hand */
};

static void add(struct finding *finding, uint64_t inode)
{
	struct writers *out = finding->out;

	if (!inode)
		return;
	ARRAY_GROW(out->inodes, out->nr, out->alloc);
	out->inodes[out->nr++] = (uint32_t)inode;
}

/*
 * The rings of io_setup(2) and io_uring(7) are shared mappings themselves, of
 * file systems without a device, whose major number is 0. Only a process with
 * such a mapping is asked for its descriptors: nearly every one has a file of
 * the C library's mapped shared.
 */
static void add_mapping(struct finding *finding, uint64_t inode, unsigned major)
{
	add(finding, inode);
	finding->may_have_ring |= !major;
}

/* -- mappings ------------------------------------------------------------ */

/* Ask for one shared mapping after the other. false: the kernel cannot. */
static bool query(struct finding *finding, int fd)
{
	uint64_t address = 0;

	for (;;) {
		struct mapping_query query = {
			.size = sizeof(query),
			.flags = QUERY_SHARED | QUERY_OR_NEXT | QUERY_FILE,
			.address = address,
		};

		if (ioctl(fd, QUERY, &query) < 0)
			/* No (more) mapping, or the process is gone. */
			return errno == ENOENT || errno == ESRCH;
		add_mapping(finding, query.inode, query.major);
		if (query.end <= address)
			return true;
		address = query.end;
	}
}

/* "7f00-7f01 rw-s 00000000 fe:00 1234   /path": what is mapped shared. */
static void add_line(struct finding *finding, const char *line)
{
	const char *mode = strchr(line, ' '), *device, *inode;

	if (!mode || strlen(mode) < 6 || mode[4] != 's')
		return;
	device = strchr(mode + 6, ' ');
	inode = device ? strchr(device + 1, ' ') : NULL;
	if (inode)
		add_mapping(finding, strtoull(inode + 1, NULL, 10),
			    (unsigned)strtoul(device + 1, NULL, 16));
}

static bool read_maps(struct finding *finding, int fd)
{
	struct buf *text = &finding->text;
	struct error ignored = ERROR_INIT;
	size_t limit = finding->text_left;
	bool whole;

	buf_reset(text);
	whole = !buf_read_fd(text, fd, limit, &ignored) || text->len < limit;
	error_release(&ignored);
	if (!whole)
		return false;
	finding->text_left -= text->len;
	for (const char *line = text->ptr; *line;) {
		const char *end = strchr(line, '\n');

		add_line(finding, line);
		if (!end)
			break;
		line = end + 1;
	}
	return true;
}

static bool look_at_maps(struct finding *finding, int proc, const char *process)
{
	char name[300];
	bool known;
	int fd;

	snprintf(name, sizeof(name), "%s/maps", process);
	fd = openat(proc, name, O_RDONLY | O_CLOEXEC);

	/* Gone, or not ours to look at. */
	if (fd < 0)
		return true;
	known = query(finding, fd) || read_maps(finding, fd);
	close(fd);
	return known;
}

/* -- descriptors --------------------------------------------------------- */

static bool look_at_descriptors(struct finding *finding, int proc,
				const char *process)
{
	struct dirent *dirent;
	char name[300];
	struct stat st;
	DIR *handle;
	int fd;

	snprintf(name, sizeof(name), "%s/fd", process);
	fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	handle = fd < 0 ? NULL : fdopendir(fd);
	if (!handle) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while ((dirent = readdir(handle)) && finding->descriptors_left) {
		if (!isdigit((unsigned char)dirent->d_name[0]))
			continue;
		finding->descriptors_left--;
		/* The link's own permissions are those of the descriptor. */
		if (fstatat(fd, dirent->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !(st.st_mode & S_IWUSR) ||
		    fstatat(fd, dirent->d_name, &st, 0) < 0)
			continue;
		if (S_ISREG(st.st_mode))
			add(finding, st.st_ino);
	}
	closedir(handle);
	return finding->descriptors_left;
}

/* -- the whole ----------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t bit_of(uint64_t inode)
{
	return inode * UINT64_C(0x9e3779b97f4a7c15) >> 52;
}

static void settle(struct writers *out)
{
	if (out->nr)
		qsort(out->inodes, out->nr, sizeof(*out->inodes), compare);
	for (size_t i = 0; i < out->nr; i++) {
		uint64_t bit = bit_of(out->inodes[i]);

		out->seen[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

bool writers_find(struct writers *out)
{
	struct finding finding = {
		.out = out,
		.text_left = TEXT_MAX,
		.descriptors_left = DESCRIPTORS_MAX,
		.text = BUF_INIT,
	};
	DIR *handle = opendir("/proc");
	struct dirent *dirent;
	bool known = handle;

	*out = (struct writers){0};
	while (known && (dirent = readdir(handle))) {
		const char *process = dirent->d_name;

		if (!isdigit((unsigned char)process[0]))
			continue;
		finding.may_have_ring = false;
		known = look_at_maps(&finding, dirfd(handle), process) &&
			(!finding.may_have_ring ||
			 look_at_descriptors(&finding, dirfd(handle), process));
	}
	if (handle)
		closedir(handle);
	buf_release(&finding.text);
	settle(out);
	return known;
}

bool writers_have(const struct writers *writers, uint64_t inode)
{
	uint32_t number = (uint32_t)inode;
	uint64_t bit = bit_of(number);

	return writers->seen[bit / 64] >> bit % 64 & 1 &&
	       bsearch(&number, writers->inodes, writers->nr, sizeof(number),
		       compare);
}

#else

bool writers_find(struct writers *out)
{
	*out = (struct writers){0};
	return false;
}

bool writers_have(const struct writers *writers, uint64_t inode)
{
	(void)writers;
	(void)inode;
	return true;
}

#endif

void writers_release(struct writers *writers)
{
	free(writers->inodes);
	*writers = (struct writers){0};
}
