#include "git/ref_value.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/packed_refs.h"
#include "git/ref_name.h"

/* A name and "ref: "; MERGE_HEAD and FETCH_HEAD have more lines. */
#define MAX_LOOSE ((size_t)1 << 20)
/* As many as git reads, from the first to the last. */
#define MAX_SYMREFS 5

void ref_value_release(struct ref_value *value)
{
	free(value->target);
	*value = (struct ref_value){0};
}

int ref_value_parse(const struct buf *text, const char *name,
		    struct ref_value *out, struct error *err)
{
	const char *at = text->ptr;

	*out = (struct ref_value){0};
	if (!strncmp(at, "ref:", 4)) {
		size_t len;

		at += 4;
		at += strspn(at, " \t");
		len = strcspn(at, "\r\n");
		while (len && isspace((unsigned char)at[len - 1]))
			len--;
		out->target = xstrndup(at, len);
		if (ref_name_is_valid(out->target))
			return 0;
	} else if (oid_parse(&out->oid, at) &&
		   (!at[OID_HEXSZ] || isspace((unsigned char)at[OID_HEXSZ]))) {
		return 0;
	}
	ref_value_release(out);
	return error_set(err, ERR_INVALID, "ref '%s' is damaged", name);
}

/* A symbolic link to a ref: how git wrote symbolic refs long ago. */
static bool read_link(const char *path, struct ref_value *out)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return false;
	target[len] = '\0';
	if (strncmp(target, "refs/", 5) || !ref_name_is_valid(target))
		return false;
	out->target = xstrdup(target);
	return true;
}

int ref_value_read_loose(const char *path, const char *name,
			 struct ref_value *out, struct error *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int ret = 0;
	int fd;

	*out = (struct ref_value){0};
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 && errno == ELOOP) {
		if (read_link(path, out))
			return 0;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		ret = error_errno(err, "cannot read ref '%s'", name);
		goto done;
	}
	/* A directory holds refs below this name. */
	if (S_ISDIR(st.st_mode)) {
		ret = error_set(err, ERR_NOT_FOUND, "ref '%s' does not exist",
				name);
		goto done;
	}
	ret = buf_read_fd(&text, fd, MAX_LOOSE, err);
	if (ret < 0)
		error_prefix(err, "ref '%s'", name);
	else
		ret = ref_value_parse(&text, name, out, err);
done:
	if (fd >= 0)
		close(fd);
	buf_release(&text);
	return ret;
}

static int read_packed(const struct repository *repo, const char *name,
		       struct ref_value *out, struct error *err)
{
	struct packed_refs packed;
	int ret = packed_refs_open(&packed, repo, err);

	if (ret < 0)
		return ret;
	ret = packed_refs_find(&packed, name, &out->oid, err);
	packed_refs_close(&packed);
	if (ret > 0)
		return 0;
	return ret < 0 ? ret
		       : error_set(err, ERR_NOT_FOUND,
				   "ref '%s' does not exist", name);
}

int ref_value_read_among(const struct repository *repo,
			 const struct packed_refs *packed, const char *name,
			 struct ref_value *out, struct error *err)
{
	char *path;
	int ret;

	*out = (struct ref_value){0};
	ret = ref_name_check(name, err);
	if (ret < 0)
		return ret;
	path = ref_name_path(repo, name);
	ret = ref_value_read_loose(path, name, out, err);
	if (ret == ERR_NOT_FOUND && !ref_name_is_per_worktree(name)) {
		error_release(err);
		ret = packed ? packed_refs_find(packed, name, &out->oid, err)
			     : 0;
		/* It may have been packed since. */
		if (!ret)
			ret = read_packed(repo, name, out, err);
	}
	free(path);
	return ret < 0 ? ret : 0;
}

int ref_value_read(const struct repository *repo, const char *name,
		   struct ref_value *out, struct error *err)
{
	return ref_value_read_among(repo, NULL, name, out, err);
}

int ref_value_resolve(const struct repository *repo, const char *name,
		      struct oid *out, char **last, struct error *err)
{
	char *at = xstrdup(name);
	int ret = 0;

	for (int depth = 0;; depth++) {
		struct ref_value value;

		if (depth >= MAX_SYMREFS) {
			ret = error_set(err, ERR_INVALID,
					"symbolic ref '%s' leads nowhere",
					name);
			break;
		}
		ret = ref_value_read(repo, at, &value, err);
		if (ret < 0)
			break;
		if (!value.target) {
			*out = value.oid;
			break;
		}
		free(at);
		at = value.target;
	}
	if (last && (!ret || ret == ERR_NOT_FOUND)) {
		*last = at;
		at = NULL;
	} else if (last) {
		*last = NULL;
	}
	free(at);
	return ret;
}
