#include "core/record/json_file.h"

#include "base/file.h"

int json_file_read(struct json **out, const char *path, size_t limit,
		   struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = buf_read_file(&text, path, limit, err);

	*out = NULL;
	if (!ret)
		ret = json_parse(out, text.ptr, text.len, limit, err);
	buf_release(&text);
	return ret;
}

struct json *json_file_find(const char *path, size_t limit)
{
	struct error ignored = ERROR_INIT;
	struct json *doc;

	json_file_read(&doc, path, limit, &ignored);
	error_release(&ignored);
	return doc;
}

int json_file_replace(const char *path, const struct json *doc,
		      struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	json_write_pretty(&text, doc);
	ret = file_replace(path, text.ptr, text.len, true, err);
	buf_release(&text);
	return ret;
}
