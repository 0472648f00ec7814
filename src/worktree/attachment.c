#include "worktree/attachment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/pack.h"
#include "git/tree.h"

static int add_file(const char *path, struct pack *pack, struct oid *out,
		    struct error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int ret;

	if (fd < 0)
		return error_errno(err, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0)
		ret = error_errno(err, "cannot look at '%s'", path);
	else if (!S_ISREG(st.st_mode))
		ret = error_set(err, ERR_FAILED, "not a file: '%s'", path);
	else
		ret = pack_add_stream(pack, (uint64_t)st.st_size,
				      file_read_piece, &fd, out, err);
	close(fd);
	return ret;
}

int attachments_add(const struct strlist *files, struct pack *pack,
		    struct tree_builder *tree, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; files && !ret && i < files->nr; i++) {
		const char *name = path_basename(files->items[i]);
		char *path = xstrfmt("attachments/%s", name);
		struct oid blob;

		if (strlist_has(&names, name))
			ret = error_set(err, ERR_FAILED,
					"two attachments are named '%s'", name);
		else if (!path_component_is_safe(name, strlen(name)))
			ret = error_set(err, ERR_FAILED,
					"not a name for an attachment: '%s'",
					name);
		if (!ret)
			ret = add_file(files->items[i], pack, &blob, err);
		if (!ret)
			tree_builder_add(tree, path, MODE_FILE, &blob);
		strlist_add(&names, name);
		free(path);
	}
	strlist_release(&names);
	return ret;
}
