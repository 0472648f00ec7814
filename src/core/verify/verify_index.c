#include "core/verify/verifying.h"

#include <unistd.h>

#include "base/alloc.h"
#include "core/verify/verify_scratch.h"
#include "git/index.h"
#include "git/process.h"
#include "git/tree.h"

struct index_comparing {
	const struct index *index;
	size_t at;     /* how many entries were looked at */
	size_t stages; /* how many of them are of a conflict */
	bool differs;
};

static void skip_stages(struct index_comparing *comparing)
{
	const struct index *index = comparing->index;

	while (comparing->at < index->nr &&
	       index->entries[comparing->at].stage) {
		comparing->at++;
		comparing->stages++;
	}
}

static int compare_entry(void *context, const char *path,
			 const struct tree_entry *entry, struct error *err)
{
	struct index_comparing *comparing = context;
	const struct index_entry *found = NULL;

	(void)err;
	skip_stages(comparing);
	if (comparing->at < comparing->index->nr)
		found = &comparing->index->entries[comparing->at++];
	comparing->differs = !found || strcmp(found->path, path) ||
			     found->mode != entry->mode ||
			     !oid_equal(index_entry_oid(found), &entry->oid);
	return comparing->differs;
}

/* Compare the index that git has made with what it was made of. */
static int compare_index(struct verifying *verifying, const char *path,
			 struct error *err)
{
	const struct target *target = &verifying->target;
	struct index_comparing comparing = {0};
	struct index *index = NULL;
	int ret = index_read(&index, verifying->repo, path, err);

	if (ret < 0)
		return ret;
	comparing.index = index;
	ret = tree_walk(verifying->repo, &target->stored.index_tree, UINT64_MAX,
			compare_entry, &comparing, err);
	skip_stages(&comparing);
	if (ret >= 0 && (comparing.differs || comparing.at != index->nr ||
			 comparing.stages != target->index_extra.nr_stages))
		verifying_add(verifying, VERIFY_WRONG,
			      "git makes another index of it");
	index_free(index);
	return ret < 0 ? ret : 0;
}

/* Run git on the scratch index. 1: it fails. */
static int run_on_index(struct verifying *verifying, const char *const *argv,
			const struct buf *input, struct error *err)
{
	char *variable =
		xstrfmt("GIT_INDEX_FILE=%s", verifying->verify->scratch->index);
	const char *const env[] = {variable, NULL};
	struct git_command command = {.repo = verifying->repo,
				      .argv = argv,
				      .env = env,
				      .input = input->ptr,
				      .input_len = input->len};
	int status = 0;
	int ret = git_run(&command, NULL, &status, err);

	if (!ret && status) {
		verifying_add(verifying, VERIFY_HERE, "git %s: %s", argv[0],
			      err->text ? err->text : "it fails");
		ret = 1;
	}
	if (ret >= 0)
		error_release(err);
	free(variable);
	return ret;
}

/* Entries at stage 0 come from the tree, those of a conflict from the list. */
static int make_index(struct verifying *verifying, struct error *err)
{
	const struct index_extra *extra = &verifying->target.index_extra;
	char hex[OID_HEXSZ + 1];
	const char *const read_tree[] = {
		"read-tree", oid_hex(&verifying->target.stored.index_tree, hex),
		NULL};
	static const char *const update_index[] = {"update-index", "-z",
						   "--index-info", NULL};
	struct buf none = BUF_INIT, lines = BUF_INIT;
	int ret = run_on_index(verifying, read_tree, &none, err);

	for (size_t i = 0; i < extra->nr_stages; i++) {
		const struct index_entry *entry = &extra->stages[i];

		buf_addf(&lines, "%06o %s %u\t%s", (unsigned)entry->mode,
			 oid_hex(index_entry_oid(entry), hex), entry->stage,
			 entry->path);
		buf_addch(&lines, '\0');
	}
	if (!ret && lines.len)
		ret = run_on_index(verifying, update_index, &lines, err);
	buf_release(&lines);
	return ret;
}

int verify_index(struct verifying *verifying, struct error *err)
{
	const struct oid *tree = &verifying->target.stored.index_tree;
	const char *path = verifying->verify->scratch->index;
	int ret;

	if (!oid_set_add(&verifying->verify->tried, tree) &&
	    !verifying->target.index_extra.nr_stages)
		return 0;
	ret = make_index(verifying, err);
	if (!ret)
		ret = compare_index(verifying, path, err);
	unlink(path);
	return ret < 0 ? ret : 0;
}
