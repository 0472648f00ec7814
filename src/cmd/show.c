#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/changes.h"
#include "core/record/checkpoint_name.h"
#include "core/record/json.h"
#include "core/record/listing.h"
#include "core/record/pin.h"
#include "core/record/stored.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/process.h"
#include "git/tree_memory.h"
#include "ui/detail.h"
#include "ui/display.h"
#include "ui/options.h"
#include "ui/output.h"

static const char *const show_usage[] = {
	"git checkpoint show [<options>] [<checkpoint>]",
	NULL,
};

struct show {
	const char *name;
	const char *attachment;
	bool patch;
};

/* What is shown, read before anything is printed. */
struct shown {
	struct repository *repo;
	struct stored stored;
	struct strlist attachments;
	struct omitted omitted;
	bool pinned;
	bool changed;		      /* C differs from the base */
	char *base;		      /* "<short id> <subject>", or NULL */
	char base_hex[OID_HEXSZ + 1]; /* the empty tree where there is none */
	char hex[OID_HEXSZ + 1];
};

static int read_options(struct show *show, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG('p', "patch", &show->patch,
			 "show what changed against the base, too"),
		OPT_STRING(0, "attachment", &show->attachment, "name",
			   "print this attachment and nothing else"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {show_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	if (show->attachment && (show->patch || output->json))
		return options_error(&options, err,
				     "--attachment does not go with -p or "
				     "--json");
	show->name = args.nr ? args.items[0] : "latest";
	return 0;
}

/* -- attachments --------------------------------------------------------- */

static int write_piece(void *context, const void *data, size_t len,
		       struct error *err)
{
	(void)err;
	output_write(context, data, len);
	return 0;
}

static int no_attachment(const struct shown *shown, const char *name,
			 struct error *err)
{
	error_set(err, ERR_NOT_FOUND, "checkpoint '%s' has no attachment '%s'",
		  shown->stored.name.id, name);
	for (size_t i = 0; i < shown->attachments.nr; i++)
		error_hint(err, "it has '%s'", shown->attachments.items[i]);
	return err->code;
}

static int print_attachment(struct shown *shown, const char *name,
			    struct output *output, struct error *err)
{
	struct oid blob;
	char *path;
	int ret;

	if (!strlist_has(&shown->attachments, name))
		return no_attachment(shown, name, err);
	path = xstrfmt("attachments/%s", name);
	ret = stored_find(shown->repo, &shown->stored, path, &blob, err);
	if (!ret)
		ret = object_stream(shown->repo, &blob, write_piece, output,
				    err);
	free(path);
	return ret;
}

/* -- reading ------------------------------------------------------------- */

static int read_pinned(struct shown *shown, struct error *err)
{
	struct strlist pins = STRLIST_INIT;
	int ret = pin_list(shown->repo, &pins, err);

	shown->pinned = !ret && pin_list_has(&pins, &shown->stored.name);
	strlist_release(&pins);
	return ret;
}

static int read_base(struct shown *shown, struct error *err)
{
	const struct oid *base = &shown->stored.base;
	const struct oid *tree = &shown->stored.tree;
	struct buf text = BUF_INIT;
	struct commit commit;
	int ret;

	oid_hex(&shown->stored.name.commit, shown->hex);
	if (oid_is_zero(base)) {
		oid_hex(&tree_empty_id, shown->base_hex);
		shown->changed = !oid_equal(tree, &tree_empty_id);
		return 0;
	}
	oid_hex(base, shown->base_hex);
	if (commit_read(shown->repo, base, &commit, err) < 0)
		return error_prefix(err, "the base of '%s'",
				    shown->stored.name.id);
	shown->changed = !oid_equal(tree, &commit.tree);
	commit_release(&commit);
	ret = git_ask(shown->repo, &text, err, "log", "-1",
		      "--no-show-signature", "--no-color", "--encoding=UTF-8",
		      "--format=%h %s", shown->base_hex, NULL);
	buf_trim(&text);
	if (!ret)
		shown->base = buf_detach(&text);
	buf_release(&text);
	return ret;
}

static int read_all(struct shown *shown, const struct show *show,
		    struct error *err)
{
	struct checkpoint name;
	int ret = checkpoint_resolve(shown->repo, show->name, &name, err);

	if (ret < 0)
		return ret;
	ret = stored_open(shown->repo, &name, &shown->stored, err);
	checkpoint_release(&name);
	if (!ret)
		ret = stored_attachments(shown->repo, &shown->stored,
					 &shown->attachments, err);
	if (!ret && show->attachment)
		return 0;
	if (!ret)
		ret = stored_omitted(shown->repo, &shown->stored,
				     &shown->omitted, err);
	if (!ret)
		ret = read_pinned(shown, err);
	if (!ret)
		ret = read_base(shown, err);
	return ret;
}

static void shown_release(struct shown *shown)
{
	stored_release(&shown->stored);
	strlist_release(&shown->attachments);
	omitted_release(&shown->omitted);
	free(shown->base);
}

/* -- for people ---------------------------------------------------------- */

/* git's own diff of the base and C. Its output is in our pager already. */
static int print_diff(struct shown *shown, struct output *output,
		      const char *option, struct error *err)
{
	static const char *const env[] = {"GIT_PAGER=cat", NULL};
	const char *const argv[] = {"diff",	option, shown->base_hex,
				    shown->hex, "--",	NULL};
	const struct git_command command = {
		.repo = shown->repo, .argv = argv, .env = env};
	int status, ret = display_git(output, &command, &status, err);

	if (!ret && status && !output_closed(output))
		ret = error_set(err, ERR_FAILED,
				"'git diff' exited with status %d", status);
	return ret;
}

static int print_text(struct shown *shown, const struct show *show,
		      struct output *output, struct error *err)
{
	const struct detail detail = {
		.stored = &shown->stored,
		.base = shown->base,
		.attachments = &shown->attachments,
		.omitted = &shown->omitted,
		.pinned = shown->pinned,
	};
	int ret = output_page(output, err);

	if (ret < 0)
		return ret;
	detail_print(&detail, output);
	if (!output->quiet)
		output_print(output, "\n%s\n",
			     shown->changed
				     ? "Changed against the base:"
				     : "Nothing changed against the base.");
	if (!output->quiet && shown->changed)
		ret = print_diff(shown, output, "--stat", err);
	if (!ret)
		detail_print_omitted(&detail, output);
	if (!ret && show->patch && shown->changed) {
		output_print(output, "\n");
		ret = print_diff(shown, output, "--patch", err);
	}
	return ret;
}

/* -- for scripts --------------------------------------------------------- */

static void add_omitted(struct json *doc, const struct omitted *omitted)
{
	struct json *array = json_set_array(doc, "omitted_paths");

	for (size_t i = 0; i < omitted->nr; i++) {
		const struct omitted_path *item = &omitted->items[i];
		struct json *object = json_add_object(array);

		json_set_path(object, "path", item->path);
		json_set_string(object, "reason",
				omit_reason_name(item->reason));
		if (item->bytes < 0)
			json_set_null(object, "bytes");
		else
			json_set_int(object, "bytes", item->bytes);
	}
}

static int print_json(struct shown *shown, struct output *output,
		      struct error *err)
{
	const struct changes changes = {
		.repo = shown->repo, .from = shown->base_hex, .to = shown->hex};
	struct json *doc = listing_to_json(&shown->stored, shown->pinned);
	struct json *array;
	int ret;

	json_set_string(doc, "base", shown->base ? shown->base_hex : NULL);
	array = json_set_array(doc, "attachments");
	for (size_t i = 0; i < shown->attachments.nr; i++)
		json_add_path(array, shown->attachments.items[i]);
	add_omitted(doc, &shown->omitted);
	array = json_set_array(doc, "changes");
	ret = changes_to_json(&changes, array, err);
	if (!ret)
		output_json(output, doc);
	json_free(doc);
	return ret;
}

int cmd_show(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct show show = {0};
	struct shown shown = {
		.repo = context->repo,
		.attachments = STRLIST_INIT,
		.omitted = OMITTED_INIT,
	};
	int ret = read_options(&show, context->output, argc, argv, err);

	if (!ret)
		ret = read_all(&shown, &show, err);
	if (!ret && show.attachment)
		ret = print_attachment(&shown, show.attachment, context->output,
				       err);
	else if (!ret && context->output->json)
		ret = print_json(&shown, context->output, err);
	else if (!ret)
		ret = print_text(&shown, &show, context->output, err);
	shown_release(&shown);
	return ret;
}
