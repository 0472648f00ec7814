#include "core/hook/git_hook.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/hook/git_hook_commit.h"
#include "core/hook/hook_log.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/remote/push_gate.h"
#include "core/save/occasion.h"
#include "git/repository.h"

/* -- what is going on ---------------------------------------------------- */

static bool exists(const struct repository *repo, const char *name)
{
	char *path = repository_path(repo, name);
	struct stat st;
	bool is = !lstat(path, &st);

	free(path);
	return is;
}

/* GIT_INDEX_FILE may name the worktree's own by another path. */
static bool is_own_index(const struct repository *repo)
{
	char *path = repository_path(repo, "index");
	struct stat own, used;
	bool is = !strcmp(path, repo->index_file) ||
		  (!stat(path, &own) && !stat(repo->index_file, &used) &&
		   own.st_dev == used.st_dev && own.st_ino == used.st_ino);

	free(path);
	return is;
}

bool git_hook_is_in_between(const struct repository *repo)
{
	return !is_own_index(repo) || exists(repo, "rebase-merge") ||
	       exists(repo, "rebase-apply") || exists(repo, "sequencer") ||
	       exists(repo, "CHERRY_PICK_HEAD") || exists(repo, "REVERT_HEAD");
}

/* -- the hooks ----------------------------------------------------------- */

static const char *arg(const struct git_hook *hook, size_t i)
{
	for (size_t k = 0; k <= i; k++)
		if (!hook->args[k])
			return NULL;
	return hook->args[i];
}

static int post_checkout(struct repository *repo, const struct git_hook *hook,
			 struct error *err)
{
	struct json *event = hook_log_event("checkout");
	const char *flag = arg(hook, 2);

	json_set_string(event, "from", arg(hook, 0));
	json_set_string(event, "to", arg(hook, 1));
	json_set_bool(event, "branch", flag && !strcmp(flag, "1"));
	return hook_log_add(repo, event, err);
}

static int post_merge(struct repository *repo, const struct git_hook *hook,
		      struct error *err)
{
	struct json *event = hook_log_event("merge");
	const char *squash = arg(hook, 0);

	json_set_bool(event, "squash", squash && !strcmp(squash, "1"));
	return hook_log_add(repo, event, err);
}

static int post_rewrite(struct repository *repo, const struct git_hook *hook,
			struct error *err)
{
	struct json *event = hook_log_event("rewrite");

	json_set_string(event, "command", arg(hook, 0));
	return hook_log_add(repo, event, err);
}

static int pre_rebase(struct repository *repo, const struct git_hook *hook,
		      struct error *err)
{
	struct buf description = BUF_INIT;
	struct save_options options = {
		.type = TYPE_BEFORE_RISKY_OPERATION,
		.leave_out_largest = true,
		.argc = hook->argc,
		.argv = hook->argv,
	};
	struct saved saved;
	bool made;
	int ret;

	buf_addstr(&description, "before: git rebase");
	for (size_t i = 0; hook->args[i]; i++)
		buf_addf(&description, " %s", hook->args[i]);
	options.description = description.ptr;
	ret = occasion_save(repo, &options, &saved, &made, err);
	saved_release(&saved);
	buf_release(&description);
	return ret;
}

static int pre_push(struct repository *repo, const struct git_hook *hook,
		    struct error *err)
{
	const char *remote = arg(hook, 0);
	const char *lines = hook->input ? hook->input : "";
	struct secret_finds finds = {0};
	int ret = push_gate_check(repo, remote ? remote : "", lines,
				  strlen(lines), &finds, err);

	secret_finds_release(&finds);
	return ret;
}

/* Take an `auto`, if it is time for one. */
static int tick(struct repository *repo, const struct git_hook *hook,
		struct error *err)
{
	const struct save_options options = {
		.type = TYPE_AUTO,
		.leave_out_largest = true,
		.argc = hook->argc,
		.argv = hook->argv,
	};
	struct saved saved;
	bool made;
	int ret = occasion_tick(repo, &options, &saved, &made, err);

	saved_release(&saved);
	return ret;
}

static const struct {
	const char *name;
	int (*run)(struct repository *repo, const struct git_hook *hook,
		   struct error *err);
	bool in_between; /* also then: it saves nothing */
	bool always; /* also while a restore is under way: it writes nothing */
} hooks[] = {
	{"post-checkout", post_checkout, true, false},
	{"post-commit", git_hook_post_commit, false, false},
	{"post-merge", post_merge, true, false},
	{"post-rewrite", post_rewrite, true, false},
	{"pre-push", pre_push, true, true},
	{"pre-rebase", pre_rebase, false, false},
};

bool git_hook_is_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hooks[i].name, name))
			return true;
	return false;
}

int git_hook_run(struct repository *repo, const struct git_hook *hook,
		 struct error *err)
{
	bool in_between = git_hook_is_in_between(repo);
	bool restoring = journal_exists(repo);
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(hooks) && !ret; i++)
		if (!strcmp(hooks[i].name, hook->name) &&
		    (!in_between || hooks[i].in_between) &&
		    (!restoring || hooks[i].always))
			ret = hooks[i].run(repo, hook, err);
	if (!ret && !in_between && !restoring)
		ret = tick(repo, hook, err);
	return ret;
}
