#include "ui/unfinished.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "core/record/id.h"
#include "core/session/unfinished.h"
#include "git/commit.h"
#include "ui/output.h"
#include "ui/prompt.h"
#include "ui/sessions.h"
#include "ui/table.h"

static void print_recent(struct output *output, struct repository *repo,
			 const struct checkpoint_list *list)
{
	struct table table = TABLE_INIT(3);

	for (size_t i = 0; i < list->nr; i++) {
		struct error ignored = ERROR_INIT;
		struct buf age = BUF_INIT;
		struct commit commit;
		char *line = NULL;

		if (!commit_read(repo, &list->items[i].commit, &commit,
				 &ignored)) {
			line = xstrndup(commit.message,
					strcspn(commit.message, "\n"));
			commit_release(&commit);
		}
		error_release(&ignored);
		clock_relative(&age, id_time(list->items[i].id),
			       clock_now_ms());
		table_cell(&table, COLOR_YELLOW, list->items[i].id);
		table_cell(&table, COLOR_RESET, age.ptr);
		table_cell(&table, COLOR_RESET, line);
		buf_release(&age);
		free(line);
	}
	output_say(output, "%s\n",
		   list->nr ? "Its last checkpoints:"
			    : "It has no checkpoint.");
	table_print(&table, output);
	table_release(&table);
}

void unfinished_print(struct output *output, struct repository *repo,
		      const struct unfinished *unfinished, bool details)
{
	const struct session_state *state = &unfinished->state;
	struct buf age = BUF_INIT;

	if (output->json || output->quiet) {
		if (details)
			session_print(output, state);
		return;
	}
	if (details) {
		session_print(output, state);
		output_say(output, "\n");
	} else {
		clock_relative(&age, state->last_activity_ms, clock_now_ms());
		output_say(output,
			   "Session %s is unfinished: %zu of %zu tasks "
			   "completed, last heard of %s (%s).\n",
			   state->id,
			   session_state_count(state, TASK_COMPLETED),
			   state->nr_tasks, age.ptr,
			   session_status_name(state->status));
		buf_release(&age);
	}
	print_recent(output, repo, &unfinished->recent);
	if (!unfinished->recent.nr)
		return;
	if (!unfinished->compared)
		output_say(output, "The last one cannot be compared with the "
				   "workspace.\n");
	else
		output_say(output, "HEAD %s, and the files %s.\n",
			   unfinished->head_matches ? "is where it was"
						    : "is not where it was",
			   unfinished->files_match ? "are as they were"
						   : "have changed since");
}

int unfinished_ask(struct output *output, struct repository *repo,
		   const struct unfinished *unfinished,
		   enum unfinished_answer *answer, struct error *err)
{
	static const struct prompt_choice choices[] = {
		{'c', "continue with it"},
		{'f', "start fresh, and give it up"},
		{'r', "review it"},
		{'q', "leave everything as it is"},
	};
	static const enum unfinished_answer answers[] = {
		UNFINISHED_CONTINUE, UNFINISHED_FRESH, UNFINISHED_REVIEW,
		UNFINISHED_ASK};
	char *refusal =
		xstrfmt("session '%s' is unfinished", unfinished->state.id);
	const struct prompt prompt = {
		.question = "What now",
		.refusal = refusal,
		.hint = "'--continue' goes on with it, '--fresh' gives it up "
			"for a new one, '--review' shows it",
	};
	size_t chosen = 0;
	int ret;

	*answer = UNFINISHED_ASK;
	unfinished_print(output, repo, unfinished, false);
	do {
		output_flush(output);
		ret = prompt_choose(&prompt, choices, ARRAY_SIZE(choices),
				    &chosen, err);
		if (!ret)
			*answer = answers[chosen];
		if (!ret && *answer == UNFINISHED_REVIEW)
			unfinished_print(output, repo, unfinished, true);
	} while (!ret && *answer == UNFINISHED_REVIEW);
	if (!ret && *answer == UNFINISHED_ASK)
		ret = error_set(err, ERR_REFUSED, "nothing was started");
	free(refusal);
	return ret;
}
