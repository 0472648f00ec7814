#include "worktree/seal_file.h"

#include "base/alloc.h"
#include "base/fingerprint.h"
#include "base/replacement.h"
#include "git/repository.h"

#define PIECE_BYTES (64u << 10)

struct seal_writer {
	struct replacement file; /* header, records; at last the parts */
	struct buf out;		 /* what is not in it yet */
	uint64_t written;	 /* how much is */
	uint64_t seed;
	uint64_t top; /* the last that was added */
	struct buf looked;
	struct seal_inode *inodes;
	size_t nr_inodes, alloc_inodes;
};

struct seal_writer *seal_writer_new(const struct repository *repo)
{
	struct seal_writer *writer = xcalloc(1, sizeof(*writer));
	char *path = repository_path(repo, "checkpoint.d/seal");
	struct seal_header empty;

	replacement_begin(&writer->file, path);
	free(path);

	writer->out = writer->looked = (struct buf)BUF_INIT;
	writer->seed = fingerprint_seed();
	memset(&empty, 0, sizeof(empty));
	buf_add(&writer->out, &empty, sizeof(empty));
	return writer;
}

void seal_writer_free(struct seal_writer *writer)
{
	if (!writer)
		return;
	replacement_drop(&writer->file);
	buf_release(&writer->out);
	buf_release(&writer->looked);
	free(writer->inodes);
	free(writer);
}

uint64_t seal_at(const struct seal_writer *writer)
{
	return writer->written + writer->out.len;
}

static void flush(struct seal_writer *writer)
{
	replacement_write(&writer->file, writer->out.ptr, writer->out.len);
	writer->written += writer->out.len;
	buf_reset(&writer->out);
}

void seal_add_inode(struct seal_writer *writer, uint64_t inode)
{
	ARRAY_GROW(writer->inodes, writer->nr_inodes, writer->alloc_inodes);
	writer->inodes[writer->nr_inodes++] = (struct seal_inode){
		(uint32_t)inode, (uint32_t)(seal_at(writer) / 8)};
}

static void fill_up(struct seal_writer *writer)
{
	while (seal_at(writer) % 8)
		buf_addch(&writer->out, '\0');
}

void seal_add_file(struct buf *out, const struct cache_entry *entry)
{
	const struct seal_file file = {
		.stat = entry->stat,
		.blob = entry->blob,
		.raw = entry->raw,
		.keep_raw = entry->keep_raw,
	};

	_Static_assert(sizeof(file) == sizeof(struct stat_data) +
					       2 * sizeof(struct oid) +
					       2 * sizeof(uint32_t),
		       "no byte of it is left to chance");
	buf_add(out, &file, sizeof(file));
	buf_add(out, entry->conversion, strlen(entry->conversion) + 1);
	buf_add(out, entry->path, strlen(entry->path) + 1);
}

/* One of no bytes may be NULL. */
static void add_list(struct buf *out, const void *list, size_t len)
{
	if (len)
		buf_add(out, list, len);
}

/* The children, and then their names. */
static void add_children(struct buf *out, struct seal_record *record,
			 const struct seal_new_dir *dir)
{
	for (size_t i = 0; i < dir->dir.nr_children; i++) {
		const struct seal_record_child child = {
			.at = dir->below[i].at,
			.name = (uint32_t)record->names_len,
			.tracked = dir->below[i].tracked,
		};

		buf_add(out, &child, sizeof(child));
		record->names_len += strlen(dir->below[i].name) + 1;
	}
	buf_add(out, dir->dir.path, dir->dir.path_len + 1);
	for (size_t i = 0; i < dir->dir.nr_children; i++)
		buf_add(out, dir->below[i].name,
			strlen(dir->below[i].name) + 1);
}

uint64_t seal_add(struct seal_writer *writer, const struct seal_new_dir *new)
{
	const struct seal_dir *dir = &new->dir;
	struct buf *out = &writer->out;
	const uint64_t at = seal_at(writer);
	const size_t start = out->len;
	struct seal_record record;
	size_t cached;

	memset(&record, 0, sizeof(record));
	record.start = dir->start;
	record.files = dir->files;
	record.unstaged = dir->unstaged;
	record.untracked = dir->untracked;
	record.looked = dir->looked;
	record.tracked = dir->tracked;
	record.nr_runs = (uint32_t)dir->nr_runs;
	record.nr_modes = (uint32_t)dir->nr_modes;
	record.nr_children = (uint32_t)dir->nr_children;
	record.path_len = dir->path_len + 1;
	buf_add(out, &record, sizeof(record));
	add_list(out, dir->runs, dir->nr_runs * sizeof(*dir->runs));
	add_list(out, dir->modes, dir->nr_modes * sizeof(*dir->modes));
	add_children(out, &record, new);
	cached = out->len;
	for (size_t i = 0; i < new->nr_contents; i++)
		seal_add_file(out, &new->contents[i]);
	record.cached_len = out->len - cached;
	fill_up(writer);
	record.len = out->len - start;
	memcpy(out->ptr + start, &record, sizeof(record));
	record.sum = seal_sum(writer->seed, at,
			      out->ptr + start + sizeof(record.sum),
			      out->len - start - sizeof(record.sum));
	memcpy(out->ptr + start, &record.sum, sizeof(record.sum));
	if (out->len > PIECE_BYTES)
		flush(writer);
	if (dir->looked)
		buf_add(&writer->looked, &at, sizeof(at));
	return writer->top = at;
}

/* Without a sum. */
static void add_extent(struct seal_writer *writer, struct seal_header *header,
		       enum seal_part which, const void *data, size_t len)
{
	header->parts[which] = (struct seal_extent){seal_at(writer), len, 0};
	flush(writer);
	replacement_write(&writer->file, data, len);
	writer->written += len;
	fill_up(writer);
}

static void add_part(struct seal_writer *writer, struct seal_header *header,
		     enum seal_part which, const void *data, size_t len)
{
	const uint64_t start = seal_at(writer);

	add_extent(writer, header, which, data, len);
	header->parts[which].sum =
		seal_sum(writer->seed, start, len ? data : "", len);
}

static int by_inode(const void *a, const void *b)
{
	const struct seal_inode *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void add_inodes(struct seal_writer *writer, struct seal_header *header)
{
	const struct seal_inode *inodes = writer->inodes;
	const uint64_t start = seal_at(writer);
	const size_t nr = writer->nr_inodes;
	struct buf blocks = BUF_INIT;

	if (nr)
		qsort(writer->inodes, nr, sizeof(*inodes), by_inode);
	for (size_t i = 0; i < nr; i += SEAL_BLOCK_INODES) {
		const size_t left =
			nr - i < SEAL_BLOCK_INODES ? nr - i : SEAL_BLOCK_INODES;
		const struct seal_block block = {
			.sum = seal_sum(writer->seed,
					start + i * sizeof(*inodes), inodes + i,
					left * sizeof(*inodes)),
			.first = inodes[i].inode,
		};

		buf_add(&blocks, &block, sizeof(block));
	}
	add_extent(writer, header, SEAL_INODES, inodes, nr * sizeof(*inodes));
	add_part(writer, header, SEAL_BLOCKS, blocks.ptr, blocks.len);
	buf_release(&blocks);
}

static void add_parts(struct seal_writer *writer, struct seal_header *header,
		      const struct seal_head *head,
		      const struct seal_rules *rules, size_t nr_rules)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < nr_rules; i++) {
		struct cache_entry entry = rules[i].stat;

		entry.conversion = rules[i].attributes ? "a" : "i";
		seal_add_file(&text, &entry);
	}
	add_part(writer, header, SEAL_HOLDER, head->holder,
		 strlen(head->holder) + 1);
	add_part(writer, header, SEAL_MODES, head->modes,
		 head->nr_modes * sizeof(*head->modes));
	add_part(writer, header, SEAL_LINKS, head->links,
		 head->nr_links * sizeof(*head->links));
	add_part(writer, header, SEAL_EXTRA, head->extra, head->extra_len);
	add_part(writer, header, SEAL_OMITTED, head->omitted,
		 head->omitted_len);
	add_part(writer, header, SEAL_RULES, text.ptr, text.len);
	add_part(writer, header, SEAL_LOOKED, writer->looked.ptr,
		 writer->looked.len);
	add_inodes(writer, header);
	buf_release(&text);
}

static void fill_header(struct seal_header *header,
			const struct seal_head *head)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, SEAL_MAGIC, sizeof(SEAL_MAGIC));
	memcpy(&header->moment, &head->moment, sizeof(head->moment));
	memcpy(header->terms, head->terms, sizeof(head->terms));
	header->commit = head->commit;
	header->tree = head->tree;
	header->index_tree = head->index_tree;
	header->nr_entries = head->nr_entries;
	header->nr_dirs = head->nr_dirs;
	header->files = head->files;
	header->unstaged = head->unstaged;
	header->untracked = head->untracked;
	header->index_version = head->index_version;
	header->file_mode = head->file_mode;
	header->exec_mode = head->exec_mode;
	header->dir_mode = head->dir_mode;
}

int seal_write(struct seal_writer *writer, const struct seal_head *head,
	       const struct seal_rules *rules, size_t nr_rules,
	       struct error *err)
{
	struct seal_header header;

	fill_header(&header, head);
	header.seed = writer->seed;
	header.top = writer->top;
	add_parts(writer, &header, head, rules, nr_rules);
	flush(writer);
	header.size = writer->written;
	header.sum = fingerprint_add(0, &header,
				     sizeof(header) - sizeof(header.sum));
	replacement_write_at(&writer->file, &header, sizeof(header), 0);
	/* Not synced: what a crash tears has a wrong sum somewhere, or is of a
	 * watch that died with it. */
	return replacement_end(&writer->file, err);
}
