#include "core/record/changes.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "git/oid.h"
#include "git/process.h"
#include "git/repository.h"

#define MODE_DIGITS 6
/* ":<mode> <mode> <id> <id> <letter>" */
#define LINE_BYTES (1 + 2 * (MODE_DIGITS + 1) + 2 * (OID_HEXSZ + 1) + 1)

static void set_side(struct json *object, const char *mode_key,
		     const char *oid_key, const char *mode, const char *oid)
{
	bool absent = !strncmp(mode, "000000", MODE_DIGITS);
	char *mode_text = xstrndup(mode, MODE_DIGITS);
	char *oid_text = xstrndup(oid, OID_HEXSZ);

	json_set_string(object, mode_key, absent ? NULL : mode_text);
	json_set_string(object, oid_key, absent ? NULL : oid_text);
	free(mode_text);
	free(oid_text);
}

static void add_change(struct json *array, const char *line, const char *path)
{
	struct json *object = json_add_object(array);
	const char *old_mode = line + 1;
	const char *new_mode = old_mode + MODE_DIGITS + 1;
	const char *old_oid = new_mode + MODE_DIGITS + 1;
	const char *new_oid = old_oid + OID_HEXSZ + 1;

	json_set_path(object, "path", path);
	json_set_string(object, "status", new_oid + OID_HEXSZ + 1);
	set_side(object, "old_mode", "old_oid", old_mode, old_oid);
	set_side(object, "new_mode", "new_oid", new_mode, new_oid);
}

/* Pairs of a line and a path, NUL behind each. */
static int parse(const struct buf *said, struct json *array, struct error *err)
{
	const char *at = said->ptr, *end = said->ptr + said->len;

	while (at < end) {
		const char *line = at;

		at += strlen(at) + 1;
		if (*line != ':' || at - line != LINE_BYTES + 1 || at >= end)
			return error_set(err, ERR_FAILED,
					 "cannot read what 'git diff-tree' "
					 "says");
		add_change(array, line, at);
		at += strlen(at) + 1;
	}
	return 0;
}

int changes_to_json(const struct changes *changes, struct json *array,
		    struct error *err)
{
	const char *const env[] = {changes->alternates, NULL};
	struct strlist argv = STRLIST_INIT;
	struct git_command command = {.repo = changes->repo, .env = env};
	struct buf said = BUF_INIT;
	int ret;

	if (*changes->repo->prefix) {
		strlist_add(&argv, "-C");
		strlist_add(&argv, changes->repo->prefix);
	}
	strlist_add(&argv, "diff-tree");
	strlist_add(&argv, "-r");
	strlist_add(&argv, "-z");
	strlist_add(&argv, "--raw");
	strlist_add(&argv, "--no-abbrev");
	strlist_add(&argv, "--no-renames");
	strlist_add(&argv, changes->from);
	strlist_add(&argv, changes->to);
	strlist_add(&argv, "--");
	for (size_t i = 0; changes->paths && i < changes->paths->nr; i++)
		strlist_add(&argv, changes->paths->items[i]);
	command.argv = (const char *const *)argv.items;
	ret = git_run(&command, &said, NULL, err);
	if (!ret)
		ret = parse(&said, array, err);
	strlist_release(&argv);
	buf_release(&said);
	return ret;
}
