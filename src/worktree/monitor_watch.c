#include "worktree/monitor_watch.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"

/* Reading is none of them: looking at files must not wake us. */
#define EVENTS                                                                 \
	(IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | \
	 IN_MODIFY | IN_MOVE_SELF | IN_MOVED_FROM | IN_MOVED_TO)

static int too_many(const struct monitor_watch *watch, struct error *err)
{
	error_set(err, ERR_UNSUPPORTED,
		  "no more than %zu directories can be watched",
		  watch->table.nr);
	return error_hint(err, "the limit is fs.inotify.max_user_watches, "
			       "see sysctl(8)");
}

/* The descriptor cannot be led elsewhere by a link that comes in the way, as a
 * name can. */
int monitor_watch_fd(struct monitor_watch *watch, int fd, const char *path,
		     enum monitored_kind kind, struct error *err)
{
	char name[64];
	struct monitored *item;
	bool known;
	int number;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	number = inotify_add_watch(watch->fd, name,
				   EVENTS | IN_ONLYDIR | IN_EXCL_UNLINK);
	if (number < 0 && errno == ENOSPC)
		return too_many(watch, err);
	if (number < 0 && errno == ENOMEM)
		return error_set(err, ERR_UNSUPPORTED,
				 "the kernel has no memory to watch '%s'",
				 path);
	if (number < 0) {
		/* Without /proc nothing can be watched at all. */
		if (access("/proc/self/fd", F_OK) < 0)
			return error_set(err, ERR_UNSUPPORTED,
					 "/proc is not mounted");
		strlist_add(&watch->passed_over, path);
		return 0;
	}
	if (watch->limit && watch->table.nr >= watch->limit &&
	    !monitor_table_find(&watch->table, number)) {
		inotify_rm_watch(watch->fd, number);
		return too_many(watch, err);
	}
	item = monitor_table_put(&watch->table, number);
	known = item->path && !strcmp(item->path, path);
	if (!known) {
		free(item->path);
		item->path = xstrdup(path);
	}
	if (!known || item->round != watch->round || kind == MONITORED_NESTED)
		item->kind = kind;
	item->round = watch->round;
	return known;
}

int monitor_watch_name(struct monitor_watch *watch, const char *dir,
		       enum monitored_kind kind, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return 0;
	ret = monitor_watch_fd(watch, fd, "", kind, err);
	close(fd);
	return ret < 0 ? ret : 0;
}

void monitor_watch_drop_unseen(struct monitor_watch *watch)
{
	for (size_t i = watch->table.nr; i > 0; i--) {
		int number = watch->table.items[i - 1].number;

		if (watch->table.items[i - 1].round == watch->round)
			continue;
		inotify_rm_watch(watch->fd, number);
		monitor_table_remove(&watch->table, number);
	}
}

#endif
