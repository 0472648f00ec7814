#include "core/session/session_memory.h"

#include <dirent.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "core/session/session_state.h"

#define MAX_BYTES 65536
/* More than this many are not looked at. */
#define MAX_PROCESSES 4096

static bool read_proc(struct buf *out, int64_t pid, const char *name)
{
	struct error ignored = ERROR_INIT;
	char *path = xstrfmt("/proc/%lld/%s", (long long)pid, name);
	bool read;

	buf_reset(out);
	read = !buf_read_file(out, path, MAX_BYTES, &ignored);
	error_release(&ignored);
	free(path);
	return read;
}

/* Field number `field` of /proc/<pid>/stat, from 3 on: what stands before is
 * the name, in which there may be anything but a last ")". */
static int64_t stat_field(int64_t pid, int field)
{
	struct buf text = BUF_INIT;
	int64_t value = RECORD_UNKNOWN;
	const char *at = NULL;

	if (read_proc(&text, pid, "stat"))
		at = strrchr(text.ptr, ')');
	for (int i = 2; at && i < field; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (at && *at >= '0' && *at <= '9')
		value = strtoll(at, NULL, 10);
	buf_release(&text);
	return value;
}

int64_t process_start_time(int64_t pid)
{
	return stat_field(pid, 22);
}

static int64_t peak_of(int64_t pid)
{
	struct buf text = BUF_INIT;
	int64_t value = RECORD_UNKNOWN;
	const char *line = NULL;

	if (read_proc(&text, pid, "status"))
		line = strstr(text.ptr, "\nVmHWM:");
	if (line)
		value = strtoll(line + strlen("\nVmHWM:"), NULL, 10);
	buf_release(&text);
	return value;
}

struct process {
	int64_t pid, parent;
	bool ours;
};

/* All processes with their parents; the caller must free() the array. */
static struct process *list_processes(size_t *nr)
{
	struct process *items = NULL;
	DIR *handle = opendir("/proc");
	struct dirent *entry;
	size_t alloc = 0;

	*nr = 0;
	while (handle && *nr < MAX_PROCESSES && (entry = readdir(handle))) {
		int64_t pid = strtoll(entry->d_name, NULL, 10);

		if (pid <= 0)
			continue;
		ARRAY_GROW(items, *nr, alloc);
		items[(*nr)++] =
			(struct process){pid, stat_field(pid, 4), false};
	}
	if (handle)
		closedir(handle);
	return items;
}

static bool is_child(const struct process *items, size_t nr,
		     const struct process *process)
{
	for (size_t i = 0; i < nr; i++)
		if (items[i].ours && items[i].pid == process->parent)
			return true;
	return false;
}

/* Mark `pid` and all that come from it, but for us. */
static void mark(struct process *items, size_t nr, int64_t pid)
{
	bool more = true;

	for (size_t i = 0; i < nr; i++)
		items[i].ours = items[i].pid == pid;
	while (more) {
		more = false;
		for (size_t i = 0; i < nr; i++)
			if (!items[i].ours && items[i].pid != getpid() &&
			    is_child(items, nr, &items[i]))
				items[i].ours = more = true;
	}
}

int64_t session_memory_peak(const struct session_state *state)
{
	char host[256] = "";
	struct process *items;
	int64_t sum = RECORD_UNKNOWN;
	size_t nr;

	if (state->pid <= 0 || !state->host ||
	    gethostname(host, sizeof(host) - 1) < 0 ||
	    strcmp(host, state->host) ||
	    process_start_time(state->pid) != state->pid_start)
		return RECORD_UNKNOWN;
	items = list_processes(&nr);
	mark(items, nr, state->pid);
	for (size_t i = 0; i < nr; i++) {
		int64_t peak =
			items[i].ours ? peak_of(items[i].pid) : RECORD_UNKNOWN;

		if (peak > 0)
			sum = sum == RECORD_UNKNOWN ? peak : sum + peak;
	}
	free(items);
	return sum;
}
