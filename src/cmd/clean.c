#include "cmd/command.h"

#include "base/clock.h"
#include "core/clean/clean.h"
#include "core/record/pathspec.h"
#include "core/record/record.h"
#include "core/remote/remote_choice.h"
#include "core/remote/remote_clean.h"
#include "ui/cleaned.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/remote_cleaned.h"

/* That --sessions leaves, where nobody says how many. */
#define DEFAULT_SESSIONS 5
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static const char *const clean_usage[] = {
	"git checkpoint clean [--dry-run]",
	"git checkpoint clean [<options>] <checkpoint>...",
	"git checkpoint clean [<options>] [--keep <n>] [--older-than <days>] "
	"[--verify] [--sessions] [--type <type>] [--session <session>] [--task "
	"<id>]",
	"git checkpoint clean [<options>] --path <pathspec>...",
	"git checkpoint clean [<options>] --remote <remote> "
	"[<checkpoint>...]",
	NULL,
};

struct clean {
	struct clean_request request;
	int64_t days; /* --older-than; -1: not given */
	struct strlist types;
	struct strlist paths;
	struct strlist pathspecs;
	const char *remote; /* --remote; or NULL */
	bool dry_run;
	bool sessions;
	bool show_progress;
	struct progress progress;
};

static int read_criteria(struct clean *clean, const struct options *options,
			 struct error *err)
{
	struct retention_criteria *criteria = &clean->request.criteria;

	for (size_t i = 0; i < clean->types.nr; i++) {
		enum checkpoint_type type =
			checkpoint_type_parse(clean->types.items[i]);

		if (type == TYPE_UNKNOWN)
			return options_error(options, err, "no such type: '%s'",
					     clean->types.items[i]);
		criteria->types |= 1u << type;
	}
	/* More days than there ever were condemn nothing. */
	if (clean->days >= 0)
		criteria->older_than_ms =
			clean->days > INT32_MAX
				? INT64_MIN + 1
				: clock_now_ms() - clean->days * DAY_MS;
	return 0;
}

/* A remote tells ids, types and times, and nothing of what is in them; but what
 * was dropped here can be dropped there. */
static int refuse_for_remote(const struct clean *clean,
			     const struct options *options, struct error *err)
{
	options_error(options, err,
		      "--remote does not go with --path, --task, --sessions or "
		      "--verify");
	return error_hint(err,
			  "without --remote they choose here; then 'git "
			  "checkpoint clean --remote %s' drops there what was "
			  "dropped here",
			  clean->remote);
}

static int read_kind(struct clean *clean, const struct options *options,
		     const struct arguments *args, struct error *err)
{
	struct retention_criteria *criteria = &clean->request.criteria;
	bool criterion = clean->sessions || criteria->keep >= 0 ||
			 clean->days >= 0 || criteria->types ||
			 criteria->session || criteria->task || criteria->lost;

	if (args->nr && (criterion || clean->paths.nr))
		return options_error(options, err,
				     "checkpoints are named, or chosen by "
				     "options, not both");
	if (criterion && clean->paths.nr)
		return options_error(options, err,
				     "--path stands alone: it drops whatever "
				     "holds the path");
	if (clean->remote && (clean->paths.nr || criteria->task ||
			      criteria->lost || clean->sessions))
		return refuse_for_remote(clean, options, err);
	if (clean->sessions) {
		clean->request.keep_sessions =
			criteria->keep >= 0 ? criteria->keep : DEFAULT_SESSIONS;
		criteria->keep = -1;
	}
	clean->request.names = args->items;
	clean->request.nr_names = args->nr;
	clean->request.kind = args->nr		? CLEAN_NAMED
			      : clean->paths.nr ? CLEAN_PATH
			      : criterion	? CLEAN_CRITERIA
						: CLEAN_RETENTION;
	return 0;
}

static int read_options(struct clean *clean, struct output *output, int argc,
			const char **argv, struct error *err)
{
	struct retention_criteria *criteria = &clean->request.criteria;
	const struct option table[] = {
		OPT_FLAG('n', "dry-run", &clean->dry_run,
			 "print what would go, and drop nothing"),
		OPT_INT(0, "keep", &criteria->keep, "n",
			"all but the newest <n>"),
		OPT_INT(0, "older-than", &clean->days, "days",
			"those of more than <days> days ago"),
		OPT_FLAG(0, "verify", &criteria->lost,
			 "those that cannot be restored"),
		OPT_LIST(0, "type", &clean->types, "type",
			 "only those of this type; may be given again"),
		OPT_FLAG(0, "sessions", &clean->sessions,
			 "those of sessions that are over; --keep counts "
			 "sessions then"),
		OPT_STRING(0, "session", &criteria->session, "session",
			   "only those of this session"),
		OPT_STRING(0, "task", &criteria->task, "id",
			   "only those of this task"),
		OPT_LIST(0, "path", &clean->paths, "pathspec",
			 "all that hold such a path, of every session"),
		OPT_STRING(0, "remote", &clean->remote, "remote",
			   "drop them from this remote, not here"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {clean_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0 ||
	    read_criteria(clean, &options, err) < 0)
		return err->code;
	return read_kind(clean, &options, &args, err);
}

/* The first of them tells how many there are. */
static void show_verified(void *context, size_t done, size_t total)
{
	struct clean *clean = context;

	if (done == 1)
		progress_start(&clean->progress, "Verifying checkpoints", total,
			       clean->show_progress);
	progress_tick(&clean->progress, 1);
	if (done == total)
		progress_stop(&clean->progress);
}

static int run(struct command_context *context, struct clean *clean,
	       struct cleaned *cleaned, struct error *err)
{
	const struct output *output = context->output;
	int ret = 0;

	if (clean->paths.nr)
		ret = pathspec_resolve(context->repo,
				       (const char *const *)clean->paths.items,
				       clean->paths.nr, &clean->pathspecs, err);
	clean->request.pathspecs = &clean->pathspecs;
	clean->request.verified = show_verified;
	clean->request.context = clean;
	clean->show_progress = !output->quiet;
	if (!ret)
		ret = clean_choose(context->repo, &clean->request, cleaned,
				   err);
	/* Counting walks all there is, for nobody where nothing is printed. */
	if (!ret && cleaned->drop.nr && (!output->quiet || output->json))
		ret = clean_measure(context->repo, cleaned, err);
	if (!ret && !clean->dry_run)
		ret = clean_drop(context->repo, cleaned, err);
	return ret;
}

/* What the remote refused is a failure, with the remote's words. */
static int conclude_remote(const struct remote_cleaned *cleaned,
			   struct error *err)
{
	for (size_t i = 0; i < cleaned->nr; i++) {
		const struct remote_clean_session *session =
			&cleaned->sessions[i];

		if (session->refused && !session->dropped)
			return error_set(err, ERR_FAILED,
					 "'%s' refused to drop checkpoints of "
					 "session '%s': %s",
					 cleaned->remote, session->name,
					 session->refused);
	}
	return 0;
}

static int run_remote(struct command_context *context,
		      const struct clean *clean, struct error *err)
{
	const struct remote_clean_request request = {
		.remote = clean->remote,
		.names = clean->request.names,
		.nr_names = clean->request.nr_names,
		.criteria = clean->request.criteria,
		.has_criteria = clean->request.kind == CLEAN_CRITERIA,
	};
	struct remote_cleaned cleaned = {0};
	int ret = remote_check(context->repo, clean->remote, err);

	if (!ret)
		ret = remote_clean_choose(context->repo, &request, &cleaned,
					  err);
	if (!ret && !clean->dry_run)
		ret = remote_clean_drop(context->repo, &request, &cleaned, err);
	if (!ret) {
		remote_cleaned_print(context->output, &cleaned, clean->dry_run);
		ret = conclude_remote(&cleaned, err);
	}
	remote_cleaned_release(&cleaned);
	return ret;
}

int cmd_clean(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	struct clean clean = {
		.request.criteria = RETENTION_CRITERIA_INIT,
		.request.keep_sessions = -1,
		.days = -1,
		.types = STRLIST_INIT,
		.paths = STRLIST_INIT,
		.pathspecs = STRLIST_INIT,
	};
	struct cleaned cleaned = {.kind = CLEAN_RETENTION};
	int ret = read_options(&clean, context->output, argc, argv, err);

	if (!ret && clean.remote)
		ret = run_remote(context, &clean, err);
	else if (!ret)
		ret = run(context, &clean, &cleaned, err);
	if (!ret && !clean.remote)
		cleaned_print(context->output, context->repo, &cleaned,
			      clean.dry_run);
	clean_release(&cleaned);
	strlist_release(&clean.types);
	strlist_release(&clean.paths);
	strlist_release(&clean.pathspecs);
	return ret;
}
