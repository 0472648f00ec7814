#include "base/replacement.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

void replacement_begin(struct replacement *file, const char *path)
{
	*file = (struct replacement){
		.path = xstrdup(path), .fd = -1, .err = ERROR_INIT};
	file_open_beside(&file->fd, &file->temporary, path, FILE_SHARED,
			 &file->err);
}

void replacement_write(struct replacement *file, const void *data, size_t len)
{
	if (!file->err.code &&
	    file_write_all(file->fd, data, len, &file->err) < 0)
		error_prefix(&file->err, "'%s'", file->temporary);
}

void replacement_write_at(struct replacement *file, const void *data,
			  size_t len, off_t at)
{
	ssize_t wrote;

	if (file->err.code)
		return;
	do
		wrote = pwrite(file->fd, data, len, at);
	while (wrote < 0 && errno == EINTR);
	if (wrote < 0)
		error_errno(&file->err, "cannot write '%s'", file->temporary);
	else if ((size_t)wrote != len)
		error_set(&file->err, ERR_FAILED, "cannot write '%s'",
			  file->temporary);
}

static void release(struct replacement *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->temporary);
	free(file->path);
	file->temporary = file->path = NULL;
	file->fd = -1;
}

int replacement_end(struct replacement *file, struct error *err)
{
	int ret;

	if (!file->err.code) {
		file_put_in_place(file->fd, file->temporary, file->path,
				  &file->err);
		file->fd = -1;
	}
	ret = file->err.code;
	if (ret) {
		error_move(err, &file->err);
		replacement_drop(file);
	}
	release(file);
	return ret;
}

void replacement_drop(struct replacement *file)
{
	if (file->temporary)
		unlink(file->temporary);
	error_release(&file->err);
	release(file);
}
