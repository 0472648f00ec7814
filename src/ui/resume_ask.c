#include "ui/resume_ask.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/snapshot/workspace.h"
#include "core/work/resume.h"
#include "git/process.h"
#include "ui/display.h"
#include "ui/output.h"
#include "ui/prompt.h"

/* So many checkpoints are shown, and so many paths. */
#define RECENT 5
#define MOST_PATHS 10

/* -- continue, fresh, review --------------------------------------------- */

static int show_recent(struct output *output, struct repository *repo,
		       const struct resume *resume, struct error *err)
{
	enum checkpoint_scope scope =
		resume->from->remote ? SCOPE_REMOTES : SCOPE_ALL;
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_read(repo, scope, resume->from->state.id,
				       &list, err);

	for (size_t i = 0; !ret && i < list.nr && i < RECENT; i++) {
		struct error damage = ERROR_INIT;
		struct buf line = BUF_INIT, printable = BUF_INIT;
		struct stored stored;

		if (stored_open(repo, &list.items[i], &stored, &damage) < 0) {
			buf_addf(&line, "damaged: %s", damage.text);
		} else {
			clock_relative(&line, stored.record.timestamp,
				       clock_now_ms());
			buf_addf(&line, ", %s", stored.record.type_name);
			if (stored.record.description)
				buf_addf(&line, ", %s",
					 stored.record.description);
		}
		text_printable(&printable, line.ptr);
		output_say(output, "  %s  %s\n", list.items[i].id,
			   printable.ptr);
		stored_release(&stored);
		error_release(&damage);
		buf_release(&line);
		buf_release(&printable);
	}
	checkpoint_list_release(&list);
	return ret;
}

static void show_match(struct output *output, const struct resume *resume)
{
	const struct drift *drift = &resume->drift;

	if (!resume->checkpoint.ref || resume->damage)
		return;
	output_say(output, "HEAD %s, ",
		   drift->head_moved || drift->branch_changed
			   ? "is not where it was"
			   : "is where it was");
	if (!drift->checked)
		output_say(output, "files were not compared\n");
	else if (drift->same)
		output_say(output, "files are as in the last checkpoint\n");
	else
		output_say(output,
			   "files: %zu changed, %zu deleted, %zu created since "
			   "the last checkpoint\n",
			   drift_count(drift, DRIFT_CHANGED),
			   drift_count(drift, DRIFT_DELETED),
			   drift_count(drift, DRIFT_CREATED));
}

static int show_session(struct output *output, struct repository *repo,
			const struct resume *resume, struct error *err)
{
	const struct session_state *state = resume->state;
	int ret;

	output_say(output, "Session %s, %s: %zu of %zu tasks done\n", state->id,
		   session_status_name(state->status),
		   session_state_count(state, TASK_COMPLETED), state->nr_tasks);
	ret = show_recent(output, repo, resume, err);
	if (!ret)
		show_match(output, resume);
	output_flush(output);
	return ret;
}

int resume_ask_way(struct output *output, struct repository *repo,
		   const struct resume *resume, enum resume_way *way,
		   struct error *err)
{
	static const struct prompt_choice choices[] = {
		{'c', "continue from the last checkpoint"},
		{'f', "start fresh"},
		{'r', "review what it had done"},
		{'q', "leave everything as it is"},
	};
	char *refusal =
		xstrfmt("session '%s' is unfinished (%s)", resume->state->id,
			session_status_name(resume->state->status));
	const struct prompt prompt = {
		.question = "What now",
		.refusal = refusal,
		.hint = "'--continue' goes on with it, '--fresh' gives it up "
			"and starts anew, '--review' shows it",
	};
	size_t chosen = 0;
	int ret = 0;

	if (prompt_possible())
		ret = show_session(output, repo, resume, err);
	if (!ret)
		ret = prompt_choose(&prompt, choices, ARRAY_SIZE(choices),
				    &chosen, err);
	free(refusal);
	if (ret < 0)
		return ret;
	if (chosen == 3)
		return error_set(err, ERR_REFUSED, "nothing was resumed");
	*way = (enum resume_way)(RESUME_CONTINUE + chosen);
	return 0;
}

/* -- a checkpoint that cannot be used ------------------------------------ */

static int refuse_damaged(const struct resume *resume, struct error *err)
{
	error_set(err, ERR_REFUSED, "checkpoint '%s' cannot be used: %s",
		  resume->checkpoint.id, resume->damage);
	if (resume->newer)
		error_hint(err, "an upgrade of git-checkpoint reads it");
	if (resume->backup.ref)
		error_hint(err,
			   "'git checkpoint resume %s' goes on from the newest "
			   "good one before it",
			   resume->backup.id);
	return error_hint(err, "'git checkpoint resume --fresh' starts from "
			       "the beginning");
}

int resume_ask_backup(const struct resume *resume, bool *fresh,
		      struct error *err)
{
	struct prompt_choice choices[3];
	char *question, *backup = NULL;
	struct prompt prompt = {.question = NULL};
	size_t nr = 0, chosen;
	int ret;

	if (!prompt_possible())
		return refuse_damaged(resume, err);
	question = xstrfmt("Checkpoint %s cannot be used: %s\nWhat now",
			   resume->checkpoint.id, resume->damage);
	prompt.question = question;
	if (resume->backup.ref) {
		backup = xstrfmt("go on from %s, the newest good one before it",
				 resume->backup.id);
		choices[nr++] = (struct prompt_choice){'b', backup};
	}
	choices[nr++] = (struct prompt_choice){'f', "start fresh"};
	choices[nr++] =
		(struct prompt_choice){'q', "leave everything as it is"};
	ret = prompt_choose(&prompt, choices, nr, &chosen, err);
	free(question);
	free(backup);
	if (!ret && choices[chosen].key == 'q')
		ret = error_set(err, ERR_REFUSED, "nothing was resumed");
	if (!ret)
		*fresh = choices[chosen].key == 'f';
	return ret;
}

/* -- files that differ --------------------------------------------------- */

static void add_paths(struct strlist *paths, const struct drift *drift,
		      enum drift_kind kind)
{
	for (size_t i = 0; i < drift->nr; i++)
		if (drift->files[i].kind == kind)
			strlist_add(paths, drift->files[i].path);
}

static void add_names(struct buf *out, const struct strlist *paths)
{
	for (size_t i = 0; i < paths->nr && i < MOST_PATHS; i++) {
		buf_addstr(out, "  ");
		path_quote(out, paths->items[i]);
		buf_addch(out, '\n');
	}
	if (paths->nr > MOST_PATHS)
		buf_addf(out, "  ... and %zu more\n", paths->nr - MOST_PATHS);
}

/* From the checkpoint to the workspace, as git shows it. */
static int show_diff(struct output *output, struct repository *repo,
		     const struct resume *resume, const struct strlist *paths,
		     struct error *err)
{
	char from[OID_HEXSZ + 1], to[OID_HEXSZ + 1];
	struct strlist argv = STRLIST_INIT;
	struct workspace workspace;
	const char *env[2] = {NULL, NULL};
	struct git_command command = {
		.repo = repo, .env = env, .inherit_input = true};
	int status, ret;

	ret = workspace_capture(&workspace, repo, &resume->stored.tree, err);
	env[0] = workspace.alternates;
	if (!ret) {
		strlist_add(&argv, "--literal-pathspecs");
		strlist_add(&argv, "diff");
		strlist_add(&argv, oid_hex(&resume->stored.tree, from));
		strlist_add(&argv, oid_hex(&workspace.tree, to));
		strlist_add(&argv, "--");
		for (size_t i = 0; i < paths->nr; i++)
			strlist_add(&argv, paths->items[i]);
		command.argv = (const char *const *)argv.items;
		ret = display_git(output, &command, &status, err);
	}
	strlist_release(&argv);
	workspace_release(&workspace);
	return ret;
}

struct question {
	const char *words; /* "were deleted" */
	const char *back;  /* what bringing them back is */
	const char *leave;
	bool diff;
};

static int ask_about(struct output *output, struct repository *repo,
		     const struct resume *resume, const struct strlist *asked,
		     const struct question *question, struct strlist *paths,
		     struct error *err);

static int ask_each(struct output *output, struct repository *repo,
		    const struct resume *resume, const struct strlist *asked,
		    const struct question *question, struct strlist *paths,
		    struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < asked->nr; i++) {
		struct strlist one = STRLIST_INIT;

		strlist_add(&one, asked->items[i]);
		ret = ask_about(output, repo, resume, &one, question, paths,
				err);
		strlist_release(&one);
	}
	return ret;
}

static int choose_once(const struct strlist *asked,
		       const struct question *question, char *key,
		       struct error *err)
{
	struct prompt_choice choices[5];
	struct buf text = BUF_INIT;
	struct prompt prompt = {.question = NULL};
	size_t nr = 0, chosen = 0;
	int ret;

	buf_addf(&text, "Since the checkpoint %zu file%s %s:\n", asked->nr,
		 asked->nr == 1 ? "" : "s", question->words);
	add_names(&text, asked);
	buf_addstr(&text, "What about that");
	prompt.question = text.ptr;
	choices[nr++] = (struct prompt_choice){'t', question->back};
	choices[nr++] = (struct prompt_choice){'o', question->leave};
	if (question->diff)
		choices[nr++] = (struct prompt_choice){'d', "show the changes"};
	if (asked->nr > 1)
		choices[nr++] = (struct prompt_choice){'e', "ask for each"};
	choices[nr++] =
		(struct prompt_choice){'q', "leave everything as it is"};
	ret = prompt_choose(&prompt, choices, nr, &chosen, err);
	*key = choices[chosen].key;
	buf_release(&text);
	return ret;
}

static int ask_about(struct output *output, struct repository *repo,
		     const struct resume *resume, const struct strlist *asked,
		     const struct question *question, struct strlist *paths,
		     struct error *err)
{
	char key = 'd';
	int ret = 0;

	while (!ret && key == 'd') {
		ret = choose_once(asked, question, &key, err);
		if (!ret && key == 'd')
			ret = show_diff(output, repo, resume, asked, err);
	}
	if (ret < 0)
		return ret;
	if (key == 'q')
		return error_set(err, ERR_REFUSED, "nothing was resumed");
	if (key == 'e')
		return ask_each(output, repo, resume, asked, question, paths,
				err);
	for (size_t i = 0; key == 't' && i < asked->nr; i++)
		strlist_add(paths, asked->items[i]);
	return 0;
}

static int refuse_drift(const struct resume *resume, size_t changed,
			size_t deleted, struct error *err)
{
	error_set(err, ERR_REFUSED,
		  "the workspace is not as in checkpoint '%s': %zu file%s "
		  "changed, %zu deleted",
		  resume->checkpoint.id, changed, changed == 1 ? "" : "s",
		  deleted);
	error_hint(err, "'--theirs' brings the checkpoint's files back, "
			"'--ours' keeps the workspace's");
	return error_hint(err,
			  "'git checkpoint diff %s' shows the difference, "
			  "'git checkpoint resume --review' where the work is",
			  resume->checkpoint.id);
}

int resume_ask_files(struct output *output, struct repository *repo,
		     const struct resume *resume, enum resume_side side,
		     struct strlist *paths, struct error *err)
{
	static const struct question about_deleted = {"deleted", "create again",
						      "leave deleted", false};
	static const struct question about_changed = {
		"changed", "take the checkpoint's", "keep the workspace's",
		true};
	struct strlist deleted = STRLIST_INIT, changed = STRLIST_INIT;
	int ret = 0;

	add_paths(&deleted, &resume->drift, DRIFT_DELETED);
	add_paths(&changed, &resume->drift, DRIFT_CHANGED);
	if (side == SIDE_THEIRS) {
		add_paths(paths, &resume->drift, DRIFT_DELETED);
		add_paths(paths, &resume->drift, DRIFT_CHANGED);
	} else if (side != SIDE_OURS && (deleted.nr || changed.nr)) {
		if (side == SIDE_ABORT || !prompt_possible())
			ret = refuse_drift(resume, changed.nr, deleted.nr, err);
		if (!ret && deleted.nr)
			ret = ask_about(output, repo, resume, &deleted,
					&about_deleted, paths, err);
		if (!ret && changed.nr)
			ret = ask_about(output, repo, resume, &changed,
					&about_changed, paths, err);
	}
	strlist_release(&deleted);
	strlist_release(&changed);
	return ret;
}
