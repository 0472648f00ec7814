#include "cmd/command.h"

#include <sys/stat.h>

#include "core/carry/import.h"
#include "core/record/json.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/progress.h"

static const char *const import_usage[] = {
	"git checkpoint import [<options>] <file>",
	"git checkpoint import [--config] <directory>",
	NULL,
};

static int read_options(struct import_request *request, bool *is_directory,
			struct output *output, int argc, const char **argv,
			struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "own", &request->own,
			 "it is a backup of this clone: put all back to where "
			 "it was"),
		OPT_FLAG(0, "config", &request->config,
			 "of a directory: take over options, too"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {import_usage, table, 0};
	struct arguments args;
	struct stat st;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "which file?");
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	request->path = args.items[0];
	*is_directory = !stat(request->path, &st) && S_ISDIR(st.st_mode);
	if (*is_directory && request->own)
		return options_error(&options, err, "--own is for a file");
	if (!*is_directory && request->config)
		return options_error(&options, err,
				     "--config is for a directory");
	return 0;
}

static void tick(void *context, size_t done, size_t total)
{
	struct progress *progress = context;

	progress->total = total;
	progress_tick(progress, done - progress->done);
}

static const char *state_name(enum import_state state)
{
	switch (state) {
	case IMPORT_NEW:
		return "imported";
	case IMPORT_PRESENT:
		return "present";
	default:
		return "refused";
	}
}

static void add_strings(struct json *doc, const char *key,
			const struct strlist *list)
{
	struct json *array = json_set_array(doc, key);

	for (size_t i = 0; i < list->nr; i++)
		json_add_path(array, list->items[i]);
}

static void add_item(struct json *array, const struct import_item *item)
{
	struct json *object = json_add_object(array);
	char hex[OID_HEXSZ + 1];

	json_set_string(object, "id", item->name.id);
	json_set_string(object, "session_id", item->name.session);
	json_set_string(object, "ref", item->name.ref);
	json_set_string(object, "commit",
			oid_is_zero(&item->name.commit)
				? NULL
				: oid_hex(&item->name.commit, hex));
	json_set_null(object, "file");
	if (item->file)
		json_set_path(object, "file", item->file);
	json_set_string(object, "state", state_name(item->state));
	json_set_string(object, "reason", item->reason);
}

static void print_json(struct output *output,
		       const struct import_request *request,
		       const struct imported *imported)
{
	struct json *doc = json_object_new();
	struct json *array;

	json_set_path(doc, "file", request->path);
	array = json_set_array(doc, "checkpoints");
	for (size_t i = 0; i < imported->nr; i++)
		add_item(array, &imported->items[i]);
	add_strings(doc, "not_taken", &imported->notes);
	json_set_int(doc, "sessions", (int64_t)imported->sessions);
	add_strings(doc, "options", &imported->options);
	output_json(output, doc);
	json_free(doc);
}

/* What was not taken in, and with -q the ids of what was. */
static void print_items(struct output *output, const struct imported *imported)
{
	for (size_t i = 0; i < imported->nr; i++) {
		const struct import_item *item = &imported->items[i];

		if (item->state == IMPORT_REFUSED)
			output_warn(output, "'%s' is not taken in: %s",
				    item->file ? item->file : item->name.id,
				    item->reason);
		else if (item->state == IMPORT_NEW && output->quiet)
			output_print(output, "%s\n", item->name.id);
	}
}

static void print_counts(struct output *output, const struct imported *imported)
{
	size_t added = imported_count(imported, IMPORT_NEW);
	size_t present = imported_count(imported, IMPORT_PRESENT);

	output_say(output, "Imported %zu checkpoint%s", added,
		   added == 1 ? "" : "s");
	if (imported->sessions)
		output_say(output, " and %zu session%s", imported->sessions,
			   imported->sessions == 1 ? "" : "s");
	if (present)
		output_say(output, ", %zu %s here already", present,
			   present == 1 ? "was" : "were");
	output_say(output, "\n");
}

static void print_bundle(struct output *output, const struct imported *imported)
{
	size_t remote = 0;

	for (size_t i = 0; i < imported->nr; i++)
		remote += imported->items[i].state == IMPORT_NEW &&
			  imported->items[i].name.remote;
	if (imported->notes.nr)
		output_say(output,
			   "%zu ref%s of other kinds in it %s left alone\n",
			   imported->notes.nr,
			   imported->notes.nr == 1 ? "" : "s",
			   imported->notes.nr == 1 ? "was" : "were");
	if (remote)
		output_hint(output,
			    "%zu %s of another clone's sessions: 'git "
			    "checkpoint list --remotes' lists them; with --own "
			    "they are put back as this clone's own",
			    remote, remote == 1 ? "is" : "are");
}

static void print_directory(struct output *output,
			    const struct import_request *request,
			    const struct imported *imported)
{
	if (imported->notes.nr)
		output_say(output, "Kept, but without a meaning here:\n");
	for (size_t i = 0; i < imported->notes.nr; i++)
		output_say(output, "  %s\n", imported->notes.items[i]);
	if (imported->options.nr && request->config)
		output_say(output, "Set in the configuration:\n");
	for (size_t i = 0; i < imported->options.nr && request->config; i++)
		output_say(output, "  %s\n", imported->options.items[i]);
	if (imported->options.nr && !request->config)
		output_hint(output,
			    "--config takes over %zu option%s of it (%s%s)",
			    imported->options.nr,
			    imported->options.nr == 1 ? "" : "s",
			    imported->options.items[0],
			    imported->options.nr == 1 ? "" : " ...");
}

int cmd_import(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct imported imported = {.notes = STRLIST_INIT};
	struct progress progress;
	struct import_request request = {.tick = tick,
					 .tick_context = &progress};
	struct output *output = context->output;
	bool is_directory = false;
	int ret =
		read_options(&request, &is_directory, output, argc, argv, err);

	if (ret < 0)
		return ret;
	progress_start(&progress, "Looking at checkpoints", 0, !output->quiet);
	ret = is_directory
		      ? import_directory(context->repo, &request, &imported,
					 err)
		      : import_bundle(context->repo, &request, &imported, err);
	progress_stop(&progress);
	if (!ret && output->json) {
		print_json(output, &request, &imported);
	} else if (!ret) {
		print_items(output, &imported);
		print_counts(output, &imported);
		if (is_directory)
			print_directory(output, &request, &imported);
		else
			print_bundle(output, &imported);
	}
	if (!ret && imported_count(&imported, IMPORT_REFUSED))
		ret = err->code = ERR_REFUSED;
	imported_release(&imported);
	return ret;
}
