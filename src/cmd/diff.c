#include "cmd/command.h"

#include <signal.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/strlist.h"
#include "core/record/changes.h"
#include "core/record/checkpoint.h"
#include "core/record/checkpoint_name.h"
#include "core/record/json.h"
#include "core/snapshot/workspace.h"
#include "git/commit.h"
#include "git/process.h"
#include "git/repository.h"
#include "ui/display.h"
#include "ui/options.h"
#include "ui/output.h"

static const char *const diff_usage[] = {
	"git checkpoint diff [<options>] <checkpoint> [<checkpoint>] [--] "
	"[<path>...]",
	NULL,
};

struct diff {
	struct repository *repo;
	struct strlist options; /* git's, as they were given */
	struct strlist paths;	/* pathspecs, likewise */
	struct checkpoint sides[2];
	size_t nr_sides;
	struct workspace workspace; /* in place of the second side */
	char to[OID_HEXSZ + 1];
};

/* -- the command line ---------------------------------------------------- */

/* Options of git diff whose value may be a word of its own. */
static bool takes_next_word(const char *word)
{
	static const char *const names[] = {
		"-G",
		"-I",
		"-O",
		"-S",
		"-U",
		"-l",
		"--anchored",
		"--color-moved-ws",
		"--diff-algorithm",
		"--diff-filter",
		"--dst-prefix",
		"--find-object",
		"--ignore-matching-lines",
		"--inter-hunk-context",
		"--line-prefix",
		"--output",
		"--output-indicator-context",
		"--output-indicator-new",
		"--output-indicator-old",
		"--rotate-to",
		"--skip-to",
		"--src-prefix",
		"--stat-count",
		"--stat-graph-width",
		"--stat-name-width",
		"--stat-width",
		"--unified",
		"--word-diff-regex",
		"--ws-error-highlight",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(word, names[i]))
			return true;
	return false;
}

static bool is_no_checkpoint(int code)
{
	return code == ERR_NOT_FOUND || code == ERR_INVALID;
}

/* A file, or a pathspec that speaks of several. */
static bool may_be_path(const char *word)
{
	struct stat st;

	return *word == ':' || strpbrk(word, "*?[") || !lstat(word, &st);
}

/*
 * A word where no "--" says what it is: a checkpoint or a path, as git tells
 * revisions from paths. The first is a checkpoint in any case.
 */
static int add_either(struct diff *diff, const char *word, struct error *err)
{
	bool full = diff->nr_sides == ARRAY_SIZE(diff->sides);
	bool is_path = diff->nr_sides && may_be_path(word);
	int ret;

	if (full || diff->paths.nr) {
		strlist_add(&diff->paths, word);
		return 0;
	}
	ret = checkpoint_resolve(diff->repo, word, &diff->sides[diff->nr_sides],
				 err);
	if (is_path && is_no_checkpoint(ret)) {
		error_release(err);
		strlist_add(&diff->paths, word);
		return 0;
	}
	if (is_no_checkpoint(ret) && diff->nr_sides)
		return error_hint(err, "use '--' to separate paths from "
				       "checkpoints");
	if (ret < 0)
		return ret;
	diff->nr_sides++;
	if (!is_path)
		return 0;
	error_set(err, ERR_FAILED,
		  "ambiguous argument '%s': both a checkpoint and a file name",
		  word);
	return error_hint(err, "use '--' to separate paths from checkpoints");
}

static int add_name(struct diff *diff, const char *word,
		    const struct options *options, struct error *err)
{
	if (diff->nr_sides == ARRAY_SIZE(diff->sides))
		return options_error(options, err, "more than two checkpoints");
	if (checkpoint_resolve(diff->repo, word, &diff->sides[diff->nr_sides],
			       err) < 0)
		return err->code;
	diff->nr_sides++;
	return 0;
}

static int read_words(struct diff *diff, const struct options *options,
		      const struct arguments *args, struct error *err)
{
	for (size_t i = 0; i < args->before_dashes; i++) {
		const char *word = args->items[i];
		int ret = 0;

		if (*word != '-') {
			ret = args->has_dashes
				      ? add_name(diff, word, options, err)
				      : add_either(diff, word, err);
		} else {
			strlist_add(&diff->options, word);
			if (takes_next_word(word) &&
			    i + 1 < args->before_dashes)
				strlist_add(&diff->options, args->items[++i]);
		}
		if (ret < 0)
			return ret;
	}
	for (size_t i = args->before_dashes; i < args->nr; i++)
		strlist_add(&diff->paths, args->items[i]);
	if (!diff->nr_sides)
		return options_error(options, err, "which checkpoint?");
	return 0;
}

static int read_options(struct diff *diff, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {diff_usage, table,
					OPTIONS_KEEP_UNKNOWN};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0 ||
	    read_words(diff, &options, &args, err) < 0)
		return err->code;
	if (output->json && diff->options.nr)
		return options_error(&options, err,
				     "option '%s' does not go with --json",
				     diff->options.items[0]);
	if (output->quiet && !output->json)
		strlist_add(&diff->options, "--quiet");
	return 0;
}

/* -- the two sides ------------------------------------------------------- */

static int find_second_side(struct diff *diff, struct error *err)
{
	struct commit commit;
	int ret;

	if (diff->nr_sides > 1) {
		oid_hex(&diff->sides[1].commit, diff->to);
		return 0;
	}
	if (commit_read(diff->repo, &diff->sides[0].commit, &commit, err) < 0)
		return error_prefix(err, "checkpoint '%s'", diff->sides[0].id);
	ret = workspace_capture(&diff->workspace, diff->repo, &commit.tree,
				err);
	oid_hex(&diff->workspace.tree, diff->to);
	commit_release(&commit);
	return ret;
}

static int print_json(struct diff *diff, struct output *output,
		      struct error *err)
{
	char from[OID_HEXSZ + 1];
	const struct changes changes = {
		.repo = diff->repo,
		.from = oid_hex(&diff->sides[0].commit, from),
		.to = diff->to,
		.paths = &diff->paths,
		.alternates = diff->workspace.alternates,
	};
	struct json *array = json_array_new();
	int ret = changes_to_json(&changes, array, err);

	if (!ret)
		JSON_FOR_EACH (change, array)
			output_json(output, change);
	json_free(array);
	return ret;
}

/* Where the user stands, so that paths and names of files mean the same. */
static void build_argv(const struct diff *diff, struct strlist *out)
{
	char from[OID_HEXSZ + 1];

	if (*diff->repo->prefix) {
		strlist_add(out, "-C");
		strlist_add(out, diff->repo->prefix);
	}
	strlist_add(out, "diff");
	for (size_t i = 0; i < diff->options.nr; i++)
		strlist_add(out, diff->options.items[i]);
	strlist_add(out, oid_hex(&diff->sides[0].commit, from));
	strlist_add(out, diff->to);
	strlist_add(out, "--");
	for (size_t i = 0; i < diff->paths.nr; i++)
		strlist_add(out, diff->paths.items[i]);
}

/* git has said what there is to say; its status becomes ours. */
static int pass_status(int status, struct error *err)
{
	if (!status)
		return 0;
	error_release(err);
	err->code = status == 1 ? ERR_REFUSED
				: (status == 129 ? ERR_USAGE : ERR_FAILED);
	return err->code;
}

static int run(struct diff *diff, struct output *output, int *status,
	       struct error *err)
{
	const char *const env[] = {diff->workspace.alternates, NULL};
	struct strlist argv = STRLIST_INIT;
	struct git_command command = {
		.repo = diff->repo, .env = env, .inherit_input = true};
	int ret;

	if (output->json)
		return print_json(diff, output, err);
	build_argv(diff, &argv);
	command.argv = (const char *const *)argv.items;
	ret = display_git(output, &command, status, err);
	if (!ret && !output_closed(output))
		ret = pass_status(*status, err);
	strlist_release(&argv);
	return ret;
}

int cmd_diff(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct diff diff = {
		.repo = context->repo,
		.options = STRLIST_INIT,
		.paths = STRLIST_INIT,
		.workspace = {.scratch = FILTER_SCRATCH_INIT},
	};
	int status = 0, ret;

	ret = read_options(&diff, context->output, argc, argv, err);
	if (!ret)
		ret = find_second_side(&diff, err);
	if (!ret)
		ret = run(&diff, context->output, &status, err);
	for (size_t i = 0; i < ARRAY_SIZE(diff.sides); i++)
		checkpoint_release(&diff.sides[i]);
	workspace_release(&diff.workspace);
	strlist_release(&diff.options);
	strlist_release(&diff.paths);
	/* All is tidied up: now end as git did. */
	if (status == 128 + SIGINT)
		raise(SIGINT);
	return ret;
}
