#include "worktree/content.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/strlist.h"
#include "git/hasher.h"
#include "git/object.h"
#include "git/pack.h"
#include "worktree/dir.h"
#include "worktree/filter.h"
#include "worktree/lfs_pointer.h"

/* One file that went through a filter. */
struct filtered {
	const char *path;
	struct content *content;
	struct oid smudged; /* what the filter makes of the blob */
};

/* All of them. */
struct cleaning {
	const struct content_source *source;
	struct filter *filter;
	char *lfs_store;
	struct filtered *files;
	size_t nr;
};

/* -- git-lfs ------------------------------------------------------------- */

static bool has_sha256(int fd, const char *wanted, struct error *err)
{
	struct checksum_sha256 sum;
	char piece[65536], found[LFS_ID_BYTES];
	ssize_t got;

	checksum_sha256_init(&sum);
	while ((got = file_read_piece(&fd, piece, sizeof(piece), err)) > 0)
		checksum_sha256_add(&sum, piece, (size_t)got);
	checksum_sha256_finish_hex(&sum, found);
	return !got && !strcmp(found, wanted);
}

/* The pointer that the file is stored as; false: it is none. */
static bool read_pointer(const struct cleaning *cleaning,
			 const struct oid *blob, char id[LFS_ID_BYTES])
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	bool found = !filter_read(cleaning->filter, blob, LFS_POINTER_BYTES,
				  &text, &ignored) &&
		     lfs_pointer_parse(text.ptr, text.len, id);

	error_release(&ignored);
	buf_release(&text);
	return found;
}

/*
 * A pointer names its content, so that what comes back is known without
 * running the filter, which would ask a server for content that is not here.
 */
static bool comes_back(const struct cleaning *cleaning, const char *path,
		       const char *id, struct error *err)
{
	char *content = lfs_store_path(cleaning->lfs_store, id);
	bool same = false;
	int fd = -1;

	if (!access(content, R_OK))
		fd = dir_open_file(cleaning->source->top_fd, path);
	if (fd >= 0) {
		same = has_sha256(fd, id, err);
		close(fd);
	}
	free(content);
	return same;
}

/* -- the round trip ------------------------------------------------------ */

static int take_smudged(void *context, int fd, uint64_t size, struct error *err)
{
	struct filtered *filtered = context;
	struct hasher *hasher = NULL;
	char piece[65536];
	ssize_t got = 0;
	int ret = hasher_new(&hasher, OBJECT_BLOB, size, err);

	while (!ret &&
	       (got = file_read_piece(&fd, piece, sizeof(piece), err)) > 0)
		ret = hasher_add(hasher, piece, (size_t)got, err);
	if (got < 0)
		ret = (int)got;
	if (!ret)
		ret = hasher_finish(hasher, &filtered->smudged, err);
	hasher_free(hasher);
	return ret;
}

/* The conversion does not give the bytes back, so they are kept themselves. */
static int keep_raw(const struct cleaning *cleaning,
		    const struct filtered *filtered, struct error *err)
{
	struct content *content = filtered->content;
	int fd = dir_open_file(cleaning->source->top_fd, filtered->path);
	struct oid raw;
	int ret;

	if (fd < 0) {
		content->state = CONTENT_CHANGING;
		return 0;
	}
	ret = pack_add_stream(cleaning->source->pack, content->stat.size,
			      file_read_piece, &fd, &raw, err);
	close(fd);
	if (ret == ERR_CHANGED || (!ret && !oid_equal(&raw, &content->raw))) {
		error_release(err);
		content->state = CONTENT_CHANGING;
		return 0;
	}
	content->keep_raw = true;
	return ret;
}

static bool is_unchanged(const struct content_source *source, const char *path,
			 const struct content *content)
{
	struct stat now;

	return !dir_stat(source->top_fd, path, &now) &&
	       stat_data_is(&content->stat, &now);
}

static bool is_converted(const struct filtered *filtered)
{
	return filtered->content->state == CONTENT_READ &&
	       filtered->content->converted;
}

/* Run the blobs through the filter again, in one process. */
static int smudge_all(const struct cleaning *cleaning, struct error *err)
{
	struct filter_request *requests =
		xcalloc(cleaning->nr, sizeof(*requests));
	size_t asked = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < cleaning->nr; i++) {
		struct filtered *filtered = &cleaning->files[i];
		const struct oid *blob = &filtered->content->blob;
		char id[LFS_ID_BYTES];

		if (!is_converted(filtered))
			continue;
		if (!read_pointer(cleaning, blob, id))
			requests[asked++] = (struct filter_request){
				filtered->path, *blob, filtered, NULL};
		else if (comes_back(cleaning, filtered->path, id, err))
			filtered->smudged = filtered->content->raw;
		ret = err->code;
	}
	if (!ret)
		ret = filter_smudge(cleaning->filter, requests, asked,
				    take_smudged, err);
	/* What cannot be smudged can be saved all the same: as it is. */
	if (ret == ERR_FAILED) {
		error_release(err);
		ret = 0;
	}
	free(requests);
	return ret;
}

static int check_round_trips(const struct cleaning *cleaning, struct error *err)
{
	int ret = smudge_all(cleaning, err);

	for (size_t i = 0; !ret && i < cleaning->nr; i++) {
		const struct filtered *filtered = &cleaning->files[i];

		if (is_converted(filtered) &&
		    !oid_equal(&filtered->smudged, &filtered->content->raw))
			ret = keep_raw(cleaning, filtered, err);
	}
	return ret;
}

/* -- all of them --------------------------------------------------------- */

static int clean_unknown(const struct cleaning *cleaning,
			 const struct oid *const *known, struct error *err)
{
	struct strlist wanted = STRLIST_INIT;
	struct oid *blobs;
	size_t next = 0;
	int ret;

	for (size_t i = 0; i < cleaning->nr; i++)
		if (!known[i])
			strlist_add(&wanted, cleaning->files[i].path);
	blobs = xcalloc(wanted.nr, sizeof(*blobs));
	ret = filter_clean(cleaning->filter, &wanted, cleaning->source->pack,
			   blobs, err);
	for (size_t i = 0; !ret && i < cleaning->nr; i++)
		cleaning->files[i].content->blob =
			known[i] ? *known[i] : blobs[next++];
	free(blobs);
	strlist_release(&wanted);
	return ret;
}

static void settle(const struct content_source *source,
		   const struct filtered *filtered)
{
	struct content *content = filtered->content;

	content->state =
		!oid_is_zero(&content->blob) &&
				is_unchanged(source, filtered->path, content)
			? CONTENT_READ
			: CONTENT_CHANGING;
	content->converted = !oid_equal(&content->blob, &content->raw);
}

int content_clean(const struct content_source *source, const char *const *paths,
		  struct content **contents, const struct oid *const *known,
		  size_t nr, struct error *err)
{
	struct cleaning cleaning = {.source = source, .nr = nr};
	int ret;

	cleaning.filter = filter_new(source->repo);
	cleaning.lfs_store = lfs_store(source->repo);
	cleaning.files = xcalloc(nr, sizeof(*cleaning.files));
	for (size_t i = 0; i < nr; i++)
		cleaning.files[i] =
			(struct filtered){paths[i], contents[i], {{0}}};
	ret = clean_unknown(&cleaning, known, err);
	for (size_t i = 0; !ret && i < nr; i++)
		settle(source, &cleaning.files[i]);
	if (!ret)
		ret = check_round_trips(&cleaning, err);
	free(cleaning.files);
	free(cleaning.lfs_store);
	filter_free(cleaning.filter);
	return ret;
}
