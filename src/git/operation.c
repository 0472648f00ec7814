#include "git/operation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/object.h"
#include "git/operation_mention.h"
#include "git/operation_names.h"
#include "git/operation_resolve.h"
#include "git/ref_name.h"
#include "git/repository.h"
#include "git/tree.h"

#define MAX_FILE_BYTES ((size_t)64 << 20)
#define MAX_DEPTH 8

static void add_file(struct operation *out, const char *path, struct buf *text)
{
	struct operation_file *file;

	ARRAY_GROW(out->files, out->nr_files, out->alloc_files);
	file = &out->files[out->nr_files++];
	file->path = xstrdup(path);
	file->text = *text;
	*text = (struct buf)BUF_INIT;
}

/* Add the file `name` of the directory `dir`; no file there, or none that is
 * regular, is nothing to add. */
static int read_file(int dir, const char *name, const char *path,
		     struct operation *out, struct error *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int fd = openat(dir, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int ret = 0;

	if (fd < 0) {
		if (errno == ENOENT || errno == ELOOP || errno == ENXIO)
			return 0;
		return error_errno(err, "cannot open '%s'", path);
	}
	if (fstat(fd, &st) < 0) {
		ret = error_errno(err, "cannot read '%s'", path);
	} else if (S_ISREG(st.st_mode)) {
		ret = buf_read_fd(&text, fd, MAX_FILE_BYTES, err);
		if (ret < 0)
			error_prefix(err, "'%s'", path);
		else
			add_file(out, path, &text);
	}
	close(fd);
	buf_release(&text);
	return ret;
}

static int read_dir(int above, const char *name, const char *path, int depth,
		    struct operation *out, struct error *err);

static int read_entry(int dir, const char *name, const char *above, int depth,
		      struct operation *out, struct error *err)
{
	char *path = xstrfmt("%s/%s", above, name);
	enum operation_format format;
	struct stat st;
	int ret = 0;

	if (!operation_name_find(path, &format))
		goto done;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			ret = error_errno(err, "cannot read '%s'", path);
	} else if (S_ISDIR(st.st_mode)) {
		ret = read_dir(dir, name, path, depth + 1, out, err);
	} else if (S_ISREG(st.st_mode)) {
		ret = read_file(dir, name, path, out, err);
	}
done:
	free(path);
	return ret;
}

static int read_dir(int above, const char *name, const char *path, int depth,
		    struct operation *out, struct error *err)
{
	int fd = openat(above, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
			return 0;
		return error_errno(err, "cannot open '%s'", path);
	}
	if (depth > MAX_DEPTH) {
		close(fd);
		return error_set(err, ERR_INVALID, "'%s' is nested too deeply",
				 path);
	}
	dir = fdopendir(fd);
	if (!dir) {
		ret = error_errno(err, "cannot open '%s'", path);
		close(fd);
		return ret;
	}
	while (!ret && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = read_entry(fd, entry->d_name, path, depth, out,
					 err);
	if (!ret && errno)
		ret = error_errno(err, "cannot read '%s'", path);
	closedir(dir);
	return ret;
}

static int compare_file(const void *a, const void *b)
{
	return strcmp(((const struct operation_file *)a)->path,
		      ((const struct operation_file *)b)->path);
}

static int read_files(struct repository *repo, struct operation *out,
		      struct error *err)
{
	int dir = open(repo->git_dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	int ret = 0;

	if (dir < 0)
		return error_errno(err, "cannot open '%s'", repo->git_dir);
	for (const char *const *name = operation_top_names; *name && !ret;
	     name++)
		ret = read_file(dir, *name, *name, out, err);
	for (const char *const *name = operation_directories; *name && !ret;
	     name++)
		ret = read_dir(dir, *name, *name, 0, out, err);
	close(dir);
	if (out->nr_files > 1)
		qsort(out->files, out->nr_files, sizeof(*out->files),
		      compare_file);
	return ret;
}

/* -- its name ---------------------------------------------------------- */

static bool has_below(const struct operation *operation, const char *prefix)
{
	for (size_t i = 0; i < operation->nr_files; i++)
		if (!strncmp(operation->files[i].path, prefix, strlen(prefix)))
			return true;
	return false;
}

static const struct operation_file *find(const struct operation *operation,
					 const char *path)
{
	const struct operation_file key = {.path = (char *)path};

	return operation->nr_files
		       ? bsearch(&key, operation->files, operation->nr_files,
				 sizeof(key), compare_file)
		       : NULL;
}

/* What a sequence of several commits does; it has a todo of one command. */
static bool sequence_is(const struct operation *operation, const char *command)
{
	const struct operation_file *todo = find(operation, "sequencer/todo");

	return todo && !strncmp(todo->text.ptr, command, strlen(command));
}

static char *name_of(const struct operation *operation)
{
	bool am = find(operation, "rebase-apply/applying");
	bool rebase = has_below(operation, "rebase-merge/") ||
		      (!am && has_below(operation, "rebase-apply/"));
	bool merge = find(operation, "MERGE_HEAD");
	/* A rebase leaves CHERRY_PICK_HEAD where a pick stopped it. */
	bool picked = find(operation, "CHERRY_PICK_HEAD") && !rebase && !am;
	const struct {
		const char *name;
		bool is_there;
	} all[] = {
		{"merge", merge},
		{"squash", !merge && !rebase && find(operation, "SQUASH_MSG")},
		{"cherry-pick", picked || sequence_is(operation, "pick ")},
		{"revert", find(operation, "REVERT_HEAD") ||
				   sequence_is(operation, "revert ")},
		{"rebase", rebase},
		{"am", am},
		{"bisect", find(operation, "BISECT_LOG") ||
				   find(operation, "BISECT_START")},
	};
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].is_there)
			buf_addf(&name, "%s%s", name.len ? "+" : "",
				 all[i].name);
	return name.len ? buf_detach(&name) : NULL;
}

/* -- what it names ----------------------------------------------------- */

static int read_mentions(struct repository *repo, struct operation *out,
			 struct error *err)
{
	struct operation_mentions mentions = {.ids = STRLIST_INIT};
	int ret;

	for (size_t i = 0; i < out->nr_files; i++) {
		enum operation_format format;

		if (operation_name_find(out->files[i].path, &format))
			operation_mention(&out->files[i], format, &mentions);
	}
	ret = operation_resolve(repo, &mentions, out, err);
	operation_mentions_release(&mentions);
	return ret;
}

int operation_read(struct repository *repo, struct operation *out,
		   struct error *err)
{
	int ret;

	*out = (struct operation){0};
	ret = read_files(repo, out, err);
	if (!ret) {
		out->name = name_of(out);
		ret = read_mentions(repo, out, err);
	}
	if (ret < 0)
		operation_release(out);
	return ret;
}

void operation_release(struct operation *operation)
{
	for (size_t i = 0; i < operation->nr_files; i++) {
		free(operation->files[i].path);
		buf_release(&operation->files[i].text);
	}
	free(operation->name);
	free(operation->files);
	ref_list_release(&operation->refs);
	free(operation->commits);
	free(operation->others);
	*operation = (struct operation){0};
}

int operation_hold(struct repository *repo, const struct operation *operation,
		   struct tree_builder *tree, struct error *err)
{
	for (size_t i = 0; i < operation->nr_others; i++) {
		const struct oid *oid = &operation->others[i];
		char hex[OID_HEXSZ + 1], path[sizeof("objects/") + OID_HEXSZ];
		enum object_type type;

		if (object_header(repo, oid, &type, NULL, err) < 0)
			return err->code;
		snprintf(path, sizeof(path), "objects/%s", oid_hex(oid, hex));
		tree_builder_add(tree, path,
				 type == OBJECT_TREE ? MODE_TREE : MODE_FILE,
				 oid);
	}
	return 0;
}
