#include "git/oid.h"

#include "base/alloc.h"
#include "base/hex.h"

bool oid_parse(struct oid *out, const char *hex)
{
	struct oid oid;

	for (size_t i = 0; i < OID_RAWSZ; i++) {
		int high = hex_digit(hex[2 * i]);
		/* A text that ends here must not be read behind its end. */
		int low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (low < 0)
			return false;
		oid.id[i] = (unsigned char)(high << 4 | low);
	}
	*out = oid;
	return true;
}

char *oid_hex(const struct oid *oid, char out[OID_HEXSZ + 1])
{
	hex_encode(out, oid->id, OID_RAWSZ);
	return out;
}

bool oid_equal(const struct oid *a, const struct oid *b)
{
	return !memcmp(a->id, b->id, OID_RAWSZ);
}

int oid_compare(const struct oid *a, const struct oid *b)
{
	return memcmp(a->id, b->id, OID_RAWSZ);
}

bool oid_is_zero(const struct oid *oid)
{
	static const struct oid zero;

	return oid_equal(oid, &zero);
}

/* The slot that holds `oid`, or the free one where it would go. */
static size_t slot_of(const struct oid_set *set, const struct oid *oid)
{
	size_t hash, slot;

	/* An id is a hash already: any of its bytes are as good as others. */
	memcpy(&hash, oid->id, sizeof(hash));
	slot = hash & (set->alloc - 1);
	while (set->used[slot] && !oid_equal(&set->slots[slot], oid))
		slot = (slot + 1) & (set->alloc - 1);
	return slot;
}

static void grow(struct oid_set *set)
{
	struct oid_set larger = {.nr = set->nr};

	larger.alloc = set->alloc ? set->alloc * 2 : 64;
	larger.slots = xmalloc(array_bytes(larger.alloc, sizeof(struct oid)));
	larger.used = xcalloc(larger.alloc, sizeof(bool));
	for (size_t i = 0; i < set->alloc; i++) {
		size_t slot;

		if (!set->used[i])
			continue;
		slot = slot_of(&larger, &set->slots[i]);
		larger.slots[slot] = set->slots[i];
		larger.used[slot] = true;
	}
	oid_set_release(set);
	*set = larger;
}

bool oid_set_add(struct oid_set *set, const struct oid *oid)
{
	size_t slot;

	if (set->nr >= set->alloc / 2)
		grow(set);
	slot = slot_of(set, oid);
	if (set->used[slot])
		return false;
	set->slots[slot] = *oid;
	set->used[slot] = true;
	set->nr++;
	return true;
}

bool oid_set_has(const struct oid_set *set, const struct oid *oid)
{
	return set->alloc && set->used[slot_of(set, oid)];
}

void oid_set_release(struct oid_set *set)
{
	free(set->slots);
	free(set->used);
	*set = (struct oid_set){0};
}
