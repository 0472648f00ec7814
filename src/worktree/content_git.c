#include "worktree/content.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/strlist.h"
#include "git/object.h"
#include "git/pack.h"
#include "worktree/dir.h"
#include "worktree/filter.h"

#define POINTER_MAX_BYTES 1024

/* One file that went through a filter. */
struct filtered {
	const struct content_source *source;
	const char *path;
	struct content *content;
	struct oid smudged; /* what the filter makes of the blob */
};

static ssize_t read_piece(void *context, void *data, size_t len,
			  struct error *err)
{
	ssize_t got;

	do
		got = read(*(int *)context, data, len);
	while (got < 0 && errno == EINTR);
	return got < 0 ? error_errno(err, "cannot read") : got;
}

/* -- git-lfs ------------------------------------------------------------------ */

/*
 * A pointer of git-lfs names its content by SHA-256, so that what comes back
 * is known without running the filter:
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
static bool read_pointer(struct repository *repo, struct pack *pack,
			 const struct oid *blob, char sha256[65])
{
	static const char start[] = "version https://git-lfs.github.com/spec/";
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	const char *line;
	bool found = false;

	/* A new pointer is in the pack, and cannot be read yet. */
	if (!pack_has(pack, blob) &&
	    !object_read(repo, blob, OBJECT_BLOB, POINTER_MAX_BYTES, &text,
			 &ignored) &&
	    !strncmp(text.ptr, start, strlen(start))) {
		line = strstr(text.ptr, "\noid sha256:");
		if (line && strlen(line) > 12 + 64) {
			memcpy(sha256, line + 12, 64);
			sha256[64] = '\0';
			found = true;
		}
	}
	error_release(&ignored);
	buf_release(&text);
	return found;
}

static bool has_sha256(int fd, const char *wanted, struct error *err)
{
	struct checksum_sha256 sum;
	char piece[65536], found[65];
	ssize_t got;

	checksum_sha256_init(&sum);
	while ((got = read_piece(&fd, piece, sizeof(piece), err)) > 0)
		checksum_sha256_add(&sum, piece, (size_t)got);
	checksum_sha256_finish_hex(&sum, found);
	return !got && !strcmp(found, wanted);
}

/* Known to come back: nothing needs to be run to find out. */
static bool is_lfs(const struct content_source *source, const char *path,
		   const struct oid *blob, struct error *err)
{
	char sha256[65];
	bool same = false;
	int fd;

	if (!read_pointer(source->repo, source->pack, blob, sha256))
		return false;
	fd = dir_open_file(source->top_fd, path);
	if (fd >= 0) {
		same = has_sha256(fd, sha256, err);
		close(fd);
	}
	return same;
}

/* -- the round trip ------------------------------------------------------------- */

static int take_smudged(void *context, int fd, uint64_t size, struct error *err)
{
	struct filtered *filtered = context;
	struct buf text = BUF_INIT;
	int ret = buf_read_fd(&text, fd, size, err);

	if (!ret)
		ret = object_hash(&filtered->smudged, OBJECT_BLOB, text.ptr,
				  text.len, err);
	buf_release(&text);
	return ret;
}

/* The conversion does not give the bytes back, so they are kept themselves. */
static int keep_raw(struct filtered *filtered, struct error *err)
{
	struct content *content = filtered->content;
	int fd = dir_open_file(filtered->source->top_fd, filtered->path);
	struct oid raw;
	int ret;

	if (fd < 0) {
		content->state = CONTENT_CHANGING;
		return 0;
	}
	ret = pack_add_stream(filtered->source->pack,
			      (uint64_t)content->st.st_size, read_piece, &fd,
			      &raw, err);
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
	       now.st_ino == content->st.st_ino &&
	       now.st_size == content->st.st_size &&
	       now.st_mtim.tv_sec == content->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == content->st.st_mtim.tv_nsec &&
	       now.st_ctim.tv_sec == content->st.st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == content->st.st_ctim.tv_nsec;
}

/*
 * Run the blobs through the filter again and compare. Blobs that this very
 * checkpoint adds cannot be read by git yet; their raw bytes are kept, unless
 * the content names itself.
 */
static int check_round_trips(struct filtered *filtered, size_t nr,
			     struct error *err)
{
	struct filter_request *requests = xcalloc(nr, sizeof(*requests));
	size_t asked = 0;
	int ret = 0;

	for (size_t i = 0; i < nr; i++) {
		struct content *content = filtered[i].content;

		if (content->state != CONTENT_READ || !content->converted)
			continue;
		if (is_lfs(filtered[i].source, filtered[i].path, &content->blob,
			   err))
			filtered[i].smudged = content->raw;
		else if (!pack_has(filtered[i].source->pack, &content->blob))
			requests[asked++] = (struct filter_request){
				filtered[i].path, content->blob, &filtered[i]};
		if (err->code)
			goto done;
	}
	if (asked)
		ret = filter_smudge(filtered[0].source->repo, requests, asked,
				    take_smudged, err);
	for (size_t i = 0; !ret && i < nr; i++) {
		struct content *content = filtered[i].content;

		if (content->state == CONTENT_READ && content->converted &&
		    !oid_equal(&filtered[i].smudged, &content->raw))
			ret = keep_raw(&filtered[i], err);
	}
done:
	free(requests);
	return err->code;
}

/* -- all of them ------------------------------------------------------------------- */

static int clean_unknown(const struct content_source *source,
			 const char *const *paths, struct content **contents,
			 const struct oid *const *known, size_t nr,
			 struct error *err)
{
	struct strlist wanted = STRLIST_INIT;
	struct oid *blobs;
	size_t next = 0;
	int ret = 0;

	for (size_t i = 0; i < nr; i++)
		if (!known[i])
			strlist_add(&wanted, paths[i]);
	blobs = xcalloc(wanted.nr, sizeof(*blobs));
	if (wanted.nr)
		ret = filter_clean(source->repo, &wanted, source->pack, blobs,
				   err);
	for (size_t i = 0; !ret && i < nr; i++)
		contents[i]->blob = known[i] ? *known[i] : blobs[next++];
	free(blobs);
	strlist_release(&wanted);
	return ret;
}

int content_clean(const struct content_source *source, const char *const *paths,
		  struct content **contents, const struct oid *const *known,
		  size_t nr, struct error *err)
{
	struct filtered *filtered = xcalloc(nr, sizeof(*filtered));
	int ret = clean_unknown(source, paths, contents, known, nr, err);

	for (size_t i = 0; !ret && i < nr; i++) {
		struct content *content = contents[i];

		filtered[i] = (struct filtered){source, paths[i], content,
						{{0}}};
		content->state = is_unchanged(source, paths[i], content)
					 ? CONTENT_READ
					 : CONTENT_CHANGING;
		content->converted = !oid_equal(&content->blob, &content->raw);
	}
	if (!ret)
		ret = check_round_trips(filtered, nr, err);
	free(filtered);
	return ret;
}
