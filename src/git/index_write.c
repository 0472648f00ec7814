#include "git/index_file.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "git/tree.h"

struct writer {
	struct index_stream stream;
	unsigned version;
	/* The file of an index from which entries may be taken as they lie. */
	const unsigned char *from, *from_end;
};

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

static int put_header(struct writer *w, size_t nr, struct error *err)
{
	unsigned char head[12] = {'D', 'I', 'R', 'C'};

	index_put32(head + 4, w->version);
	index_put32(head + 8, (uint32_t)nr);
	return index_stream_add(&w->stream, head, sizeof(head), err);
}

/* -- entries as they lie in a file --------------------------------------- */

static unsigned basic_flags(const struct index_entry *entry)
{
	unsigned flags = (unsigned)entry->stage << INDEX_ENTRY_STAGE_SHIFT;

	flags |= entry->path_len < INDEX_ENTRY_NAME_MASK
			 ? entry->path_len
			 : INDEX_ENTRY_NAME_MASK;
	if (entry->flags & INDEX_ASSUME_UNCHANGED)
		flags |= INDEX_ENTRY_ASSUME_VALID;
	return flags;
}

/*
 * Where an entry ends that is in that file as it would be written; NULL: it is
 * not. Of versions 2 and 3 all is in one piece; the extended flags are so rare
 * that they need not be.
 */
static const unsigned char *lies_until(const struct writer *w,
				       const struct index_entry *entry)
{
	const unsigned char *data = index_entry_head(entry);
	size_t len = (INDEX_ENTRY_HEAD + entry->path_len + 8) & ~(size_t)7;

	if (!w->from || data < w->from || data >= w->from_end ||
	    len > (size_t)(w->from_end - data) || is_extended(entry) ||
	    entry->flags & (INDEX_RACY | INDEX_LONG_HEAD) ||
	    index_get32(data + INDEX_AT_MODE) != entry->mode ||
	    index_get16(data + INDEX_AT_FLAGS) != basic_flags(entry))
		return NULL;
	return data + len;
}

/* How many entries from the first on lie there side by side, and can be taken
 * in one piece, of `len` bytes. */
static size_t count_lying(const struct writer *w,
			  const struct index_entry *entries, size_t nr,
			  size_t *len)
{
	const unsigned char *start = index_entry_head(&entries[0]);
	const unsigned char *end = start, *next;
	size_t i = 0;

	while (i < nr && w->version != 4 &&
	       index_entry_head(&entries[i]) == end &&
	       (next = lies_until(w, &entries[i]))) {
		end = next;
		i++;
	}
	*len = (size_t)(end - start);
	return i;
}

/* -- entries one by one -------------------------------------------------- */

static void put_data(unsigned char *p, const struct index_entry *entry)
{
	memcpy(p, index_entry_head(entry), INDEX_AT_FLAGS);
	index_put32(p + INDEX_AT_MODE, entry->mode);
	if (entry->flags & INDEX_RACY)
		index_put32(p + INDEX_AT_SIZE, 0);
}

static int put_varint(struct writer *w, size_t value, struct error *err)
{
	unsigned char bytes[10];
	size_t at = sizeof(bytes) - 1;

	bytes[at] = value & 0x7f;
	while (value >>= 7)
		bytes[--at] = (unsigned char)(0x80 | (--value & 0x7f));
	return index_stream_add(&w->stream, bytes + at, sizeof(bytes) - at,
				err);
}

static int put_packed_path(struct writer *w, const struct index_entry *prev,
			   const struct index_entry *entry, struct error *err)
{
	size_t common = 0;

	while (prev && common < prev->path_len && common < entry->path_len &&
	       prev->path[common] == entry->path[common])
		common++;
	if (put_varint(w, prev ? prev->path_len - common : 0, err) < 0)
		return err->code;
	return index_stream_add(&w->stream, entry->path + common,
				entry->path_len - common + 1, err);
}

static int put_entry(struct writer *w, const struct index_entry *prev,
		     const struct index_entry *entry, struct error *err)
{
	static const char zeros[8] = {0};
	unsigned char head[INDEX_ENTRY_HEAD + 2];
	size_t len = INDEX_ENTRY_HEAD;
	unsigned flags = basic_flags(entry), more = 0;

	put_data(head, entry);
	if (entry->flags & INDEX_SKIP_WORKTREE)
		more |= INDEX_EXTENDED_SKIP_WORKTREE;
	if (entry->flags & INDEX_INTENT_TO_ADD)
		more |= INDEX_EXTENDED_INTENT_TO_ADD;
	if (more) {
		flags |= INDEX_ENTRY_EXTENDED;
		index_put16(head + len, more);
		len += 2;
	}
	index_put16(head + INDEX_AT_FLAGS, flags);
	if (index_stream_add(&w->stream, head, len, err) < 0)
		return err->code;
	if (w->version == 4)
		return put_packed_path(w, prev, entry, err);
	if (index_stream_add(&w->stream, entry->path, entry->path_len, err) < 0)
		return err->code;
	return index_stream_add(&w->stream, zeros,
				8 - ((len + entry->path_len) & 7), err);
}

static int put_entries(struct writer *w, const struct index_entry *entries,
		       size_t nr, struct error *err)
{
	size_t i = 0, len;

	while (i < nr) {
		size_t lying = count_lying(w, entries + i, nr - i, &len);
		int ret;

		ret = lying ? index_stream_add_lasting(
				      &w->stream, index_entry_head(&entries[i]),
				      len, err)
			    : put_entry(w, i ? &entries[i - 1] : NULL,
					&entries[i], err);
		if (ret < 0)
			return ret;
		i += lying ? lying : 1;
	}
	return 0;
}

/* -- what may be written ------------------------------------------------- */

static const char *entry_fault(const struct index_entry *prev,
			       const struct index_entry *entry)
{
	const char *fault = index_entry_fault(prev, entry);

	if (fault)
		return fault;
	if (strlen(entry->path) != entry->path_len)
		return "has a NUL in its path";
	if (entry->mode == MODE_TREE)
		return "is a directory";
	return entry->stage > 3 ? "has an unknown stage" : NULL;
}

/* Of entries that were read side by side all that was looked at then. */
static int check(const struct writer *w, const struct index_entry *entries,
		 size_t nr, unsigned version, struct error *err)
{
	const unsigned char *end = NULL, *next;

	if (version < 2 || version > 4)
		return error_set(err, ERR_INVALID,
				 "no such version of the index: %u", version);
	if (nr > UINT32_MAX)
		return error_set(err, ERR_INVALID, "too many index entries");
	for (size_t i = 0; i < nr; i++, end = next) {
		const char *fault;

		next = lies_until(w, &entries[i]);
		if (next && index_entry_head(&entries[i]) == end)
			continue;
		fault = entry_fault(i ? &entries[i - 1] : NULL, &entries[i]);
		if (fault)
			return error_set(err, ERR_INVALID,
					 "index entry '%s' %s", entries[i].path,
					 fault);
	}
	return 0;
}

/* -- the cache tree ------------------------------------------------------ */

/* Starting a thread costs as much as looking at so many entries. */
#define THREAD_MIN 4000

/* The TREE extension while it is made, beside the writing of the entries. */
struct tree_text {
	const struct index_tree *tree; /* NULL: there is to be none */
	const struct index_entry *entries;
	size_t nr;
	struct buf raw;
	bool agrees;
	pthread_t thread;
	bool threaded;
};

static void *make_tree_text(void *arg)
{
	struct tree_text *text = arg;
	struct arena arena = ARENA_INIT;
	struct index_tree *copy = index_tree_copy(&arena, text->tree);

	/* git makes commits from it: a wrong one would lose files. */
	text->agrees =
		copy && index_tree_complete(copy, text->entries, text->nr);
	if (text->agrees)
		index_tree_format(copy, &text->raw);
	arena_release(&arena);
	return NULL;
}

static void start_tree_text(struct tree_text *text)
{
	if (!text->tree)
		return;
	text->threaded =
		text->nr >= THREAD_MIN &&
		!pthread_create(&text->thread, NULL, make_tree_text, text);
	if (!text->threaded)
		make_tree_text(text);
}

static void finish_tree_text(struct tree_text *text)
{
	if (text->threaded)
		pthread_join(text->thread, NULL);
	text->threaded = false;
}

static int put_tree(struct writer *w, struct tree_text *text, struct error *err)
{
	unsigned char head[8] = {'T', 'R', 'E', 'E'};

	if (!text->tree)
		return 0;
	finish_tree_text(text);
	if (!text->agrees)
		return error_set(err, ERR_INVALID,
				 "cache tree does not agree with the index");
	index_put32(head + 4, (uint32_t)text->raw.len);
	if (index_stream_add(&w->stream, head, sizeof(head), err) < 0)
		return err->code;
	return index_stream_add(&w->stream, text->raw.ptr, text->raw.len, err);
}

/* -- the whole ----------------------------------------------------------- */

int index_file_write(int fd, const struct index_entry *entries, size_t nr,
		     const struct index *from, unsigned version,
		     bool checksummed, const struct index_tree *tree,
		     struct error *err)
{
	struct tree_text text = {
		.tree = tree, .entries = entries, .nr = nr, .raw = BUF_INIT};
	struct writer w = {.version = 0};
	int ret;

	if (from && from->memory->files[0]) {
		w.from = from->memory->files[0];
		w.from_end = w.from + from->memory->file_len;
	}
	ret = check(&w, entries, nr, version, err);
	if (ret < 0)
		return ret;
	w.version = pick_version(entries, nr, version);
	start_tree_text(&text);
	index_stream_init(&w.stream, fd, checksummed);
	ret = put_header(&w, nr, err);
	if (!ret)
		ret = put_entries(&w, entries, nr, err);
	if (!ret)
		ret = put_tree(&w, &text, err);
	if (!ret)
		ret = index_stream_finish(&w.stream, err);
	index_stream_release(&w.stream);
	finish_tree_text(&text);
	buf_release(&text.raw);
	return ret;
}
