#include "core/record/protected.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "core/record/line.h"
#include "git/repository.h"

#define FILE_NAME "checkpoint.d/protected"
#define MAX_BYTES (64u << 20)

static int read_lines(struct line_reader *reader, struct strlist *out,
		      struct error *err)
{
	int got;

	while ((got = line_next(reader, err)) > 0) {
		char *path = line_path(reader, err);

		if (!path)
			return err->code;
		strlist_take(out, path);
	}
	return got;
}

int protected_read(struct repository *repo, struct strlist *out,
		   struct error *err)
{
	char *path = repository_path(repo, FILE_NAME);
	struct buf text = BUF_INIT;
	struct line_reader reader;
	int ret = buf_read_file(&text, path, MAX_BYTES, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	} else if (!ret) {
		line_reader_init(&reader, FILE_NAME, text.ptr, text.len);
		ret = read_lines(&reader, out, err);
		line_reader_release(&reader);
	}
	strlist_sort(out);
	buf_release(&text);
	free(path);
	return ret;
}

int protected_write(struct repository *repo, struct strlist *paths,
		    struct error *err)
{
	char *path = repository_path(repo, FILE_NAME);
	struct buf text = BUF_INIT;
	int ret;

	strlist_sort(paths);
	strlist_unique(paths);
	for (size_t i = 0; i < paths->nr; i++) {
		path_escape(&text, paths->items[i], strlen(paths->items[i]));
		buf_addch(&text, '\n');
	}
	ret = file_replace(path, text.ptr, text.len, true, err);
	buf_release(&text);
	free(path);
	return ret;
}
