#include "core/agent/agent_install.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/path.h"
#include "core/agent/agent_config.h"
#include "core/hook/embedded.h"
#include "core/hook/install_record.h"
#include "core/record/json.h"
#include "git/repository.h"

#define MAX_BYTES (16u << 20)
#define SKILL "skills/git-checkpoint/SKILL.md"
#define BLOCK_BEGIN "<!-- >>> git-checkpoint >>> -->\n"
#define BLOCK_END "<!-- <<< git-checkpoint <<< -->\n"

const char *const agent_names[] = {"claude-code", "codex", "gemini", "generic",
				   NULL};

enum how {
	HOW_MERGE, /* JSON settings: core/agent/agent_config.h */
	HOW_FILE,  /* the whole file is ours */
	HOW_BLOCK, /* a part of a text, between marks */
};

static const struct target {
	const char *agent;
	const char *path; /* from the top of the worktree */
	const char *text; /* what is put there: a file that we carry */
	enum how how;
} targets[] = {
	{"claude-code", ".claude/settings.json",
	 "contrib/claude-code/hooks.json", HOW_MERGE},
	{"claude-code", ".claude/" SKILL, "contrib/generic/SKILL.md", HOW_FILE},
	{"codex", ".codex/hooks.json", "contrib/codex/hooks.json", HOW_MERGE},
	{"codex", ".agents/" SKILL, "contrib/generic/SKILL.md", HOW_FILE},
	{"gemini", ".gemini/settings.json", "contrib/gemini/hooks.json",
	 HOW_MERGE},
	{"gemini", ".gemini/" SKILL, "contrib/generic/SKILL.md", HOW_FILE},
	{"generic", "AGENTS.md", "contrib/generic/AGENTS.md", HOW_BLOCK},
};

/* A file of an agent, as it is and as it should be. */
struct agent_file {
	const struct target *target;
	char *path;
	struct json *record; /* what is known of it; borrowed, or NULL */
	bool exists;
	mode_t mode;
	struct buf now;
	struct buf without; /* ours taken out */
	bool was_there;	    /* there was such a file before us */
	struct buf wanted;
};

static void release(struct agent_file *file)
{
	free(file->path);
	buf_release(&file->now);
	buf_release(&file->without);
	buf_release(&file->wanted);
}

/* -- the record ---------------------------------------------------------- */

static struct json *record_of(const struct json *record, const char *agent,
			      const char *path)
{
	JSON_FOR_EACH (file, json_get(json_get(record, "agents"), agent))
		if (json_get_string(file, "path") &&
		    !strcmp(json_get_string(file, "path"), path))
			return file;
	return NULL;
}

static void add_record(struct json *record, struct agent_file *file)
{
	struct json *agents = json_get(record, "agents"), *list;
	char sum[65];

	if (!agents)
		agents = json_set_object(record, "agents");
	list = json_get(agents, file->target->agent);
	if (!list)
		list = json_set_array(agents, file->target->agent);
	if (!file->record) {
		file->record = json_add_object(list);
		json_set_string(file->record, "path", file->target->path);
	}
	if (file->was_there) {
		char *text = xstrndup(file->without.ptr, file->without.len);

		json_set_path(file->record, "before", text);
		free(text);
	} else {
		json_set_null(file->record, "before");
	}
	checksum_sha256_hex(file->wanted.ptr, file->wanted.len, sum);
	json_set_string(file->record, "after", sum);
}

/* -- looking ------------------------------------------------------------- */

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
	if (file->target->how == HOW_MERGE)
		ret = agent_config_remove(&file->without, file->now.ptr,
					  file->now.len, mark, err);
	else if (file->target->how == HOW_BLOCK)
		remove_block(&file->without, file->now.ptr, file->now.len);
	else
		buf_add(&file->without, file->now.ptr, file->now.len);
	/* Made by us, and nothing but ours was ever in it. */
	if (file->record && !json_get_string(file->record, "before") &&
	    (!file->without.len || !strcmp(file->without.ptr, "{}\n")))
		file->was_there = false;
	return ret;
}

static int look(struct repository *repo, const struct target *target,
		const struct json *record, struct agent_file *out,
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
	out->record = record_of(record, target->agent, target->path);
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

static int find_wanted(struct agent_file *file, struct error *err)
{
	const char *ours = embedded_text(file->target->text);
	int ret = 0;

	switch (file->target->how) {
	case HOW_FILE:
		buf_addstr(&file->wanted, ours);
		break;
	case HOW_BLOCK:
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
	case HOW_MERGE:
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

/* -- installing ---------------------------------------------------------- */

static bool is_known(const char *agent)
{
	for (size_t i = 0; agent_names[i]; i++)
		if (!strcmp(agent_names[i], agent))
			return true;
	return false;
}

static int unknown(const char *agent, struct error *err)
{
	error_set(err, ERR_NOT_FOUND, "no agent '%s' is known", agent);
	return error_hint(err, "there are claude-code, codex, gemini and "
			       "generic");
}

int agent_is_installed(struct repository *repo, const char *agent, bool *out,
		       struct error *err)
{
	struct json *record = NULL;
	int ret = install_record_read(repo, &record, err);

	*out = !ret && json_get(json_get(record, "agents"), agent);
	json_free(record);
	return ret;
}

static int write_wanted(struct agent_file *file, struct strlist *changed,
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

/* The directories above a file of ours that are not there yet, the innermost
 * last. */
static void record_dirs(struct repository *repo, struct agent_file *file)
{
	const char *path = file->target->path;
	struct json *dirs;

	if (file->exists || json_get(file->record, "made_dirs"))
		return;
	dirs = json_set_array(file->record, "made_dirs");
	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		char *dir = xstrndup(path, (size_t)(slash - path));
		char *full = path_join(repo->worktree, dir);
		struct stat st;

		if (lstat(full, &st) < 0)
			json_add_string(dirs, dir);
		free(full);
		free(dir);
	}
}

int agent_install(struct repository *repo, const char *agent,
		  struct strlist *changed, struct error *err)
{
	struct agent_file files[ARRAY_SIZE(targets)];
	struct json *record = NULL;
	size_t nr = 0;
	int ret;

	if (!is_known(agent))
		return unknown(agent, err);
	ret = install_record_read(repo, &record, err);
	/* All of it is known before anything is changed. */
	for (size_t i = 0; i < ARRAY_SIZE(targets) && !ret; i++) {
		if (strcmp(targets[i].agent, agent) != 0)
			continue;
		ret = look(repo, &targets[i], record, &files[nr], err);
		if (!ret)
			ret = find_wanted(&files[nr], err);
		nr++;
	}
	for (size_t i = 0; i < nr && !ret; i++) {
		add_record(record, &files[i]);
		record_dirs(repo, &files[i]);
	}
	if (!ret)
		ret = install_record_write(repo, record, err);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = write_wanted(&files[i], changed, err);
	for (size_t i = 0; i < nr; i++)
		release(&files[i]);
	json_free(record);
	return ret;
}

/* -- and back ------------------------------------------------------------ */

static void remove_dirs(struct repository *repo, const struct json *file)
{
	const struct json *dirs = json_get(file, "made_dirs");

	for (size_t i = json_size(dirs); i--;) {
		size_t k = 0;

		JSON_FOR_EACH (dir, dirs) {
			char *full;

			if (k++ != i || !json_as_string(dir))
				continue;
			full = path_join(repo->worktree, json_as_string(dir));
			/* Not where there is anything in it. */
			rmdir(full);
			free(full);
		}
	}
}

static int put_back(struct agent_file *file, struct strlist *changed,
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

int agent_uninstall(struct repository *repo, const char *agent,
		    struct strlist *changed, struct error *err)
{
	struct json *record = NULL, *agents;
	int ret;

	if (!is_known(agent))
		return unknown(agent, err);
	ret = install_record_read(repo, &record, err);
	for (size_t i = 0; i < ARRAY_SIZE(targets) && !ret; i++) {
		struct agent_file file;

		if (strcmp(targets[i].agent, agent) != 0)
			continue;
		ret = look(repo, &targets[i], record, &file, err);
		if (!ret)
			ret = put_back(&file, changed, err);
		if (!ret)
			remove_dirs(repo, file.record);
		release(&file);
	}
	agents = json_get(record, "agents");
	if (!ret && json_get(agents, agent)) {
		json_remove(agents, agent);
		if (!json_size(agents))
			json_remove(record, "agents");
		ret = install_record_write(repo, record, err);
	}
	json_free(record);
	return ret;
}

int agent_uninstall_all(struct repository *repo, struct strlist *changed,
			struct error *err)
{
	int ret = 0;

	for (size_t i = 0; agent_names[i] && !ret; i++) {
		bool is = false;

		ret = agent_is_installed(repo, agent_names[i], &is, err);
		if (!ret && is)
			ret = agent_uninstall(repo, agent_names[i], changed,
					      err);
	}
	return ret;
}
