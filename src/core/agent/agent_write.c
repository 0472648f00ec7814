#include "core/agent/agent_write.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "core/agent/agent_event.h"
#include "core/hook/hook_log.h"
#include "core/record/json.h"
#include "git/object.h"
#include "git/repository.h"

/* The checksum of a regular file, or NULL: there is none, or it is large. */
static char *checksum_of(const char *path)
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	char *sum = NULL;
	struct stat st;
	struct oid id;

	if (!lstat(path, &st) && S_ISREG(st.st_mode) &&
	    !buf_read_file(&text, path, AGENT_WRITE_MAX_BYTES, &ignored) &&
	    !object_hash(&id, OBJECT_BLOB, text.ptr, text.len, &ignored))
		sum = xstrfmt("git:%s", oid_hex(&id, hex));
	error_release(&ignored);
	buf_release(&text);
	return sum;
}

/* The file as a path from the top, or NULL: it is outside. Relative ones are
 * from where the agent is, which is where we are. The directory may be gone. */
static char *inside(const struct repository *repo, const char *name)
{
	char *joined = *name == '/' ? xstrdup(name)
				    : xstrfmt("%s/%s%s", repo->worktree,
					      repo->prefix, name);
	char *slash = strrchr(joined, '/');
	char *dir, *path = NULL;

	*slash = '\0';
	dir = realpath(*joined ? joined : "/", NULL);
	if (dir && path_is_below(dir, repo->worktree)) {
		const char *rest = dir + strlen(repo->worktree);

		rest += *rest == '/';
		path = *rest ? path_join(rest, slash + 1) : xstrdup(slash + 1);
	}
	free(dir);
	free(joined);
	return path;
}

int agent_write_log(struct repository *repo, const struct agent_event *event,
		    struct error *err)
{
	struct json *line = hook_log_event("file_write");
	struct json *files;

	json_set_string(line, "agent", event->agent);
	json_set_string(line, "tool", event->tool);
	files = json_set_array(line, "files");
	for (size_t i = 0; i < event->paths.nr; i++) {
		char *path = inside(repo, event->paths.items[i]);
		char *full = path ? path_join(repo->worktree, path) : NULL;
		char *sum = full && i < AGENT_WRITE_MAX_FILES
				    ? checksum_of(full)
				    : NULL;

		if (path) {
			struct json *file = json_add_object(files);

			json_set_path(file, "path", path);
			json_set_string(file, "checksum", sum);
		}
		free(sum);
		free(full);
		free(path);
	}
	return hook_log_add(repo, line, err);
}
