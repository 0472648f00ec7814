#include "git/index_file.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "git/tree.h"

#define FLUSH_AT ((size_t)128 << 10)

struct writer {
	int fd;
	struct buf out;
	struct checksum_sha1 sum;
	bool checksummed;
	unsigned version;
};

static int flush(struct writer *w, struct error *err)
{
	int ret = file_write_all(w->fd, w->out.ptr, w->out.len, err);

	if (w->checksummed)
		checksum_sha1_add(&w->sum, w->out.ptr, w->out.len);
	buf_reset(&w->out);
	return ret;
}

static bool is_extended(const struct index_entry *entry)
{
	return entry->flags & (INDEX_SKIP_WORKTREE | INDEX_INTENT_TO_ADD);
}

/* 2 and 3 are the same format but for the extended flags. */
static unsigned pick_version(const struct index_entry *entries, size_t nr,
			     unsigned version)
{
	size_t i;

	if (version > 3)
		return version;
	for (i = 0; i < nr; i++)
		if (is_extended(&entries[i]))
			return 3;
	return 2;
}

static void put_header(struct writer *w, size_t nr)
{
	unsigned char head[12] = {'D', 'I', 'R', 'C'};

	index_put32(head + 4, w->version);
	index_put32(head + 8, (uint32_t)nr);
	buf_add(&w->out, head, sizeof(head));
}

static void put_data(unsigned char *p, const struct index_entry *entry)
{
	memcpy(p, entry->data, sizeof(*entry->data));
	index_put32(p + INDEX_AT_MODE, entry->mode);
	if (entry->flags & INDEX_RACY)
		index_put32(p + INDEX_AT_SIZE, 0);
}

static void put_varint(struct buf *out, size_t value)
{
	unsigned char bytes[10];
	size_t at = sizeof(bytes) - 1;

	bytes[at] = value & 0x7f;
	while (value >>= 7)
		bytes[--at] = (unsigned char)(0x80 | (--value & 0x7f));
	buf_add(out, bytes + at, sizeof(bytes) - at);
}

static void put_packed_path(struct writer *w, const struct index_entry *prev,
			    const struct index_entry *entry)
{
	size_t common = 0;

	while (prev && common < prev->path_len && common < entry->path_len &&
	       prev->path[common] == entry->path[common])
		common++;
	put_varint(&w->out, prev ? prev->path_len - common : 0);
	buf_add(&w->out, entry->path + common, entry->path_len - common + 1);
}

static void put_entry(struct writer *w, const struct index_entry *prev,
		      const struct index_entry *entry)
{
	static const char zeros[8] = {0};
	unsigned char head[INDEX_ENTRY_HEAD + 2];
	size_t len = INDEX_ENTRY_HEAD;
	unsigned flags = (unsigned)entry->stage << INDEX_ENTRY_STAGE_SHIFT;
	unsigned more = 0;

	put_data(head, entry);
	flags |= entry->path_len < INDEX_ENTRY_NAME_MASK
			 ? entry->path_len
			 : INDEX_ENTRY_NAME_MASK;
	if (entry->flags & INDEX_ASSUME_UNCHANGED)
		flags |= INDEX_ENTRY_ASSUME_VALID;
	if (entry->flags & INDEX_SKIP_WORKTREE)
		more |= INDEX_EXTENDED_SKIP_WORKTREE;
	if (entry->flags & INDEX_INTENT_TO_ADD)
		more |= INDEX_EXTENDED_INTENT_TO_ADD;
	if (more) {
		flags |= INDEX_ENTRY_EXTENDED;
		index_put16(head + len, more);
		len += 2;
	}
	index_put16(head + INDEX_ENTRY_HEAD - 2, flags);
	buf_add(&w->out, head, len);
	if (w->version == 4) {
		put_packed_path(w, prev, entry);
		return;
	}
	buf_add(&w->out, entry->path, entry->path_len);
	buf_add(&w->out, zeros, 8 - ((len + entry->path_len) & 7));
}

static int check(const struct index_entry *entries, size_t nr, unsigned version,
		 struct error *err)
{
	const char *fault;
	size_t i = 0;

	if (version < 2 || version > 4)
		return error_set(err, ERR_INVALID,
				 "no such version of the index: %u", version);
	fault = nr > UINT32_MAX ? "is one too many"
				: index_entries_fault(entries, nr, &i);
	for (; !fault && i < nr; i++)
		if (strlen(entries[i].path) != entries[i].path_len)
			fault = "has a NUL in its path";
		else if (entries[i].mode == MODE_TREE)
			fault = "is a directory";
		else if (entries[i].stage > 3)
			fault = "has an unknown stage";
		else
			continue;
	if (fault)
		return error_set(err, ERR_INVALID, "index entry '%s' %s",
				 entries[i].path, fault);
	return 0;
}

static int put_tree(struct writer *w, const struct index_tree *tree,
		    const struct index_entry *entries, size_t nr,
		    struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct index_tree *copy;
	struct buf raw = BUF_INIT;
	unsigned char head[8] = {'T', 'R', 'E', 'E'};
	int ret = 0;

	if (!tree)
		return 0;
	copy = index_tree_copy(&arena, tree);
	/* git makes commits from it: a wrong one would lose files. */
	if (!copy || !index_tree_agrees(copy, entries, nr)) {
		ret = error_set(err, ERR_INVALID,
				"cache tree does not agree with the index");
		goto done;
	}
	index_tree_complete(copy, entries, nr);
	index_tree_format(copy, &raw);
	index_put32(head + 4, (uint32_t)raw.len);
	buf_add(&w->out, head, sizeof(head));
	buf_add(&w->out, raw.ptr, raw.len);
done:
	arena_release(&arena);
	buf_release(&raw);
	return ret;
}

int index_file_write(int fd, const struct index_entry *entries, size_t nr,
		     unsigned version, bool checksummed,
		     const struct index_tree *tree, struct error *err)
{
	struct writer w = {
		.fd = fd, .out = BUF_INIT, .checksummed = checksummed};
	unsigned char sum[OID_RAWSZ] = {0};
	size_t i;
	int ret;

	ret = check(entries, nr, version, err);
	if (ret < 0)
		return ret;
	w.version = pick_version(entries, nr, version);
	checksum_sha1_init(&w.sum);
	put_header(&w, nr);
	for (i = 0; i < nr; i++) {
		put_entry(&w, i ? &entries[i - 1] : NULL, &entries[i]);
		if (w.out.len >= FLUSH_AT) {
			ret = flush(&w, err);
			if (ret < 0)
				goto done;
		}
	}
	ret = put_tree(&w, tree, entries, nr, err);
	if (!ret)
		ret = flush(&w, err);
	if (ret < 0)
		goto done;
	if (checksummed)
		checksum_sha1_finish(&w.sum, sum);
	ret = file_write_all(fd, sum, sizeof(sum), err);
done:
	buf_release(&w.out);
	return ret;
}
