#include "worktree/attr_files.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "git/config.h"
#include "git/index.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/rulefile.h"

/* Stage 0, or in a conflict "ours", as git has it. */
static const struct index_entry *find_entry(const struct index *index,
					    const char *path)
{
	size_t len = strlen(path);
	const struct index_entry *ours = NULL;

	for (size_t i = index_position(index, path, len); i < index->nr; i++) {
		const struct index_entry *entry = &index->entries[i];

		if (entry->path_len != len || memcmp(entry->path, path, len))
			break;
		if (!entry->stage)
			return entry;
		if (entry->stage == 2)
			ours = entry;
	}
	return ours;
}

static int read_from_index(const struct attr_files *files, const char *path,
			   struct buf *out, struct error *err)
{
	const struct index_entry *entry =
		files->index ? find_entry(files->index, path) : NULL;

	if (!entry || entry->mode == MODE_GITLINK ||
	    entry->flags & INDEX_INTENT_TO_ADD)
		return 0;
	if (object_read(files->repo, index_entry_oid(entry), OBJECT_BLOB,
			RULEFILE_MAX, out, err) < 0)
		return error_prefix(err, "'%s' in the index", path);
	return 0;
}

int attr_files_read(const struct attr_files *files, const char *path,
		    struct buf *out, enum attr_rules_source *how,
		    struct error *err)
{
	const struct buf *given;
	int ret;

	*how = ATTR_RULES_FILE;
	if (files->source == ATTR_BLOBS) {
		given = strmap_get(&files->given, path);
		if (given)
			buf_add(out, given->ptr, given->len);
		return 0;
	}
	ret = rulefile_read(files->top_fd, path, false, out, err);
	if (ret < 0)
		return error_prefix(err, "'%s'", path);
	if (ret != RULEFILE_ABSENT && ret != RULEFILE_TOO_LARGE)
		return 0;
	*how = ATTR_RULES_BLOB;
	return read_from_index(files, path, out, err);
}

/* GIT_ATTR_NOSYSTEM, by the configuration's idea of true. */
static int skip_system(bool *out, struct error *err)
{
	const char *value = getenv("GIT_ATTR_NOSYSTEM");
	struct config *config;
	char *text;
	int ret;

	*out = false;
	if (!value)
		return 0;
	text = xstrfmt("GIT_ATTR_NOSYSTEM\n%s", value);
	config = config_parse(text, strlen(text) + 1);
	ret = config_get_bool(config, "GIT_ATTR_NOSYSTEM", false, out, err);
	config_free(config);
	free(text);
	return ret;
}

static int user_path(const struct attr_files *files, enum attr_user_file which,
		     char **out, struct error *err)
{
	bool skip;

	*out = NULL;
	if (which == ATTR_FILE_USER)
		return rulefile_configured(out, files->repo,
					   "core.attributesfile", "attributes",
					   err);
	if (which == ATTR_FILE_INFO) {
		*out = repository_common_path(files->repo, "info/attributes");
		return 0;
	}
	if (skip_system(&skip, err) < 0)
		return err->code;
	*out = skip ? NULL : xstrdup("/etc/gitattributes");
	return 0;
}

int attr_files_read_user(const struct attr_files *files,
			 enum attr_user_file which, struct buf *out,
			 struct error *err)
{
	char *path = NULL;
	int ret = user_path(files, which, &path, err);

	if (ret >= 0 && path) {
		ret = rulefile_read(AT_FDCWD, path, true, out, err);
		if (ret < 0)
			error_prefix(err, "'%s'", path);
	}
	free(path);
	return ret < 0 ? ret : 0;
}

void attr_files_give(struct attr_files *files, const char *path,
		     const char *text, size_t len)
{
	struct buf *given;

	if (len >= RULEFILE_MAX)
		return;
	given = xcalloc(1, sizeof(*given));
	*given = (struct buf)BUF_INIT;
	buf_add(given, text, len);
	given = strmap_put(&files->given, path, given);
	if (given)
		buf_release(given);
	free(given);
}

static void free_given(void *value)
{
	buf_release(value);
	free(value);
}

void attr_files_release(struct attr_files *files)
{
	strmap_release(&files->given, free_given);
}
