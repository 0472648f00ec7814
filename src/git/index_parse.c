#include "git/index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/index_seen.h"

#define HEADER_LEN 12
/* A name of no bytes, with its NUL, in any version. */
#define ENTRY_MIN 63

struct parser {
	struct index_file *file;
	struct index_memory *memory;
	size_t pos;
	size_t end;   /* where the checksum starts */
	size_t paths; /* bytes that paths of version 4 may still take */
};

/*
 * Read, not mapped: a mapping changes under us, or kills us, when somebody
 * copies another file over the index in place, and paths must stay what they
 * were when they were checked. Reading costs 2 ms of 100,000 entries' 10 MB.
 */
/* Whether every change from now on gives the file another ctime. */
static bool is_settled(const struct stat *st)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return st->st_ctim.tv_sec < now.tv_sec ||
	       (st->st_ctim.tv_sec == now.tv_sec &&
		st->st_ctim.tv_nsec < now.tv_nsec);
}

static int load(struct index_file *file, struct index_memory *memory,
		unsigned slot, const char *path, struct error *err)
{
	unsigned char *data;
	size_t len = 0;
	int ret = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return error_errno(err, "cannot open index file '%s'", path);
	if (fstat(fd, &file->stat) < 0) {
		ret = error_errno(err, "cannot stat index file '%s'", path);
		goto done;
	}
	file->settled = is_settled(&file->stat);
	if (!S_ISREG(file->stat.st_mode) ||
	    file->stat.st_size > (off_t)INDEX_MAX_SIZE) {
		ret = error_set(err, ERR_INVALID,
				"index file '%s' is not one: %s", path,
				S_ISREG(file->stat.st_mode)
					? "too large"
					: "no regular file");
		goto done;
	}
	file->len = (size_t)file->stat.st_size;
	file->data = data = memory->files[slot] = xmalloc_large(file->len);
	if (!slot)
		memory->file_len = file->len;
	while (len < file->len) {
		ssize_t got = read(fd, data + len, file->len - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			ret = error_errno(err, "cannot read index file '%s'",
					  path);
			goto done;
		}
		if (!got) {
			ret = error_set(err, ERR_CHANGED,
					"index file '%s' was cut while reading",
					path);
			goto done;
		}
		len += (size_t)got;
	}
	ret = 0;
done:
	close(fd);
	return ret;
}

static int parse_header(struct index_file *file, struct error *err)
{
	if (file->len < HEADER_LEN + OID_RAWSZ)
		return error_set(err, ERR_INVALID, "smaller than expected");
	if (memcmp(file->data, "DIRC", 4))
		return error_set(err, ERR_INVALID, "bad signature");
	file->version = index_get32(file->data + 4);
	if (file->version < 2 || file->version > 4)
		return error_set(err, ERR_INVALID, "unknown version %u",
				 file->version);
	file->nr = index_get32(file->data + 8);
	if (file->nr > (file->len - HEADER_LEN - OID_RAWSZ) / ENTRY_MIN)
		return error_set(err, ERR_INVALID,
				 "%zu entries cannot be in %zu bytes", file->nr,
				 file->len);
	memcpy(file->checksum.id, file->data + file->len - OID_RAWSZ,
	       OID_RAWSZ);
	file->checksummed = !oid_is_zero(&file->checksum);
	return 0;
}

static uint16_t parse_mode(const unsigned char *p)
{
	uint32_t mode = index_get32(p + INDEX_AT_MODE);

	return mode <= UINT16_MAX ? (uint16_t)mode : 0;
}

/* The path lies in the file, NUL behind it, up to the next multiple of 8. */
static const char *parse_path(struct parser *p, size_t head,
			      struct index_entry *entry)
{
	const char *path = (const char *)p->file->data + p->pos + head;
	size_t left = p->end - p->pos - head;
	const char *nul = memchr(path, '\0', left);
	size_t size;

	if (!nul)
		return "is cut";
	entry->path = path;
	entry->path_len = (uint32_t)(nul - path);
	size = (head + entry->path_len + 8) & ~(size_t)7;
	if (size > p->end - p->pos)
		return "is cut";
	p->pos += size;
	return NULL;
}

/* git's variable width: each further byte stands for one more than its bits. */
static bool parse_varint(struct parser *p, size_t *out)
{
	size_t value = 0;

	while (p->pos < p->end) {
		unsigned char c = p->file->data[p->pos++];

		value = (value << 7) | (c & 0x7f);
		if (!(c & 0x80)) {
			*out = value;
			return true;
		}
		if (++value > INDEX_MAX_SIZE)
			return false;
	}
	return false;
}

/* Version 4: the path before it, less some bytes at its end, plus a suffix. It
 * is put together, and what is to lie in front of it copied. */
static const char *parse_packed_path(struct parser *p, size_t head,
				     const struct index_entry *prev,
				     struct index_entry *entry)
{
	const unsigned char *start = p->file->data + p->pos;
	size_t strip, keep, len;
	const char *suffix, *nul;
	char *path;

	p->pos += head;
	if (!parse_varint(p, &strip))
		return "is cut";
	keep = prev ? prev->path_len : 0;
	if (strip > keep)
		return "takes more from the path before it than there is";
	keep -= strip;
	suffix = (const char *)p->file->data + p->pos;
	nul = memchr(suffix, '\0', p->end - p->pos);
	if (!nul)
		return "is cut";
	len = (size_t)(nul - suffix);
	if (keep + len >= p->paths)
		return "has a path that is too long";
	p->paths -= keep + len + 1;
	path = arena_get(&p->memory->arena, head + keep + len + 1, 1);
	memcpy(path, start, head);
	path += head;
	if (keep)
		memcpy(path, prev->path, keep);
	memcpy(path + keep, suffix, len + 1);
	entry->path = path;
	entry->path_len = (uint32_t)(keep + len);
	p->pos += len + 1;
	return NULL;
}

static const char *parse_entry(struct parser *p, const struct index_entry *prev,
			       struct index_entry *entry)
{
	const unsigned char *data = p->file->data + p->pos;
	size_t head = INDEX_ENTRY_HEAD, named;
	const char *fault;
	unsigned flags;

	if (p->end - p->pos < head + 2)
		return "is cut";
	entry->mode = parse_mode(data);
	flags = index_get16(data + INDEX_AT_FLAGS);
	entry->stage = (flags >> INDEX_ENTRY_STAGE_SHIFT) & 3;
	entry->flags =
		flags & INDEX_ENTRY_ASSUME_VALID ? INDEX_ASSUME_UNCHANGED : 0;
	/* In version 2 as well: git goes by the flag, not by the version. */
	if (flags & INDEX_ENTRY_EXTENDED) {
		unsigned more = index_get16(data + head);

		head += 2;
		entry->flags |= INDEX_LONG_HEAD;
		if (more & INDEX_EXTENDED_SKIP_WORKTREE)
			entry->flags |= INDEX_SKIP_WORKTREE;
		if (more & INDEX_EXTENDED_INTENT_TO_ADD)
			entry->flags |= INDEX_INTENT_TO_ADD;
		if (more & ~(INDEX_EXTENDED_SKIP_WORKTREE |
			     INDEX_EXTENDED_INTENT_TO_ADD))
			return "has unknown flags";
	}
	fault = p->file->version == 4 ? parse_packed_path(p, head, prev, entry)
				      : parse_path(p, head, entry);
	if (fault)
		return fault;
	named = flags & INDEX_ENTRY_NAME_MASK;
	if (named != (entry->path_len < INDEX_ENTRY_NAME_MASK
			      ? entry->path_len
			      : INDEX_ENTRY_NAME_MASK))
		return "has a path of another length than it says";
	return NULL;
}

static int parse_entries(struct parser *p, struct error *err)
{
	struct index_file *file = p->file;
	size_t i;

	file->entries =
		xmalloc_large(array_bytes(file->nr, sizeof(*file->entries)));
	for (i = 0; i < file->nr; i++) {
		struct index_entry *entry = &file->entries[i];
		struct index_entry *prev = i ? entry - 1 : NULL;
		const char *fault = parse_entry(p, prev, entry);

		if (fault)
			return error_set(err, ERR_INVALID, "entry %zu %s", i,
					 fault);
		if (!entry->path_len && file->nr_unnamed == i) {
			file->nr_unnamed++;
			continue;
		}
		/* What the same bytes were found to be before, they still are.
		 */
		if (!file->trusted)
			fault = index_entry_fault(
				i > file->nr_unnamed ? prev : NULL, entry);
		if (fault)
			return error_set(err, ERR_INVALID, "entry '%s' %s",
					 entry->path, fault);
	}
	return 0;
}

static int parse(struct index_file *file, struct index_memory *memory,
		 struct error *err)
{
	struct parser parser = {file, memory, HEADER_LEN, 0, 0};
	int ret;

	ret = parse_header(file, err);
	if (ret < 0)
		return ret;
	parser.end = file->len - OID_RAWSZ;
	/*
	 * In version 4 few bytes can stand for long paths. What 64 times the
	 * file cannot hold has paths longer than any that can be opened.
	 */
	parser.paths = file->len * 64;
	if (file->checksummed && !file->trusted)
		index_sum_start(&file->sum, file->data, parser.end);
	ret = parse_entries(&parser, err);
	if (ret < 0)
		return ret;
	file->entries_end = parser.pos;
	return index_extensions_parse(file, parser.pos, err);
}

int index_file_read(struct index_file *file, struct index_memory *memory,
		    unsigned slot, const char *path,
		    const struct index_seen *seen, struct error *err)
{
	int ret;

	memset(file, 0, sizeof(*file));
	ret = load(file, memory, slot, path, err);
	if (ret < 0)
		return ret;
	file->trusted = seen && index_seen_is(seen, &file->stat);
	ret = parse(file, memory, err);
	if (ret < 0) {
		index_file_release(file);
		return error_prefix(err, "cannot read index file '%s'", path);
	}
	return 0;
}

bool index_entries_parse(struct index *index, const unsigned char *data,
			 size_t len, size_t nr)
{
	struct index_file part = {.data = data, .len = len, .version = 2};
	struct parser parser = {&part, index->memory, 0, len, 0};
	struct error fault = ERROR_INIT;
	bool good;

	if (nr > len / ENTRY_MIN)
		return false;
	part.nr = nr;
	good = !parse_entries(&parser, &fault) && !part.nr_unnamed &&
	       parser.pos == len;
	index->entries = part.entries;
	index->nr = good ? nr : 0;
	error_release(&fault);
	return good;
}

int index_file_verify(struct index_file *file, const char *path,
		      struct error *err)
{
	const unsigned char *sum;

	if (!file->checksummed || file->trusted)
		return 0;
	sum = index_sum_finish(&file->sum);
	if (memcmp(sum, file->checksum.id, OID_RAWSZ))
		return error_set(err, ERR_INVALID,
				 "index file '%s' has a wrong checksum", path);
	return 0;
}

void index_file_rest(const struct index_file *file)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)file->data + file->entries_end;
	uintptr_t end = (uintptr_t)file->data + file->len;

	start = (start + page - 1) & ~(page - 1);
	end &= ~(page - 1);
	/* The rest of a page belongs to others, too. */
	if (start < end)
		madvise((void *)start, end - start, MADV_DONTNEED);
}

void index_file_release(struct index_file *file)
{
	index_sum_finish(&file->sum);
	free(file->entries);
	memset(file, 0, sizeof(*file));
}
