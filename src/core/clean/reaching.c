#include "core/clean/reaching.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/clean/remaining.h"
#include "git/index.h"
#include "git/process.h"
#include "git/repository.h"
#include "git/worktrees.h"

/* So many ids go on one command line. */
#define IDS_AT_ONCE 500

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
		if (!oid_set_has(blobs, index_entry_oid(&index->entries[i])))
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
