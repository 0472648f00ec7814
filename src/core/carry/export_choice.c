#include "core/carry/export_choice.h"

#include "base/alloc.h"
#include "core/carry/export.h"
#include "core/record/checkpoint_name.h"
#include "git/ref.h"

struct choice {
	struct repository *repo;
	struct checkpoint_list *list;
};

/* Among the first `nr`. */
static bool is_there(const struct checkpoint_list *list, size_t nr,
		     const char *ref)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list->items[i].ref, ref))
			return true;
	return false;
}

static int add_session(struct choice *choice, const char *session,
		       struct error *err)
{
	struct checkpoint_list found = CHECKPOINT_LIST_INIT;
	size_t before = choice->list->nr;
	int ret = checkpoint_list_read(choice->repo, SCOPE_ALL, session, &found,
				       err);

	for (size_t i = 0; i < found.nr; i++)
		if (!is_there(choice->list, before, found.items[i].ref))
			checkpoint_list_add(choice->list, &found.items[i]);
	checkpoint_list_release(&found);
	return ret;
}

/* The session of that name, or the only one that begins so. 1: found. */
static int find_session(struct choice *choice, const char *name, char **out,
			struct error *err)
{
	struct strlist sessions = STRLIST_INIT;
	const char *found = NULL;
	size_t matches = 0;
	int ret = ref_list_children(choice->repo, CHECKPOINT_REFS, &sessions,
				    err);

	for (size_t i = 0; !ret && i < sessions.nr; i++) {
		if (strncmp(sessions.items[i], name, strlen(name)) != 0)
			continue;
		found = sessions.items[i];
		matches++;
		if (!strcmp(found, name)) {
			matches = 1;
			break;
		}
	}
	if (!ret && matches > 1)
		ret = error_set(err, ERR_AMBIGUOUS,
				"ambiguous session name '%s'", name);
	if (!ret && matches)
		*out = xstrdup(found);
	strlist_release(&sessions);
	return ret < 0 ? ret : matches == 1;
}

static int add_checkpoint(struct choice *choice, const char *name,
			  struct error *err)
{
	struct checkpoint found = {0};
	int ret = checkpoint_resolve(choice->repo, name, &found, err);

	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID)
		ret = error_set(err, ERR_NOT_FOUND,
				"no session or checkpoint '%s'", name);
	else if (!ret && found.remote)
		ret = error_set(err, ERR_UNSUPPORTED,
				"checkpoint '%s' is another clone's, fetched "
				"from '%s'; export it there",
				found.id, found.remote);
	else if (!ret && !is_there(choice->list, choice->list->nr, found.ref))
		checkpoint_list_add(choice->list, &found);
	checkpoint_release(&found);
	return ret;
}

static int add_name(struct choice *choice, const char *name, struct error *err)
{
	char *session = NULL;
	int ret = *name ? find_session(choice, name, &session, err) : 0;

	if (ret > 0)
		ret = add_session(choice, session, err);
	else if (!ret)
		ret = add_checkpoint(choice, name, err);
	free(session);
	return ret;
}

int export_choose(struct repository *repo, const struct export_request *request,
		  struct checkpoint_list *out, struct error *err)
{
	struct choice choice = {repo, out};
	int ret = 0;

	if (!request->nr_names)
		ret = checkpoint_list_read(
			repo, request->all ? SCOPE_ALL : SCOPE_WORKTREE, NULL,
			out, err);
	for (size_t i = 0; !ret && i < request->nr_names; i++)
		ret = add_name(&choice, request->names[i], err);
	if (ret < 0 || out->nr)
		return ret;
	error_set(err, ERR_NOT_FOUND, "there is no checkpoint to export");
	if (!request->all && !request->nr_names)
		error_hint(err, "'git checkpoint export --all' takes those of "
				"all worktrees");
	return err->code;
}
