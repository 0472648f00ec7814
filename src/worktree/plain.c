#include "worktree/plain.h"

#include "base/alloc.h"
#include "base/derived.h"
#include "base/fingerprint.h"
#include "git/index.h"
#include "git/repository.h"

/*
 * The file: MAGIC, the seed, a count of fingerprints, and so many slots that a
 * third of them are free: 0; then the seal. A fingerprint is in the slot that
 * it says, or the next free one. Numbers are in the machine's own order: the
 * file never leaves it.
 */
#define MAGIC "checkpoint-plain 3\n"

struct header {
	char magic[sizeof(MAGIC) + 4];
	uint64_t seed, nr;
};

struct plain {
	struct derived file;
	uint64_t seed;
	const uint64_t *slots; /* in the file */
	size_t nr_slots;
	size_t nr;	      /* of fingerprints in them */
	unsigned char *asked; /* a bit for each slot: for the next one, too */
	size_t nr_asked;
	uint64_t *added; /* what else is to be in it */
	size_t nr_added, alloc_added;
};

/* -- reading ------------------------------------------------------------- */

/* The slot of the fingerprint, or the free one where it would go. */
static size_t slot_of(const uint64_t *slots, size_t nr_slots, uint64_t print)
{
	size_t slot = (size_t)(print % nr_slots);

	while (slots[slot] && slots[slot] != print)
		slot = slot + 1 < nr_slots ? slot + 1 : 0;
	return slot;
}

static bool parse(struct plain *plain)
{
	const struct derived *file = &plain->file;
	struct header header;
	size_t nr = 0;

	if (file->len < sizeof(header) ||
	    (file->len - sizeof(header)) % sizeof(uint64_t))
		return false;
	memcpy(&header, file->data, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) != 0)
		return false;
	plain->slots = (const uint64_t *)(file->data + sizeof(header));
	plain->nr_slots = (file->len - sizeof(header)) / sizeof(uint64_t);
	for (size_t i = 0; i < plain->nr_slots; i++)
		nr += plain->slots[i] != 0;
	plain->seed = header.seed;
	plain->nr = nr;
	plain->asked = xcalloc(plain->nr_slots / 8 + 1, 1);
	/* Or a search might never end. */
	return nr == header.nr && nr < plain->nr_slots;
}

/* None, and fingerprints that nobody can foresee. */
static void make_empty(struct plain *plain)
{
	free(plain->asked);
	derived_release(&plain->file);
	*plain = (struct plain){.seed = fingerprint_seed()};
}

struct plain *plain_parse(const void *data, size_t len)
{
	struct plain *plain = xcalloc(1, sizeof(*plain));

	if (!derived_copy(&plain->file, data, len) || !parse(plain))
		make_empty(plain);
	return plain;
}

static char *plain_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/plain");
}

struct plain *plain_read(const struct repository *repo)
{
	struct plain *plain = xcalloc(1, sizeof(*plain));
	char *path = plain_path(repo);

	/* Missing or unreadable: then nothing is known. */
	if (!derived_open(&plain->file, path) || !parse(plain))
		make_empty(plain);
	free(path);
	return plain;
}

void plain_free(struct plain *plain)
{
	if (!plain)
		return;
	derived_release(&plain->file);
	free(plain->asked);
	free(plain->added);
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

bool plain_has(struct plain *plain, const struct index_entry *entry)
{
	uint64_t print = print_of(plain, entry);
	unsigned char bit;
	size_t slot;

	if (!plain->nr)
		return false;
	slot = slot_of(plain->slots, plain->nr_slots, print);
	if (!plain->slots[slot])
		return false;
	bit = (unsigned char)(1u << slot % 8);
	plain->nr_asked += !(plain->asked[slot / 8] & bit);
	plain->asked[slot / 8] |= bit;
	return true;
}

void plain_add(struct plain *plain, const struct index_entry *entry)
{
	ARRAY_GROW(plain->added, plain->nr_added, plain->alloc_added);
	plain->added[plain->nr_added++] = print_of(plain, entry);
}

/* -- writing ------------------------------------------------------------- */

/* The slots of the next file, for the caller to free(). */
static uint64_t *enter_all(const struct plain *plain, size_t nr_slots,
			   uint64_t *nr)
{
	uint64_t *slots = xcalloc(nr_slots, sizeof(*slots));

	for (size_t i = 0; i < plain->nr_slots; i++)
		if (plain->asked[i / 8] & 1u << i % 8)
			slots[slot_of(slots, nr_slots, plain->slots[i])] =
				plain->slots[i];
	for (size_t i = 0; i < plain->nr_added; i++)
		slots[slot_of(slots, nr_slots, plain->added[i])] =
			plain->added[i];
	*nr = 0;
	for (size_t i = 0; i < nr_slots; i++)
		*nr += slots[i] != 0;
	return slots;
}

int plain_write(const struct plain *plain, const struct repository *repo,
		struct error *err)
{
	struct header header = {.magic = MAGIC, .seed = plain->seed};
	const size_t nr = plain->nr_asked + plain->nr_added;
	const size_t nr_slots = nr + nr / 2 + 1;
	struct derived_writer out;
	uint64_t *slots;
	char *path;

	/* What is there and no longer asked for does no harm. */
	if (!plain->nr_added && plain->nr_asked >= plain->nr / 2)
		return 0;
	slots = enter_all(plain, nr_slots, &header.nr);
	path = plain_path(repo);
	derived_begin(&out, path);
	derived_add(&out, &header, sizeof(header));
	derived_add(&out, slots, nr_slots * sizeof(*slots));
	free(path);
	free(slots);
	return derived_end(&out, err);
}
