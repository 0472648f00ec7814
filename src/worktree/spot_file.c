#include "worktree/spot.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "git/tree.h"

/* The permissions that a new file has before it has its bytes. */
static mode_t first_mode(const struct writer *writer,
			 const struct writer_content *content)
{
	if (content->permissions < 0 || !writer->caps.exec_bit)
		return content->mode == MODE_EXEC ? 0777 : 0666;
	/* Whoever has to clear it away must be able to read it. */
	if ((content->permissions & 0600) != 0600)
		return 0600;
	return (mode_t)content->permissions & 0777;
}

bool spot_is_link(const struct writer *writer,
		  const struct writer_content *content)
{
	return content->mode == MODE_LINK && content->permissions < 0 &&
	       writer->caps.symlinks;
}

int spot_create(const struct writer *writer, int dir_fd, const char *name,
		const struct writer_content *content)
{
	if (spot_is_link(writer, content))
		return symlinkat(content->link, dir_fd, name);
	return openat(dir_fd, name,
		      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      first_mode(writer, content));
}

/* The umask may have taken permissions, a directory's default ACL changed them,
 * and those beyond 0777 are never given before the bytes are there. */
static int set_mode(const struct writer *writer, int fd,
		    const struct writer_content *content, struct stat *written)
{
	mode_t wanted = (mode_t)content->permissions & 07777;

	if (content->permissions < 0 || !writer->caps.exec_bit ||
	    (written->st_mode & 07777) == wanted)
		return 0;
	return fchmod(fd, wanted) < 0 ? -1 : fstat(fd, written);
}

int spot_fill(const struct writer *writer, const char *path, int fd,
	      const struct writer_content *content, struct stat *written,
	      struct error *err)
{
	int rc;

	if (content->mode == MODE_LINK)
		rc = file_write_all(fd, content->link, strlen(content->link),
				    err);
	else
		rc = content->write(content->context, fd, err);
	if (!rc && fstat(fd, written) < 0)
		rc = error_errno(err, "cannot look at '%s'", path);
	if (!rc && set_mode(writer, fd, content, written) < 0)
		rc = error_errno(err, "cannot set the mode of '%s'", path);
	return rc;
}
