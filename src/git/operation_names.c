#include "git/operation_names.h"

#include <ctype.h>

#include "base/path.h"

const char *const operation_top_names[] = {
	"AUTO_MERGE",
	"BISECT_ANCESTORS_OK",
	"BISECT_EXPECTED_REV",
	"BISECT_FIRST_PARENT",
	"BISECT_HEAD",
	"BISECT_LOG",
	"BISECT_NAMES",
	"BISECT_RUN",
	"BISECT_START",
	"BISECT_TERMS",
	"CHERRY_PICK_HEAD",
	"MERGE_AUTOSTASH",
	"MERGE_HEAD",
	"MERGE_MODE",
	"MERGE_MSG",
	"MERGE_RR",
	"ORIG_HEAD",
	"REBASE_HEAD",
	"REVERT_HEAD",
	"SQUASH_MSG",
	NULL,
};

const char *const operation_directories[] = {
	"rebase-apply",
	"rebase-merge",
	"sequencer",
	NULL,
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
	{"BISECT_NAMES", OPERATION_PATHS},
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
	{"SQUASH_MSG", OPERATION_TEXT},
	{"rebase-apply/abort-safety", OPERATION_OID},
	{"rebase-apply/allow_rerere_autoupdate", OPERATION_RERERE},
	{"rebase-apply/apply-opt", OPERATION_APPLY_OPTIONS},
	{"rebase-apply/applying", OPERATION_FLAG},
	{"rebase-apply/author-script", OPERATION_AUTHOR},
	{"rebase-apply/autostash", OPERATION_OID},
	{"rebase-apply/dirtyindex", OPERATION_FLAG},
	{"rebase-apply/final-commit", OPERATION_TEXT},
	{"rebase-apply/gpg_sign_opt", OPERATION_SIGN},
	{"rebase-apply/head-name", OPERATION_BRANCH},
	{"rebase-apply/info", OPERATION_TEXT},
	{"rebase-apply/keep", OPERATION_SWITCH},
	{"rebase-apply/last", OPERATION_NUMBER},
	{"rebase-apply/messageid", OPERATION_SWITCH},
	{"rebase-apply/msg", OPERATION_TEXT},
	{"rebase-apply/msg-clean", OPERATION_TEXT},
	{"rebase-apply/next", OPERATION_NUMBER},
	{"rebase-apply/no_inbody_headers", OPERATION_SWITCH},
	{"rebase-apply/onto", OPERATION_OID},
	{"rebase-apply/orig-head", OPERATION_OID},
	{"rebase-apply/original-commit", OPERATION_OID},
	{"rebase-apply/patch", OPERATION_TEXT},
	{"rebase-apply/quiet", OPERATION_SWITCH},
	{"rebase-apply/quoted-cr", OPERATION_TEXT},
	{"rebase-apply/rebasing", OPERATION_FLAG},
	{"rebase-apply/rewritten", OPERATION_OID_PAIRS},
	{"rebase-apply/scissors", OPERATION_SWITCH},
	{"rebase-apply/sign", OPERATION_SWITCH},
	{"rebase-apply/strategy", OPERATION_STRATEGY},
	{"rebase-apply/strategy_opts", OPERATION_STRATEGY_OPTIONS},
	{"rebase-apply/threeway", OPERATION_SWITCH},
	{"rebase-apply/utf8", OPERATION_SWITCH},
	{"rebase-apply/verbose", OPERATION_FLAG},
	{"rebase-merge/allow_rerere_autoupdate", OPERATION_RERERE},
	{"rebase-merge/amend", OPERATION_OID},
	{"rebase-merge/author-script", OPERATION_AUTHOR},
	{"rebase-merge/autostash", OPERATION_OID},
	{"rebase-merge/cdate_is_adate", OPERATION_FLAG},
	{"rebase-merge/current-fixups", OPERATION_FIXUPS},
	{"rebase-merge/done", OPERATION_TODO},
	{"rebase-merge/drop_redundant_commits", OPERATION_FLAG},
	{"rebase-merge/end", OPERATION_NUMBER},
	{"rebase-merge/git-rebase-todo", OPERATION_TODO},
	{"rebase-merge/git-rebase-todo.backup", OPERATION_TODO},
	{"rebase-merge/gpg_sign_opt", OPERATION_SIGN},
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
	{"rebase-merge/strategy_opts", OPERATION_STRATEGY_OPTIONS},
	{"rebase-merge/update-refs", OPERATION_UPDATE_REFS},
	{"rebase-merge/verbose", OPERATION_FLAG},
	{"sequencer/abort-safety", OPERATION_OID},
	{"sequencer/head", OPERATION_OID},
	{"sequencer/opts", OPERATION_OPTIONS},
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

bool operation_name_find(const char *path, enum operation_format *out)
{
	static const char lock[] = ".lock";
	const struct known *found;
	size_t len = strlen(path);

	if (len >= sizeof(lock) - 1 &&
	    !strcmp(path + len - (sizeof(lock) - 1), lock))
		return false;
	found = bsearch(path, known, ARRAY_SIZE(known), sizeof(*known),
			compare);
	if (found) {
		*out = found->format;
		return true;
	}
	*out = is_mail(path) ? OPERATION_MAIL : OPERATION_UNKNOWN;
	if (!path_is_safe(path))
		return false;
	for (const char *const *dir = operation_directories; *dir; dir++)
		if (path_is_below(path, *dir) && path[strlen(*dir)])
			return true;
	return false;
}
