#include "worktree/filter_recorded.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/repository.h"
#include "worktree/convert.h"
#include "worktree/filter.h"
#include "worktree/filtering.h"

/* -- attributes ---------------------------------------------------------- */

/* What makes the way out that of the recorded conversion, whatever core.eol
 * and core.autocrlf say. */
static const char *eol_attributes(enum convert_eol eol)
{
	switch (eol) {
	case CONVERT_LF:
		return "text eol=lf";
	case CONVERT_CRLF:
		return "text eol=crlf";
	case CONVERT_AUTO:
	case CONVERT_AUTO_LF:
		return "text=auto eol=lf";
	case CONVERT_AUTO_CRLF:
		return "text=auto eol=crlf";
	case CONVERT_BINARY:
		break;
	}
	return "-text";
}

/* The path as a pattern that matches it alone, in quotes. */
static void add_pattern(struct buf *out, const char *path)
{
	buf_addstr(out, "\"/");
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (strchr("*?[\\", c))
			buf_addstr(out, "\\\\");
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\%03o", c);
		else
			buf_addch(out, c);
	}
	buf_addch(out, '"');
}

/* A name that ends where it should: it may come from another clone. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name <= ' ')
			return false;
	return true;
}

static void add_name(struct buf *out, const char *attribute, const char *name)
{
	if (name && is_plain(name))
		buf_addf(out, " %s=%s", attribute, name);
	else
		buf_addf(out, " !%s", attribute);
}

static int add_line(struct buf *out, const struct filter_request *request,
		    struct error *err)
{
	struct convert convert;
	char *names = NULL;

	if (convert_parse(request->conversion, &convert, &names, err) < 0)
		return err->code;
	add_pattern(out, request->path);
	buf_addf(out, " %s %sident", eol_attributes(convert.eol),
		 convert.ident ? "" : "-");
	add_name(out, "filter", convert.filter);
	add_name(out, "working-tree-encoding", convert.encoding);
	buf_addch(out, '\n');
	free(names);
	return 0;
}

/* -- a common directory -------------------------------------------------- */

/* Links in `dir` to all that is in `real`, but for `but`. */
static int link_all(const char *real, const char *dir, const char *but,
		    struct error *err)
{
	DIR *list = opendir(real);
	struct dirent *entry;
	int ret = 0;

	if (!list)
		return errno == ENOENT
			       ? 0
			       : error_errno(err, "cannot read '%s'", real);
	while (!ret && (entry = readdir(list))) {
		char *from, *to;

		if (!strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") || !strcmp(entry->d_name, but))
			continue;
		from = path_join(real, entry->d_name);
		to = path_join(dir, entry->d_name);
		if (symlink(from, to) < 0 && errno != EEXIST)
			ret = error_errno(err, "cannot make link '%s'", to);
		free(from);
		free(to);
	}
	closedir(list);
	return ret;
}

static int make_dirs(const struct repository *repo, const char *common,
		     struct error *err)
{
	char *info = path_join(common, "info");
	char *real_info = repository_common_path(repo, "info");
	int ret = path_make_dirs(info, 0777, err);

	if (!ret)
		ret = link_all(repo->common_dir, common, "info", err);
	if (!ret)
		ret = link_all(real_info, info, "attributes", err);
	free(info);
	free(real_info);
	return ret;
}

int filter_recorded(struct filter *filter,
		    const struct filter_request *requests, size_t nr,
		    char **env, struct error *err)
{
	char *common, *attributes;
	struct buf text = BUF_INIT;
	int ret = filter_need_scratch(filter, err);

	if (ret < 0)
		return ret;
	common = path_join(filter->scratch.dir, "common");
	attributes = path_join(common, "info/attributes");
	for (size_t i = 0; !ret && i < nr; i++)
		ret = add_line(&text, &requests[i], err);
	if (!ret)
		ret = make_dirs(filter->repo, common, err);
	if (!ret)
		ret = file_replace(attributes, text.ptr, text.len, false, err);
	if (!ret)
		*env = xstrfmt("GIT_COMMON_DIR=%s", common);
	free(attributes);
	free(common);
	buf_release(&text);
	return ret;
}
