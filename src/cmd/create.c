#include "cmd/command.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/save/save.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/prompt.h"
#include "ui/sessions.h"
#include "ui/size.h"

struct create {
	struct save_options save;
	const char *message;
	const char *type;
	struct strlist attachments;
	bool yes;
};

static int read_options(struct create *create, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const char *const usage[] = {
		"git checkpoint create [<options>] [<description> | -m <text>]",
		NULL,
	};
	const struct option table[] = {
		OPT_STRING('m', "message", &create->message, "text",
			   "what this checkpoint is"),
		OPT_STRING(0, "type", &create->type, "type",
			   "its type, 'manual' unless given"),
		OPT_STRING(0, "task", &create->save.task, "id",
			   "the task it belongs to"),
		OPT_FLAG(0, "ignored", &create->save.all_ignored,
			 "save ignored files too, for this clone alone"),
		OPT_LIST(0, "attach", &create->attachments, "file",
			 "keep a copy of <file> with it"),
		OPT_FLAG(0, "pin", &create->save.pin,
			 "never drop it unless it is named"),
		OPT_STRING(0, "key", &create->save.key, "key",
			   "make it only once for this key"),
		OPT_FLAG('y', "yes", &create->yes,
			 "save much new data without asking"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr > 1)
		return options_error(&options, err,
				     "more than one description");
	if (args.nr && create->message)
		return options_error(&options, err,
				     "-m and a description say the same");
	create->save.description = args.nr ? args.items[0] : create->message;
	create->save.type = TYPE_MANUAL;
	if (create->type)
		create->save.type = checkpoint_type_parse(create->type);
	if (create->save.type == TYPE_UNKNOWN ||
	    create->save.type == TYPE_PRE_RESTORE)
		return options_error(&options, err, "no such type: '%s'",
				     create->type);
	return 0;
}

/* Save, and where that needs a yes, ask for it. */
static int save(struct command_context *context, struct create *create,
		struct saved *saved, struct error *err)
{
	struct save_options *options = &create->save;
	struct prompt prompt = {0};
	char *question = NULL;
	bool yes = false;
	int ret;

	options->attachments = &create->attachments;
	options->any_place = options->any_size = create->yes;
	ret = save_checkpoint(context->repo, options, saved, err);
	if (ret != ERR_REFUSED || create->yes || !prompt_possible() ||
	    journal_exists(context->repo))
		return ret;
	question = xstrfmt("%s; save it", err->text);
	prompt.question = question;
	error_release(err);
	ret = prompt_yes_no(&prompt, &yes, err);
	free(question);
	if (!ret && !yes)
		ret = error_set(err, ERR_REFUSED, "nothing was saved");
	if (ret < 0)
		return ret;
	options->any_place = options->any_size = true;
	saved_release(saved);
	return save_checkpoint(context->repo, options, saved, err);
}

static void say_omitted(struct output *output, const struct omitted *omitted)
{
	size_t ignored = 0, shown = 0;

	for (size_t i = 0; i < omitted->nr; i++)
		ignored += omitted->items[i].reason == OMIT_IGNORED;
	if (ignored)
		output_say(output,
			   "  left out:    %zu ignored path%s "
			   "(--ignored saves them)\n",
			   ignored, ignored == 1 ? "" : "s");
	for (size_t i = 0; i < omitted->nr; i++) {
		const struct omitted_path *item = &omitted->items[i];
		struct buf path = BUF_INIT;

		if (item->reason == OMIT_IGNORED)
			continue;
		if (shown++ == 10)
			break;
		path_quote(&path, item->path);
		output_say(output, "  left out:    %s (%s)\n", path.ptr,
			   omit_reason_name(item->reason));
		buf_release(&path);
	}
	if (omitted->nr - ignored > 10)
		output_say(output, "  left out:    and %zu more\n",
			   omitted->nr - ignored - 10);
}

/* Of the task that it belongs to: "Phase 2/3, Subtasks 1/4". */
static void say_progress(struct output *output, const struct json *task)
{
	struct buf text = BUF_INIT;

	task_add_phase(&text, task);
	task_add_subtasks(&text, task);
	if (text.len)
		output_say(output, "  progress:    %s\n", text.ptr);
	buf_release(&text);
}

static void say_saved(struct output *output, const struct saved *saved)
{
	struct buf size = BUF_INIT, time = BUF_INIT;

	size_human(&size, saved->bytes_added);
	if (saved->elapsed_ms < 10000)
		buf_addf(&time, "%lld ms", (long long)saved->elapsed_ms);
	else
		clock_duration(&time, saved->elapsed_ms);
	output_say(output, "Checkpoint saved: %s\n", saved->record.description);
	output_say(output, "  id:          %s\n", saved->checkpoint.id);
	output_say(output, "  ref:         %s\n", saved->checkpoint.ref);
	output_say(output, "  type:        %s\n", saved->record.type_name);
	say_progress(output, saved->record.task);
	output_say(output,
		   "  files:       %lld (%lld staged, %lld unstaged, %lld "
		   "untracked)\n",
		   (long long)saved->record.snapshot.files,
		   (long long)saved->record.git.staged,
		   (long long)saved->record.git.unstaged,
		   (long long)saved->record.git.untracked);
	output_say(output, "  added:       %s in %s\n", size.ptr, time.ptr);
	say_omitted(output, &saved->snapshot->omitted);
	buf_release(&size);
	buf_release(&time);
}

static void print_result(struct output *output, const struct saved *saved)
{
	for (size_t i = 0; i < saved->warnings.nr; i++)
		output_warn(output, "%s", saved->warnings.items[i]);
	if (saved->skipped) {
		output_say(output,
			   "Nothing changed since the last checkpoint\n");
		if (output->json) {
			struct json *doc = json_object_new();

			json_set_bool(doc, "skipped", true);
			output_json(output, doc);
			json_free(doc);
		}
		return;
	}
	if (output->json) {
		struct json *doc = record_to_json(&saved->record);

		json_set_string(doc, "ref", saved->checkpoint.ref);
		output_json(output, doc);
		json_free(doc);
	} else if (saved->was_there) {
		output_say(output, "Checkpoint exists for this key: %s\n",
			   saved->checkpoint.id);
	} else {
		say_saved(output, saved);
	}
	if (output->quiet && !output->json)
		output_print(output, "%s\n", saved->checkpoint.id);
}

int cmd_create(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct create create = {.attachments = STRLIST_INIT};
	struct saved saved = {0};
	/* The parser puts them in another order. */
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	int ret;

	create.save.argc = argc;
	create.save.argv = as_typed;
	ret = read_options(&create, context->output, argc, argv, err);
	if (!ret)
		ret = save(context, &create, &saved, err);
	if (!ret)
		print_result(context->output, &saved);
	saved_release(&saved);
	strlist_release(&create.attachments);
	free(as_typed);
	return ret;
}
