#include "core/agent/agent_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/path.h"
#include "core/agent/agent_config.h"
#include "core/hook/embedded.h"
#include "core/record/json.h"
#include "git/repository.h"

#define MAX_BYTES (16u << 20)
#define BLOCK_BEGIN "<!-- >>> git-checkpoint >>> -->\n"
#define BLOCK_END "<!-- <<< git-checkpoint <<< -->\n"

void agent_file_release(struct agent_file *file)
{
	free(file->path);
	buf_release(&file->now);
	buf_release(&file->without);
	buf_release(&file->wanted);
}

static void remove_block(struct buf *out, const char *text, size_t len)
{
	const char *begin = memmem(text, len, BLOCK_BEGIN, strlen(BLOCK_BEGIN));
	const char *end = begin ? memmem(begin, len - (size_t)(begin - text),
					 BLOCK_END, strlen(BLOCK_END))
				: NULL;

	if (!end) {
		buf_add(out, text, len);
		return;
	}
	end += strlen(BLOCK_END);
	/* The empty line before it is ours. */
	if (begin > text + 1 && begin[-1] == '\n' && begin[-2] == '\n')
		begin--;
	buf_add(out, text, (size_t)(begin - text));
	buf_add(out, end, len - (size_t)(end - text));
}

/* What the file is without ours; `was_there` false: nothing. */
static int find_without(struct agent_file *file, struct error *err)
{
	const char *after = json_get_string(file->record, "after");
	char mark[64], sum[65];
	int ret = 0;

	checksum_sha256_hex(file->now.ptr, file->now.len, sum);
	file->was_there = file->exists;
	if (!file->exists)
		return 0;
	if (after && !strcmp(after, sum)) {
		file->was_there =
			json_get_path(file->record, "before", &file->without);
		return 0;
	}
	snprintf(mark, sizeof(mark),
		 "git checkpoint hook %s:", file->target->agent);
	if (file->target->how == AGENT_MERGE)
		ret = agent_config_remove(&file->without, file->now.ptr,
					  file->now.len, mark, err);
	else if (file->target->how == AGENT_BLOCK)
		remove_block(&file->without, file->now.ptr, file->now.len);
	else
		buf_add(&file->without, file->now.ptr, file->now.len);
	/* Made by us, and nothing but ours was ever in it. */
	if (file->record && !json_get_string(file->record, "before") &&
	    (!file->without.len || !strcmp(file->without.ptr, "{}\n")))
		file->was_there = false;
	return ret;
}

int agent_file_look(struct agent_file *out, struct repository *repo,
		    const struct agent_target *target, struct json *record,
		    struct error *err)
{
	struct stat st;
	char *real;
	int ret = 0;

	*out = (struct agent_file){.target = target,
				   .now = BUF_INIT,
				   .without = BUF_INIT,
				   .wanted = BUF_INIT};
	out->path = path_join(repo->worktree, target->path);
	out->record = record;
	/* A link is followed: it is the file that the agent reads. */
	real = realpath(out->path, NULL);
	if (real) {
		free(out->path);
		out->path = real;
	}
	if (!lstat(out->path, &st)) {
		out->exists = true;
		out->mode = st.st_mode & 07777;
		ret = buf_read_file(&out->now, out->path, MAX_BYTES, err);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		ret = error_errno(err, "cannot look at '%s'", out->path);
	}
	if (!ret)
		ret = find_without(out, err);
	if (ret < 0)
		error_prefix(err, "cannot merge with '%s'", target->path);
	return ret;
}

int agent_file_merge(struct agent_file *file, struct error *err)
{
	const char *ours = embedded_text(file->target->text);
	int ret = 0;

	switch (file->target->how) {
	case AGENT_FILE:
		buf_addstr(&file->wanted, ours);
		break;
	case AGENT_BLOCK:
		buf_add(&file->wanted, file->without.ptr, file->without.len);
		if (file->wanted.len &&
		    file->wanted.ptr[file->wanted.len - 1] != '\n')
			buf_addch(&file->wanted, '\n');
		if (file->wanted.len)
			buf_addch(&file->wanted, '\n');
		buf_addstr(&file->wanted, BLOCK_BEGIN);
		buf_addstr(&file->wanted, ours);
		buf_addstr(&file->wanted, BLOCK_END);
		break;
	case AGENT_MERGE:
		if (!file->was_there)
			buf_addstr(&file->wanted, ours);
		else
			ret = agent_config_add(&file->wanted, file->without.ptr,
					       file->without.len, ours, err);
	}
	if (ret < 0)
		error_prefix(err, "cannot merge with '%s'", file->target->path);
	return ret;
}

int agent_file_write(struct agent_file *file, struct strlist *changed,
		     struct error *err)
{
	mode_t mask;
	char *dir;
	int ret;

	if (file->exists && file->now.len == file->wanted.len &&
	    !memcmp(file->now.ptr, file->wanted.ptr, file->now.len))
		return 0;
	mask = umask(0);
	umask(mask);
	dir = xstrndup(file->path,
		       (size_t)(path_basename(file->path) - file->path) - 1);
	ret = path_make_dirs(dir, 0777, err);
	if (!ret)
		ret = file_replace_mode(
			file->path, file->wanted.ptr, file->wanted.len,
			file->exists ? file->mode : 0666 & ~mask, err);
	if (!ret)
		strlist_add(changed, file->target->path);
	free(dir);
	return ret;
}

int agent_file_put_back(struct agent_file *file, struct strlist *changed,
			struct error *err)
{
	int ret = 0;

	if (!file->exists)
		return 0;
	/* A file that was ours, and was changed since, is not ours any more. */
	if (!file->was_there) {
		if (unlink(file->path) < 0)
			ret = error_errno(err, "cannot remove '%s'",
					  file->path);
	} else if (file->now.len == file->without.len &&
		   !memcmp(file->now.ptr, file->without.ptr, file->now.len)) {
		return 0;
	} else {
		ret = file_replace_mode(file->path, file->without.ptr,
					file->without.len, file->mode, err);
	}
	if (!ret)
		strlist_add(changed, file->target->path);
	return ret;
}
