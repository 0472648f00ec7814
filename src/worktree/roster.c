#include "worktree/roster.h"

#include <stdatomic.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/derived.h"
#include "base/fingerprint.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the seed of sums, a count; the rosters; then the seal.
 * Numbers are in the machine's own order: the file never leaves it.
 */
#define MAGIC "checkpoint-rosters 3\n\n\n"

/* While so many are gone through, or asked for, what they lie in is in memory.
 */
#define AT_ONCE 4096u

/* Five ticks of the slowest kernel; and two seconds. */
#define QUIET_NS INT64_C(50000000)
#define QUIET_WHOLE_NS INT64_C(2000000000)

struct header {
	char magic[sizeof(MAGIC)];
	uint64_t seed;
	uint64_t nr;
};
_Static_assert(sizeof(struct header) % 8 == 0, "rosters are aligned");

struct rosters {
	uint64_t seed;
	struct derived file;
	size_t nr;
	uint32_t *slots; /* by inode: where it is, in steps of 8 bytes; 0: free
			  */
	size_t mask;
	atomic_uint nr_asked;
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

/* With what fills it up to 8 bytes. */
static size_t size_of(size_t len)
{
	return (offsetof(struct roster, names) + len + 7) & ~(size_t)7;
}

/* The one at `at`; NULL: there is none that is whole. */
static const struct roster *roster_at(const struct rosters *rosters, size_t at)
{
	const size_t left = rosters->file.len - at;
	const struct roster *roster =
		(const struct roster *)(rosters->file.data + at);

	if (left < size_of(0) || left < size_of(roster->len) ||
	    !roster_names_are_clean(roster->names, roster->len))
		return NULL;
	return roster;
}

static size_t slot_of(const struct rosters *rosters, uint64_t inode)
{
	return (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) >> 20) &
	       rosters->mask;
}

static void enter(struct rosters *rosters, const struct roster *roster,
		  size_t at)
{
	size_t slot = slot_of(rosters, roster->inode);

	while (rosters->slots[slot])
		slot = (slot + 1) & rosters->mask;
	rosters->slots[slot] = (uint32_t)(at / 8);
}

static bool enter_all(struct rosters *rosters, size_t nr)
{
	size_t size = 16, at = sizeof(struct header);

	while (size < nr * 2)
		size *= 2;
	rosters->mask = size - 1;
	rosters->slots = xcalloc(size, sizeof(*rosters->slots));
	for (; rosters->nr < nr; rosters->nr++) {
		const struct roster *roster = roster_at(rosters, at);

		if (!roster)
			return false;
		if (rosters->nr % AT_ONCE == 0)
			rosters_rest(rosters);
		enter(rosters, roster, at);
		at += size_of(roster->len);
	}
	return at == rosters->file.len;
}

static bool parse(struct rosters *rosters)
{
	struct header header;

	if (rosters->file.len < sizeof(header))
		return false;
	memcpy(&header, rosters->file.data, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) ||
	    header.nr > rosters->file.len / size_of(0))
		return false;
	rosters->seed = header.seed;
	return enter_all(rosters, (size_t)header.nr);
}

/* None, and sums that nobody can foresee. */
static void make_empty(struct rosters *rosters)
{
	free(rosters->slots);
	derived_release(&rosters->file);
	*rosters = (struct rosters){0};
	rosters->seed = fingerprint_seed();
}

static char *rosters_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/rosters");
}

struct rosters *rosters_read(const struct repository *repo)
{
	struct rosters *rosters = xcalloc(1, sizeof(*rosters));
	char *path = rosters_path(repo);

	/* Missing or unreadable: then nothing is known. */
	if (!derived_open(&rosters->file, path) || !parse(rosters))
		make_empty(rosters);
	free(path);
	return rosters;
}

struct rosters *rosters_parse(const void *data, size_t len)
{
	struct rosters *rosters = xcalloc(1, sizeof(*rosters));

	if (!derived_copy(&rosters->file, data, len) || !parse(rosters))
		make_empty(rosters);
	return rosters;
}

void rosters_free(struct rosters *rosters)
{
	if (!rosters)
		return;
	free(rosters->slots);
	derived_release(&rosters->file);
	free(rosters);
}

void rosters_rest(const struct rosters *rosters)
{
	derived_rest(&rosters->file);
}

size_t rosters_count(const struct rosters *rosters)
{
	return rosters->nr;
}

/* -- looking up ---------------------------------------------------------- */

struct roster *roster_new(struct arena *memory, const struct stat *st,
			  const char *names, size_t len)
{
	const struct roster head = {
		.inode = st->st_ino,
		.mtime_sec = st->st_mtim.tv_sec,
		.ctime_sec = st->st_ctim.tv_sec,
		.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
		.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
		.device = (uint32_t)st->st_dev,
		.len = (uint32_t)len,
	};
	struct roster *roster;

	if (len >= DERIVED_MAX)
		return NULL;
	roster = arena_get(memory, size_of(len), 8);
	/* What fills it up is written, too. */
	memset(roster, 0, size_of(len));
	memcpy(roster, &head, offsetof(struct roster, names));
	if (len)
		memcpy(roster->names, names, len);
	return roster;
}

/* Now and then, all of what was looked at may leave memory. */
static void note_asked(struct rosters *rosters)
{
	if (atomic_fetch_add_explicit(&rosters->nr_asked, 1,
				      memory_order_relaxed) %
		    AT_ONCE ==
	    AT_ONCE - 1)
		rosters_rest(rosters);
}

static bool is_same(const struct roster *roster, const struct stat *st)
{
	return roster->inode == st->st_ino &&
	       roster->device == (uint32_t)st->st_dev &&
	       roster->mtime_sec == st->st_mtim.tv_sec &&
	       roster->mtime_nsec == (uint32_t)st->st_mtim.tv_nsec &&
	       roster->ctime_sec == st->st_ctim.tv_sec &&
	       roster->ctime_nsec == (uint32_t)st->st_ctim.tv_nsec;
}

const struct roster *rosters_find(struct rosters *rosters,
				  const struct stat *st)
{
	size_t slot;

	if (!rosters->nr)
		return NULL;
	note_asked(rosters);
	slot = slot_of(rosters, st->st_ino);
	for (; rosters->slots[slot]; slot = (slot + 1) & rosters->mask) {
		const struct roster *roster =
			(const struct roster *)(rosters->file.data +
						(size_t)rosters->slots[slot] *
							8);

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

int rosters_write(const struct repository *repo, const struct rosters *rosters,
		  roster_next next, void *context, size_t nr, struct error *err)
{
	const struct header header = {
		.magic = MAGIC, .seed = rosters->seed, .nr = nr};
	struct derived_writer out;
	char *path = rosters_path(repo);

	derived_begin(&out, path);
	free(path);
	derived_add(&out, &header, sizeof(header));
	for (size_t i = 0; i < nr; i++) {
		const struct roster *roster = next(context);

		derived_add(&out, roster, size_of(roster->len));
	}
	return derived_end(&out, err);
}
