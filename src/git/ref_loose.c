#include "git/ref_loose.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/ref.h"
#include "git/ref_name.h"

int ref_loose_walk(const char *path, const char *prefix, ref_loose_visit visit,
		   void *context, struct error *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_errno(err, "cannot open '%s'", path);
	}
	while (!ret && (errno = 0, entry = readdir(dir))) {
		char *below, *name;
		bool is_dir = entry->d_type == DT_DIR;
		struct stat st;

		name = xstrfmt("%s%s", prefix, entry->d_name);
		/* Not ".", "..", a lock, or what else git reads as no ref. */
		if (!ref_name_is_valid(name)) {
			free(name);
			continue;
		}
		below = path_join(path, entry->d_name);
		if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK)
			is_dir = !stat(below, &st) && S_ISDIR(st.st_mode);
		ret = visit(context, below, name, is_dir, err);
		free(below);
		free(name);
	}
	if (!ret && errno)
		ret = error_errno(err, "cannot read '%s'", path);
	closedir(dir);
	return ret;
}

struct each {
	ref_loose_each_visit visit;
	void *context;
};

static int visit_below(void *context, const char *path, const char *name,
		       bool is_dir, struct error *err)
{
	const struct each *each = context;
	char *prefix;
	int ret;

	if (!is_dir)
		return each->visit(each->context, path, name, err);
	prefix = xstrfmt("%s/", name);
	ret = ref_loose_walk(path, prefix, visit_below, context, err);
	free(prefix);
	return ret;
}

int ref_loose_each(const char *path, const char *prefix,
		   ref_loose_each_visit visit, void *context, struct error *err)
{
	struct each each = {visit, context};

	return ref_loose_walk(path, prefix, visit_below, &each, err);
}

bool ref_loose_remove_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		char *below;

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		below = path_join(path, entry->d_name);
		ref_loose_remove_empty(below);
		free(below);
	}
	closedir(dir);
	return !rmdir(path);
}

/* -- counting ------------------------------------------------------------- */

struct count {
	size_t nr, max;
};

static int count_one(void *context, const char *path, const char *name,
		     struct error *err)
{
	struct count *count = context;

	(void)path;
	(void)name;
	(void)err;
	return ++count->nr >= count->max;
}

int ref_count_loose(const struct repository *repo, const char *prefix,
		    size_t max, size_t *out, struct error *err)
{
	struct count count = {0, max};
	char *path = ref_name_path(repo, prefix);
	int ret = 0;

	if (max)
		ret = ref_loose_each(path, prefix, count_one, &count, err);
	*out = count.nr;
	free(path);
	return ret < 0 ? ret : 0;
}
