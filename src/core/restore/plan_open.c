#include "core/restore/planning.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "worktree/dir.h"

/*
 * A directory in which something changes and that may not be written to gets
 * its permissions back at the end: restore_files() gives its owner the missing
 * ones for as long as it takes. 1: it is there.
 */
static int look_at_dir(struct planning *planning, const char *dir,
		       bool is_parent, struct error *err)
{
	int fd = dir_open(planning->now->scan->top_fd, dir);
	struct plan_item *item;
	struct stat st;
	char *path;

	if (fd < 0)
		return 0;
	if (!faccessat(fd, ".", W_OK | X_OK, AT_EACCESS)) {
		close(fd);
		return 1;
	}
	if (fstat(fd, &st) < 0)
		error_errno(err, "cannot look at '%s'", dir);
	close(fd);
	if (err->code)
		return err->code;
	if (!*dir || st.st_uid != geteuid())
		return is_parent ? planning_refuse(err, *dir ? dir : ".",
						   "may not be written to")
				 : 1;
	path = xstrfmt("%s/", dir);
	item = plan_find(planning->plan, path);
	if (!item) {
		item = planning_add(planning, path, PLAN_CHMOD);
		item->permissions = (int)(st.st_mode & 07777);
	}
	free(path);
	return 1;
}

int planning_open_dirs(struct planning *planning, struct error *err)
{
	struct strmap seen = STRMAP_INIT;
	size_t nr = planning->plan->nr;

	for (size_t i = 0; !err->code && i < nr; i++) {
		char *dir = xstrdup(planning->plan->items[i].path);
		enum plan_action action = planning->plan->items[i].action;
		bool is_parent = true;
		char *slash = NULL;

		/* Neither needs to write into the directory. */
		if (action == PLAN_KEEP || action == PLAN_CHMOD)
			*dir = '\0';
		while (*dir) {
			slash = strrchr(dir, '/');
			*(slash ? slash : dir) = '\0';
			if (strmap_put(&seen, dir, planning))
				break;
			if (look_at_dir(planning, dir, is_parent, err) > 0)
				is_parent = false;
			if (err->code)
				break;
		}
		free(dir);
	}
	strmap_release(&seen, NULL);
	return err->code;
}
