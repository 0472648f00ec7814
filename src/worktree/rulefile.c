#include "worktree/rulefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/config.h"
#include "git/process.h"
#include "git/repository.h"

int rulefile_read(int dir_fd, const char *path, bool follow, struct buf *out,
		  struct error *err)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(dir_fd, path, follow ? flags : flags | O_NOFOLLOW);
	struct stat st;
	int ret;

	if (fd < 0) {
		switch (errno) {
		case ENOENT:
		case ENOTDIR:
		case ELOOP:
		case EACCES:
		case ENAMETOOLONG:
			return RULEFILE_ABSENT;
		case ENXIO: /* a socket */
			return RULEFILE_NO_FILE;
		default:
			return error_errno(err, "cannot open");
		}
	}
	if (fstat(fd, &st) < 0)
		ret = error_errno(err, "cannot look at it");
	else if (S_ISDIR(st.st_mode))
		ret = RULEFILE_DIRECTORY;
	else if (!S_ISREG(st.st_mode))
		ret = RULEFILE_NO_FILE;
	else if (st.st_size >= (off_t)RULEFILE_MAX)
		ret = RULEFILE_TOO_LARGE;
	else
		ret = buf_read_fd(out, fd, RULEFILE_MAX, err);
	close(fd);
	return ret;
}

static char *user_file(const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (config && *config)
		return xstrfmt("%s/git/%s", config, name);
	return home ? xstrfmt("%s/.config/git/%s", home, name) : NULL;
}

/* "~user/" and "%(prefix)/": git knows what they are. */
static int ask_git(char **out, const struct repository *repo, const char *key,
		   struct error *err)
{
	struct buf answer = BUF_INIT;
	int ret = git_ask(repo, &answer, err, "config", "-z", "--type=path",
			  "--get", key, NULL);

	if (ret < 0)
		error_prefix(err, "cannot read '%s'", key);
	else
		*out = xstrdup(answer.ptr);
	buf_release(&answer);
	return ret;
}

int rulefile_configured(char **out, const struct repository *repo,
			const char *key, const char *name, struct error *err)
{
	const char *value = config_get(repo->config, key);
	char *path = NULL;

	*out = NULL;
	if (!value) {
		path = user_file(name);
	} else if (value[0] == '~' && (!value[1] || value[1] == '/')) {
		const char *home = getenv("HOME");

		if (!home)
			return error_set(err, ERR_FAILED,
					 "failed to expand user dir in: '%s'",
					 value);
		path = xstrfmt("%s%s", home, value + 1);
	} else if (value[0] == '~' || !strncmp(value, "%(prefix)/", 10)) {
		if (ask_git(&path, repo, key, err) < 0)
			return err->code;
	} else if (*value) {
		path = xstrdup(value);
	}
	/* git stands at the top of the worktree when it opens it. */
	if (path && *path != '/') {
		*out = path_join(repo->worktree, path);
		free(path);
	} else {
		*out = path;
	}
	return 0;
}

int rulefile_ask_stars(enum rulefile_stars *known, struct error *err)
{
	struct buf answer = BUF_INIT;
	unsigned major, minor;
	int ret = 0;

	if (*known)
		return 0;
	ret = git_ask(NULL, &answer, err, "version", NULL);
	if (ret >= 0 &&
	    sscanf(answer.ptr, "git version %u.%u", &major, &minor) != 2)
		ret = error_set(err, ERR_FAILED, "unknown version: '%s'",
				answer.ptr);
	if (ret >= 0)
		*known = major > 2 || (major == 2 && minor >= 52)
				 ? RULEFILE_STARS_NEW
				 : RULEFILE_STARS_OLD;
	buf_release(&answer);
	return ret;
}
