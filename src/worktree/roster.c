#include "worktree/roster.h"

#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the seed of sums, a count; the records; their names; then
 * the seal. Numbers are in the machine's own order: the file
 * never leaves it.
 */
#define MAGIC "checkpoint-rosters 2\n\n\n"
#define MAX_BYTES (1u << 30)

/* Five ticks of the slowest kernel; and two seconds. */
#define QUIET_NS INT64_C(50000000)
#define QUIET_WHOLE_NS INT64_C(2000000000)

struct record {
	uint64_t device, inode;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t tracked;
	uint64_t count;
	uint64_t start, len; /* of its names, behind the records */
};

struct header {
	char magic[sizeof(MAGIC)];
	uint64_t seed;
	uint64_t nr;
};

struct rosters {
	uint64_t seed;
	struct buf text; /* names point into it */
	struct roster *items;
	size_t nr;
	uint32_t *slots; /* 1 + place in items, by inode; 0: free */
	size_t mask;
};

/* -- reading ------------------------------------------------------------- */

bool roster_names_are_clean(const char *names, size_t len)
{
	const char *end = names + len;

	while (names < end) {
		size_t left = (size_t)(end - names) - 1;
		const char *nul = memchr(names + 1, '\0', left);

		if (!nul || nul == names + 1 ||
		    memchr(names + 1, '/', (size_t)(nul - names) - 1))
			return false;
		names = nul + 1;
	}
	return true;
}

static bool take_record(struct roster *roster, const char *data,
			const char *names, uint64_t names_len)
{
	struct record record;

	memcpy(&record, data, sizeof(record));
	if (record.start > names_len || record.len > names_len - record.start)
		return false;
	*roster = (struct roster){
		.device = record.device,
		.inode = record.inode,
		.mtime_sec = record.mtime_sec,
		.ctime_sec = record.ctime_sec,
		.mtime_nsec = record.mtime_nsec,
		.ctime_nsec = record.ctime_nsec,
		.tracked = record.tracked,
		.names = names + record.start,
		.len = (size_t)record.len,
		.count = (size_t)record.count,
	};
	return roster_names_are_clean(roster->names, roster->len);
}

static size_t slot_of(const struct rosters *rosters, uint64_t inode)
{
	return (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) >> 20) &
	       rosters->mask;
}

static void enter_all(struct rosters *rosters)
{
	size_t size = 16;

	while (size < rosters->nr * 2)
		size *= 2;
	rosters->mask = size - 1;
	rosters->slots = xcalloc(size, sizeof(*rosters->slots));
	for (size_t i = 0; i < rosters->nr; i++) {
		size_t slot = slot_of(rosters, rosters->items[i].inode);

		while (rosters->slots[slot])
			slot = (slot + 1) & rosters->mask;
		rosters->slots[slot] = (uint32_t)i + 1;
	}
}

static bool parse(struct rosters *rosters)
{
	const struct buf *text = &rosters->text;
	struct header header;
	const char *records, *names;
	size_t left;

	if (text->len < sizeof(header) + FINGERPRINT_SEAL_SIZE ||
	    !fingerprint_is_sealed(text->ptr, text->len))
		return false;
	memcpy(&header, text->ptr, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(MAGIC)))
		return false;
	records = text->ptr + sizeof(header);
	left = text->len - sizeof(header) - FINGERPRINT_SEAL_SIZE;
	if (header.nr > left / sizeof(struct record))
		return false;
	names = records + header.nr * sizeof(struct record);
	left -= (size_t)header.nr * sizeof(struct record);
	rosters->items = xcalloc((size_t)header.nr, sizeof(*rosters->items));
	for (size_t i = 0; i < header.nr; i++)
		if (!take_record(&rosters->items[i],
				 records + i * sizeof(struct record), names,
				 left))
			return false;
	rosters->seed = header.seed;
	rosters->nr = (size_t)header.nr;
	enter_all(rosters);
	return true;
}

/* None, and sums that nobody can foresee. */
static void make_empty(struct rosters *rosters)
{
	free(rosters->items);
	buf_release(&rosters->text);
	*rosters = (struct rosters){.text = BUF_INIT};
	rosters->seed = fingerprint_seed();
}

static char *rosters_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/rosters");
}

struct rosters *rosters_read(const struct repository *repo)
{
	struct rosters *rosters = xcalloc(1, sizeof(*rosters));
	struct error ignored = ERROR_INIT;
	char *path = rosters_path(repo);

	rosters->text = (struct buf)BUF_INIT;
	/* Missing or unreadable: then nothing is known. */
	if (buf_read_file(&rosters->text, path, MAX_BYTES, &ignored) < 0 ||
	    !parse(rosters))
		make_empty(rosters);
	error_release(&ignored);
	free(path);
	return rosters;
}

struct rosters *rosters_parse(const void *data, size_t len)
{
	struct rosters *rosters = xcalloc(1, sizeof(*rosters));

	rosters->text = (struct buf)BUF_INIT;
	buf_add(&rosters->text, data, len);
	if (!parse(rosters))
		make_empty(rosters);
	return rosters;
}

void rosters_free(struct rosters *rosters)
{
	if (!rosters)
		return;
	free(rosters->items);
	free(rosters->slots);
	buf_release(&rosters->text);
	free(rosters);
}

size_t rosters_count(const struct rosters *rosters)
{
	return rosters->nr;
}

/* -- looking up ---------------------------------------------------------- */

void roster_stat(struct roster *roster, const struct stat *st)
{
	roster->device = st->st_dev;
	roster->inode = st->st_ino;
	roster->mtime_sec = st->st_mtim.tv_sec;
	roster->mtime_nsec = (uint32_t)st->st_mtim.tv_nsec;
	roster->ctime_sec = st->st_ctim.tv_sec;
	roster->ctime_nsec = (uint32_t)st->st_ctim.tv_nsec;
}

static bool is_same(const struct roster *roster, const struct stat *st)
{
	return roster->inode == st->st_ino && roster->device == st->st_dev &&
	       roster->mtime_sec == st->st_mtim.tv_sec &&
	       roster->mtime_nsec == (uint32_t)st->st_mtim.tv_nsec &&
	       roster->ctime_sec == st->st_ctim.tv_sec &&
	       roster->ctime_nsec == (uint32_t)st->st_ctim.tv_nsec;
}

const struct roster *rosters_find(const struct rosters *rosters,
				  const struct stat *st)
{
	size_t slot;

	if (!rosters->nr)
		return NULL;
	slot = slot_of(rosters, st->st_ino);
	for (; rosters->slots[slot]; slot = (slot + 1) & rosters->mask) {
		const struct roster *roster =
			&rosters->items[rosters->slots[slot] - 1];

		if (is_same(roster, st))
			return roster;
	}
	return NULL;
}

uint64_t rosters_sum_start(const struct rosters *rosters)
{
	return rosters->seed;
}

uint64_t roster_sum(uint64_t sum, const char *name, size_t len,
		    enum roster_kind kind)
{
	return fingerprint_add(sum + kind, name, len);
}

/* -- what may be believed ------------------------------------------------ */

static int64_t ns_between(const struct timespec *from,
			  const struct timespec *to)
{
	return (int64_t)(to->tv_sec - from->tv_sec) * 1000000000 +
	       (to->tv_nsec - from->tv_nsec);
}

bool roster_is_quiet(const struct stat *st, const struct timespec *now)
{
	bool whole = !st->st_ctim.tv_nsec && !st->st_mtim.tv_nsec;
	int64_t margin = whole ? QUIET_WHOLE_NS : QUIET_NS;

	return ns_between(&st->st_ctim, now) > margin &&
	       ns_between(&st->st_mtim, now) > margin;
}

bool roster_may_trust(int fd)
{
	/* ext2 to ext4, xfs, btrfs, tmpfs, f2fs, zfs, bcachefs, overlayfs; as
	 * statfs(2) has them. */
	static const uint32_t known[] = {0xef53,     0x58465342, 0x9123683e,
					 0x01021994, 0xf2f52010, 0x2fc12fc1,
					 0xca451a4e, 0x794c7630};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if ((uint32_t)fs.f_type == known[i])
			return true;
	return false;
}

/* -- writing ------------------------------------------------------------- */

static void add_record(struct buf *out, const struct roster *roster,
		       uint64_t *start)
{
	const struct record record = {
		.device = roster->device,
		.inode = roster->inode,
		.mtime_sec = roster->mtime_sec,
		.ctime_sec = roster->ctime_sec,
		.mtime_nsec = roster->mtime_nsec,
		.ctime_nsec = roster->ctime_nsec,
		.tracked = roster->tracked,
		.count = roster->count,
		.start = *start,
		.len = roster->len,
	};

	buf_add(out, &record, sizeof(record));
	*start += roster->len;
}

int rosters_write(const struct repository *repo, const struct rosters *rosters,
		  const struct roster *const *items, size_t nr,
		  struct error *err)
{
	struct header header = {.seed = rosters->seed, .nr = nr};
	struct buf out = BUF_INIT;
	char *path = rosters_path(repo);
	uint64_t start = 0;
	int ret;

	memcpy(header.magic, MAGIC, sizeof(MAGIC));
	buf_add(&out, &header, sizeof(header));
	for (size_t i = 0; i < nr; i++)
		add_record(&out, items[i], &start);
	for (size_t i = 0; i < nr; i++)
		buf_add(&out, items[i]->names, items[i]->len);
	fingerprint_seal(&out);
	/* Not synced: what a crash tears has a wrong seal. */
	ret = file_replace(path, out.ptr, out.len, false, err);
	free(path);
	buf_release(&out);
	return ret;
}
