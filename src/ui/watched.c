#include "ui/watched.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/hook/watch.h"
#include "core/hook/watch_save.h"
#include "core/record/json.h"
#include "ui/output.h"
#include "ui/size.h"

void watched_release(struct watched *watched)
{
	free(watched->failure);
	watched->failure = NULL;
}

/* -- documents ----------------------------------------------------------- */

static struct json *event_new(const char *name)
{
	struct json *doc = json_object_new();
	struct buf now = BUF_INIT;

	clock_rfc3339(&now, clock_now_ms());
	json_set_string(doc, "event", name);
	json_set_string(doc, "time", now.ptr);
	buf_release(&now);
	return doc;
}

/* Print and free it. Whoever follows the output sees it now. */
static void event_print(struct output *output, struct json *doc)
{
	if (output->json)
		output_json(output, doc);
	json_free(doc);
	output_flush(output);
}

static void add_interval(struct buf *out, int64_t interval_ms)
{
	if (interval_ms == WATCH_NEVER) {
		buf_addstr(out, "at the end");
	} else if (!interval_ms) {
		buf_addstr(out, "whenever files were left alone");
	} else {
		buf_addstr(out, "every ");
		clock_duration(out, interval_ms);
		buf_addstr(out, " while files change");
	}
}

/* -- what happens -------------------------------------------------------- */

void watched_started(struct watched *watched, const char *worktree,
		     size_t directories, bool blind, int64_t interval_ms,
		     bool has_keys)
{
	struct output *output = watched->output;
	struct json *doc = event_new("started");
	struct buf interval = BUF_INIT, quoted = BUF_INIT;

	json_set_int(doc, "pid", getpid());
	json_set_path(doc, "worktree", worktree);
	json_set_bool(doc, "polling", blind);
	json_set_int(doc, "directories", (int64_t)directories);
	if (interval_ms == WATCH_NEVER)
		json_set_null(doc, "interval_ms");
	else
		json_set_int(doc, "interval_ms", interval_ms);
	add_interval(&interval, interval_ms);
	path_quote(&quoted, worktree);
	output_say(output, "Watching %s, saving %s\n", quoted.ptr,
		   interval.ptr);
	if (has_keys)
		output_say(output, "Press s to save now, ^C to end\n");
	event_print(output, doc);
	buf_release(&interval);
	buf_release(&quoted);
}

static void warn_error(struct output *output, const char *what,
		       const struct error *error)
{
	struct buf text = BUF_INIT;
	struct strlist hints = STRLIST_INIT;

	text_printable(&text, error->text);
	output_warn(output, "%s%s", what, text.ptr);
	if (error->hints)
		strlist_split(&hints, error->hints, '\n');
	for (size_t i = 0; i < hints.nr; i++) {
		buf_reset(&text);
		text_printable(&text, hints.items[i]);
		output_hint(output, "%s", text.ptr);
	}
	strlist_release(&hints);
	buf_release(&text);
}

void watched_blind(struct watched *watched, const struct error *why,
		   int64_t interval_ms)
{
	struct json *doc = event_new("polling");
	struct buf interval = BUF_INIT;

	warn_error(watched->output, "", why);
	if (interval_ms != WATCH_NEVER) {
		clock_duration(&interval,
			       interval_ms > 1000 ? interval_ms : 1000);
		output_warn(watched->output, "looking every %s instead",
			    interval.ptr);
	}
	json_set_string(doc, "reason", why->text);
	event_print(watched->output, doc);
	buf_release(&interval);
}

void watched_waiting(struct watched *watched)
{
	if (watched->waiting)
		return;
	watched->waiting = true;
	output_say(watched->output, "Waiting for git to finish\n");
	event_print(watched->output, event_new("waiting"));
}

static void print_made(struct watched *watched, const struct json *record)
{
	struct output *output = watched->output;
	const char *id = json_get_string(record, "id");
	struct json *doc = event_new("checkpoint");
	struct buf size = BUF_INIT;
	int64_t bytes = 0;

	JSON_FOR_EACH (item, record) {
		json_set_copy(doc, json_key(item), item);
	}
	json_get_int(json_get(record, "snapshot"), "bytes_added", &bytes);
	size_human(&size, (uint64_t)bytes);
	output_say(output, "Checkpoint saved: %s (%s, %s added)\n", id,
		   json_get_string(record, "type"), size.ptr);
	if (output->quiet && !output->json)
		output_print(output, "%s\n", id);
	event_print(output, doc);
	buf_release(&size);
}

/*
 * What went wrong, without what it went wrong with: names of temporary files
 * are others each time.
 */
static const char *cause_of(const char *text)
{
	const char *cause = text;

	for (const char *at = text; (at = strstr(at, ": ")); at += 2)
		cause = at + 2;
	return cause;
}

static void print_failure(struct watched *watched, const struct error *error)
{
	const char *cause = cause_of(error->text);
	struct json *doc;

	if (watched->failure && !strcmp(watched->failure, cause))
		return;
	free(watched->failure);
	watched->failure = xstrdup(cause);
	warn_error(watched->output, "not saved: ", error);
	doc = event_new("failed");
	json_set_string(doc, "error", error->text);
	event_print(watched->output, doc);
}

static void print_off(struct watched *watched)
{
	if (watched->off)
		return;
	watched->off = true;
	output_warn(watched->output,
		    "nothing is saved: checkpoint.auto or checkpoint.on do not "
		    "want it");
	event_print(watched->output, event_new("off"));
}

void watched_result(struct watched *watched, const struct watch_result *result)
{
	for (size_t i = 0; i < result->warnings.nr; i++)
		output_warn(watched->output, "%s", result->warnings.items[i]);
	watched->waiting = false;
	if (result->outcome != WATCH_FAILED) {
		free(watched->failure);
		watched->failure = NULL;
	}
	if (result->outcome != WATCH_OFF)
		watched->off = false;
	switch (result->outcome) {
	case WATCH_MADE:
		print_made(watched, result->record);
		break;
	case WATCH_SKIPPED:
		event_print(watched->output, event_new("unchanged"));
		break;
	case WATCH_OFF:
		print_off(watched);
		break;
	case WATCH_FAILED:
		print_failure(watched, &result->error);
		break;
	case WATCH_EARLY:
		break;
	}
}

void watched_ended(struct watched *watched, const char *reason, int number)
{
	struct json *doc = event_new("ended");

	json_set_string(doc, "reason", reason);
	if (number)
		json_set_int(doc, "signal", number);
	else
		json_set_null(doc, "signal");
	event_print(watched->output, doc);
}
