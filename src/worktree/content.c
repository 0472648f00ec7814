#include "worktree/content.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "git/index.h"
#include "git/pack.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/cache.h"
#include "worktree/content_bytes.h"
#include "worktree/convert.h"
#include "worktree/dir.h"

#define ATTEMPTS 4

struct reading {
	const struct content_source *source;
	const char *path;
	const struct index_entry *entry;
	struct convert convert;
	struct content *out;
	bool raw_only; /* the blob is the entry's; just look at the bytes */
};

static bool same_stat(const struct stat *a, const struct stat *b)
{
	struct stat_data was;

	stat_data_fill(&was, a);
	return stat_data_is(&was, b);
}

static enum content_state state_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENXIO:
		return CONTENT_VANISHED;
	default:
		return CONTENT_UNREADABLE;
	}
}

static uint32_t mode_of(const struct reading *reading, uint32_t mode)
{
	const struct index_entry *entry = reading->entry;

	if (S_ISLNK(mode))
		return MODE_LINK;
	/* Where the file system has no such thing, the index remembers. */
	if (!reading->source->trust_mode && entry &&
	    (entry->mode == MODE_FILE || entry->mode == MODE_EXEC))
		return entry->mode;
	return reading->source->trust_mode && (mode & 0100) ? MODE_EXEC
							    : MODE_FILE;
}

static int take_bytes(struct reading *reading, int fd, const struct stat *st,
		      struct error *err)
{
	const struct content_bytes bytes = {
		.source = reading->source,
		.entry = reading->entry,
		.convert = &reading->convert,
		.fd = fd,
		.size = (uint64_t)st->st_size,
		.raw_only = reading->raw_only,
	};

	return content_bytes_take(&bytes, reading->out, err);
}

/* Read until nothing changed while we did. */
static int read_file(struct reading *reading, struct error *err)
{
	struct content *out = reading->out;
	struct stat before, after;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		bool moved = false;
		int fd;

		free(out->conversion);
		*out = (struct content){.state = CONTENT_READ};
		fd = dir_open_file(reading->source->top_fd, reading->path);
		if (fd < 0) {
			out->state = state_of_errno(errno);
			return 0;
		}
		if (fstat(fd, &before) < 0 || !S_ISREG(before.st_mode)) {
			out->state = CONTENT_VANISHED;
			goto next;
		}
		if ((clock_wait_past(&before.st_ctim) &&
		     fstat(fd, &before) < 0) ||
		    take_bytes(reading, fd, &before, err) < 0 ||
		    fstat(fd, &after) < 0)
			moved = err->code == ERR_CHANGED;
		else
			moved = !same_stat(&before, &after);
		if (err->code && !moved) {
			error_prefix(err, "'%s'", reading->path);
			close(fd);
			return err->code;
		}
		error_release(err);
	next:
		close(fd);
		if (!moved)
			break;
		out->state = CONTENT_CHANGING;
	}
	stat_data_fill(&out->stat, &before);
	out->mode = mode_of(reading, before.st_mode);
	out->new_bytes = (uint64_t)before.st_size;
	return 0;
}

static int read_link(struct reading *reading, const struct stat_data *stat,
		     struct error *err)
{
	struct content *out = reading->out;
	struct buf target = BUF_INIT;
	const char *name;
	int dir =
		dir_open_parent(reading->source->top_fd, reading->path, &name);
	ssize_t len = -1;
	int ret = 0;

	if (dir >= 0) {
		buf_grow(&target, 65536);
		len = readlinkat(dir, name, target.ptr, target.alloc - 1);
	}
	if (len < 0) {
		out->state = errno == EINVAL ? CONTENT_VANISHED
					     : state_of_errno(errno);
		goto done;
	}
	ret = pack_add(reading->source->pack, OBJECT_BLOB, target.ptr,
		       (size_t)len, &out->blob, err);
	out->raw = out->blob;
	out->mode = MODE_LINK;
	out->stat = *stat;
	out->new_bytes = (uint64_t)len;
done:
	if (dir >= 0)
		close(dir);
	buf_release(&target);
	return ret;
}

static bool take_cached(struct reading *reading, const struct stat_data *stat,
			const char *conversion)
{
	struct content *out = reading->out;
	struct cache_entry known;

	if (!cache_find(reading->source->cache, reading->path, stat, &known) ||
	    strcmp(known.conversion, conversion))
		return false;
	/* Of a raw reading, and the index has moved on since. */
	if (reading->raw_only &&
	    !oid_equal(&known.blob, index_entry_oid(reading->entry)))
		return false;
	out->blob = known.blob;
	out->raw = known.raw;
	out->converted = !oid_equal(&known.blob, &known.raw);
	out->keep_raw = known.keep_raw;
	out->stat = *stat;
	out->mode = mode_of(reading, stat->mode);
	return true;
}

static int read_any(struct reading *reading, const struct stat_data *stat,
		    struct error *err)
{
	struct attr_values values;
	struct buf conversion = BUF_INIT;
	int ret;

	*reading->out = (struct content){.state = CONTENT_READ};
	if (S_ISLNK(stat->mode)) {
		if (take_cached(reading, stat, "-"))
			return 0;
		return read_link(reading, stat, err);
	}
	if (reading->source->attr &&
	    (attr_lookup(reading->source->attr, reading->path, &values, err) <
		     0 ||
	     convert_decide(&reading->convert, reading->source->config, &values,
			    err) < 0))
		return error_prefix(err, "'%s'", reading->path);
	convert_describe(&reading->convert, &conversion);
	if (take_cached(reading, stat, conversion.ptr))
		ret = 0;
	else
		ret = read_file(reading, err);
	if (!convert_is_none(&reading->convert))
		reading->out->conversion = buf_detach(&conversion);
	buf_release(&conversion);
	return ret;
}

int content_read(const struct content_source *source, const char *path,
		 const struct stat_data *stat, const struct index_entry *entry,
		 struct content *out, struct error *err)
{
	struct reading reading = {
		.source = source, .path = path, .entry = entry, .out = out};

	return read_any(&reading, stat, err);
}

int content_read_raw(const struct content_source *source, const char *path,
		     const struct stat_data *stat,
		     const struct index_entry *entry, struct content *out,
		     struct error *err)
{
	struct reading reading = {.source = source,
				  .path = path,
				  .entry = entry,
				  .out = out,
				  .raw_only = true};

	return read_any(&reading, stat, err);
}

void content_release(struct content *content)
{
	free(content->conversion);
	*content = (struct content){0};
}
