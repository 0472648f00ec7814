#include "core/remote/remote_choice.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "git/config.h"
#include "git/ref.h"
#include "git/remote.h"
#include "git/repository.h"

#define KEY "checkpoint.remote"

static int no_remote(const char *name, struct error *err)
{
	error_set(err, ERR_FAILED, "no remote '%s'", name);
	return error_hint(err, "'git remote' lists those there are, 'git "
			       "remote add <name> <url>' adds one");
}

/* As git tells a place from a name. */
static bool is_place(const char *name)
{
	return strchr(name, '/') || strchr(name, ':') || *name == '.' ||
	       *name == '~';
}

/* What is fetched from a place, and what is remembered of it, needs a name to
 * be kept under. The place is not repeated: a password may be in it. */
static int no_name(struct error *err)
{
	error_set(err, ERR_FAILED,
		  "a URL or a path is no name of a remote, and checkpoints are "
		  "exchanged with remotes that have one");
	error_hint(err, "'git remote add <name> <url>' gives it one");
	return error_hint(err, "'git checkpoint export <file>' makes a file "
			       "instead, for any place");
}

int remote_check(const struct repository *repo, const char *name,
		 struct error *err)
{
	if (remote_exists(repo, name))
		return 0;
	return is_place(name) ? no_name(err) : no_remote(name, err);
}

/* The remote of the branch that is checked out, or NULL. Borrowed. */
static const char *branch_remote(struct repository *repo)
{
	struct error ignored = ERROR_INIT;
	struct head head = {0};
	const char *name = NULL;
	char *key;

	if (!head_read(repo, &head, &ignored) && head.branch &&
	    !strncmp(head.branch, "refs/heads/", strlen("refs/heads/"))) {
		key = xstrfmt("branch.%s.remote",
			      head.branch + strlen("refs/heads/"));
		name = config_get(repo->config, key);
		free(key);
	}
	head_release(&head);
	error_release(&ignored);
	/* "." is this repository, and there may be a URL. */
	return name && remote_exists(repo, name) ? name : NULL;
}

int remote_default(struct repository *repo, char **out, struct error *err)
{
	const char *name = config_get(repo->config, KEY);
	struct strlist names = STRLIST_INIT;

	*out = NULL;
	if (name) {
		if (remote_exists(repo, name)) {
			*out = xstrdup(name);
			return 0;
		}
		remote_check(repo, name, err);
		return error_prefix(err, KEY);
	}
	name = branch_remote(repo);
	remote_names(repo, &names);
	if (name)
		*out = xstrdup(name);
	else if (names.nr == 1)
		*out = xstrdup(names.items[0]);
	else if (strlist_sorted_has(&names, "origin"))
		*out = xstrdup("origin");
	else if (!names.nr)
		error_set(err, ERR_FAILED, "this repository has no remote");
	else
		error_set(err, ERR_FAILED, "which remote? there are several");
	strlist_release(&names);
	if (*out)
		return 0;
	error_hint(err, "'git remote add <name> <url>' adds one");
	return error_hint(err, "'git config " KEY " <name>' says which one is "
			       "for checkpoints");
}

static bool is_session(struct repository *repo, const char *name)
{
	struct error ignored = ERROR_INIT;
	struct strlist names = STRLIST_INIT;
	struct id id;
	bool found;

	if (id_parse(name, &id))
		return id.kind != ID_CHECKPOINT;
	found = session_name_is_valid(name) &&
		!ref_list_children(repo, CHECKPOINT_REFS, &names, &ignored) &&
		strlist_sorted_has(&names, name);
	strlist_release(&names);
	error_release(&ignored);
	return found;
}

static int add_sessions(const char *const *args, size_t nr,
			struct strlist *sessions, struct error *err)
{
	for (size_t i = 0; i < nr; i++) {
		if (!session_name_is_valid(args[i]))
			return error_set(err, ERR_INVALID,
					 "not the name of a session: '%s'",
					 args[i]);
		if (!strlist_has(sessions, args[i]))
			strlist_add(sessions, args[i]);
	}
	return 0;
}

int remote_choose(struct repository *repo, const char *const *args, size_t nr,
		  char **remote, struct strlist *sessions, struct error *err)
{
	*remote = NULL;
	if (nr && remote_exists(repo, args[0])) {
		*remote = xstrdup(args[0]);
		return add_sessions(args + 1, nr - 1, sessions, err);
	}
	if (nr && is_place(args[0]))
		return no_name(err);
	if (nr && !is_session(repo, args[0]))
		return no_remote(args[0], err);
	if (remote_default(repo, remote, err) < 0)
		return err->code;
	return add_sessions(args, nr, sessions, err);
}
