#include "git/operation_names.h"

#include <ctype.h>

#include "base/path.h"

const struct operation_unit operation_units[OPERATION_UNITS] = {
	{"AUTO_MERGE", false},
	{"BISECT_ANCESTORS_OK", false},
	{"BISECT_EXPECTED_REV", false},
	{"BISECT_FIRST_PARENT", false},
	{"BISECT_HEAD", false},
	{"BISECT_NAMES", false},
	{"BISECT_RESET_WHEN_FOUND", false},
	{"BISECT_RUN", false},
	{"BISECT_TERMS", false},
	{"MERGE_AUTOSTASH", false},
	{"MERGE_MODE", false},
	{"MERGE_MSG", false},
	{"MERGE_RR", false},
	{"ORIG_HEAD", false},
	{"REBASE_HEAD", false},
	{"rebase-apply", true},
	{"rebase-merge", true},
	{"sequencer", true},
	{"BISECT_LOG", false},
	{"BISECT_START", false},
	{"CHERRY_PICK_HEAD", false},
	{"MERGE_HEAD", false},
	{"REVERT_HEAD", false},
	{"SQUASH_MSG", false},
};

/* Sorted, for bsearch(). */
static const struct known {
	const char *path;
	enum operation_format format;
} known[] = {
	{"AUTO_MERGE", OPERATION_OID},
	{"BISECT_ANCESTORS_OK", OPERATION_FLAG},
	{"BISECT_EXPECTED_REV", OPERATION_OID},
	{"BISECT_FIRST_PARENT", OPERATION_FLAG},
	{"BISECT_HEAD", OPERATION_OID},
	{"BISECT_LOG", OPERATION_BISECT_LOG},
	{"BISECT_NAMES", OPERATION_BISECT_NAMES},
	{"BISECT_RESET_WHEN_FOUND", OPERATION_WORD},
	{"BISECT_RUN", OPERATION_TEXT},
	{"BISECT_START", OPERATION_BISECT_START},
	{"BISECT_TERMS", OPERATION_BISECT_TERMS},
	{"CHERRY_PICK_HEAD", OPERATION_OID},
	{"MERGE_AUTOSTASH", OPERATION_OID},
	{"MERGE_HEAD", OPERATION_OIDS},
	{"MERGE_MODE", OPERATION_MERGE_MODE},
	{"MERGE_MSG", OPERATION_TEXT},
	{"MERGE_RR", OPERATION_MERGE_RR},
	{"ORIG_HEAD", OPERATION_OID},
	{"REBASE_HEAD", OPERATION_OID},
	{"REVERT_HEAD", OPERATION_OID},
	{"SQUASH_MSG", OPERATION_SQUASH},
	{"rebase-apply/abort-safety", OPERATION_OID},
	{"rebase-apply/allow_rerere_autoupdate", OPERATION_RERERE},
	{"rebase-apply/apply-opt", OPERATION_APPLY_OPTIONS},
	{"rebase-apply/applying", OPERATION_FLAG},
	{"rebase-apply/author-script", OPERATION_AUTHOR},
	{"rebase-apply/autostash", OPERATION_OID},
	{"rebase-apply/dirtyindex", OPERATION_FLAG},
	{"rebase-apply/final-commit", OPERATION_TEXT},
	{"rebase-apply/gpg_sign_opt", OPERATION_SIGN},
	{"rebase-apply/head", OPERATION_OID},
	{"rebase-apply/head-name", OPERATION_BRANCH},
	{"rebase-apply/info", OPERATION_TEXT},
	{"rebase-apply/keep", OPERATION_WORD},
	{"rebase-apply/last", OPERATION_NUMBER},
	{"rebase-apply/messageid", OPERATION_WORD},
	{"rebase-apply/msg", OPERATION_TEXT},
	{"rebase-apply/msg-clean", OPERATION_TEXT},
	{"rebase-apply/next", OPERATION_NUMBER},
	{"rebase-apply/no_inbody_headers", OPERATION_WORD},
	{"rebase-apply/onto", OPERATION_OID},
	{"rebase-apply/orig-head", OPERATION_OID},
	{"rebase-apply/original-commit", OPERATION_OID},
	{"rebase-apply/patch", OPERATION_TEXT},
	{"rebase-apply/patch-merge-index", OPERATION_TEXT},
	{"rebase-apply/quiet", OPERATION_WORD},
	{"rebase-apply/quoted-cr", OPERATION_WORD},
	{"rebase-apply/rebasing", OPERATION_FLAG},
	{"rebase-apply/rerere-autoupdate", OPERATION_WORD},
	{"rebase-apply/rewritten", OPERATION_OID_PAIRS},
	{"rebase-apply/scissors", OPERATION_WORD},
	{"rebase-apply/sign", OPERATION_WORD},
	{"rebase-apply/strategy", OPERATION_STRATEGY},
	{"rebase-apply/strategy_opts", OPERATION_MERGE_OPTIONS},
	{"rebase-apply/threeway", OPERATION_WORD},
	{"rebase-apply/utf8", OPERATION_WORD},
	{"rebase-apply/verbose", OPERATION_FLAG},
	{"rebase-merge/allow_rerere_autoupdate", OPERATION_RERERE},
	{"rebase-merge/amend", OPERATION_OID},
	{"rebase-merge/author-script", OPERATION_AUTHOR},
	{"rebase-merge/autostash", OPERATION_OID},
	{"rebase-merge/cdate_is_adate", OPERATION_FLAG},
	{"rebase-merge/current-fixups", OPERATION_FIXUPS},
	{"rebase-merge/done", OPERATION_DONE},
	{"rebase-merge/drop_redundant_commits", OPERATION_FLAG},
	{"rebase-merge/dropped", OPERATION_FLAG},
	{"rebase-merge/end", OPERATION_NUMBER},
	{"rebase-merge/git-rebase-todo", OPERATION_TODO},
	{"rebase-merge/git-rebase-todo.backup", OPERATION_DONE},
	{"rebase-merge/gpg_sign_opt", OPERATION_SIGN},
	{"rebase-merge/head", OPERATION_OID},
	{"rebase-merge/head-name", OPERATION_BRANCH},
	{"rebase-merge/ignore_date", OPERATION_FLAG},
	{"rebase-merge/interactive", OPERATION_FLAG},
	{"rebase-merge/keep_redundant_commits", OPERATION_FLAG},
	{"rebase-merge/message", OPERATION_TEXT},
	{"rebase-merge/message-fixup", OPERATION_TEXT},
	{"rebase-merge/message-squash", OPERATION_TEXT},
	{"rebase-merge/msgnum", OPERATION_NUMBER},
	{"rebase-merge/no-reschedule-failed-exec", OPERATION_FLAG},
	{"rebase-merge/onto", OPERATION_OID},
	{"rebase-merge/orig-head", OPERATION_OID},
	{"rebase-merge/patch", OPERATION_TEXT},
	{"rebase-merge/quiet", OPERATION_FLAG},
	{"rebase-merge/refs-to-delete", OPERATION_REFS},
	{"rebase-merge/reschedule-failed-exec", OPERATION_FLAG},
	{"rebase-merge/rewritten-list", OPERATION_OID_PAIRS},
	{"rebase-merge/rewritten-pending", OPERATION_OIDS},
	{"rebase-merge/signoff", OPERATION_FLAG},
	{"rebase-merge/squash-onto", OPERATION_OID},
	{"rebase-merge/stopped-sha", OPERATION_SHORT_OID},
	{"rebase-merge/strategy", OPERATION_STRATEGY},
	{"rebase-merge/strategy_opts", OPERATION_MERGE_OPTIONS},
	{"rebase-merge/trailer", OPERATION_TRAILERS},
	{"rebase-merge/update-refs", OPERATION_UPDATE_REFS},
	{"rebase-merge/verbose", OPERATION_FLAG},
	{"sequencer/abort-safety", OPERATION_OID},
	{"sequencer/head", OPERATION_OID},
	{"sequencer/opts", OPERATION_SETTINGS},
	{"sequencer/todo", OPERATION_TODO},
};

static int compare(const void *path, const void *name)
{
	return strcmp(path, ((const struct known *)name)->path);
}

/* rebase-apply/0001 */
static bool is_mail(const char *path)
{
	static const char dir[] = "rebase-apply/";
	const char *c = path + sizeof(dir) - 1;

	if (strncmp(path, dir, sizeof(dir) - 1) || !*c)
		return false;
	for (; *c; c++)
		if (!isdigit((unsigned char)*c))
			return false;
	return true;
}

bool operation_unit_has(const struct operation_unit *unit, const char *path)
{
	size_t len = strlen(unit->name);

	return !strncmp(path, unit->name, len) &&
	       (unit->is_dir ? path[len] == '/' && path[len + 1] : !path[len]);
}

bool operation_name_is_lock(const char *path)
{
	static const char lock[] = ".lock";
	size_t len = strlen(path);

	return len >= sizeof(lock) - 1 &&
	       !strcmp(path + len - (sizeof(lock) - 1), lock);
}

bool operation_name_find(const char *path, enum operation_format *out)
{
	const struct known *found;

	*out = OPERATION_UNKNOWN;
	found = bsearch(path, known, ARRAY_SIZE(known), sizeof(*known),
			compare);
	if (found) {
		*out = found->format;
		return true;
	}
	if (operation_name_is_lock(path) || !path_is_safe(path))
		return false;
	if (is_mail(path))
		*out = OPERATION_MAIL;
	for (size_t i = 0; i < ARRAY_SIZE(operation_units); i++)
		if (operation_units[i].is_dir &&
		    operation_unit_has(&operation_units[i], path))
			return true;
	return false;
}
