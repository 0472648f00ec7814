#include "core/reaching.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/pathspec.h"
#include "core/remaining.h"
#include "git/commit.h"
#include "git/index.h"
#include "git/object.h"
#include "git/process.h"
#include "git/ref.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/worktrees.h"

/* So many ids go on one command line. */
#define IDS_AT_ONCE 500

/* -- checkpoints that hold a path ---------------------------------------- */

struct searching {
	struct repository *repo;
	const struct strlist *pathspecs;
	struct oid_set *blobs;
	struct oid_set searched; /* trees without a match */
	bool found;
	bool unread; /* a part could not be read */
};

static void take(struct searching *searching, const struct oid *blob)
{
	searching->found = true;
	oid_set_add(searching->blobs, blob);
}

static int take_entry(void *context, const char *path,
		      const struct tree_entry *entry, struct error *err)
{
	(void)path;
	(void)err;
	if (entry->mode != MODE_GITLINK)
		take(context, &entry->oid);
	return 0;
}

static int look_at_entry(void *context, const char *path,
			 const struct tree_entry *entry, struct error *err)
{
	struct searching *searching = context;

	if (pathspec_matches(searching->pathspecs, path))
		return take_entry(context, path, entry, err);
	return 0;
}

/* That something is missing, or is no tree, is noted; other failures end it. */
static int tolerate(struct searching *searching, int ret, struct error *err)
{
	if (ret != ERR_NOT_FOUND && ret != ERR_INVALID)
		return ret;
	error_release(err);
	searching->unread = true;
	return 0;
}

/*
 * Find `path` below a tree. 1: there; 0: not. A tree that is missing on the way
 * is ERR_NOT_FOUND, which tree_find() alone does not tell from a missing path.
 */
static int find(struct repository *repo, const struct oid *tree,
		const char *path, uint32_t *mode, struct oid *out,
		struct error *err)
{
	struct oid at = *tree;

	*mode = MODE_TREE;
	for (;;) {
		size_t len = strcspn(path, "/");
		char *name = xstrndup(path, len);
		int ret = tree_find(repo, &at, name, mode, out, err);

		free(name);
		if (ret == ERR_NOT_FOUND && object_exists(repo, &at)) {
			error_release(err);
			return 0;
		}
		if (ret < 0 || !path[len])
			return ret < 0 ? ret : 1;
		if (*mode != MODE_TREE)
			return 0;
		at = *out;
		path += len + 1;
	}
}

/* All of a tree, for what is a pattern; or one file of it, or one directory. */
static int search_for(struct searching *searching, const struct oid *tree,
		      const char *pathspec, struct error *err)
{
	uint32_t mode = MODE_TREE;
	struct oid oid = *tree;
	int ret;

	if (strpbrk(pathspec, "*?["))
		return tree_walk(searching->repo, tree, UINT64_MAX,
				 look_at_entry, searching, err);
	if (*pathspec) {
		ret = find(searching->repo, tree, pathspec, &mode, &oid, err);
		if (ret <= 0)
			return ret;
	}
	if (mode == MODE_TREE)
		return tree_walk(searching->repo, &oid, UINT64_MAX, take_entry,
				 searching, err);
	if (mode != MODE_GITLINK)
		take(searching, &oid);
	return 0;
}

static int search_tree(struct searching *searching, const struct oid *tree,
		       struct error *err)
{
	bool found = searching->found;
	int ret = 0;

	if (oid_set_has(&searching->searched, tree))
		return 0;
	searching->found = false;
	for (size_t i = 0; !ret && i < searching->pathspecs->nr; i++)
		ret = search_for(searching, tree,
				 searching->pathspecs->items[i], err);
	if (!ret && !searching->found)
		oid_set_add(&searching->searched, tree);
	searching->found |= found;
	return tolerate(searching, ret, err);
}

/* The tree at `path` below the tree of a commit, if there is one. */
static int search_below(struct searching *searching, const struct oid *tree,
			const char *path, struct error *err)
{
	uint32_t mode;
	struct oid below;
	int ret = find(searching->repo, tree, path, &mode, &below, err);

	if (ret < 0)
		return tolerate(searching, ret, err);
	if (!ret || mode != MODE_TREE)
		return 0;
	return search_tree(searching, &below, err);
}

static int search_state(struct searching *searching, const struct oid *tree,
			struct error *err)
{
	static const char *const parts[] = {"stages/1", "stages/2", "stages/3",
					    "raw", "attachments"};
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(parts); i++)
		ret = search_below(searching, tree, parts[i], err);
	return ret;
}

/* C, I and S: each commit's last parent is the next. */
static int search_commits(struct searching *searching, struct oid oid,
			  struct error *err)
{
	int ret = 0;

	for (int depth = 0; !ret && depth < 3; depth++) {
		struct commit commit;

		ret = commit_read(searching->repo, &oid, &commit, err);
		if (ret < 0)
			return tolerate(searching, ret, err);
		ret = depth < 2 ? search_tree(searching, &commit.tree, err)
				: search_state(searching, &commit.tree, err);
		if (commit.nr_parents) {
			oid = commit.parents[commit.nr_parents - 1];
		} else if (depth < 2) {
			searching->unread = true;
			depth = 2;
		}
		commit_release(&commit);
	}
	return ret;
}

static int search_local(struct searching *searching,
			const struct checkpoint *checkpoint, struct error *err)
{
	char *name = checkpoint_ref(CHECKPOINT_LOCAL_REFS, checkpoint->session,
				    checkpoint->id);
	struct commit commit;
	struct oid oid;
	int ret = ref_read(searching->repo, name, &oid, err);

	free(name);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (!ret)
		ret = commit_read(searching->repo, &oid, &commit, err);
	if (ret < 0)
		return tolerate(searching, ret, err);
	ret = search_below(searching, &commit.tree, "ignored", err);
	commit_release(&commit);
	return ret;
}

int reaching_checkpoints(struct repository *repo,
			 const struct checkpoint_list *list,
			 const struct strlist *pathspecs,
			 struct checkpoint_list *out, struct oid_set *blobs,
			 struct strlist *unread, struct error *err)
{
	struct searching searching = {
		.repo = repo, .pathspecs = pathspecs, .blobs = blobs};
	int ret = 0;

	for (size_t i = 0; !ret && i < list->nr; i++) {
		const struct checkpoint *checkpoint = &list->items[i];

		searching.found = searching.unread = false;
		ret = search_commits(&searching, checkpoint->commit, err);
		if (!ret && !checkpoint->remote)
			ret = search_local(&searching, checkpoint, err);
		if (searching.found)
			checkpoint_list_add(out, checkpoint);
		if (searching.unread)
			strlist_add(unread, checkpoint->ref);
	}
	oid_set_release(&searching.searched);
	return ret;
}

/* -- what else holds the content ----------------------------------------- */

/* The id behind a raw line of git log: ":<modes> <old> <new> ...", with as many
 * colons and old sides as there are parents. */
static bool parse_raw_line(const char *line, struct oid *out)
{
	size_t parents = strspn(line, ":");
	const char *at = line;

	for (size_t i = 0; i < 2 * parents + 1; i++) {
		at = strchr(at, ' ');
		if (!at)
			return false;
		at++;
	}
	return parents && oid_parse(out, at);
}

static void add_commit(struct reaching *out, const char *header,
		       const char *subject)
{
	struct reaching_commit *commit;
	struct oid oid;

	if (!oid_parse(&oid, header))
		return;
	for (size_t i = 0; i < out->nr; i++)
		if (oid_equal(&out->commits[i].oid, &oid))
			return;
	ARRAY_GROW(out->commits, out->nr, out->alloc);
	commit = &out->commits[out->nr++];
	commit->oid = oid;
	commit->ref = xstrdup(header[OID_HEXSZ] ? header + OID_HEXSZ + 1 : "");
	commit->subject = xstrdup(subject);
}

/*
 * Read what git log printed: for each commit "<id> <ref>", the subject, and its
 * changes. One that only removes a blob does not hold it.
 */
static void read_log(struct reaching *out, const struct oid_set *blobs,
		     char *text)
{
	static const char start[] = "commit ";
	const char *header = NULL, *subject = NULL;
	char *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		struct oid oid;

		*end = '\0';
		if (header && !subject) {
			subject = line;
		} else if (!strncmp(line, start, strlen(start))) {
			header = line + strlen(start);
			subject = NULL;
		} else if (header && parse_raw_line(line, &oid) &&
			   oid_set_has(blobs, &oid)) {
			add_commit(out, header, subject);
		}
	}
}

static int log_some(struct reaching *out, struct repository *repo,
		    const struct oid_set *blobs, const struct strlist *find,
		    const struct buf *input, struct error *err)
{
	static const char *const start[] = {"-c",
					    "log.showRoot=true",
					    "-c",
					    "log.showSignature=false",
					    "log",
					    "--stdin",
					    "--ignore-missing",
					    "--source",
					    "--format=tformat:commit %H %S%n%s",
					    "--raw",
					    "--no-abbrev",
					    "--no-color",
					    "--no-renames",
					    "--no-ext-diff",
					    "--no-textconv",
					    "--no-mailmap",
					    "-c"};
	static const char *const refs[] = {REMAINING_EXCLUDE, "--all",
					   "--reflog"};
	const char **argv =
		xcalloc(ARRAY_SIZE(start) + find->nr + ARRAY_SIZE(refs) + 1,
			sizeof(*argv));
	struct git_command command = {.repo = repo,
				      .argv = argv,
				      .input = input->ptr,
				      .input_len = input->len};
	struct buf said = BUF_INIT;
	size_t nr = 0;
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(start); i++)
		argv[nr++] = start[i];
	for (size_t i = 0; i < find->nr; i++)
		argv[nr++] = find->items[i];
	for (size_t i = 0; i < ARRAY_SIZE(refs); i++)
		argv[nr++] = refs[i];
	ret = git_run(&command, &said, NULL, err);
	if (!ret)
		read_log(out, blobs, said.ptr);
	buf_release(&said);
	free(argv);
	return ret;
}

static int read_commits(struct reaching *out, struct repository *repo,
			const struct oid_set *blobs,
			const struct remaining *remaining, struct error *err)
{
	struct strlist find = STRLIST_INIT;
	struct buf input = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	remaining_add_lines(repo, &remaining->stay, "", &input);
	for (size_t i = 0; !ret && i < blobs->alloc; i++) {
		if (blobs->used[i])
			strlist_addf(&find, "--find-object=%s",
				     oid_hex(&blobs->slots[i], hex));
		if (find.nr < IDS_AT_ONCE && i + 1 < blobs->alloc)
			continue;
		if (find.nr)
			ret = log_some(out, repo, blobs, &find, &input, err);
		strlist_release(&find);
	}
	strlist_release(&find);
	buf_release(&input);
	return ret;
}

static int read_index(struct reaching *out, struct repository *repo,
		      const struct oid_set *blobs, const char *path,
		      struct error *err)
{
	struct index *index = NULL;
	int ret = index_read(&index, repo, path, err);

	/* Another worktree's may be damaged, and this is not its check. */
	if (ret == ERR_INVALID || ret == ERR_CHANGED) {
		error_release(err);
		return 0;
	}
	for (size_t i = 0; !ret && i < index->nr; i++) {
		if (!oid_set_has(blobs, &index->entries[i].oid))
			continue;
		strlist_add(&out->indexes, path);
		break;
	}
	index_free(index);
	return ret;
}

static int read_indexes(struct reaching *out, struct repository *repo,
			const struct oid_set *blobs, struct error *err)
{
	struct strlist dirs = STRLIST_INIT, files = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	strlist_add(&files, repo->index_file);
	for (size_t i = 0; i < dirs.nr; i++)
		strlist_addf(&files, "%s/index", dirs.items[i]);
	strlist_sort(&files);
	strlist_unique(&files);
	for (size_t i = 0; !ret && i < files.nr; i++)
		ret = read_index(out, repo, blobs, files.items[i], err);
	strlist_release(&dirs);
	strlist_release(&files);
	return ret;
}

int reaching_read(struct reaching *out, struct repository *repo,
		  const struct oid_set *blobs,
		  const struct remaining *remaining, struct error *err)
{
	*out = (struct reaching){0};
	if (!blobs->nr)
		return 0;
	/* That git cannot tell is no reason to keep a secret. */
	if (read_commits(out, repo, blobs, remaining, err) < 0) {
		error_release(err);
		out->unknown = true;
	}
	return read_indexes(out, repo, blobs, err);
}

void reaching_release(struct reaching *reaching)
{
	for (size_t i = 0; i < reaching->nr; i++) {
		free(reaching->commits[i].ref);
		free(reaching->commits[i].subject);
	}
	free(reaching->commits);
	strlist_release(&reaching->indexes);
	*reaching = (struct reaching){0};
}
