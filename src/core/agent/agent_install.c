#include "core/agent/agent_install.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/path.h"
#include "core/agent/agent_file.h"
#include "core/hook/install_record.h"
#include "core/record/json.h"
#include "git/repository.h"

#define SKILL "skills/git-checkpoint/SKILL.md"

const char *const agent_names[] = {"claude-code", "codex", "gemini", "generic",
				   NULL};

static const struct agent_target targets[] = {
	{"claude-code", ".claude/settings.json",
	 "contrib/claude-code/hooks.json", AGENT_MERGE},
	{"claude-code", ".claude/" SKILL, "contrib/generic/SKILL.md",
	 AGENT_FILE},
	{"codex", ".codex/hooks.json", "contrib/codex/hooks.json", AGENT_MERGE},
	{"codex", ".agents/" SKILL, "contrib/generic/SKILL.md", AGENT_FILE},
	{"gemini", ".gemini/settings.json", "contrib/gemini/hooks.json",
	 AGENT_MERGE},
	{"gemini", ".gemini/" SKILL, "contrib/generic/SKILL.md", AGENT_FILE},
	{"generic", "AGENTS.md", "contrib/generic/AGENTS.md", AGENT_BLOCK},
};

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

static int look_at(struct repository *repo, const struct json *record,
		   const struct agent_target *target, struct agent_file *out,
		   struct error *err)
{
	return agent_file_look(out, repo, target,
			       record_of(record, target->agent, target->path),
			       err);
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
		ret = look_at(repo, record, &targets[i], &files[nr], err);
		if (!ret)
			ret = agent_file_merge(&files[nr], err);
		nr++;
	}
	for (size_t i = 0; i < nr && !ret; i++) {
		add_record(record, &files[i]);
		record_dirs(repo, &files[i]);
	}
	if (!ret)
		ret = install_record_write(repo, record, err);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = agent_file_write(&files[i], changed, err);
	for (size_t i = 0; i < nr; i++)
		agent_file_release(&files[i]);
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
		ret = look_at(repo, record, &targets[i], &file, err);
		if (!ret)
			ret = agent_file_put_back(&file, changed, err);
		if (!ret)
			remove_dirs(repo, file.record);
		agent_file_release(&file);
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
