#include "git/remote.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/config.h"
#include "git/process.h"
#include "git/ref_name.h"
#include "git/repository.h"

/* -- names --------------------------------------------------------------- */

void remote_names(const struct repository *repo, struct strlist *out)
{
	static const char prefix[] = "remote.", suffix[] = ".url";
	struct strlist keys = STRLIST_INIT;

	config_keys(repo->config, prefix, &keys);
	for (size_t i = 0; i < keys.nr; i++) {
		const char *name = keys.items[i] + strlen(prefix);
		size_t len = strlen(name);

		if (len > strlen(suffix) &&
		    !strcmp(name + len - strlen(suffix), suffix))
			strlist_addn(out, name, len - strlen(suffix));
	}
	strlist_release(&keys);
	strlist_sort(out);
	strlist_unique(out);
}

bool remote_exists(const struct repository *repo, const char *name)
{
	struct strlist names = STRLIST_INIT;
	bool found;

	remote_names(repo, &names);
	found = strlist_sorted_has(&names, name);
	strlist_release(&names);
	return found;
}

int remote_push_url(const struct repository *repo, const char *remote,
		    char **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = git_ask(repo, &text, err, "remote", "get-url", "--push",
			  "--all", "--", remote, NULL);

	buf_trim(&text);
	*out = ret < 0 ? NULL : buf_detach(&text);
	buf_release(&text);
	return ret;
}

/* -- asking git ---------------------------------------------------------- */

/* What is the same for all: how `git` is told who is there. */
struct call {
	struct strlist argv;
	struct strlist env;
	bool progress;
};

#define CALL_INIT                                                              \
	{                                                                      \
		STRLIST_INIT, STRLIST_INIT, false                              \
	}

static void call_release(struct call *call)
{
	strlist_release(&call->argv);
	strlist_release(&call->env);
}

static void call_flags(struct call *call, unsigned flags)
{
	call->progress =
		(flags & REMOTE_PROGRESS) != 0 && isatty(STDERR_FILENO);
	if (flags & REMOTE_UNATTENDED) {
		strlist_add(&call->env, "GIT_TERMINAL_PROMPT=0");
		strlist_add(&call->env, "GIT_ASKPASS=true");
		strlist_add(&call->env, "SSH_ASKPASS_REQUIRE=never");
	}
}

/*
 * Where git shows its progress, its messages go to the user as they come, and
 * the error has none.
 */
static int call_git(struct call *call, const struct repository *repo,
		    const struct buf *input, struct buf *out, int *status,
		    struct error *err)
{
	struct git_command command = {
		.repo = repo,
		.argv = (const char *const *)call->argv.items,
		.env = (const char *const *)call->env.items,
		.inherit_errors = call->progress,
	};

	if (input) {
		command.input = input->ptr;
		command.input_len = input->len;
	}
	return git_run(&command, out, status, err);
}

static void add_all(struct strlist *list, const char *const *items)
{
	for (; *items; items++)
		strlist_add(list, *items);
}

/* -- listing ------------------------------------------------------------- */

/* A line is "<id> TAB <name>". What is not goes past us. */
static void read_line(const char *line, struct ref_list *out)
{
	struct oid oid;

	if (strlen(line) > OID_HEXSZ + 1 && line[OID_HEXSZ] == '\t' &&
	    oid_parse(&oid, line) && ref_name_is_valid(line + OID_HEXSZ + 1))
		ref_list_add(out, line + OID_HEXSZ + 1, &oid);
}

int remote_list_refs(const struct repository *repo, const char *remote,
		     const char *pattern, unsigned flags, struct ref_list *out,
		     struct error *err)
{
	const char *const argv[] = {"ls-remote", "--quiet", "--refs", "--",
				    remote,	 pattern,   NULL};
	struct strlist lines = STRLIST_INIT;
	struct call call = CALL_INIT;
	struct buf text = BUF_INIT;
	int ret;

	call_flags(&call, flags & ~(unsigned)REMOTE_PROGRESS);
	add_all(&call.argv, argv);
	ret = call_git(&call, repo, NULL, &text, NULL, err);
	if (ret < 0)
		error_prefix(err, "cannot list what '%s' has", remote);
	strlist_split(&lines, text.ptr, '\n');
	for (size_t i = 0; !ret && i < lines.nr; i++)
		read_line(lines.items[i], out);
	strlist_release(&lines);
	buf_release(&text);
	call_release(&call);
	return ret;
}

/* -- fetching ------------------------------------------------------------ */

static int fetch(struct call *call, const struct repository *repo,
		 const char *remote, const struct strlist *refspecs,
		 struct error *err)
{
	static const char *const options[] = {
		"--no-tags",
		"--no-write-fetch-head",
		"--no-auto-maintenance",
		"--no-recurse-submodules",
		"--no-prune",
		"--no-show-forced-updates",
		"--no-write-commit-graph",
		"--refmap=",
		"--stdin",
		NULL,
	};
	struct buf input = BUF_INIT;
	int ret;

	add_all(&call->argv, options);
	strlist_add(&call->argv, call->progress ? "--progress" : "--quiet");
	strlist_add(&call->argv, "--");
	strlist_add(&call->argv, remote);
	for (size_t i = 0; i < refspecs->nr; i++)
		buf_addf(&input, "%s\n", refspecs->items[i]);
	ret = call_git(call, repo, &input, NULL, NULL, err);
	if (ret < 0)
		error_prefix(err, "cannot fetch from '%s'", remote);
	buf_release(&input);
	return ret;
}

int remote_fetch(const struct repository *repo, const char *remote,
		 const struct strlist *refspecs, unsigned flags,
		 struct error *err)
{
	struct call call = CALL_INIT;
	int ret;

	call_flags(&call, flags);
	strlist_add(&call.argv, "fetch");
	/* What a checkpoint brings is wanted whole, also in a partial clone. */
	strlist_add(&call.argv, "--no-filter");
	ret = fetch(&call, repo, remote, refspecs, err);
	call_release(&call);
	return ret;
}

int remote_fetch_tips(const struct repository *repo, const char *git_dir,
		      const char *remote, const struct strlist *refspecs,
		      unsigned flags, struct error *err)
{
	struct call call = CALL_INIT;
	int ret;

	call_flags(&call, flags & ~(unsigned)REMOTE_PROGRESS);
	strlist_addf(&call.env, "GIT_DIR=%s", git_dir);
	strlist_addf(&call.env, "GIT_COMMON_DIR=%s", git_dir);
	strlist_addf(&call.env, "GIT_OBJECT_DIRECTORY=%s/objects", git_dir);
	strlist_add(&call.argv, "fetch");
	strlist_add(&call.argv, "--depth=1");
	strlist_add(&call.argv, "--filter=tree:0");
	ret = fetch(&call, repo, remote, refspecs, err);
	call_release(&call);
	return ret;
}
