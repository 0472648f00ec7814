#include "ui/listed.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/listing.h"
#include "ui/output.h"
#include "ui/table.h"

/* As many digits as git shows at least. */
#define SHORT_DIGITS 7
/* Longer names of branches would push the rest off the line. */
#define BRANCH_COLUMNS 24

void listed_init(struct listed *listed, struct repository *repo,
		 const struct checkpoint *name, bool pinned)
{
	*listed = (struct listed){.repo = repo,
				  .name = name,
				  .pinned = pinned,
				  .err = ERROR_INIT};
}

void listed_release(struct listed *listed)
{
	if (listed->opened)
		stored_release(&listed->stored);
	json_free(listed->document);
	error_release(&listed->err);
	*listed = (struct listed){0};
}

/* false: it cannot be read, and `listed->err` says why. */
static bool is_open(struct listed *listed)
{
	if (!listed->opened)
		stored_open(listed->repo, listed->name, &listed->stored,
			    &listed->err);
	listed->opened = true;
	return !listed->err.code;
}

/* -- --format ------------------------------------------------------------ */

/* What the name tells comes first, then what is somewhere in the metadata. */
const char *const listed_fields[] = {
	"id",	       "ref",
	"remote",      "commit",
	"session_id",  "age",
	"pinned",      "error",
	"type",	       "timestamp",
	"description", "branch",
	"git_commit",  "tasks_completed",
	"sprint",      "task",
	"operation",   "staged",
	"unstaged",    "untracked",
	"files",       "omitted",
	"bytes_added", "digest",
	"user",	       "host",
	"agent",       NULL,
};

/* Where fields are that are not at the top. */
static const char *const places[][2] = {
	{"task", "task.task_id"},
	{"operation", "git.operation"},
	{"staged", "git.staged"},
	{"unstaged", "git.unstaged"},
	{"untracked", "git.untracked"},
	{"files", "snapshot.files"},
	{"omitted", "snapshot.omitted.count"},
	{"bytes_added", "snapshot.bytes_added"},
	{"digest", "snapshot.digest"},
	{"user", "environment.user"},
	{"host", "environment.host"},
	{"agent", "environment.agent"},
};

static void add_text(struct buf *out, const char *text)
{
	if (text)
		buf_addstr(out, text);
}

static void add_value(struct buf *out, const struct json *value)
{
	if (json_type(value) == JSON_NUMBER)
		json_add_number_text(out, value);
	else
		add_text(out, json_as_string(value));
}

static void add_metadata(struct listed *listed, const char *field,
			 struct buf *out)
{
	const char *place = field;

	if (!is_open(listed))
		return;
	/* The only one that may be other than UTF-8. */
	if (!strcmp(field, "branch")) {
		add_text(out, listed->stored.record.branch);
		return;
	}
	if (!listed->document)
		listed->document = record_to_json(&listed->stored.record);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (!strcmp(places[i][0], field))
			place = places[i][1];
	add_value(out, json_find(listed->document, place));
}

static void add_field(struct listed *listed, const char *field, struct buf *out)
{
	const struct checkpoint *name = listed->name;
	char hex[OID_HEXSZ + 1];

	if (!strcmp(field, "id"))
		buf_addstr(out, name->id);
	else if (!strcmp(field, "ref"))
		buf_addstr(out, name->ref);
	else if (!strcmp(field, "remote"))
		add_text(out, name->remote);
	else if (!strcmp(field, "commit"))
		buf_addstr(out, oid_hex(&name->commit, hex));
	else if (!strcmp(field, "session_id"))
		buf_addstr(out, name->session);
	else if (!strcmp(field, "age"))
		clock_relative(out, id_time(name->id), clock_now_ms());
	else if (!strcmp(field, "pinned"))
		buf_addstr(out, listed->pinned ? "true" : "false");
	else if (!strcmp(field, "error"))
		add_text(out, is_open(listed) ? NULL : listed->err.text);
	else
		add_metadata(listed, field, out);
}

void listed_field(void *context, const char *field, struct buf *out)
{
	struct listed *listed = context;
	struct buf value = BUF_INIT;

	add_field(listed, field, &value);
	if (listed->printable)
		text_printable(out, value.ptr);
	else
		buf_addstr(out, value.ptr);
	buf_release(&value);
}

/* -- columns ------------------------------------------------------------- */

/* The branch, or where HEAD was detached the beginning of its commit. */
static void add_where(struct buf *out, const struct record *record)
{
	if (record->branch)
		text_clip(out, record->branch, BRANCH_COLUMNS);
	else if (record->git_commit)
		buf_addf(out, "%.*s", SHORT_DIGITS, record->git_commit);
}

/* "<paths that differ from HEAD>/<files>" */
static void add_counts(struct buf *out, const struct record *record)
{
	const int64_t counts[] = {record->git.staged, record->git.unstaged,
				  record->git.untracked};
	int64_t changed = 0;

	if (record->snapshot.files == RECORD_UNKNOWN)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		changed += counts[i] == RECORD_UNKNOWN ? 0 : counts[i];
	buf_addf(out, "%lld/%lld", (long long)changed,
		 (long long)record->snapshot.files);
}

/* "(origin, pinned) the description" */
static void add_description(struct buf *out, const struct listed *listed)
{
	const char *remote = listed->name->remote;
	const struct record *record = &listed->stored.record;

	if (remote || listed->pinned)
		buf_addf(out, "(%s%s%s) ", remote ? remote : "",
			 remote && listed->pinned ? ", " : "",
			 listed->pinned ? "pinned" : "");
	if (listed->err.code)
		add_text(out, listed->err.text);
	else
		add_text(out, record->description);
}

/* In place of the type, of one that cannot be read. */
static const char *word_for(const struct error *err)
{
	return err->code == ERR_NEWER ? "newer" : "damaged";
}

void listed_row(struct listed *listed, struct table *table)
{
	const struct record *record = &listed->stored.record;
	struct buf age = BUF_INIT, where = BUF_INIT, counts = BUF_INIT;
	struct buf description = BUF_INIT;
	bool good = is_open(listed);

	clock_relative(&age, id_time(listed->name->id), clock_now_ms());
	if (good) {
		add_where(&where, record);
		add_counts(&counts, record);
	}
	add_description(&description, listed);
	table_cell(table, COLOR_YELLOW, listed->name->id);
	table_cell(table, good ? COLOR_RESET : COLOR_RED,
		   good ? record->type_name : word_for(&listed->err));
	table_cell(table, COLOR_GREEN, age.ptr);
	table_cell(table, COLOR_CYAN, where.ptr);
	table_cell(table, COLOR_RESET, counts.ptr);
	table_cell(table, good ? COLOR_RESET : COLOR_RED, description.ptr);
	buf_release(&age);
	buf_release(&where);
	buf_release(&counts);
	buf_release(&description);
}

/* -- --json -------------------------------------------------------------- */

void listed_json(struct listed *listed, struct output *output)
{
	struct json *doc;
	char hex[OID_HEXSZ + 1];

	if (is_open(listed)) {
		doc = listing_to_json(&listed->stored, listed->pinned);
	} else {
		doc = json_object_new();
		json_set_string(doc, "id", listed->name->id);
		json_set_string(doc, "session_id", listed->name->session);
		json_set_string(doc, "error", listed->err.text);
		json_set_path(doc, "ref", listed->name->ref);
		json_set_string(doc, "commit",
				oid_hex(&listed->name->commit, hex));
		json_set_bool(doc, "pinned", listed->pinned);
	}
	output_json(output, doc);
	json_free(doc);
}
