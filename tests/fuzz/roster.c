/*
 * Any bytes can be read as rosters; what is read as one has names that can be
 * walked through, none of them empty or with a slash. The seal is put
 * right first.
 */
#include "worktree/roster.h"

#include "base/buf.h"
#include "reseal.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void walk_names(const struct roster *roster)
{
	const char *at = roster->names, *end = at + roster->len;

	while (at < end) {
		size_t len = strlen(at + 1);

		expect(len && !memchr(at + 1, '/', len));
		at += 1 + len + 1;
	}
	expect(at == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf file = BUF_INIT;
	struct rosters *rosters;

	buf_add(&file, data, size);
	reseal(&file);
	rosters = rosters_parse(file.ptr, file.len);
	/* The seeds are of directories that these would be. */
	for (unsigned inode = 0; inode < 16; inode++) {
		const struct stat st = {
			.st_dev = 5,
			.st_ino = inode,
			.st_mtim = {1000, 17},
			.st_ctim = {2000, 18},
		};
		const struct roster *found = rosters_find(rosters, &st);

		if (found)
			walk_names(found);
	}
	rosters_free(rosters);
	buf_release(&file);
	return 0;
}
