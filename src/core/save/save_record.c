#include "core/save/save_record.h"

#include <pwd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/version.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/session/session_record.h"
#include "core/session/task_files.h"
#include "git/config.h"
#include "git/repository.h"

static char *hex_or_null(const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];

	return oid_is_zero(oid) ? NULL : xstrdup(oid_hex(oid, hex));
}

/* The ref that the branch tracks, by git's default mapping of names. */
static char *upstream_of(const struct repository *repo, const char *branch)
{
	const char *name = branch + strlen("refs/heads/");
	char *remote_key = xstrfmt("branch.%s.remote", name);
	char *merge_key = xstrfmt("branch.%s.merge", name);
	const char *remote = config_get(repo->config, remote_key);
	const char *merge = config_get(repo->config, merge_key);
	char *out = NULL;

	if (remote && merge && !strcmp(remote, "."))
		out = xstrdup(merge);
	else if (remote && merge && !strncmp(merge, "refs/heads/", 11))
		out = xstrfmt("refs/remotes/%s/%s", remote, merge + 11);
	free(remote_key);
	free(merge_key);
	return out;
}

static void fill_git(struct record *record, struct repository *repo,
		     const struct snapshot *snapshot)
{
	const struct operation *operation = &snapshot->operation;
	char hex[OID_HEXSZ + 1];

	record_set_head(
		record,
		snapshot->head.unborn ? NULL : oid_hex(&snapshot->head.id, hex),
		snapshot->head.branch);
	if (operation->name)
		record->git.operation = xstrdup(operation->name);
	for (size_t i = 0; i < operation->refs.nr; i++) {
		const struct ref *ref = &operation->refs.items[i];

		record_add_ref(record, ref->name,
			       oid_is_zero(&ref->oid)
				       ? NULL
				       : oid_hex(&ref->oid, hex));
	}
	if (repo->linked)
		record->git.worktree = xstrdup(repository_worktree_name(repo));
	if (snapshot->head.branch &&
	    !strncmp(snapshot->head.branch, "refs/heads/", 11))
		record->git.upstream = upstream_of(repo, snapshot->head.branch);
	record->git.staged = snapshot->count_staged;
	record->git.unstaged = snapshot->count_unstaged;
	record->git.untracked = snapshot->count_untracked;
}

static void fill_environment(struct record *record,
			     const struct save_options *options)
{
	struct record_environment *environment = &record->environment;
	const struct passwd *user = getpwuid(geteuid());
	char host[256] = "";
	char *cwd = getcwd(NULL, 0);

	environment->tool_version = xstrdup(CHECKPOINT_VERSION);
	if (!gethostname(host, sizeof(host) - 1))
		environment->host = xstrdup(host);
	if (user)
		environment->user = xstrdup(user->pw_name);
	if (options->agent)
		environment->agent = xstrdup(options->agent);
	environment->working_directory = cwd;
	for (int i = 0; i < options->argc; i++)
		strlist_add(&environment->command_line, options->argv[i]);
	environment->pid = getpid();
}

static void fill_session(struct record *record, const char *session)
{
	struct buf started = BUF_INIT;
	struct id id;

	record->session = record_session_new();
	json_set_string(record->session, "id", session);
	if (id_parse(session, &id)) {
		clock_rfc3339(&started, id.time_ms);
		json_set_string(record->session, "started", started.ptr);
		buf_release(&started);
	}
}

/* The files that its task has changed. */
static int fill_files(struct record *record, const struct saving *saving,
		      struct error *err)
{
	const struct session_task *task =
		saving->task ? session_state_task(saving->folded, saving->task)
			     : NULL;

	if (!task)
		return 0;
	return task_files_note(record->task, task, saving->repo,
			       saving->out->snapshot, err);
}

int save_fill_record(struct record *record, const struct saving *saving,
		     struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;

	record->id = xstrdup(saving->out->checkpoint.id);
	record_set_type(record, saving->options->type);
	record->timestamp = saving->time_ms;
	record->session_id = xstrdup(saving->session);
	record->description = xstrdup(saving->description);
	fill_git(record, saving->repo, snapshot);
	record->snapshot.tree = hex_or_null(&snapshot->tree);
	record->snapshot.index_tree = hex_or_null(&snapshot->index_tree);
	record->snapshot.digest = xstrdup(snapshot->digest);
	record->snapshot.files = snapshot->count_files;
	record->snapshot.ignored_captured = snapshot->count_ignored;
	record->snapshot.omitted.count = 0;
	record->snapshot.omitted.bytes = 0;
	omitted_count(&snapshot->omitted, record);
	fill_environment(record, saving->options);
	if (saving->folded) {
		session_record_fill(record, saving->folded, saving->task,
				    saving->time_ms);
		return fill_files(record, saving, err);
	}
	if (saving->task) {
		record->task = record_task_new();
		json_set_string(record->task, "task_id", saving->task);
	}
	fill_session(record, saving->session);
	return 0;
}
