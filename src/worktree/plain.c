#include "worktree/plain.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "git/index.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the seed, a count, so many fingerprints, the seal of all
 * before it. Numbers are in the machine's own order: the file never leaves it.
 */
#define MAGIC "checkpoint-plain 2\n"
#define MAX_BYTES (1u << 30)

struct header {
	char magic[sizeof(MAGIC) + 4];
	uint64_t seed, nr;
};

struct plain {
	uint64_t seed;
	size_t nr;	 /* in the file */
	uint64_t *slots; /* of these; 0: free */
	size_t mask;
	uint64_t *now; /* what is to be in the next one */
	size_t nr_now, alloc_now;
	bool added;
};

/* -- reading ------------------------------------------------------------- */

static bool take_header(struct header *header, const char *data, size_t len)
{
	if (len < sizeof(*header) + FINGERPRINT_SEAL_SIZE ||
	    !fingerprint_is_sealed(data, len))
		return false;
	memcpy(header, data, sizeof(*header));
	len -= FINGERPRINT_SEAL_SIZE;
	return !memcmp(header->magic, MAGIC, sizeof(MAGIC)) &&
	       header->nr == (len - sizeof(*header)) / sizeof(uint64_t) &&
	       !((len - sizeof(*header)) % sizeof(uint64_t));
}

static size_t slot_of(const struct plain *plain, uint64_t print)
{
	size_t slot = (size_t)(print >> 20) & plain->mask;

	while (plain->slots[slot] && plain->slots[slot] != print)
		slot = (slot + 1) & plain->mask;
	return slot;
}

static void enter_all(struct plain *plain, const char *data)
{
	size_t size = 16;

	while (size < plain->nr * 2)
		size *= 2;
	plain->mask = size - 1;
	plain->slots = xcalloc(size, sizeof(*plain->slots));
	for (size_t i = 0; i < plain->nr; i++) {
		uint64_t print;

		memcpy(&print, data + i * sizeof(print), sizeof(print));
		plain->slots[slot_of(plain, print)] = print;
	}
}

struct plain *plain_parse(const void *data, size_t len)
{
	struct plain *plain = xcalloc(1, sizeof(*plain));
	struct header header;

	if (take_header(&header, data, len)) {
		plain->seed = header.seed;
		plain->nr = (size_t)header.nr;
		enter_all(plain, (const char *)data + sizeof(header));
	} else {
		plain->seed = fingerprint_seed();
		enter_all(plain, "");
	}
	return plain;
}

static char *plain_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/plain");
}

struct plain *plain_read(const struct repository *repo)
{
	struct error ignored = ERROR_INIT;
	char *path = plain_path(repo);
	struct buf text = BUF_INIT;
	struct plain *plain;

	/* Missing or unreadable: then nothing is known. */
	if (buf_read_file(&text, path, MAX_BYTES, &ignored) < 0)
		buf_reset(&text);
	plain = plain_parse(text.ptr, text.len);
	error_release(&ignored);
	buf_release(&text);
	free(path);
	return plain;
}

void plain_free(struct plain *plain)
{
	if (!plain)
		return;
	free(plain->slots);
	free(plain->now);
	free(plain);
}

/* -- asking -------------------------------------------------------------- */

/* Never 0, which is a free slot. */
static uint64_t print_of(const struct plain *plain,
			 const struct index_entry *entry)
{
	const struct index_stat stat = index_entry_stat(entry);
	uint64_t print =
		fingerprint_add(plain->seed, entry->path, entry->path_len);

	print = fingerprint_add(print, index_entry_oid(entry),
				sizeof(struct oid));
	print = fingerprint_add(print, &stat, sizeof(stat));
	print = fingerprint_add(print, &entry->mode, sizeof(entry->mode));
	return print ? print : 1;
}

static void keep(struct plain *plain, uint64_t print)
{
	ARRAY_GROW(plain->now, plain->nr_now, plain->alloc_now);
	plain->now[plain->nr_now++] = print;
}

bool plain_has(struct plain *plain, const struct index_entry *entry)
{
	uint64_t print = print_of(plain, entry);

	if (!plain->slots[slot_of(plain, print)])
		return false;
	keep(plain, print);
	return true;
}

void plain_add(struct plain *plain, const struct index_entry *entry)
{
	keep(plain, print_of(plain, entry));
	plain->added = true;
}

/* -- writing ------------------------------------------------------------- */

int plain_write(const struct plain *plain, const struct repository *repo,
		struct error *err)
{
	struct header header = {
		.magic = MAGIC, .seed = plain->seed, .nr = plain->nr_now};
	struct buf out = BUF_INIT;
	char *path;
	int ret;

	/* What is there and no longer asked for does no harm. */
	if (!plain->added && plain->nr_now >= plain->nr / 2)
		return 0;
	buf_add(&out, &header, sizeof(header));
	if (plain->nr_now)
		buf_add(&out, plain->now, plain->nr_now * sizeof(*plain->now));
	fingerprint_seal(&out);
	path = plain_path(repo);
	/* Not synced: what a crash tears has a wrong seal. */
	ret = file_replace(path, out.ptr, out.len, false, err);
	free(path);
	buf_release(&out);
	return ret;
}
