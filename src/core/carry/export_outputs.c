#include "core/carry/export_outputs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "base/strlist.h"
#include "core/record/record.h"
#include "core/record/stored.h"
#include "core/verify/verifying.h"
#include "git/commit.h"
#include "git/object.h"
#include "worktree/exchange.h"

/* -- finding them -------------------------------------------------------- */

/*
 * A task's id as the name of a directory: what has a meaning in paths or to a
 * shell is written as %XX.
 */
static void add_task_name(struct buf *out, const char *task)
{
	for (const char *c = task; *c; c++) {
		bool plain = isalnum((unsigned char)*c) ||
			     (unsigned char)*c >= 0x80 || *c == '_' ||
			     *c == '-' || (*c == '.' && c > task);

		if (plain)
			buf_addch(out, *c);
		else
			buf_addf(out, "%%%02X", (unsigned char)*c);
	}
}

static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return true;
	return false;
}

static int check_name(const char *checkpoint, const char *name,
		      struct error *err)
{
	if (path_component_is_safe(name, strlen(name)) && !has_control(name))
		return 0;
	return error_set(err, ERR_INVALID,
			 "checkpoint '%s' has an attachment '%s', which is no "
			 "name for a file",
			 checkpoint, name);
}

static int add_file(struct repository *repo, const struct stored *stored,
		    const char *dir, const char *task, const char *name,
		    struct outputs *out, struct error *err)
{
	char *path = xstrfmt("attachments/%s", name);
	struct oid blob;
	int ret = check_name(stored->name.id, name, err);

	if (!ret)
		ret = stored_find(repo, stored, path, &blob, err);
	free(path);
	if (ret < 0)
		return ret;
	ARRAY_GROW(out->items, out->nr, out->alloc);
	out->items[out->nr++] = (struct output_file){
		.path = xstrfmt("%s/%s", dir, name),
		.task = xstrdup(task),
		.checkpoint = xstrdup(stored->name.id),
		.blob = blob,
	};
	return 0;
}

static int add_outputs(struct repository *repo,
		       const struct checkpoint *checkpoint, const char *task,
		       const char *dir, struct outputs *out, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	struct stored stored;
	int ret = stored_open(repo, checkpoint, &stored, err);

	if (!ret)
		ret = stored_attachments(repo, &stored, &names, err);
	for (size_t i = 0; !ret && i < names.nr; i++)
		ret = add_file(repo, &stored, dir, task, names.items[i], out,
			       err);
	strlist_release(&names);
	stored_release(&stored);
	return ret;
}

/* The task that a checkpoint completed, which the caller must free(); NULL:
 * none. */
static int completed_task(struct repository *repo,
			  const struct checkpoint *checkpoint, char **out,
			  struct error *err)
{
	struct buf task = BUF_INIT;
	struct commit commit;
	char *type, *said;

	*out = NULL;
	if (commit_read(repo, &checkpoint->commit, &commit, err) < 0)
		return error_prefix(err, "checkpoint '%s' is damaged",
				    checkpoint->id);
	type = commit_trailer(commit.message, "Checkpoint-Type");
	said = commit_trailer(commit.message, "Checkpoint-Task");
	if (type && said && checkpoint_type_parse(type) == TYPE_TASK_COMPLETE &&
	    path_unescape(&task, said) && task.len)
		*out = xstrdup(task.ptr);
	buf_release(&task);
	free(type);
	free(said);
	commit_release(&commit);
	return 0;
}

int outputs_find(struct repository *repo, const struct checkpoint_list *list,
		 struct outputs *out, struct error *err)
{
	struct strlist seen = STRLIST_INIT;
	int ret = 0;

	*out = (struct outputs){0};
	/* Newest first: an older completion of the same task has been redone.
	 */
	for (size_t i = 0; !ret && i < list->nr; i++) {
		struct buf dir = BUF_INIT;
		char *task = NULL;

		ret = completed_task(repo, &list->items[i], &task, err);
		if (!ret && task) {
			buf_addf(&dir, "%s/", list->items[i].session);
			add_task_name(&dir, task);
			if (!strlist_has(&seen, dir.ptr))
				ret = add_outputs(repo, &list->items[i], task,
						  dir.ptr, out, err);
			strlist_add(&seen, dir.ptr);
		}
		buf_release(&dir);
		free(task);
	}
	strlist_release(&seen);
	return ret;
}

void outputs_release(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->nr; i++) {
		free(outputs->items[i].path);
		free(outputs->items[i].task);
		free(outputs->items[i].checkpoint);
	}
	free(outputs->items);
	*outputs = (struct outputs){0};
}

/* -- what is there ------------------------------------------------------- */

static int in_the_way(const char *path, struct error *err)
{
	error_set(err, ERR_REFUSED, "'%s' is there already", path);
	return error_hint(err, "name another directory with --outputs");
}

int outputs_check(struct repository *repo, struct outputs *outputs,
		  const char *dir, struct error *err)
{
	int ret = 0;

	(void)repo;
	for (size_t i = 0; !ret && i < outputs->nr; i++) {
		struct output_file *file = &outputs->items[i];
		char *path = path_join(dir, file->path);
		int fd = open(path,
			      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		struct stat st;
		struct oid found;

		if (fd < 0 && errno != ENOENT)
			ret = errno == ELOOP || errno == ENOTDIR
				      ? in_the_way(path, err)
				      : error_errno(err, "cannot open '%s'",
						    path);
		else if (fd >= 0 &&
			 (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
			ret = in_the_way(path, err);
		else if (fd >= 0)
			ret = verifying_hash(fd, &found, err);
		if (!ret && fd >= 0) {
			file->was_there = oid_equal(&found, &file->blob);
			if (!file->was_there)
				ret = in_the_way(path, err);
		}
		if (fd >= 0)
			close(fd);
		free(path);
	}
	return ret;
}

/* -- writing ------------------------------------------------------------- */

static int write_piece(void *context, const void *data, size_t len,
		       struct error *err)
{
	return file_write_all(*(int *)context, data, len, err);
}

/* Each directory is made and entered in its turn: no link is followed. */
static int open_below(const char *dir, const char *path, int *out,
		      struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (const char *part = path; fd >= 0;) {
		const char *slash = strchr(part, '/');
		char *name;
		int next;

		if (!slash) {
			*out = fd;
			return 0;
		}
		name = xstrndup(part, (size_t)(slash - part));
		next = mkdirat(fd, name, 0777) < 0 && errno != EEXIST
			       ? -1
			       : openat(fd, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
						O_CLOEXEC);
		free(name);
		close(fd);
		fd = next;
		part = slash + 1;
	}
	return error_errno(err, "cannot make the directory of '%s/%s'", dir,
			   path);
}

static int write_file(struct repository *repo, const struct output_file *file,
		      int dir_fd, struct error *err)
{
	static const struct writer_caps caps = {.noreplace = true};
	const char *name = path_basename(file->path);
	char temporary[32] = ".tmp-";
	int fd, ret;

	random_hex(temporary + strlen(temporary), 8);
	fd = openat(dir_fd, temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_errno(err, "cannot create a file");
	ret = object_stream(repo, &file->blob, write_piece, &fd, err);
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot close");
	if (!ret && exchange_publish(dir_fd, &caps, temporary, name) < 0)
		ret = errno == EEXIST ? in_the_way(file->path, err)
				      : error_errno(err, "cannot name it");
	if (ret < 0)
		unlinkat(dir_fd, temporary, 0);
	return ret;
}

int outputs_write(struct repository *repo, const struct outputs *outputs,
		  const char *dir, struct error *err)
{
	int ret = path_make_dirs(dir, 0777, err);

	for (size_t i = 0; !ret && i < outputs->nr; i++) {
		const struct output_file *file = &outputs->items[i];
		int fd = -1;

		if (file->was_there)
			continue;
		ret = open_below(dir, file->path, &fd, err);
		if (ret < 0)
			break;
		ret = write_file(repo, file, fd, err);
		close(fd);
		if (ret < 0 && err->code != ERR_REFUSED)
			error_prefix(err, "cannot write '%s/%s'", dir,
				     file->path);
	}
	return ret;
}
