/*
 * Content of git-lfs that goes with a push. git-lfs uploads it from a pre-push
 * hook of the user's, which is not run for checkpoints.
 */
#include "core/remote/pushing.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/checkpoint.h"
#include "core/snapshot/lfs.h"
#include "core/snapshot/lfs_room.h"
#include "git/commit.h"
#include "git/process.h"

/* Add what the checkpoint needs and is here, once it is where git-lfs looks. */
static int add_needs(struct repository *repo, const char *session,
		     const struct manifest_item *item, struct strlist *ids,
		     struct error *err)
{
	struct checkpoint checkpoint = {.session = (char *)session,
					.id = item->id,
					.commit = item->commit};
	char *path = lfs_room_needs(repo, session, item->id);
	char sum[LFS_ID_BYTES];
	int ret = 0;

	if (lfs_room_exists(path)) {
		ret = lfs_bring_back(repo, &checkpoint, err);
		if (!ret)
			ret = lfs_room_read_needs(path, sum, err);
		if (!ret)
			ret = lfs_room_read_set(repo, sum, ids, err);
	}
	free(path);
	return ret;
}

static void keep_present(struct repository *repo, const struct strlist *ids,
			 struct buf *out)
{
	char *store = lfs_store(repo);

	for (size_t i = 0; i < ids->nr; i++) {
		char *path = lfs_store_path(store, ids->items[i]);

		/* The rest is on a server already: it never was here. */
		if (lfs_room_exists(path))
			buf_addf(out, "%s\n", ids->items[i]);
		free(path);
	}
	free(store);
}

/* The commits that the checkpoints were made on. */
static void add_bases(struct pushing *pushing, struct strlist *out)
{
	for (size_t i = 0; i < pushing->nr; i++) {
		const struct manifest *lacks = &pushing->sessions[i].lacks;

		for (size_t k = 0; k < lacks->nr; k++) {
			struct error ignored = ERROR_INIT;
			struct commit commit;
			char *base = NULL;

			if (!commit_read(pushing->repo, &lacks->items[k].commit,
					 &commit, &ignored)) {
				base = commit_trailer(commit.message,
						      "Checkpoint-Base");
				commit_release(&commit);
			}
			if (base && !strlist_has(out, base))
				strlist_add(out, base);
			free(base);
			error_release(&ignored);
		}
	}
}

static int upload(struct pushing *pushing, const char *option,
		  const struct buf *input, struct error *err)
{
	const char *const argv[] = {"lfs",
				    "push",
				    option ? option : pushing->request->remote,
				    option ? pushing->request->remote
					   : "--stdin",
				    option ? "--stdin" : NULL,
				    NULL};
	struct git_command command = {.repo = pushing->repo,
				      .argv = argv,
				      .input = input->ptr,
				      .input_len = input->len};

	if (!input->len)
		return 0;
	if (!git_run(&command, NULL, NULL, err))
		return 0;
	error_prefix(err, "cannot upload content of git-lfs to '%s'",
		     pushing->request->remote);
	return error_hint(err, "remote.<name>.lfsurl says where it goes; see "
			       "git-lfs-config(5)");
}

int pushing_upload_lfs(struct pushing *pushing, struct error *err)
{
	struct strlist ids = STRLIST_INIT, bases = STRLIST_INIT;
	struct buf input = BUF_INIT, commits = BUF_INIT;
	char *store = lfs_store(pushing->repo);
	int ret = 0;

	for (size_t i = 0; !ret && i < pushing->nr; i++) {
		const struct pushing_session *session = &pushing->sessions[i];

		for (size_t k = 0; !ret && k < session->lacks.nr; k++)
			ret = add_needs(pushing->repo, session->name,
					&session->lacks.items[k], &ids, err);
	}
	strlist_sort(&ids);
	strlist_unique(&ids);
	keep_present(pushing->repo, &ids, &input);
	/* Commits that travel along may need some, too. */
	if (pushing->out->commits && lfs_room_exists(store))
		add_bases(pushing, &bases);
	for (size_t i = 0; i < bases.nr; i++)
		buf_addf(&commits, "%s\n", bases.items[i]);
	if (!ret)
		ret = upload(pushing, "--object-id", &input, err);
	if (!ret)
		ret = upload(pushing, NULL, &commits, err);
	strlist_release(&ids);
	strlist_release(&bases);
	buf_release(&input);
	buf_release(&commits);
	free(store);
	return ret;
}
