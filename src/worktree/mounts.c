#include "worktree/mounts.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/checksum.h"

#define MAX_BYTES (16u << 20)

/* As the kernel writes it: white space and backslashes are octal. */
static void add_escaped(struct buf *out, const char *path)
{
	for (; *path; path++)
		if (strchr(" \t\n\\", *path))
			buf_addf(out, "\\%03o", (unsigned char)*path);
		else
			buf_addch(out, *path);
}

/* "36 35 98:0 /root /mount/point rw ...": whether it is mounted in `path`. */
static bool is_below(const char *line, const struct buf *path)
{
	for (int i = 0; i < 4 && line; i++) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	return line && !strncmp(line, path->ptr, path->len) &&
	       (line[path->len] == ' ' || line[path->len] == '/');
}

bool mounts_sum(unsigned char out[MOUNTS_SIZE], const char *worktree)
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT, path = BUF_INIT;
	struct checksum_sha1 sum;
	struct stat namespace, top;
	bool known;

	known = !stat("/proc/self/ns/mnt", &namespace) &&
		!stat(worktree, &top) &&
		!buf_read_file(&text, "/proc/self/mountinfo", MAX_BYTES,
			       &ignored);
	error_release(&ignored);
	add_escaped(&path, worktree);
	checksum_sha1_init(&sum);
	if (known) {
		const uint64_t place[] = {namespace.st_ino, top.st_dev,
					  top.st_ino};

		checksum_sha1_add(&sum, place, sizeof(place));
	}
	for (char *line = text.ptr, *end; known && *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = '\0';
		if (is_below(line, &path))
			checksum_sha1_add(&sum, line, (size_t)(end - line) + 1);
	}
	checksum_sha1_finish(&sum, out);
	buf_release(&path);
	buf_release(&text);
	return known;
}
