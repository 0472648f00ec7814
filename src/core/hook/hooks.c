#include "core/hook/hooks.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "core/hook/hook_file.h"
#include "core/hook/install_record.h"
#include "core/record/json.h"
#include "git/process.h"
#include "git/repository.h"

const char *const hooks_names[] = {
	"post-checkout", "post-commit", "post-merge", "post-rewrite",
	"pre-push",	 "pre-rebase",	NULL,
};

const char *hook_state_name(enum hook_state state)
{
	static const char *const names[] = {
		[HOOK_MISSING] = "missing",   [HOOK_ALONE] = "alone",
		[HOOK_WITHIN] = "within",     [HOOK_BEFORE] = "before",
		[HOOK_OUTDATED] = "outdated",
	};

	return names[state];
}

/* -- where they are ------------------------------------------------------ */

/* Where git looks for hooks now, whatever decides about it. */
static int read_dir(struct repository *repo, char **out, struct error *err)
{
	static const char *const argv[] = {"rev-parse",
					   "--path-format=absolute",
					   "--git-path", "hooks", NULL};
	/* Our children have core.hooksPath set unless they may run hooks. */
	const struct git_command command = {
		.repo = repo, .argv = argv, .with_hooks = true};
	struct buf said = BUF_INIT;
	struct stat st;
	int ret = git_run(&command, &said, NULL, err);

	if (ret < 0)
		goto done;
	if (said.len && said.ptr[said.len - 1] == '\n')
		buf_setlen(&said, said.len - 1);
	if (!stat(said.ptr, &st) && !S_ISDIR(st.st_mode)) {
		error_set(err, ERR_UNSUPPORTED,
			  "hooks are turned off: core.hooksPath is '%s'",
			  said.ptr);
		ret = error_hint(err, "'git config --show-origin "
				      "core.hooksPath' says where");
		goto done;
	}
	*out = buf_detach(&said);
done:
	buf_release(&said);
	return ret;
}

static bool is_in(const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct stat st;
	bool is = !stat(path, &st);

	free(path);
	return is;
}

/*
 * Since husky 9 git runs what husky writes anew each time into .husky/_, and
 * that runs what the user has in .husky.
 */
static void find_users_dir(struct hooks *hooks)
{
	size_t len = strlen(hooks->dir);

	if (strcmp(path_basename(hooks->dir), "_") != 0 ||
	    !is_in(hooks->dir, "h"))
		return;
	hooks->dir[len - 2] = '\0';
	hooks->manager = xstrdup("husky");
}

/* Whoever has written hooks here before, as far as their texts tell. */
static void find_manager(struct hooks *hooks)
{
	static const char *const names[] = {"lefthook", "pre-commit",
					    "overcommit"};
	static const char *const files[] = {
		"pre-commit", "commit-msg",  "prepare-commit-msg",
		"pre-push",   "post-commit", "post-checkout",
		"post-merge", "pre-rebase",  "post-rewrite"};

	if (!hooks->manager && is_in(hooks->dir, "_/husky.sh"))
		hooks->manager = xstrdup("husky");
	for (size_t i = 0; i < ARRAY_SIZE(files) && !hooks->manager; i++) {
		char *path = path_join(hooks->dir, files[i]);
		struct error ignored = ERROR_INIT;
		struct buf text = BUF_INIT;

		if (!buf_read_file(&text, path, 1 << 20, &ignored))
			for (size_t k = 0; k < ARRAY_SIZE(names); k++)
				if (!hooks->manager &&
				    memmem(text.ptr, text.len, names[k],
					   strlen(names[k])))
					hooks->manager = xstrdup(names[k]);
		error_release(&ignored);
		buf_release(&text);
		free(path);
	}
}

static int find_dir(struct repository *repo, struct hooks *out,
		    struct error *err)
{
	*out = (struct hooks){0};
	if (read_dir(repo, &out->dir, err) < 0)
		return err->code;
	find_users_dir(out);
	find_manager(out);
	out->shared = !path_is_below(out->dir, repo->common_dir) &&
		      !path_is_below(out->dir, repo->git_dir) &&
		      !path_is_below(out->dir, repo->worktree);
	return 0;
}

static struct hook_place place_of(const struct hooks *hooks)
{
	return (struct hook_place){
		.dir = hooks->dir,
		.any_mode = hooks->manager && !strcmp(hooks->manager, "husky"),
	};
}

/* -- all of them --------------------------------------------------------- */

static int read_states(struct hooks *hooks, struct error *err)
{
	const struct hook_place place = place_of(hooks);
	int ret = 0;

	hooks->items = xcalloc(ARRAY_SIZE(hooks_names), sizeof(*hooks->items));
	for (size_t i = 0; hooks_names[i] && !ret; i++) {
		struct hook *hook = &hooks->items[hooks->nr++];

		hook->name = hooks_names[i];
		hook->path = path_join(hooks->dir, hook->name);
		ret = hook_file_state(&place, hook->name, &hook->state, err);
	}
	return ret;
}

int hooks_look(struct repository *repo, struct hooks *out, struct error *err)
{
	int ret = find_dir(repo, out, err);

	return ret < 0 ? ret : read_states(out, err);
}

static int install_all(struct hooks *hooks, struct error *err)
{
	const struct hook_place place = place_of(hooks);
	int ret = 0;

	for (size_t i = 0; i < hooks->nr && !ret; i++) {
		struct hook *hook = &hooks->items[i];

		ret = hook_file_install(&place, hook->name, &hook->changed,
					err);
		if (!ret)
			ret = hook_file_state(&place, hook->name, &hook->state,
					      err);
	}
	return ret;
}

int hooks_install(struct repository *repo, struct hooks *out, struct error *err)
{
	struct json *record = NULL;
	struct stat st;
	bool made;
	int ret = hooks_look(repo, out, err);

	if (!ret)
		ret = install_record_read(repo, &record, err);
	if (ret < 0)
		goto done;
	made = stat(out->dir, &st) < 0;
	/* Before anything is there, so that nothing is there unrecorded. */
	install_record_add_dir(record, out->dir, made);
	ret = install_record_write(repo, record, err);
	if (!ret)
		ret = path_make_dirs(out->dir, 0777, err);
	if (!ret)
		ret = install_all(out, err);
done:
	json_free(record);
	return ret;
}

static int uninstall_from(const struct hook_place *place, struct hooks *hooks,
			  struct error *err)
{
	int ret = 0;

	for (size_t i = 0; hooks_names[i]; i++) {
		struct error now = ERROR_INIT;
		bool changed = false;

		/* One that cannot be taken away keeps no other. */
		if (hook_file_uninstall(place, hooks_names[i], &changed, &now) <
			    0 &&
		    !ret)
			ret = error_move(err, &now);
		error_release(&now);
		if (i < hooks->nr)
			hooks->items[i].changed |= changed;
	}
	return ret;
}

int hooks_uninstall(struct repository *repo, struct hooks *out,
		    struct error *err)
{
	struct json *record = NULL;
	int ret = hooks_look(repo, out, err);
	struct hook_place place;

	if (ret == ERR_UNSUPPORTED) {
		error_release(err);
		ret = 0;
	}
	if (!ret)
		ret = install_record_read(repo, &record, err);
	if (!ret && out->dir) {
		place = place_of(out);
		ret = uninstall_from(&place, out, err);
	}
	if (!ret)
		JSON_FOR_EACH (dir, json_get(record, "dirs")) {
			struct buf path = BUF_INIT;
			bool made = false;

			json_get_path(dir, "path", &path);
			json_get_bool(dir, "made", &made);
			place = (struct hook_place){.dir = path.ptr};
			if (!ret)
				ret = uninstall_from(&place, out, err);
			if (!ret && made)
				rmdir(path.ptr);
			buf_release(&path);
		}
	if (!ret) {
		json_remove(record, "dirs");
		ret = install_record_write(repo, record, err);
	}
	for (size_t i = 0; i < out->nr && !ret; i++)
		out->items[i].state = HOOK_MISSING;
	json_free(record);
	return ret;
}

void hooks_release(struct hooks *hooks)
{
	for (size_t i = 0; i < hooks->nr; i++)
		free(hooks->items[i].path);
	free(hooks->items);
	free(hooks->dir);
	free(hooks->manager);
	*hooks = (struct hooks){0};
}
