#include "core/hook/hook_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "core/hook/embedded.h"
#include "core/hook/hook_text.h"

/* A hook is a script or a small program; more is not looked into. */
#define MAX_BYTES (16u << 20)
/* The last lines of a file of ours that runs what was moved aside. */
#define CHAIN                                                                  \
	"# What was here before; 'git checkpoint hooks uninstall' brings it "  \
	"back.\n"

struct hook_file {
	char *path;
	char *aside; /* where what was there is, or would be */
	const char *shim;
	bool exists;
	bool is_link;
	bool has_aside;
	mode_t mode;
	struct buf text; /* of what it leads to */
};

static void release(struct hook_file *file)
{
	free(file->path);
	free(file->aside);
	buf_release(&file->text);
}

static const char *shim_of(const char *name)
{
	char *file = xstrfmt("hooks/%s", name);
	const char *text = embedded_text(file);

	free(file);
	return text;
}

static int look(const struct hook_place *place, const char *name,
		struct hook_file *out, struct error *err)
{
	struct stat st;

	*out = (struct hook_file){.text = BUF_INIT};
	out->path = path_join(place->dir, name);
	out->aside = xstrfmt("%s/" HOOK_ASIDE "/%s", place->dir, name);
	out->shim = shim_of(name);
	out->has_aside = !lstat(out->aside, &st);
	if (lstat(out->path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_errno(err, "cannot look at '%s'", out->path);
	}
	out->exists = true;
	out->is_link = S_ISLNK(st.st_mode);
	out->mode = st.st_mode & 07777;
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERR_REFUSED, "'%s' is a directory",
				 out->path);
	/* A link that leads nowhere is moved aside like any other. */
	if (out->is_link && stat(out->path, &st) < 0)
		return 0;
	return buf_read_file(&out->text, out->path, MAX_BYTES, err);
}

/* Whether the file runs what was moved aside. */
static bool has_chain(const struct hook_file *file)
{
	return memmem(file->text.ptr, file->text.len, CHAIN, strlen(CHAIN));
}

static enum hook_state state_of(const struct hook_file *file)
{
	struct buf now = BUF_INIT;
	enum hook_state state = HOOK_WITHIN;

	if (!file->exists || file->is_link ||
	    !hook_text_is_ours(file->text.ptr, file->text.len))
		return HOOK_MISSING;
	hook_text_add(&now, file->text.ptr, file->text.len, file->shim);
	if (now.len != file->text.len ||
	    memcmp(now.ptr, file->text.ptr, now.len) != 0)
		state = HOOK_OUTDATED;
	else if (!strcmp(file->text.ptr, file->shim))
		state = HOOK_ALONE;
	else if (has_chain(file))
		state = HOOK_BEFORE;
	buf_release(&now);
	return state;
}

int hook_file_state(const struct hook_place *place, const char *name,
		    enum hook_state *out, struct error *err)
{
	struct hook_file file;
	int ret = look(place, name, &file, err);

	if (!ret)
		*out = state_of(&file);
	release(&file);
	return ret;
}

/* -- putting it there ---------------------------------------------------- */

static mode_t mode_of_new(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0777 & ~mask;
}

/* Whether our lines can stand in it. One that is nothing but "#!" would look
 * like a file of ours afterwards. */
static bool can_hold(const struct hook_place *place,
		     const struct hook_file *file)
{
	struct buf with = BUF_INIT;
	bool can = !file->is_link && (place->any_mode || file->mode & 0111) &&
		   hook_text_is_shell(file->text.ptr, file->text.len);

	if (can) {
		hook_text_add(&with, file->text.ptr, file->text.len,
			      file->shim);
		can = strcmp(with.ptr, file->shim) != 0;
	}
	buf_release(&with);
	return can;
}

/* The text in single quotes for a shell. */
static void quote(struct buf *out, const char *text)
{
	buf_addch(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			buf_addstr(out, "'\\''");
		else
			buf_addch(out, *text);
	buf_addch(out, '\'');
}

/* The line that runs what was moved aside; nothing, where git did not run it
 * either. A link leads from where it was, not from where it is. */
static int add_chain(const struct hook_file *file, const char *name,
		     struct buf *out, struct error *err)
{
	char target[4096];
	ssize_t len;

	buf_addstr(out, CHAIN);
	if (access(file->path, X_OK) < 0) {
		buf_addstr(out,
			   "# It is not executable, so it does not run.\n");
		return 0;
	}
	if (!file->is_link) {
		buf_addf(out, "exec \"${0%%/*}/" HOOK_ASIDE "/%s\" \"$@\"\n",
			 name);
		return 0;
	}
	len = readlink(file->path, target, sizeof(target) - 1);
	if (len < 0)
		return error_errno(err, "cannot read the link '%s'",
				   file->path);
	target[len] = '\0';
	buf_addstr(out, "exec ");
	if (*target != '/')
		buf_addstr(out, "\"${0%/*}\"/");
	quote(out, target);
	buf_addstr(out, " \"$@\"\n");
	return 0;
}

static int move_aside(const struct hook_place *place,
		      const struct hook_file *file, const char *name,
		      struct error *err)
{
	char *dir = path_join(place->dir, HOOK_ASIDE);
	struct buf text = BUF_INIT;
	int ret;

	buf_addstr(&text, file->shim);
	if (file->has_aside)
		ret = error_set(err, ERR_REFUSED,
				"'%s' is in the way of what is to be moved "
				"there",
				file->aside);
	else
		ret = add_chain(file, name, &text, err);
	if (!ret)
		ret = path_make_dirs(dir, 0777, err);
	/* A second name first, so that the first is never without a file. */
	if (!ret && link(file->path, file->aside) < 0)
		ret = error_errno(err, "cannot link '%s' to '%s'", file->path,
				  file->aside);
	if (!ret) {
		ret = file_replace_mode(file->path, text.ptr, text.len,
					mode_of_new(), err);
		if (ret < 0)
			unlink(file->aside);
	}
	rmdir(dir); /* where nothing came of it */
	buf_release(&text);
	free(dir);
	return ret;
}

static int put_within(const struct hook_file *file, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	hook_text_add(&text, file->text.ptr, file->text.len, file->shim);
	ret = file_replace_mode(file->path, text.ptr, text.len, file->mode,
				err);
	buf_release(&text);
	return ret;
}

int hook_file_install(const struct hook_place *place, const char *name,
		      bool *changed, struct error *err)
{
	struct hook_file file;
	int ret = look(place, name, &file, err);
	enum hook_state state;

	*changed = false;
	if (ret < 0)
		goto done;
	state = state_of(&file);
	if (state != HOOK_MISSING && state != HOOK_OUTDATED)
		goto done;
	*changed = true;
	if (!file.exists)
		ret = file_replace_mode(file.path, file.shim, strlen(file.shim),
					mode_of_new(), err);
	else if (state == HOOK_OUTDATED || can_hold(place, &file))
		ret = put_within(&file, err);
	else
		ret = move_aside(place, &file, name, err);
done:
	release(&file);
	return ret;
}

/* -- taking it away ------------------------------------------------------ */

/* Whether nothing but ours, of this version or another, is in the file. */
static bool is_all_ours(const struct hook_file *file)
{
	struct buf rest = BUF_INIT;
	const char *chain;
	bool is;

	hook_text_remove(&rest, file->text.ptr, file->text.len);
	chain = memmem(rest.ptr, rest.len, CHAIN, strlen(CHAIN));
	if (chain) {
		/* Behind it there is one line of ours. */
		const char *line = chain + strlen(CHAIN);
		const char *end = strchr(line, '\n');

		is = end && !end[1];
		buf_setlen(&rest, (size_t)(chain - rest.ptr));
	} else {
		is = true;
	}
	is = is && !strcmp(rest.ptr, "#!/bin/sh\n");
	buf_release(&rest);
	return is;
}

static int take_out(const struct hook_file *file, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	if (has_chain(file)) {
		error_set(err, ERR_REFUSED,
			  "'%s' was changed since it was installed",
			  file->path);
		return error_hint(err, "what was there before is in '%s'",
				  file->aside);
	}
	hook_text_remove(&text, file->text.ptr, file->text.len);
	ret = file_replace_mode(file->path, text.ptr, text.len, file->mode,
				err);
	buf_release(&text);
	return ret;
}

int hook_file_uninstall(const struct hook_place *place, const char *name,
			bool *changed, struct error *err)
{
	char *dir = path_join(place->dir, HOOK_ASIDE);
	struct hook_file file;
	int ret = look(place, name, &file, err);

	*changed = false;
	if (ret < 0 || state_of(&file) == HOOK_MISSING)
		goto done;
	*changed = true;
	if (!is_all_ours(&file)) {
		ret = take_out(&file, err);
	} else if (file.has_aside) {
		if (rename(file.aside, file.path) < 0)
			ret = error_errno(err, "cannot rename '%s' to '%s'",
					  file.aside, file.path);
	} else if (unlink(file.path) < 0) {
		ret = error_errno(err, "cannot remove '%s'", file.path);
	}
	rmdir(dir);
done:
	release(&file);
	free(dir);
	return ret;
}
