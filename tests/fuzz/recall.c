/*
 * Any bytes can be read as a recall; what is read as one has directories whose
 * names and files can be walked through. The fingerprint is put right first.
 */
#include "worktree/recall.h"

#include "reseal.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void walk_through(const struct recalled *dir)
{
	const char *at = dir->names, *end = at + dir->names_len, *name;
	struct stat st;
	size_t file = 0, other = 0;

	while (at < end) {
		size_t len = strlen(at + 1);

		expect(len && !memchr(at + 1, '/', len));
		at += 1 + len + 1;
	}
	expect(at == end);
	while (recalled_next(dir, &file, &name, &st))
		expect(*name &&
		       (!recalled_stat(dir, &other, name, &st) || !st.st_mode));
	expect(file == dir->files_len);
	expect(recalled_stat(dir, &other, "", &st) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* What the seeds have. */
	static const char *const paths[] = {"a/", "a/b/", "c/"};
	struct buf file = BUF_INIT;
	struct recall *recall;

	buf_add(&file, data, size);
	reseal(&file);
	recall = recall_parse(file.ptr, file.len);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct recalled *found =
			recall_find(recall, paths[i], strlen(paths[i]));

		if (found)
			walk_through(found);
		recall_forget(recall, paths[i]);
		expect(!recall_find(recall, paths[i], strlen(paths[i])));
	}
	recall_has_link(recall, 7);
	recall_free(recall);
	buf_release(&file);
	return 0;
}
