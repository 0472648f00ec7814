#include "git/index_file.h"

#include "base/alloc.h"

/* Bits of an EWAH word that says what the next words are. */
#define RUN_BITS 32
#define LITERAL_BITS 31

static uint64_t get64(const unsigned char *p)
{
	return (uint64_t)index_get32(p) << 32 | index_get32(p + 4);
}

static bool set_literal(uint64_t word, size_t at, unsigned char *set, size_t nr)
{
	size_t bit;

	for (; word; word &= word - 1) {
		bit = (size_t)__builtin_ctzll(word);
		if (at >= nr || bit >= nr - at)
			return false;
		set[at + bit] = 1;
	}
	return true;
}

/*
 * Read one EWAH bitmap (gitformat-bitmap(5), appendix) at `*pos` and set
 * set[i] to 1 for each bit i of it: 32 bits for the number of bits, 32 for
 * the number of words, the words of 64 bits, and 32 bits that only help
 * appending. false: it is none, or has bits beyond `nr`.
 */
static bool ewah_read(const unsigned char *data, size_t len, size_t *pos,
		      unsigned char *set, size_t nr)
{
	size_t words, i = 0, at = 0;

	if (len - *pos < 8)
		return false;
	words = index_get32(data + *pos + 4);
	data += *pos + 8;
	if (words > (len - *pos - 8) / 8 || len - *pos - 8 - words * 8 < 4)
		return false;
	while (i < words) {
		uint64_t word = get64(data + 8 * i++);
		uint64_t run = (word >> 1) & (((uint64_t)1 << RUN_BITS) - 1);
		size_t literals = (size_t)(word >> (RUN_BITS + 1));

		if (literals > words - i)
			return false;
		if (word & 1) {
			if (at > nr || run > (nr - at) / 64)
				return false;
			memset(set + at, 1, (size_t)run * 64);
		}
		/* Behind the end no bit may be set, wherever that is. */
		if (at <= nr)
			at += (size_t)run * 64;
		for (; literals; literals--, at += 64)
			if (!set_literal(get64(data + 8 * i++), at, set, nr))
				return false;
	}
	*pos += 8 + words * 8 + 4;
	return true;
}

int index_split_base(const struct index_file *own, struct oid *out,
		     struct error *err)
{
	memset(out, 0, sizeof(*out));
	if (!own->link.present)
		return 0;
	if (own->link.len < OID_RAWSZ)
		return error_set(err, ERR_INVALID, "extension 'link' is cut");
	memcpy(out->id, own->link.data, OID_RAWSZ);
	return 0;
}

/* What the extension says of the entries of the shared index. */
struct marks {
	unsigned char *deleted, *replaced;
};

static int read_marks(const struct index_file *own, size_t nr,
		      struct marks *marks, struct error *err)
{
	size_t pos = OID_RAWSZ;

	marks->deleted = xcalloc(nr, 1);
	marks->replaced = xcalloc(nr, 1);
	if (own->link.len == OID_RAWSZ)
		return 0;
	if (!ewah_read(own->link.data, own->link.len, &pos, marks->deleted,
		       nr) ||
	    !ewah_read(own->link.data, own->link.len, &pos, marks->replaced,
		       nr) ||
	    pos != own->link.len)
		return error_set(err, ERR_INVALID,
				 "extension 'link' is damaged");
	return 0;
}

/* What is left of the shared index's entries, in place of `out`. */
static int apply_marks(const struct index_file *own,
		       const struct index_file *shared,
		       const struct marks *marks, struct arena *arena,
		       struct index_entry *out, size_t *nr, struct error *err)
{
	size_t i, used = 0;

	*nr = 0;
	for (i = 0; i < shared->nr; i++) {
		struct index_entry *entry = &out[*nr];
		const struct index_entry *by;
		struct index_stat stat;

		if (marks->replaced[i]) {
			if (marks->deleted[i] || used == own->nr_unnamed)
				return error_set(err, ERR_INVALID,
						 "extension 'link' is damaged");
			by = &own->entries[used++];
			stat = index_entry_stat(by);
			*entry = *by;
			index_entry_fill(entry, arena, shared->entries[i].path,
					 shared->entries[i].path_len,
					 index_entry_oid(by), &stat);
			++*nr;
		} else if (!marks->deleted[i]) {
			*entry = shared->entries[i];
			++*nr;
		}
	}
	if (used != own->nr_unnamed)
		return error_set(err, ERR_INVALID, "%zu entries without a path",
				 own->nr_unnamed - used);
	return 0;
}

static int compare(const struct index_entry *a, const struct index_entry *b)
{
	size_t len = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = memcmp(a->path, b->path, len);

	if (order)
		return order;
	if (a->path_len != b->path_len)
		return a->path_len < b->path_len ? -1 : 1;
	return (int)a->stage - (int)b->stage;
}

/* Both are sorted; where both have a path, `own` wins, as with git. */
static size_t merge(struct index_entry *out, const struct index_entry *kept,
		    size_t nr_kept, const struct index_entry *own,
		    size_t nr_own)
{
	size_t i = 0, j = 0, nr = 0;

	while (i < nr_kept || j < nr_own) {
		int order = i == nr_kept  ? 1
			    : j == nr_own ? -1
					  : compare(&kept[i], &own[j]);

		if (order < 0) {
			out[nr++] = kept[i++];
			continue;
		}
		if (!order)
			i++;
		out[nr++] = own[j++];
	}
	return nr;
}

int index_split_join(const struct index_file *own,
		     const struct index_file *shared, struct arena *arena,
		     struct index_entry **entries, size_t *nr,
		     struct error *err)
{
	struct marks marks = {NULL, NULL};
	struct index_entry *kept = NULL, *joined = NULL;
	size_t nr_kept, at = 0;
	const char *fault;
	int ret;

	ret = read_marks(own, shared->nr, &marks, err);
	if (ret < 0)
		goto done;
	kept = xmalloc(array_bytes(shared->nr, sizeof(*kept)));
	ret = apply_marks(own, shared, &marks, arena, kept, &nr_kept, err);
	if (ret < 0)
		goto done;
	joined = xmalloc(array_bytes(nr_kept + own->nr, sizeof(*joined)));
	*nr = merge(joined, kept, nr_kept, own->entries + own->nr_unnamed,
		    own->nr - own->nr_unnamed);
	fault = index_entries_fault(joined, *nr, &at);
	if (fault) {
		ret = error_set(err, ERR_INVALID, "entry '%s' %s",
				joined[at].path, fault);
		goto done;
	}
	*entries = joined;
	joined = NULL;
done:
	free(joined);
	free(kept);
	free(marks.deleted);
	free(marks.replaced);
	return ret;
}
