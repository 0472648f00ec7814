#include "cmd/command.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/manifest_commit.h"
#include "core/record/remote_session.h"
#include "core/remote/manifest_peek.h"
#include "core/remote/remote_choice.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/table.h"

static const char *const ls_remote_usage[] = {
	"git checkpoint ls-remote [<options>] [<remote>] [<session>...]",
	NULL,
};

/* A session of the remote, as it is printed. */
struct listed_session {
	const struct remote_session *session;
	struct manifest manifest; /* with --count, where there is one */
	char *error;		  /* why that cannot be read */
	size_t count;
	int64_t newest_ms; /* -1: there is none */
};

struct ls_remote {
	bool count;
	char *remote;
	struct strlist names;
	struct remote_sessions found;
	struct listed_session *items;
	size_t nr;
};

static int read_options(struct ls_remote *ls, struct output *output,
			struct arguments *args, int argc, const char **argv,
			struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "count", &ls->count,
			 "how many checkpoints each has, at the cost of one "
			 "commit"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {ls_remote_usage, table, 0};

	return options_parse(&options, argc, argv, args, err);
}

/* -- what to list -------------------------------------------------------- */

static int choose(struct ls_remote *ls, struct error *err)
{
	ls->items = xcalloc(ls->found.nr + 1, sizeof(*ls->items));
	for (size_t i = 0; i < ls->names.nr; i++)
		if (!remote_sessions_find(&ls->found, ls->names.items[i]))
			return error_set(err, ERR_NOT_FOUND,
					 "'%s' has no session '%s'", ls->remote,
					 ls->names.items[i]);
	/* The newest first, as everywhere. */
	for (size_t i = ls->found.nr; i; i--) {
		const struct remote_session *session = &ls->found.items[i - 1];

		if (!ls->names.nr || strlist_has(&ls->names, session->name))
			ls->items[ls->nr++].session = session;
	}
	return 0;
}

static void count_one(struct listed_session *item, const struct buf *raw)
{
	const struct remote_session *session = item->session;
	struct error err = ERROR_INIT;

	item->newest_ms = -1;
	if (session->number &&
	    manifest_commit_parse(raw->ptr, raw->len, session->name,
				  &item->manifest, &err) < 0)
		item->error = xstrdup(err.text);
	error_release(&err);
	item->count = item->manifest.nr;
	if (item->manifest.nr)
		item->newest_ms =
			item->manifest.items[item->manifest.nr - 1].time_ms;
	for (size_t i = 0; i < session->plain.nr; i++) {
		const char *id = session->plain.items[i].name;

		if (manifest_find(&item->manifest, id))
			continue;
		item->count++;
		if (id_time(id) > item->newest_ms)
			item->newest_ms = id_time(id);
	}
}

static int count_all(struct command_context *context, struct ls_remote *ls,
		     struct error *err)
{
	const struct remote_session **sessions =
		xcalloc(ls->nr + 1, sizeof(*sessions));
	struct buf *raws = xcalloc(ls->nr + 1, sizeof(*raws));
	int ret;

	for (size_t i = 0; i < ls->nr; i++) {
		raws[i] = (struct buf)BUF_INIT;
		sessions[i] = ls->items[i].session;
	}
	ret = manifest_peek(context->repo, ls->remote, 0, sessions, ls->nr,
			    raws, err);
	for (size_t i = 0; i < ls->nr; i++) {
		if (!ret)
			count_one(&ls->items[i], &raws[i]);
		buf_release(&raws[i]);
	}
	free(raws);
	free(sessions);
	return ret;
}

/* -- printing ------------------------------------------------------------ */

static void set_time(struct json *doc, const char *key, int64_t ms)
{
	struct buf text = BUF_INIT;

	if (ms >= 0)
		clock_rfc3339(&text, ms);
	json_set_string(doc, key, ms < 0 ? NULL : text.ptr);
	buf_release(&text);
}

static void print_json(struct output *output, const struct ls_remote *ls,
		       const struct listed_session *item)
{
	struct json *doc = json_object_new();

	json_set_string(doc, "session_id", item->session->name);
	json_set_path(doc, "remote", ls->remote);
	set_time(doc, "started", id_time(item->session->name));
	if (item->session->number)
		json_set_int(doc, "manifest", item->session->number);
	else
		json_set_null(doc, "manifest");
	if (ls->count && !item->error)
		json_set_int(doc, "count", (int64_t)item->count);
	else
		json_set_null(doc, "count");
	set_time(doc, "newest", ls->count ? item->newest_ms : -1);
	json_set_string(doc, "error", item->error);
	output_json(output, doc);
	json_free(doc);
}

static void add_age(struct table *table, int64_t ms)
{
	struct buf text = BUF_INIT;

	if (ms >= 0)
		clock_relative(&text, ms, clock_now_ms());
	table_cell(table, COLOR_RESET, text.ptr);
	buf_release(&text);
}

static void add_row(struct table *table, const struct ls_remote *ls,
		    const struct listed_session *item)
{
	struct buf text = BUF_INIT;

	table_cell(table, COLOR_YELLOW, item->session->name);
	add_age(table, id_time(item->session->name));
	if (!ls->count)
		return;
	if (item->error)
		buf_addstr(&text, item->error);
	else
		buf_addf(&text, "%zu checkpoint%s", item->count,
			 item->count == 1 ? "" : "s");
	table_cell(table, item->error ? COLOR_RED : COLOR_RESET, text.ptr);
	add_age(table, item->newest_ms);
	buf_release(&text);
}

static void print_all(struct output *output, const struct ls_remote *ls)
{
	struct table table = TABLE_INIT(ls->count ? 4 : 2);

	for (size_t i = 0; i < ls->nr; i++) {
		if (output->json)
			print_json(output, ls, &ls->items[i]);
		else if (output->quiet)
			output_print(output, "%s\n",
				     ls->items[i].session->name);
		else
			add_row(&table, ls, &ls->items[i]);
	}
	table_print(&table, output);
	table_release(&table);
	if (!ls->nr)
		output_hint(output,
			    "'%s' has no checkpoints; 'git checkpoint "
			    "push' puts some there",
			    ls->remote);
}

int cmd_ls_remote(struct command_context *context, int argc, const char **argv,
		  struct error *err)
{
	struct ls_remote ls = {.names = STRLIST_INIT};
	struct arguments args;
	int ret = read_options(&ls, context->output, &args, argc, argv, err);

	if (!ret)
		ret = remote_choose(context->repo, args.items, args.nr,
				    &ls.remote, &ls.names, err);
	if (!ret)
		ret = remote_sessions_list(context->repo, ls.remote, 0,
					   &ls.found, err);
	if (!ret)
		ret = choose(&ls, err);
	if (!ret && ls.count)
		ret = count_all(context, &ls, err);
	if (!ret)
		print_all(context->output, &ls);
	for (size_t i = 0; i < ls.nr; i++) {
		manifest_release(&ls.items[i].manifest);
		free(ls.items[i].error);
	}
	free(ls.items);
	remote_sessions_release(&ls.found);
	strlist_release(&ls.names);
	free(ls.remote);
	return ret;
}
