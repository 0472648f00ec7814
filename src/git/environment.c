#include "git/environment.h"

#include <unistd.h>

#include "git/repository.h"

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

/* Whether one of `changes`, "NAME" or "NAME=value", is about `variable`. */
static bool is_changed(const struct strlist *changes, const char *variable)
{
	size_t len = name_length(variable);

	for (size_t i = 0; i < changes->nr; i++)
		if (name_length(changes->items[i]) == len &&
		    !memcmp(changes->items[i], variable, len))
			return true;
	return false;
}

/* Where the user's environment names a place, perhaps by a relative path. */
static void add_if_set(struct strlist *changes, const char *name,
		       const char *value)
{
	if (getenv(name))
		strlist_addf(changes, "%s=%s", name, value);
}

static void add_repository(struct strlist *changes,
			   const struct repository *repo)
{
	strlist_addf(changes, "GIT_DIR=%s", repo->git_dir);
	strlist_addf(changes, "GIT_WORK_TREE=%s", repo->worktree);
	add_if_set(changes, "GIT_COMMON_DIR", repo->common_dir);
	add_if_set(changes, "GIT_INDEX_FILE", repo->index_file);
	add_if_set(changes, "GIT_OBJECT_DIRECTORY", repo->objects_dir);
	/* The child stands at the top. */
	strlist_add(changes, "GIT_PREFIX");
	strlist_add(changes, "GIT_OPTIONAL_LOCKS=0");
}

void environment_build(struct strlist *out, const struct git_command *command)
{
	struct strlist changes = STRLIST_INIT;

	for (size_t i = 0; command->env && command->env[i]; i++)
		strlist_add(&changes, command->env[i]);
	if (command->repo)
		add_repository(&changes, command->repo);
	/*
	 * Not LC_ALL: a clean filter that the child runs must give the bytes
	 * that it gives under the user's own git.
	 */
	if (!command->inherit_errors && !command->program)
		strlist_add(&changes, "LANGUAGE=C");

	for (char **variable = environ; *variable; variable++)
		if (!is_changed(&changes, *variable))
			strlist_add(out, *variable);
	for (size_t i = 0; i < changes.nr; i++)
		if (strchr(changes.items[i], '=') &&
		    !is_changed(out, changes.items[i]))
			strlist_add(out, changes.items[i]);
	strlist_release(&changes);
}

int environment_enter(const struct repository *repo, struct error *err)
{
	struct strlist changes = STRLIST_INIT;
	int ret = 0;

	add_repository(&changes, repo);
	for (size_t i = 0; i < changes.nr && !ret; i++) {
		char *equals = strchr(changes.items[i], '=');
		bool failed;

		if (equals)
			*equals = '\0';
		failed = equals ? setenv(changes.items[i], equals + 1, 1) < 0
				: unsetenv(changes.items[i]) < 0;
		if (failed)
			ret = error_errno(err, "cannot set '%s'",
					  changes.items[i]);
	}
	if (!ret && chdir(repo->worktree) < 0)
		ret = error_errno(err, "cannot change to '%s'", repo->worktree);
	strlist_release(&changes);
	return ret;
}
