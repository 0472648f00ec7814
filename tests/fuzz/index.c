/*
 * Whatever index_read() takes is an index: sorted, with paths that can be
 * looked up, and it can be written, in each version, and read again.
 *
 * The input is two bytes, how long the shared index is that follows, and behind
 * that the index; both are without their checksums, in which a fuzzer would
 * be stuck. Where there is a `link` extension, it gets the right id.
 */
#include "git/index.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "git/oid.h"
#include "git/tree.h"

struct place {
	char *dir, *path, *shared, *copy;
};

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void write_file(const char *path, const struct buf *data)
{
	struct error err = ERROR_INIT;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	expect(fd >= 0);
	expect(!file_write_all(fd, data->ptr, data->len, &err));
	close(fd);
}

static void write_shared(struct place *place, struct buf *own, const void *data,
			 size_t len)
{
	struct buf shared = BUF_INIT;
	struct checksum_sha1 sum;
	struct oid id;
	char hex[OID_HEXSZ + 1];
	char *link = memmem(own->ptr, own->len, "link\0", 5);

	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, data, len);
	checksum_sha1_finish(&sum, id.id);
	if (link && (size_t)(own->ptr + own->len - link) >= 8 + OID_RAWSZ)
		memcpy(link + 8, id.id, OID_RAWSZ);
	buf_add(&shared, data, len);
	buf_add(&shared, id.id, OID_RAWSZ);
	place->shared =
		xstrfmt("%s/sharedindex.%s", place->dir, oid_hex(&id, hex));
	write_file(place->shared, &shared);
	buf_release(&shared);
}

static void place_make(struct place *place, const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	struct buf own = BUF_INIT;
	size_t len = size < 2 ? 0 : (size_t)data[0] << 8 | data[1];

	data += size < 2 ? size : 2;
	size -= size < 2 ? size : 2;
	if (len > size)
		len = size;
	place->dir = xstrfmt("%s/fuzz-index-XXXXXX", tmp ? tmp : "/tmp");
	expect(mkdtemp(place->dir));
	place->path = xstrfmt("%s/index", place->dir);
	place->copy = xstrfmt("%s/copy", place->dir);
	buf_add(&own, data + len, size - len);
	write_shared(place, &own, data, len);
	for (int i = 0; i < OID_RAWSZ; i++)
		buf_addch(&own, '\0');
	write_file(place->path, &own);
	buf_release(&own);
}

static void place_remove(struct place *place)
{
	unlink(place->path);
	unlink(place->shared);
	expect(!rmdir(place->dir));
	free(place->dir);
	free(place->path);
	free(place->shared);
	free(place->copy);
}

static void check_entries(const struct index *index)
{
	for (size_t i = 0; i < index->nr; i++) {
		const struct index_entry *entry = &index->entries[i];
		size_t at = index_position(index, entry->path, entry->path_len);

		expect(entry->path_len && entry->path[0] != '/');
		expect(strlen(entry->path) == entry->path_len);
		expect(entry->mode != MODE_TREE && entry->stage <= 3);
		expect(index_find(index, entry->path) ==
		       (entry->stage ? NULL : entry));
		expect(at <= i && i - at < 3);
		if (!i)
			continue;
		at = (size_t)strcmp(entry[-1].path, entry->path);
		expect(!at ? entry[-1].stage && entry[-1].stage < entry->stage
			   : (int)at < 0);
	}
}

/* Those below `top` that are valid, added up. */
static int64_t check_tree(const struct index_tree *tree)
{
	int64_t below = 0;

	for (uint32_t i = 0; i < tree->nr_children; i++) {
		const struct index_tree *child = &tree->children[i];

		expect(index_tree_child(tree, child->name, child->name_len) ==
		       child);
		expect(!tree->complete || child->complete ||
		       child->entries <= 0);
		below += check_tree(child);
	}
	if (tree->entries < 0)
		return below;
	expect(below <= tree->entries);
	return tree->entries;
}

static void check_same(const struct index *a, const struct index *b)
{
	expect(a->nr == b->nr && !a->tree == !b->tree);
	for (size_t i = 0; i < a->nr; i++) {
		const struct index_entry *x = &a->entries[i];
		const struct index_entry *y = &b->entries[i];
		struct index_stat stat = index_entry_stat(x);
		const struct index_stat again = index_entry_stat(y);

		if (x->flags & INDEX_RACY)
			stat.size = 0;
		expect(!strcmp(x->path, y->path) && x->mode == y->mode &&
		       x->stage == y->stage &&
		       oid_equal(index_entry_oid(x), index_entry_oid(y)));
		expect(!((x->flags ^ y->flags) &
			 ~(unsigned)(INDEX_RACY | INDEX_LONG_HEAD)));
		expect(!memcmp(&stat, &again, sizeof(stat)));
	}
}

static void check_written(const struct index *index, const char *path,
			  unsigned version)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;
	struct index *again = NULL;

	expect(!index_lock(&lock, path, NULL, &err));
	expect(!index_lock_write(lock, index->entries, index->nr, index,
				 version, version == 2, index->tree, &err));
	expect(!index_read(&again, NULL, index_lock_path(lock), &err));
	index_lock_rollback(lock);
	check_entries(again);
	check_same(index, again);
	if (again->tree)
		check_tree(again->tree);
	index_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct index *index = NULL;
	struct place place;
	int ret;

	place_make(&place, data, size);
	ret = index_read(&index, NULL, place.path, &err);
	if (!ret) {
		check_entries(index);
		if (index->tree)
			check_tree(index->tree);
		for (unsigned version = 2; version <= 4; version++)
			check_written(index, place.copy, version);
	} else {
		expect(ret == ERR_INVALID && err.text);
	}
	index_free(index);
	error_release(&err);
	place_remove(&place);
	return 0;
}
