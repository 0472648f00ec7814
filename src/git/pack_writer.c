#include "git/pack_writer.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/thread.h"
#include "git/pack_check.h"
#include "git/pack_list.h"
#include "git/repository.h"

#define BUFFER_BYTES (256u << 10)
#define COUNT_AT 8
/* While so many entries are added, what they lie in is in memory. */
#define ENTRIES_AT_ONCE 32768

void pack_writer_init(struct pack_writer *writer, const struct repository *repo)
{
	*writer = (struct pack_writer){
		.repo = repo,
		.file = PACK_FILE_INIT,
		.room = SPILL_ARRAY_INIT(repo->git_dir),
		.keep = PACK_KEEP_INIT,
	};
}

static int flush(struct pack_writer *writer, struct error *err)
{
	size_t len = writer->buffered;

	writer->buffered = 0;
	if (file_write_all(writer->file.fd, writer->buffer, len, err) < 0) {
		writer->broken = true;
		return error_prefix(err, "new pack");
	}
	writer->written += len;
	return 0;
}

static int append(struct pack_writer *writer, const void *data, size_t len,
		  struct error *err)
{
	const char *at = data;

	if (writer->broken)
		return error_set(err, ERR_FAILED,
				 "the new pack could not be written");
	while (len) {
		size_t room = BUFFER_BYTES - writer->buffered;
		size_t now = len < room ? len : room;

		memcpy(writer->buffer + writer->buffered, at, now);
		writer->buffered += now;
		at += now;
		len -= now;
		if (writer->buffered == BUFFER_BYTES && flush(writer, err) < 0)
			return err->code;
	}
	return 0;
}

static void put_u32(unsigned char *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* The file and its header, in which the count is not known yet. */
static int start_file(struct pack_writer *writer, struct error *err)
{
	static const unsigned char header[12] = {'P', 'A', 'C', 'K',
						 0,   0,   0,	2};

	if (writer->file.fd >= 0)
		return 0;
	if (pack_file_create(&writer->file, writer->repo, err) < 0)
		return err->code;
	writer->buffer = xmalloc(BUFFER_BYTES);
	return append(writer, header, sizeof(header), err);
}

int pack_writer_begin(struct pack_writer *writer, struct error *err)
{
	if (start_file(writer, err) < 0)
		return err->code;
	if (writer->nr == UINT32_MAX)
		return error_set(err, ERR_UNSUPPORTED,
				 "a pack cannot hold so many objects");
	writer->start = pack_writer_offset(writer);
	writer->crc = (uint32_t)crc32(0, NULL, 0);
	return 0;
}

int pack_writer_write(struct pack_writer *writer, const void *data, size_t len,
		      struct error *err)
{
	writer->crc = (uint32_t)crc32_z(writer->crc, data, len);
	return append(writer, data, len, err);
}

/* -- which objects are in it --------------------------------------------- */

/* An id is a hash already: any of its bytes are as good as others. */
static uint32_t tag_of(const struct oid *oid)
{
	uint32_t tag;

	memcpy(&tag, oid->id, sizeof(tag));
	return tag;
}

/*
 * The slot of the object, or the free one where it would go. An entry is only
 * looked at where its tag is the same: as good as always it is the one then,
 * and so few are in memory, however many there are.
 */
static size_t slot_of(const struct pack_writer *writer, const struct oid *oid)
{
	const uint32_t tag = tag_of(oid);
	size_t slot = tag & writer->mask;
	uint64_t found;

	while ((found = writer->slots[slot])) {
		if (found >> 32 == tag &&
		    oid_equal(&writer->entries[(uint32_t)found - 1].oid, oid))
			break;
		slot = (slot + 1) & writer->mask;
	}
	return slot;
}

static void put_slot(struct pack_writer *writer, uint64_t value)
{
	size_t slot = (size_t)(value >> 32) & writer->mask;

	while (writer->slots[slot])
		slot = (slot + 1) & writer->mask;
	writer->slots[slot] = value;
}

static void grow_slots(struct pack_writer *writer)
{
	const size_t old_size = writer->slots ? writer->mask + 1 : 0;
	const size_t size = old_size ? old_size * 2 : 64;
	uint64_t *old = writer->slots;

	writer->slots = xcalloc(size, sizeof(*writer->slots));
	writer->mask = size - 1;
	for (size_t i = 0; i < old_size; i++)
		if (old[i])
			put_slot(writer, old[i]);
	free(old);
}

/* The entry that is number `nr`, beginning with 1. */
static void enter(struct pack_writer *writer, size_t nr)
{
	const uint64_t tag = tag_of(&writer->entries[nr - 1].oid);

	if (!writer->slots || nr > writer->mask / 4 * 3)
		grow_slots(writer);
	put_slot(writer, tag << 32 | (uint32_t)nr);
}

static int compare_oid(const void *oid, const void *entry)
{
	return oid_compare(oid, &((const struct pack_entry *)entry)->oid);
}

static void drop_slots(struct pack_writer *writer)
{
	free(writer->slots);
	writer->slots = NULL;
}

bool pack_writer_has(const struct pack_writer *writer, const struct oid *oid)
{
	if (writer->slots)
		return writer->slots[slot_of(writer, oid)];
	return writer->nr && bsearch(oid, writer->entries, writer->nr,
				     sizeof(*writer->entries), compare_oid);
}

/* -- entries ------------------------------------------------------------- */

void pack_writer_end(struct pack_writer *writer, const struct oid *oid)
{
	struct pack_entry *entry;

	if (writer->nr % ENTRIES_AT_ONCE == 0)
		spill_array_rest(&writer->room);
	writer->entries = spill_array_next(&writer->room, writer->nr,
					   sizeof(*writer->entries));
	entry = &writer->entries[writer->nr++];
	entry->oid = *oid;
	entry->crc = writer->crc;
	entry->offset = writer->start;
	enter(writer, writer->nr);
}

void pack_writer_cancel(struct pack_writer *writer)
{
	if (writer->broken || writer->file.fd < 0)
		return;
	if (writer->start >= writer->written) {
		writer->buffered = (size_t)(writer->start - writer->written);
		return;
	}
	writer->buffered = 0;
	writer->written = writer->start;
	if (ftruncate(writer->file.fd, (off_t)writer->start) < 0 ||
	    lseek(writer->file.fd, (off_t)writer->start, SEEK_SET) < 0)
		writer->broken = true;
}

uint64_t pack_writer_offset(const struct pack_writer *writer)
{
	return writer->written + writer->buffered;
}

static int write_count(struct pack_writer *writer, struct error *err)
{
	unsigned char count[4];
	ssize_t wrote;

	put_u32(count, (uint32_t)writer->nr);
	do
		wrote = pwrite(writer->file.fd, count, sizeof(count), COUNT_AT);
	while (wrote < 0 && errno == EINTR);
	if (wrote < 0)
		return error_errno(err, "cannot write the new pack");
	if (wrote != sizeof(count))
		return error_set(err, ERR_FAILED, "cannot write the new pack");
	return 0;
}

/* All bytes in the file, read back and checked; entries sorted by id, for which
 * their numbers are to go. */
static int finish_file(struct pack_writer *writer, unsigned char sum[20],
		       struct error *err)
{
	drop_slots(writer);
	if (append(writer, "", 0, err) < 0 || flush(writer, err) < 0 ||
	    write_count(writer, err) < 0 ||
	    pack_check(writer->file.fd, writer->written, writer->entries,
		       writer->nr, writer->inflates, sum, err) < 0 ||
	    append(writer, sum, 20, err) < 0 || flush(writer, err) < 0)
		return err->code;
	pack_entries_sort_by_oid(writer->entries, writer->nr);
	return 0;
}

static int make_index(const struct pack_writer *writer, struct pack_file *index,
		      const unsigned char sum[20], struct error *err)
{
	if (pack_file_create(index, writer->repo, err) < 0 ||
	    pack_index_write(index->fd, writer->entries, writer->nr, sum, err) <
		    0 ||
	    pack_index_compare(index->fd, writer->entries, writer->nr, sum,
			       err) < 0)
		return err->code;
	spill_array_rest(&writer->room);
	return 0;
}

/* -- to the disk --------------------------------------------------------- */

struct syncing {
	const struct pack_writer *writer;
	const struct pack_file *index;
	const int *beside;
};

/* The pack, its index, and what goes with them. */
static int sync_one(void *context, size_t i, struct error *err)
{
	const struct syncing *syncing = context;
	const struct pack_writer *writer = syncing->writer;

	if (i >= 2)
		return file_sync(syncing->beside[i - 2], err);
	if (writer->fleeting)
		return 0;
	return pack_file_sync(i ? syncing->index : &writer->file, writer->repo,
			      err);
}

/* All at once: what would be a commit of the file system for each is one. */
static int sync_all(const struct pack_writer *writer,
		    const struct pack_file *index, const int *beside, size_t nr,
		    struct error *err)
{
	struct syncing syncing = {writer, index, beside};

	return thread_for_waits(2 + nr, sync_one, &syncing, err);
}

/*
 * git sees a pack once it has an index: so that is last, behind the .keep and
 * the pack. A pack of this name has the same bytes, and is replaced in case it
 * was damaged.
 */
static int publish(struct pack_writer *writer, struct pack_file *index,
		   struct error *err)
{
	char *pack_path = pack_part_path(writer->repo, writer->name, ".pack");
	char *index_path = pack_part_path(writer->repo, writer->name, ".idx");
	struct stat st;
	bool was_there = !stat(pack_path, &st);
	int ret = 0;

	if (!writer->fleeting)
		ret = pack_keep_make(&writer->keep, writer->repo, writer->name,
				     err);
	if (ret < 0)
		goto done;
	ret = pack_file_publish(&writer->file, writer->repo, pack_path, true,
				err);
	if (ret < 0)
		goto done;
	ret = pack_file_publish(index, writer->repo, index_path, true, err);
	if (ret < 0 && !was_there)
		unlink(pack_path);
	if (!ret && !writer->fleeting)
		ret = pack_file_sync_names(writer->repo, err);
done:
	if (ret < 0)
		pack_keep_drop(&writer->keep);
	free(pack_path);
	free(index_path);
	return ret;
}

int pack_writer_finish(struct pack_writer *writer, const int *beside, size_t nr,
		       struct error *err)
{
	struct pack_file index = PACK_FILE_INIT;
	struct error list_err = ERROR_INIT;
	unsigned char sum[20];
	char hex[41];
	int ret;

	if (!writer->nr && !writer->broken)
		return 0;
	ret = finish_file(writer, sum, err);
	if (!ret)
		ret = make_index(writer, &index, sum, err);
	if (!ret)
		ret = sync_all(writer, &index, beside, nr, err);
	if (ret < 0)
		goto done;
	hex_encode(hex, sum, sizeof(sum));
	writer->name = xstrfmt("pack-%s", hex);
	ret = publish(writer, &index, err);
	if (ret < 0 || writer->fleeting)
		goto done;
	/*
	 * A pack that is not listed is only not gathered: no reason to fail
	 * what is safely on disk.
	 */
	pack_list_change(writer->repo, writer->name, NULL, &list_err);
	error_release(&list_err);
done:
	pack_file_release(&index);
	return ret;
}

void pack_writer_release(struct pack_writer *writer)
{
	pack_keep_drop(&writer->keep);
	pack_file_release(&writer->file);
	drop_slots(writer);
	spill_array_release(&writer->room);
	free(writer->buffer);
	free(writer->name);
	pack_writer_init(writer, writer->repo);
}
