#include "core/snapshot/snapshot_sealed.h"

#include "base/alloc.h"
#include "core/record/omitted.h"
#include "core/record/worktree_extra.h"
#include "worktree/sealed.h"

/* Whether what is said of the first `len` bytes of a path was said while a
 * directory was looked at that is not looked at now. */
static bool is_kept(const struct sealed *sealed, const char *path, size_t len)
{
	char *dir = xstrndup(path, len);
	bool kept = !sealed_find(sealed, dir);

	free(dir);
	return kept;
}

/* The directory that a path is in; one that ends in a slash is the same. */
static size_t dir_len(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] != '/')
		len--;
	return len;
}

static void add_modes(const struct sealed *sealed,
		      const struct worktree_extra *from,
		      struct worktree_extra *out)
{
	for (size_t i = 0; i < from->modes.nr; i++) {
		const struct worktree_mode *mode = &from->modes.items[i];

		if (is_kept(sealed, mode->path, dir_len(mode->path)))
			worktree_extra_add_mode(out, mode->path, mode->mode);
	}
	for (size_t i = 0; i < from->empty_dirs.nr; i++) {
		const struct worktree_mode *mode = &from->empty_dirs.items[i];
		char *path = xstrfmt("%s/", mode->path);

		if (is_kept(sealed, path, strlen(path)))
			worktree_extra_add_dir(out, mode->path, mode->mode);
		free(path);
	}
}

int snapshot_sealed_extra(const struct sealed *sealed,
			  struct worktree_extra *out, struct error *err)
{
	const struct seal_head *head = seal_head(sealed->seal);
	struct worktree_extra from;

	if (worktree_extra_read(&from, head->extra, head->extra_len, err) < 0)
		return err->code;
	add_modes(sealed, &from, out);
	for (size_t i = 0; i < from.nr_conversions; i++) {
		const struct worktree_conversion *one = &from.conversions[i];

		if (is_kept(sealed, one->path, dir_len(one->path)))
			worktree_extra_add_conversion(out, one->path,
						      one->conversion,
						      &one->raw, one->keep_raw);
	}
	worktree_extra_release(&from);
	return 0;
}

/* A directory that is not entered was found by the one above, but for what is
 * found out once it is open. */
static size_t finder_len(const struct omitted_path *path)
{
	size_t len = strlen(path->path);

	if (path->reason == OMIT_NESTED || path->reason == OMIT_UNREADABLE)
		return dir_len(path->path);
	if (len && path->path[len - 1] == '/')
		len--;
	while (len && path->path[len - 1] != '/')
		len--;
	return len;
}

int snapshot_sealed_omitted(const struct sealed *sealed, struct omitted *out,
			    struct error *err)
{
	const struct seal_head *head = seal_head(sealed->seal);
	struct omitted from = OMITTED_INIT;

	if (omitted_read(&from, head->omitted, head->omitted_len, err) < 0)
		return err->code;
	for (size_t i = 0; i < from.nr; i++) {
		const struct omitted_path *path = &from.items[i];

		if (is_kept(sealed, path->path, finder_len(path)))
			omitted_add(out, path->path, path->reason, path->bytes);
	}
	omitted_release(&from);
	return 0;
}
