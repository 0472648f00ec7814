#include "core/carry/export.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "core/carry/export_choice.h"
#include "core/record/checkpoint_name.h"
#include "core/secret/secret_scan.h"
#include "git/process.h"
#include "git/ref.h"
#include "git/repository.h"

/* One export while it is made. */
struct exporting {
	struct repository *repo;
	const struct export_request *request;
	struct exported *out;
	struct strlist refs;	/* that go into the file */
	struct strlist without; /* ids */
};

/* -- which refs ---------------------------------------------------------- */

static int add_ref(struct exporting *exporting, const char *prefix,
		   const struct checkpoint *checkpoint, size_t *count,
		   struct error *err)
{
	char *name =
		checkpoint_ref(prefix, checkpoint->session, checkpoint->id);
	struct oid oid;
	int ret = ref_read(exporting->repo, name, &oid, err);

	if (!ret) {
		strlist_add(&exporting->refs, name);
		++*count;
	} else if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	free(name);
	return ret;
}

static int add_refs(struct exporting *exporting, struct error *err)
{
	struct exported *out = exporting->out;
	bool local = exporting->request->with_local;

	for (size_t i = 0; i < out->list.nr; i++) {
		const struct checkpoint *checkpoint = &out->list.items[i];

		if (oid_is_zero(&checkpoint->commit)) {
			error_set(err, ERR_INVALID,
				  "checkpoint '%s' is damaged", checkpoint->id);
			return error_hint(err,
					  "'git checkpoint clean --verify' "
					  "drops what cannot be restored");
		}
		strlist_add(&exporting->refs, checkpoint->ref);
		strlist_add(&out->sessions, checkpoint->session);
		if (local && (add_ref(exporting, CHECKPOINT_LOCAL_REFS,
				      checkpoint, &out->local, err) < 0 ||
			      add_ref(exporting, CHECKPOINT_PIN_REFS,
				      checkpoint, &out->pins, err) < 0))
			return err->code;
	}
	strlist_sort(&out->sessions);
	strlist_unique(&out->sessions);
	return 0;
}

/* -- without which history ----------------------------------------------- */

static int add_revision(struct exporting *exporting, const char *revision,
			struct error *err)
{
	char *commit = xstrfmt("%s^{commit}", revision);
	struct buf text = BUF_INIT;
	struct checkpoint named = {0};
	char hex[OID_HEXSZ + 1];
	int ret = git_ask(exporting->repo, &text, err, "rev-parse", "--verify",
			  "--quiet", "--end-of-options", commit, NULL);

	if (!ret) {
		const char *last;

		buf_trim(&text);
		/* git repeats the option before the id. */
		last = strrchr(text.ptr, '\n');
		strlist_add(&exporting->without, last ? last + 1 : text.ptr);
	} else {
		error_release(err);
		ret = checkpoint_resolve(exporting->repo, revision, &named,
					 err);
		if (!ret)
			strlist_add(&exporting->without,
				    oid_hex(&named.commit, hex));
		else if (ret == ERR_NOT_FOUND || ret == ERR_INVALID)
			ret = error_set(err, ERR_NOT_FOUND,
					"no commit '%s' to leave out",
					revision);
	}
	checkpoint_release(&named);
	buf_release(&text);
	free(commit);
	return ret;
}

static int add_without(struct exporting *exporting, struct error *err)
{
	const struct strlist *without = exporting->request->without;
	struct buf text = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; without && !ret && i < without->nr; i++)
		ret = add_revision(exporting, without->items[i], err);
	if (!ret && exporting->request->thin)
		ret = git_ask(exporting->repo, &text, err, "for-each-ref",
			      "--format=%(objectname)", "refs/remotes/", NULL);
	if (!ret)
		strlist_split(&exporting->without, text.ptr, '\n');
	buf_release(&text);
	return ret;
}

/* -- what a shallow clone lacks ------------------------------------------ */

/* The commits that would be in the file, one a line. */
static int list_commits(struct exporting *exporting, struct buf *out,
			struct error *err)
{
	static const char *const argv[] = {"rev-list", "--stdin", NULL};
	struct buf input = BUF_INIT;
	struct git_command command = {.repo = exporting->repo, .argv = argv};
	int ret;

	for (size_t i = 0; i < exporting->without.nr; i++)
		buf_addf(&input, "^%s\n", exporting->without.items[i]);
	for (size_t i = 0; i < exporting->refs.nr; i++)
		buf_addf(&input, "%s\n", exporting->refs.items[i]);
	command.input = input.ptr;
	command.input_len = input.len;
	ret = git_run(&command, out, NULL, err);
	buf_release(&input);
	return ret;
}

/*
 * Git makes a bundle that no other repository can take where history ends
 * early, and says nothing.
 */
static int check_shallow(struct exporting *exporting, struct error *err)
{
	char *path = repository_common_path(exporting->repo, "shallow");
	struct buf text = BUF_INIT, commits = BUF_INIT;
	struct strlist ends = STRLIST_INIT;
	int ret = 0;

	if (exporting->repo->shallow)
		ret = buf_read_file(&text, path, SIZE_MAX - 1, err);
	strlist_split(&ends, text.ptr, '\n');
	if (!ret && ends.nr)
		ret = list_commits(exporting, &commits, err);
	for (size_t i = 0; !ret && i < ends.nr; i++) {
		if (!strstr(commits.ptr, ends.items[i]))
			continue;
		error_set(err, ERR_FAILED,
			  "this clone is shallow: the file would lack the "
			  "history before %s",
			  ends.items[i]);
		error_hint(err, "'git fetch --unshallow' completes it");
		ret = error_hint(err, "'git checkpoint export --not=HEAD' "
				      "leaves history out");
	}
	strlist_release(&ends);
	buf_release(&commits);
	buf_release(&text);
	free(path);
	return ret;
}

/* -- secrets ------------------------------------------------------------- */

/* What never leaves the clone otherwise was asked for, secrets and all. */
static int check_secrets(struct exporting *exporting, struct error *err)
{
	const struct checkpoint_list *list = &exporting->out->list;
	const struct strlist *without = &exporting->without;
	struct oid *tips = xcalloc(list->nr, sizeof(*tips));
	struct oid *haves = xcalloc(without->nr, sizeof(*haves));
	struct secret_request request = {
		.tips = tips,
		.nr_tips = list->nr,
		.haves = haves,
		.what = "export",
		.progress = exporting->request->progress,
		.context = exporting->request->context,
	};
	int ret;

	for (size_t i = 0; i < list->nr; i++)
		tips[i] = list->items[i].commit;
	for (size_t i = 0; i < without->nr; i++)
		if (oid_parse(&haves[request.nr_haves], without->items[i]))
			request.nr_haves++;
	ret = secret_scan(exporting->repo, &request, &exporting->out->secrets,
			  err);
	free(tips);
	free(haves);
	return ret;
}

/* -- the file ------------------------------------------------------------ */

static int size_of(int fd, uint64_t *out, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(err, "cannot look at it");
	*out = (uint64_t)st.st_size;
	return 0;
}

static int write_file(struct exporting *exporting, struct error *err)
{
	const struct export_request *request = exporting->request;
	struct exported *out = exporting->out;
	char *temporary = NULL;
	mode_t mask;
	int fd = -1, ret;

	ret = file_open_beside(&fd, &temporary, request->file, FILE_PRIVATE,
			       err);
	if (ret < 0)
		return ret;
	/* What never leaves the clone may be secret, and is not for all. */
	mask = umask(0);
	umask(mask);
	if (!request->with_local && fchmod(fd, 0666 & ~mask) < 0)
		ret = error_errno(err, "cannot set permissions");
	if (!ret)
		ret = bundle_write(exporting->repo, &exporting->refs,
				   &exporting->without, fd, err);
	if (!ret)
		ret = bundle_read(&out->bundle, fd, err);
	if (!ret)
		ret = size_of(fd, &out->bytes, err);
	if (ret < 0)
		error_prefix(err, "cannot write '%s'", request->file);
	if (!ret) {
		ret = file_publish(fd, temporary, request->file, err);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		unlink(temporary);
	free(temporary);
	return ret;
}

/* A name that is there and no file (a directory, a device) is not replaced. */
static int check_place(const char *file, struct error *err)
{
	struct stat st;

	if (!*file)
		return error_set(err, ERR_FAILED, "a file needs a name");
	if (!stat(file, &st) && !S_ISREG(st.st_mode))
		return error_set(err, ERR_EXISTS, "'%s' is there and no file",
				 file);
	return 0;
}

/* What git left out, because --not reaches it. */
static void note_left_out(struct exporting *exporting)
{
	struct exported *out = exporting->out;
	struct strlist written = STRLIST_INIT;
	size_t kept = 0;

	for (size_t i = 0; i < out->bundle.refs.nr; i++)
		strlist_add(&written, out->bundle.refs.items[i].name);
	strlist_sort(&written);
	for (size_t i = 0; i < out->list.nr; i++) {
		struct checkpoint *item = &out->list.items[i];

		if (strlist_sorted_has(&written, item->ref)) {
			out->list.items[kept++] = *item;
			continue;
		}
		strlist_add(&out->left_out, item->id);
		checkpoint_release(item);
	}
	out->list.nr = kept;
	strlist_release(&written);
}

static int write_all(struct exporting *exporting, struct error *err)
{
	const struct export_request *request = exporting->request;

	if (!strcmp(request->file, "-"))
		return bundle_write(exporting->repo, &exporting->refs,
				    &exporting->without, STDOUT_FILENO, err);
	if (write_file(exporting, err) < 0)
		return err->code;
	note_left_out(exporting);
	return 0;
}

int export_run(struct repository *repo, const struct export_request *request,
	       struct exported *out, struct error *err)
{
	struct exporting exporting = {
		.repo = repo,
		.request = request,
		.out = out,
		.refs = STRLIST_INIT,
		.without = STRLIST_INIT,
	};
	int ret;

	*out = (struct exported){.list = CHECKPOINT_LIST_INIT};
	ret = check_place(request->file, err);
	if (!ret)
		ret = export_choose(repo, request, &out->list, err);
	if (!ret)
		ret = add_refs(&exporting, err);
	if (!ret)
		ret = add_without(&exporting, err);
	if (!ret)
		ret = check_shallow(&exporting, err);
	if (!ret)
		ret = check_secrets(&exporting, err);
	if (!ret && request->outputs) {
		ret = outputs_find(repo, &out->list, &out->outputs, err);
		if (!ret)
			ret = outputs_check(repo, &out->outputs,
					    request->outputs, err);
	}
	if (!ret)
		ret = write_all(&exporting, err);
	if (!ret && request->outputs)
		ret = outputs_write(repo, &out->outputs, request->outputs, err);
	strlist_release(&exporting.refs);
	strlist_release(&exporting.without);
	return ret;
}

void exported_release(struct exported *exported)
{
	checkpoint_list_release(&exported->list);
	strlist_release(&exported->sessions);
	strlist_release(&exported->left_out);
	bundle_release(&exported->bundle);
	outputs_release(&exported->outputs);
	secret_finds_release(&exported->secrets);
}
