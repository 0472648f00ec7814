#include "core/hook/install_record.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json_file.h"
#include "git/repository.h"

#define MAX_BYTES (64u << 20)

int install_record_read(struct repository *repo, struct json **out,
			struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/installed");
	int ret = json_file_read(out, path, MAX_BYTES, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		*out = json_object_new();
		ret = 0;
	} else if (ret == ERR_INVALID) {
		error_prefix(err, "'%s'", path);
	}
	free(path);
	return ret;
}

int install_record_write(struct repository *repo, const struct json *record,
			 struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/installed");
	int ret = 0;

	if (json_size(record))
		ret = json_file_replace(path, record, err);
	else if (unlink(path) < 0 && errno != ENOENT)
		ret = error_errno(err, "cannot remove '%s'", path);
	free(path);
	return ret;
}

void install_record_add_dir(struct json *record, const char *path, bool made)
{
	struct json *dirs = json_get(record, "dirs"), *dir;

	JSON_FOR_EACH (known, dirs) {
		struct buf text = BUF_INIT;
		bool same = json_get_path(known, "path", &text) &&
			    !strcmp(text.ptr, path);

		buf_release(&text);
		if (same)
			return;
	}
	if (!dirs)
		dirs = json_set_array(record, "dirs");
	dir = json_add_object(dirs);
	json_set_path(dir, "path", path);
	json_set_bool(dir, "made", made);
}
