#include "ui/cleaned.h"

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/clean/clean.h"
#include "core/record/json.h"
#include "ui/output.h"
#include "ui/size.h"
#include "ui/table.h"

#define MAX_COMMITS 20

/* -- for scripts --------------------------------------------------------- */

static void set_time(struct json *object, const char *key, int64_t ms)
{
	struct buf text = BUF_INIT;

	if (ms >= 0)
		clock_rfc3339(&text, ms);
	json_set_string(object, key, ms < 0 ? NULL : text.ptr);
	buf_release(&text);
}

static void set_texts(struct json *object, const char *key,
		      const struct strlist *list)
{
	struct json *array = json_set_array(object, key);

	for (size_t i = 0; i < list->nr; i++)
		json_add_path(array, list->items[i]);
}

static void set_items(struct json *doc, const char *key,
		      const struct clean_items *items, bool with_reason)
{
	struct json *array = json_set_array(doc, key);

	for (size_t i = 0; i < items->nr; i++) {
		const struct clean_item *item = &items->items[i];
		struct json *object = json_add_object(array);

		json_set_string(object, "id", item->name.id);
		json_set_path(object, "ref", item->name.ref);
		json_set_string(object, "type", item->type);
		set_time(object, "timestamp", item->time_ms);
		json_set_string(object, "description", item->description);
		set_texts(object, "problems", &item->problems);
		if (with_reason)
			json_set_string(object, "reason",
					retention_reason_name(item->reason));
	}
}

static void set_held(struct json *doc, const struct held_bytes *held,
		     const char *command)
{
	if (held->known) {
		json_set_int(doc, "bytes", (int64_t)held->bytes);
		json_set_bool(doc, "bytes_complete", !held->partial);
		json_set_int(doc, "objects", (int64_t)held->objects);
	} else {
		json_set_null(doc, "bytes");
		json_set_bool(doc, "bytes_complete", false);
		json_set_null(doc, "objects");
	}
	json_set_string(doc, "command", command);
}

static void set_lost(struct json *doc, const struct cleaned *cleaned)
{
	struct json *array = json_set_array(doc, "undo_lost");

	for (size_t i = 0; i < cleaned->nr_lost; i++) {
		const struct clean_loss *loss = &cleaned->lost[i];
		struct json *object = json_add_object(array);

		json_set_path(object, "git_dir", loss->git_dir);
		json_set_string(object, "checkpoint", loss->id);
		set_time(object, "timestamp", loss->time_ms);
		json_set_bool(object, "redo", loss->redo);
	}
}

static void set_reaching(struct json *doc, const struct reaching *reaching)
{
	struct json *array = json_set_array(doc, "reached_by");
	char hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < reaching->nr; i++) {
		const struct reaching_commit *commit = &reaching->commits[i];
		struct json *object = json_add_object(array);

		json_set_string(object, "commit", oid_hex(&commit->oid, hex));
		json_set_path(object, "ref", commit->ref);
		json_set_string(object, "subject", commit->subject);
	}
	json_set_bool(doc, "reached_complete", !reaching->unknown);
	set_texts(doc, "indexed_in", &reaching->indexes);
}

static void print_json(struct output *output, const struct cleaned *cleaned,
		       const char *command, bool dry_run)
{
	struct json *doc = json_object_new();

	json_set_bool(doc, "dry_run", dry_run);
	set_items(doc, "dropped", &cleaned->drop, false);
	set_items(doc, "kept", &cleaned->stay, true);
	set_held(doc, &cleaned->held, command);
	set_lost(doc, cleaned);
	set_reaching(doc, &cleaned->reaching);
	set_texts(doc, "not_searched", &cleaned->unread);
	output_json(output, doc);
	json_free(doc);
}

/* -- for people ---------------------------------------------------------- */

static void say_problems(struct output *output, const struct clean_items *items)
{
	for (size_t i = 0; i < items->nr; i++) {
		const struct clean_item *item = &items->items[i];

		for (size_t k = 0; k < item->problems.nr; k++) {
			struct buf text = BUF_INIT;

			text_printable(&text, item->problems.items[k]);
			output_say(output, "%s: %s\n", item->name.id, text.ptr);
			buf_release(&text);
		}
	}
}

static const char *reason_text(enum retention_reason reason)
{
	switch (reason) {
	case RETENTION_PINNED:
		return "pinned";
	case RETENTION_UNDO:
		return "an undo needs it";
	case RETENTION_NEWEST:
		return "the newest, or a backup of it";
	case RETENTION_FREE:
		break;
	}
	return "";
}

static void say_items(struct output *output, const struct clean_items *items,
		      bool with_reason)
{
	struct table table = TABLE_INIT(4);
	int64_t now = clock_now_ms();

	for (size_t i = 0; !output->quiet && i < items->nr; i++) {
		const struct clean_item *item = &items->items[i];
		struct buf age = BUF_INIT;

		if (item->time_ms >= 0)
			clock_relative(&age, item->time_ms, now);
		table_cell(&table, COLOR_YELLOW, item->name.id);
		table_cell(&table, COLOR_RESET,
			   item->type ? item->type : "(damaged)");
		table_cell(&table, COLOR_RESET, age.ptr);
		table_cell(&table, COLOR_RESET,
			   with_reason ? reason_text(item->reason)
				       : item->description);
		buf_release(&age);
		table_print_some(&table, output);
	}
	table_print(&table, output);
	table_release(&table);
}

static void say_lost(struct output *output, const struct cleaned *cleaned,
		     bool dry_run)
{
	int64_t now = clock_now_ms();

	for (size_t i = 0; i < cleaned->nr_lost; i++) {
		const struct clean_loss *loss = &cleaned->lost[i];
		struct buf age = BUF_INIT;

		clock_relative(&age, loss->time_ms, now);
		output_say(output, "%s the %s of the restore of %s (%s)\n",
			   dry_run ? "Would lose" : "Lost",
			   loss->redo ? "redo" : "undo", loss->id, age.ptr);
		buf_release(&age);
	}
}

static void say_held(struct output *output, const struct held_bytes *held,
		     const char *command, bool dry_run)
{
	struct buf size = BUF_INIT;

	size_human(&size, held->bytes);
	if (!held->known)
		output_say(output, "Git cannot tell how many bytes only they "
				   "hold\n");
	else
		output_say(output, "Only they %s %s%s\n",
			   dry_run ? "hold" : "held",
			   held->partial ? "at least " : "", size.ptr);
	if (!dry_run && (!held->known || held->objects))
		output_say(output, "This gives the space back:\n  %s\n",
			   command);
	buf_release(&size);
}

static void say_reaching(struct output *output, const struct reaching *reaching)
{
	char hex[OID_HEXSZ + 1];

	if (reaching->nr)
		output_say(output, "Its content is still in\n");
	for (size_t i = 0; i < reaching->nr; i++) {
		const struct reaching_commit *commit = &reaching->commits[i];
		struct buf text = BUF_INIT;

		if (i == MAX_COMMITS) {
			output_say(output, "  ... and %zu more commits\n",
				   reaching->nr - i);
			break;
		}
		text_printable(&text, commit->subject);
		output_say(output, "  commit %.12s (%s) %s\n",
			   oid_hex(&commit->oid, hex),
			   *commit->ref ? commit->ref : "a reflog", text.ptr);
		buf_release(&text);
	}
	for (size_t i = 0; i < reaching->indexes.nr; i++) {
		struct buf path = BUF_INIT;

		path_quote(&path, reaching->indexes.items[i]);
		output_say(output, "  index %s\n", path.ptr);
		buf_release(&path);
	}
}

static void say_all(struct output *output, const struct cleaned *cleaned,
		    const char *command, bool dry_run)
{
	size_t nr = cleaned->drop.nr;

	say_problems(output, &cleaned->drop);
	say_problems(output, &cleaned->stay);
	if (nr) {
		output_say(output, "%s %zu checkpoint%s:\n",
			   dry_run ? "Would drop" : "Dropped", nr,
			   nr == 1 ? "" : "s");
		say_items(output, &cleaned->drop, false);
	} else {
		output_say(output, "Nothing to drop\n");
	}
	if (cleaned->stay.nr) {
		output_say(output, "Kept all the same:\n");
		say_items(output, &cleaned->stay, true);
	}
	say_lost(output, cleaned, dry_run);
	if (nr)
		say_held(output, &cleaned->held, command, dry_run);
	say_reaching(output, &cleaned->reaching);
}

void cleaned_print(struct output *output, const struct repository *repo,
		   const struct cleaned *cleaned, bool dry_run)
{
	struct buf command = BUF_INIT;

	held_bytes_command(repo, &cleaned->held, &command);
	if (output->json)
		print_json(output, cleaned,
			   cleaned->drop.nr ? command.ptr : NULL, dry_run);
	else
		say_all(output, cleaned, command.ptr, dry_run);
	if (cleaned->reaching.unknown)
		output_warn(output, "git cannot tell which other commits have "
				    "the content");
	for (size_t i = 0; i < cleaned->unread.nr; i++)
		output_warn(output,
			    "'%s' is damaged, and may hold it in what "
			    "cannot be read",
			    cleaned->unread.items[i]);
	buf_release(&command);
}
