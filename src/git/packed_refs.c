#include "git/packed_refs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/repository.h"

static size_t line_end(const struct packed_refs *packed, size_t pos)
{
	const char *end = memchr(packed->map + pos, '\n', packed->len - pos);

	return end ? (size_t)(end - packed->map) : packed->len;
}

/* Behind the line at `pos` and those that belong to it. */
static size_t next_line(const struct packed_refs *packed, size_t pos)
{
	do {
		pos = line_end(packed, pos);
		pos += pos < packed->len;
	} while (pos < packed->len && packed->map[pos] == '^');
	return pos;
}

static bool is_word(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(at, word, len);
}

/* The words of the header; each has a space behind it, the last one too. */
static void parse_words(struct packed_refs *out, const char *at,
			const char *end)
{
	while (at < end) {
		const char *space = memchr(at, ' ', (size_t)(end - at));
		size_t len = (size_t)((space ? space : end) - at);

		if (space && is_word(at, len, "sorted"))
			out->sorted = true;
		else if (!space || (len && !is_word(at, len, "peeled") &&
				    !is_word(at, len, "fully-peeled")))
			out->foreign = true;
		at += len + 1;
	}
}

void packed_refs_parse(struct packed_refs *out, const char *text, size_t len)
{
	static const char header[] = "# pack-refs with:";
	size_t end;

	*out = (struct packed_refs){.map = text, .len = len};
	if (!len || text[0] != '#')
		return;
	end = line_end(out, 0);
	out->start = next_line(out, 0);
	if (end >= sizeof(header) - 1 &&
	    !memcmp(text, header, sizeof(header) - 1))
		parse_words(out, text + sizeof(header) - 1, text + end);
	else
		out->foreign = true;
}

int packed_refs_open(struct packed_refs *out, const struct repository *repo,
		     struct error *err)
{
	char *path = repository_common_path(repo, "packed-refs");
	struct stat st;
	void *map;
	int ret = 0;
	int fd;

	*out = (struct packed_refs){0};
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		goto done;
	if (fd < 0 || fstat(fd, &st) < 0) {
		ret = error_errno(err, "cannot open '%s'", path);
		goto done;
	}
	if (!st.st_size)
		goto done;
	if ((uintmax_t)st.st_size > SIZE_MAX) {
		ret = error_set(err, ERR_INVALID, "'%s' is too large", path);
		goto done;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		ret = error_errno(err, "cannot map '%s'", path);
		goto done;
	}
	packed_refs_parse(out, map, (size_t)st.st_size);
	out->device = st.st_dev;
	out->inode = st.st_ino;
done:
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

bool packed_refs_is_current(const struct packed_refs *packed,
			    const struct repository *repo)
{
	char *path = repository_common_path(repo, "packed-refs");
	struct stat st;
	bool is_there = !lstat(path, &st);
	bool is_current = is_there ? packed->map &&
					     st.st_dev == packed->device &&
					     st.st_ino == packed->inode
				   : errno == ENOENT && !packed->map;

	free(path);
	return is_current;
}

void packed_refs_close(struct packed_refs *packed)
{
	if (packed->map)
		munmap((void *)packed->map, packed->len);
	*packed = (struct packed_refs){0};
}

/* The name in the line at `pos`; empty where the line has none. */
static const char *name_at(const struct packed_refs *packed, size_t pos,
			   size_t *len)
{
	size_t end = line_end(packed, pos);
	size_t name = pos + OID_HEXSZ + 1;

	*len = name < end ? end - name : 0;
	return packed->map + (*len ? name : pos);
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order)
		return order;
	return (a_len > b_len) - (a_len < b_len);
}

size_t packed_refs_seek(const struct packed_refs *packed, const char *name)
{
	size_t low = packed->start, high = packed->len;
	size_t len = strlen(name);

	if (!packed->sorted)
		return packed->start;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t line_name_len;
		const char *line_name;

		/* Back to the start of the ref that `middle` is in. */
		while (middle > low && (packed->map[middle - 1] != '\n' ||
					packed->map[middle] == '^'))
			middle--;
		line_name = name_at(packed, middle, &line_name_len);
		if (compare(line_name, line_name_len, name, len) < 0)
			low = next_line(packed, middle);
		else
			high = middle;
	}
	return low;
}

int packed_refs_next(const struct packed_refs *packed, size_t *pos,
		     struct packed_ref *out, struct error *err)
{
	const char *line;

	if (*pos >= packed->len)
		return 0;
	line = packed->map + *pos;
	out->name = name_at(packed, *pos, &out->name_len);
	if (!out->name_len || line[OID_HEXSZ] != ' ' ||
	    !oid_parse(&out->oid, line) ||
	    memchr(out->name, '\0', out->name_len))
		return error_set(err, ERR_INVALID,
				 "'packed-refs' is damaged at byte %zu", *pos);
	*pos = next_line(packed, *pos);
	return 1;
}

int packed_refs_next_below(const struct packed_refs *packed, const char *prefix,
			   size_t *pos, struct packed_ref *out,
			   struct error *err)
{
	size_t len = strlen(prefix);
	int ret;

	while ((ret = packed_refs_next(packed, pos, out, err)) > 0) {
		if (out->name_len >= len && !memcmp(out->name, prefix, len))
			return 1;
		if (packed->sorted)
			return 0;
	}
	return ret;
}

int packed_refs_find(const struct packed_refs *packed, const char *name,
		     struct oid *out, struct error *err)
{
	size_t pos = packed_refs_seek(packed, name);
	size_t len = strlen(name);
	struct packed_ref ref;
	int ret;

	while ((ret = packed_refs_next_below(packed, name, &pos, &ref, err)) >
	       0) {
		if (ref.name_len == len) {
			*out = ref.oid;
			return 1;
		}
		/* The name itself sorts before all that start with it. */
		if (packed->sorted)
			return 0;
	}
	return ret;
}
