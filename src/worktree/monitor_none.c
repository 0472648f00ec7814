/* Systems that do not tell of changes, or not in a way that is known here. */
#include "worktree/monitor.h"

#ifndef __linux__

int monitor_news(struct monitor *monitor, const char *epoch, uint64_t then,
		 struct monitor_news *out, bool *changed, struct error *err)
{
	(void)monitor;
	(void)epoch;
	(void)then;
	(void)err;
	*out = (struct monitor_news){0};
	*changed = false;
	return 0;
}

int monitor_open(struct monitor **out, struct repository *repo,
		 struct error *err)
{
	(void)repo;
	*out = NULL;
	return error_set(err, ERR_UNSUPPORTED,
			 "this system does not report changes of directories");
}

void monitor_free(struct monitor *monitor)
{
	(void)monitor;
}

int monitor_fd(const struct monitor *monitor)
{
	(void)monitor;
	return -1;
}

int monitor_read(struct monitor *monitor, bool *changed, struct error *err)
{
	(void)monitor;
	(void)err;
	*changed = false;
	return 0;
}

int monitor_settle(struct monitor *monitor, struct error *err)
{
	(void)monitor;
	(void)err;
	return 0;
}

size_t monitor_count(const struct monitor *monitor)
{
	(void)monitor;
	return 0;
}

#endif
