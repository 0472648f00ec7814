#include "base/list_file.h"

#include "base/buf.h"
#include "base/file.h"

int list_file_read(struct strlist *out, const char *path, size_t limit,
		   struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = buf_read_file(&text, path, limit, err);

	if (!ret)
		strlist_split(out, text.ptr, '\n');
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	buf_release(&text);
	return ret;
}

int list_file_replace(const char *path, const struct strlist *lines, bool sync,
		      struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	for (size_t i = 0; i < lines->nr; i++)
		buf_addf(&text, "%s\n", lines->items[i]);
	ret = file_replace(path, text.ptr, text.len, sync, err);
	buf_release(&text);
	return ret;
}
