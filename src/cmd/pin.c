#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/checkpoint_name.h"
#include "core/record/json.h"
#include "core/record/pin.h"
#include "ui/options.h"
#include "ui/output.h"

static const char *const pin_usage[] = {
	"git checkpoint pin [<options>] <checkpoint>...",
	NULL,
};

static const char *const unpin_usage[] = {
	"git checkpoint unpin [<options>] <checkpoint>...",
	NULL,
};

static void print_result(struct output *output,
			 const struct checkpoint *checkpoint, bool pinned,
			 bool changed)
{
	struct json *doc;

	if (!output->json) {
		output_say(output, "%s %s%s\n", pinned ? "Pinned" : "Unpinned",
			   checkpoint->id, changed ? "" : " (it was already)");
		return;
	}
	doc = json_object_new();
	json_set_string(doc, "id", checkpoint->id);
	json_set_path(doc, "ref", checkpoint->ref);
	json_set_bool(doc, "pinned", pinned);
	json_set_bool(doc, "changed", changed);
	output_json(output, doc);
	json_free(doc);
}

/* All names are looked up before anything is changed. */
static int change_all(struct command_context *context, bool pin,
		      const struct arguments *args, struct error *err)
{
	struct checkpoint *items = xcalloc(args->nr, sizeof(*items));
	int ret = 0;

	for (size_t i = 0; i < args->nr && !ret; i++)
		ret = checkpoint_resolve(context->repo, args->items[i],
					 &items[i], err);
	for (size_t i = 0; i < args->nr && ret >= 0; i++) {
		ret = pin ? pin_set(context->repo, &items[i], err)
			  : pin_drop(context->repo, &items[i], err);
		if (ret >= 0)
			print_result(context->output, &items[i], pin, !ret);
	}
	for (size_t i = 0; i < args->nr; i++)
		checkpoint_release(&items[i]);
	free(items);
	return ret < 0 ? ret : 0;
}

static int run(struct command_context *context, bool pin, int argc,
	       const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_OUTPUT(context->output),
		OPT_END,
	};
	const struct options options = {pin ? pin_usage : unpin_usage, table,
					0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "which checkpoint?");
	return change_all(context, pin, &args, err);
}

int cmd_pin(struct command_context *context, int argc, const char **argv,
	    struct error *err)
{
	return run(context, true, argc, argv, err);
}

int cmd_unpin(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	return run(context, false, argc, argv, err);
}
