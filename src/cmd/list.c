#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/record/listing.h"
#include "core/record/pin.h"
#include "core/record/record.h"
#include "git/remote.h"
#include "ui/format.h"
#include "ui/listed.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/table.h"

static const char *const list_usage[] = {
	"git checkpoint list [<options>] [--all | --remotes]",
	NULL,
};

struct list {
	struct listing_filter filter;
	struct strlist types;
	const char *since;
	const char *format;
	int scope; /* 0: SCOPE_WORKTREE, which is no mode */
	bool count;
};

static int check_options(struct list *list, const struct options *options,
			 const struct output *output, struct error *err)
{
	if (list->count && list->format)
		return options_error(options, err,
				     "--count and --format cannot be used "
				     "together");
	if (output->json && list->format)
		return options_error(options, err,
				     "--json and --format cannot be used "
				     "together");
	if (output->nul && !list->format)
		return options_error(options, err, "-z needs --format");
	for (size_t i = 0; i < list->types.nr; i++) {
		enum checkpoint_type type =
			checkpoint_type_parse(list->types.items[i]);

		if (type == TYPE_UNKNOWN)
			return options_error(options, err, "no such type: '%s'",
					     list->types.items[i]);
		list->filter.types |= 1u << type;
	}
	if (list->format)
		return format_check(list->format, listed_fields, err);
	return 0;
}

static int read_options(struct list *list, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_INT('n', "limit", &list->filter.limit, "number",
			"list only the newest ones"),
		OPT_FLAG(0, "count", &list->count, "print how many there are"),
		OPT_STRING(0, "session", &list->filter.session, "session",
			   "only those of this session"),
		OPT_LIST(0, "type", &list->types, "type",
			 "only those of this type; may be given again"),
		OPT_STRING(0, "task", &list->filter.task, "id",
			   "only those of this task"),
		OPT_STRING(0, "since", &list->since, "date",
			   "only those that are not older"),
		OPT_MODE(0, "all", &list->scope, SCOPE_ALL,
			 "those of all worktrees"),
		OPT_MODE(0, "remotes", &list->scope, SCOPE_REMOTES,
			 "those fetched from remotes"),
		OPT_STRING(0, "format", &list->format, "format",
			   "print a line made of %(field)s for each"),
		OPT_FLAG('z', NULL, &output->nul,
			 "end what --format prints with NUL"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {list_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr)
		return options_error(&options, err, "too many arguments");
	list->filter.scope = (enum checkpoint_scope)list->scope;
	return check_options(list, &options, output, err);
}

static void print_format(struct output *output, const char *format,
			 struct listed *listed)
{
	struct buf line = BUF_INIT;

	listed->printable = output->terminal && !output->nul;
	format_expand(&line, format, listed_field, listed);
	output_write(output, line.ptr, line.len);
	output_write(output, output->nul ? "" : "\n", 1);
	buf_release(&line);
}

static void print_all(struct command_context *context, const struct list *list,
		      const struct checkpoint_list *found,
		      const struct strlist *pins)
{
	struct output *output = context->output;
	struct table table = TABLE_INIT(LISTED_COLUMNS);

	for (size_t i = 0; i < found->nr && !output_closed(output); i++) {
		const struct checkpoint *name = &found->items[i];
		struct listed listed;

		listed_init(&listed, context->repo, name,
			    pin_list_has(pins, name));
		if (list->format)
			print_format(output, list->format, &listed);
		else if (output->json)
			listed_json(&listed, output);
		else if (output->quiet)
			output_print(output, "%s\n", name->id);
		else
			listed_row(&listed, &table);
		listed_release(&listed);
		table_print_some(&table, output);
	}
	table_print(&table, output);
	table_release(&table);
}

static void print_count(struct output *output, size_t count)
{
	struct json *doc;

	if (!output->json) {
		output_print(output, "%zu\n", count);
		return;
	}
	doc = json_object_new();
	json_set_int(doc, "count", (int64_t)count);
	output_json(output, doc);
	json_free(doc);
}

/* Somebody who looks for the first time is told what to do. */
static void hint(struct output *output, const struct list *list)
{
	if (list->format || output->json || list->filter.session)
		return;
	if (list->filter.scope == SCOPE_REMOTES)
		output_hint(output, "'git checkpoint fetch' gets those of a "
				    "remote");
	else
		output_hint(output, "there is no checkpoint yet; "
				    "'git checkpoint create' makes one");
}

/* Those of a remote that was removed or renamed stay until they are pruned. */
static void hint_gone(struct command_context *context, const struct list *list,
		      const struct checkpoint_list *found)
{
	struct strlist remotes = STRLIST_INIT, gone = STRLIST_INIT;

	if (list->format || context->output->json)
		return;
	remote_names(context->repo, &remotes);
	for (size_t i = 0; i < found->nr; i++) {
		const char *remote = found->items[i].remote;

		if (remote && !strlist_sorted_has(&remotes, remote) &&
		    !strlist_has(&gone, remote))
			strlist_add(&gone, remote);
	}
	for (size_t i = 0; i < gone.nr; i++)
		output_hint(context->output,
			    "of remotes that are gone; 'git checkpoint fetch "
			    "--prune' drops them: %s",
			    gone.items[i]);
	strlist_release(&remotes);
	strlist_release(&gone);
}

static int run(struct command_context *context, const struct list *list,
	       struct error *err)
{
	struct checkpoint_list found = CHECKPOINT_LIST_INIT;
	struct strlist pins = STRLIST_INIT;
	size_t seen = 0;
	int ret;

	ret = listing_read(context->repo, &list->filter, &found, &seen, err);
	if (ret < 0)
		goto done;
	if (list->count) {
		print_count(context->output, found.nr);
		goto done;
	}
	if (!seen)
		hint(context->output, list);
	if (!found.nr)
		goto done;
	ret = pin_list(context->repo, &pins, err);
	if (!ret && !list->format)
		ret = output_page(context->output, err);
	if (!ret)
		print_all(context, list, &found, &pins);
	if (!ret)
		hint_gone(context, list, &found);
done:
	checkpoint_list_release(&found);
	strlist_release(&pins);
	return ret;
}

int cmd_list(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct list list = {.filter = LISTING_FILTER_INIT,
			    .types = STRLIST_INIT};
	int ret = read_options(&list, context->output, argc, argv, err);

	if (!ret && list.since)
		ret = listing_parse_date(context->repo, list.since,
					 &list.filter.since_ms, err);
	if (!ret)
		ret = run(context, &list, err);
	strlist_release(&list.types);
	return ret;
}
