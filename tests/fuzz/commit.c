/*
 * Any bytes can be read as a commit; what is read as one starts with the lines
 * that it was read from and ends with its message, and a trailer is one line.
 */
#include "git/commit.h"

#include <strings.h>

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_lines(const struct buf *raw, const struct commit *commit)
{
	struct buf lines = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	buf_addf(&lines, "tree %s\n", oid_hex(&commit->tree, hex));
	for (size_t i = 0; i < commit->nr_parents; i++)
		buf_addf(&lines, "parent %s\n",
			 oid_hex(&commit->parents[i], hex));
	buf_addf(&lines, "author %s\ncommitter %s\n", commit->author,
		 commit->committer);
	expect(lines.len <= raw->len &&
	       !strncasecmp(lines.ptr, raw->ptr, lines.len));
	expect(lines.len + strlen(commit->message) <= raw->len);
	buf_release(&lines);
}

static void expect_trailers(const char *message)
{
	static const char *const names[] = {"Checkpoint-Id", "Checkpoint-Task",
					    "A"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *value = commit_trailer(message, names[i]);

		expect(!value || !strchr(value, '\n'));
		free(value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf raw = BUF_INIT;
	struct commit commit;
	int ret = commit_parse((const char *)data, size, &commit, &err);

	buf_add(&raw, data, size);
	if (ret < 0) {
		expect(ret == ERR_INVALID && err.text && !commit.author);
		/* Most inputs are better messages than commits. */
		expect_trailers(raw.ptr);
	} else {
		expect_lines(&raw, &commit);
		expect_trailers(commit.message);
		commit_release(&commit);
	}
	error_release(&err);
	buf_release(&raw);
	return 0;
}
