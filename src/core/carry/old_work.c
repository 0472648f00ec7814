#include "core/carry/old_work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "core/record/id.h"
#include "core/record/json.h"

/* Directories with more entries are no work of theirs. */
#define MAX_NAMES 100000

void old_work_init(struct old_work *work, const char *dir)
{
	*work = (struct old_work){.dir = xstrdup(dir)};
}

static void release_record(struct old_record *old)
{
	free(old->file);
	free(old->commit);
	free(old->branch);
	record_release(&old->record);
	strlist_release(&old->attachments);
}

static void release_session(struct old_session *session)
{
	free(session->name);
	json_free(session->session);
	json_free(session->task);
	json_free(session->errors);
}

void old_work_release(struct old_work *work)
{
	for (size_t i = 0; i < work->nr; i++)
		release_record(&work->records[i]);
	for (size_t i = 0; i < work->nr_problems; i++) {
		free(work->problems[i].file);
		free(work->problems[i].reason);
	}
	for (size_t i = 0; i < work->nr_sessions; i++)
		release_session(&work->sessions[i]);
	for (size_t i = 0; i < work->nr_options; i++) {
		free(work->options[i].key);
		free(work->options[i].file);
		strlist_release(&work->options[i].values);
	}
	free(work->records);
	free(work->problems);
	free(work->sessions);
	free(work->options);
	strlist_release(&work->unmapped);
	free(work->dir);
	*work = (struct old_work){0};
}

struct old_record *old_work_add(struct old_work *work, const char *file)
{
	struct old_record *old;

	ARRAY_GROW(work->records, work->nr, work->alloc);
	old = &work->records[work->nr++];
	*old = (struct old_record){.file = xstrdup(file)};
	record_init(&old->record);
	return old;
}

void old_work_drop(struct old_work *work)
{
	release_record(&work->records[--work->nr]);
}

void old_work_problem(struct old_work *work, const char *file,
		      const char *reason)
{
	ARRAY_GROW(work->problems, work->nr_problems, work->alloc_problems);
	work->problems[work->nr_problems++] =
		(struct old_problem){xstrdup(file), xstrdup(reason)};
}

struct old_session *old_work_session(struct old_work *work, const char *name,
				     int64_t time_ms, bool *newer)
{
	struct old_session *session = NULL;

	for (size_t i = 0; i < work->nr_sessions && !session; i++)
		if (!strcmp(work->sessions[i].name, name))
			session = &work->sessions[i];
	*newer = !session || time_ms >= session->time_ms;
	if (!session) {
		ARRAY_GROW(work->sessions, work->nr_sessions,
			   work->alloc_sessions);
		session = &work->sessions[work->nr_sessions++];
		*session = (struct old_session){
			.name = xstrdup(name),
			.session = record_session_new(),
			.errors = json_array_new(),
		};
	}
	if (*newer)
		session->time_ms = time_ms;
	return session;
}

void old_session_set(struct old_session *session, const struct json *doc,
		     const struct json *task)
{
	json_free(session->session);
	json_free(session->task);
	session->session = json_copy(doc);
	session->task = task ? json_copy(task) : NULL;
}

/* -- files --------------------------------------------------------------- */

/* Open each part of the path on its own, so that no link is followed. */
static int open_below(const struct old_work *work, const char *path, int flags)
{
	int fd = open(work->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0) {
		const char *slash = strchr(path, '/');
		char *part = slash ? xstrndup(path, (size_t)(slash - path))
				   : xstrdup(path);
		int next =
			openat(fd, part,
			       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
				       (slash ? O_DIRECTORY : flags));
		int number = errno;

		free(part);
		close(fd);
		errno = number;
		if (!slash)
			return next;
		fd = next;
		path = slash + 1;
	}
	return fd;
}

/* 1: read; 0: not there, or a problem. */
int old_work_text(struct old_work *work, const char *file, struct buf *out,
		  struct error *err)
{
	int fd = open_below(work, file, 0);
	struct stat st;
	int ret = 0;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		ret = error_errno(err, "cannot open it");
	else if (fstat(fd, &st) < 0)
		ret = error_errno(err, "cannot look at it");
	else if (!S_ISREG(st.st_mode))
		ret = error_set(err, ERR_INVALID, "it is no file");
	else
		ret = buf_read_fd(out, fd, OLD_FILE_MAX_BYTES, err);
	if (fd >= 0)
		close(fd);
	if (ret < 0) {
		old_work_problem(work, file, err->text);
		error_release(err);
		return 0;
	}
	return 1;
}

int old_work_json(struct old_work *work, const char *file, struct json **out,
		  struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = old_work_text(work, file, &text, err);

	*out = NULL;
	if (ret > 0 && json_parse_embedded(out, text.ptr, text.len,
					   OLD_FILE_MAX_BYTES, err) < 0) {
		old_work_problem(work, file, err->text);
		error_release(err);
		ret = 0;
	}
	buf_release(&text);
	return ret;
}

static int add_names(DIR *stream, struct strlist *names, struct error *err)
{
	struct dirent *entry;

	while ((entry = readdir(stream))) {
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		if (fstatat(dirfd(stream), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
			continue;
		if (names->nr >= MAX_NAMES)
			return error_set(err, ERR_INVALID, "more than %d files",
					 MAX_NAMES);
		/* The kind goes behind the NUL of the name. */
		strlist_addf(names, "%s%c", entry->d_name,
			     S_ISDIR(st.st_mode) ? '/' : ' ');
	}
	return 0;
}

int old_work_list(const struct old_work *work, const char *dir,
		  struct strlist *names, bool **is_dir, struct error *err)
{
	int fd = *dir ? open_below(work, dir, O_DIRECTORY)
		      : open(work->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int ret = 0;

	if (is_dir)
		*is_dir = NULL;
	if (!stream) {
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		ret = error_errno(err, "cannot read '%s/%s'", work->dir, dir);
		if (fd >= 0)
			close(fd);
		return ret;
	}
	ret = add_names(stream, names, err);
	closedir(stream);
	if (ret < 0)
		return error_prefix(err, "'%s/%s'", work->dir, dir);
	strlist_sort(names);
	if (is_dir)
		*is_dir = xcalloc(names->nr + 1, sizeof(**is_dir));
	for (size_t i = 0; i < names->nr; i++) {
		char *kind = names->items[i] + strlen(names->items[i]) - 1;

		if (is_dir)
			(*is_dir)[i] = *kind == '/';
		*kind = '\0';
	}
	return 0;
}

/* -- what they say ------------------------------------------------------- */

void old_work_unmapped(struct old_work *work, const char *kind,
		       const struct json *rest)
{
	JSON_FOR_EACH (item, rest) {
		char *line = json_key(item)
				     ? xstrfmt("%s: '%s'", kind, json_key(item))
				     : NULL;

		if (line && !strlist_has(&work->unmapped, line))
			strlist_add(&work->unmapped, line);
		free(line);
	}
}

void old_record_keep(struct old_record *old, const char *system,
		     const char *name, struct json *doc)
{
	struct json *imported, *files;

	if (!old->record.unknown)
		old->record.unknown = json_object_new();
	imported = json_get(old->record.unknown, "imported");
	if (!imported) {
		imported = json_set_object(old->record.unknown, "imported");
		json_set_string(imported, "from", system);
		json_set_object(imported, "files");
	}
	files = json_get(imported, "files");
	json_set(files, name, doc);
}

/* Their name, or one made of its checksum, which is the same each time. */
char *old_session_name(const char *system, const char *name)
{
	char *plain, *short_name;
	char hex[65];

	if (session_name_is_valid(name))
		return xstrdup(name);
	plain = xstrfmt("%s-%s", system, name);
	if (session_name_is_valid(plain))
		return plain;
	checksum_sha256_hex(plain, strlen(plain), hex);
	short_name = xstrfmt("%s-%.16s", system, hex);
	free(plain);
	return short_name;
}

bool old_time(const struct json *value, int64_t *out)
{
	const char *text = json_as_string(value);

	if (text && clock_parse_rfc3339(text, out))
		return *out >= 0 && *out <= ID_MAX_TIME_MS;
	return json_as_int(value, out) && *out >= 0 && *out <= ID_MAX_TIME_MS;
}
