#include "worktree/monitor_inotify.h"

#ifdef __linux__

#include <errno.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

/* Those where other hosts, or a server, change files behind the kernel. */
static const char *distant_file_system(int fd)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} systems[] = {
		{0x6969, "NFS"},	{0x517b, "SMB"},
		{0xff534d42, "CIFS"},	{0xfe534d42, "SMB"},
		{0x01021997, "9P"},	{0x65735546, "FUSE"},
		{0x00c36400, "Ceph"},	{0x5346414f, "AFS"},
		{0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
		{0x7461636f, "OCFS2"},	{0x47504653, "GPFS"},
		{0x73757245, "Coda"},	{0xbacbacbc, "vmhgfs"},
		{0x786f4256, "vboxsf"},
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == systems[i].magic)
			return systems[i].name;
	return NULL;
}

int monitor_inotify(int *out, int top_fd, struct error *err)
{
	const char *distant = distant_file_system(top_fd);

	if (distant)
		return error_set(err, ERR_UNSUPPORTED,
				 "changes on a file system of type %s are not "
				 "reported",
				 distant);
	*out = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (*out >= 0)
		return 0;
	if (errno == EMFILE) {
		error_set(err, ERR_UNSUPPORTED,
			  "too many programs watch directories");
		return error_hint(err, "the limit is "
				       "fs.inotify.max_user_instances, see "
				       "sysctl(8)");
	}
	error_errno(err, "cannot watch directories");
	return err->code = ERR_UNSUPPORTED;
}

#endif
