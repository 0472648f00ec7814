#include "ui/remote_cleaned.h"

#include "base/buf.h"
#include "base/clock.h"
#include "core/record/json.h"
#include "core/remote/remote_clean.h"
#include "ui/output.h"

static struct json *add_item(struct json *array, const char *session,
			     const struct manifest_item *item)
{
	struct json *object = json_add_object(array);
	struct buf time = BUF_INIT;

	clock_rfc3339(&time, item->time_ms);
	json_set_string(object, "id", item->id);
	json_set_string(object, "session_id", session);
	json_set_string(object, "type", item->type);
	json_set_string(object, "timestamp", time.ptr);
	buf_release(&time);
	return object;
}

/* Whether it went, or would. */
static bool goes(const struct remote_clean_session *session, bool dry_run)
{
	return dry_run || session->dropped;
}

static void print_json(struct output *output,
		       const struct remote_cleaned *cleaned, bool dry_run)
{
	struct json *doc = json_object_new(), *dropped, *kept, *refused,
		    *unread;

	json_set_path(doc, "remote", cleaned->remote);
	json_set_bool(doc, "dry_run", dry_run);
	dropped = json_set_array(doc, "dropped");
	kept = json_set_array(doc, "kept");
	refused = json_set_array(doc, "refused");
	for (size_t i = 0; i < cleaned->nr; i++) {
		const struct remote_clean_session *session =
			&cleaned->sessions[i];

		for (size_t k = 0;
		     goes(session, dry_run) && k < session->drop.nr; k++)
			add_item(dropped, session->name,
				 &session->drop.items[k]);
		for (size_t k = 0; k < session->stay.nr; k++)
			json_set_string(
				add_item(kept, session->name,
					 &session->stay.items[k]),
				"reason",
				retention_reason_name(session->reasons[k]));
		if (session->refused) {
			struct json *object = json_add_object(refused);

			json_set_string(object, "session_id", session->name);
			json_set_string(object, "reason", session->refused);
		}
	}
	unread = json_set_array(doc, "unreadable");
	for (size_t i = 0; i < cleaned->unread.nr; i++)
		json_add_string(unread, cleaned->unread.items[i]);
	output_json(output, doc);
	json_free(doc);
}

static void say_session(struct output *output,
			const struct remote_cleaned *cleaned,
			const struct remote_clean_session *session,
			bool dry_run)
{
	size_t nr = session->drop.nr;

	for (size_t k = 0; goes(session, dry_run) && k < nr; k++)
		output_say(output, "%s %s from '%s'\n",
			   dry_run ? "Would drop" : "Dropped",
			   session->drop.items[k].id, cleaned->remote);
	for (size_t k = 0; k < session->stay.nr; k++)
		output_say(output, "Kept %s (%s)\n", session->stay.items[k].id,
			   retention_reason_name(session->reasons[k]));
	if (session->refused && session->dropped)
		output_warn(output,
			    "'%s' keeps what was dropped of session '%s': %s",
			    cleaned->remote, session->name, session->refused);
}

void remote_cleaned_print(struct output *output,
			  const struct remote_cleaned *cleaned, bool dry_run)
{
	size_t dropped = 0;

	for (size_t i = 0; i < cleaned->unread.nr; i++)
		output_warn(output,
			    "session '%s' on '%s' cannot be read, and stays",
			    cleaned->unread.items[i], cleaned->remote);
	for (size_t i = 0; i < cleaned->nr; i++) {
		const struct remote_clean_session *session =
			&cleaned->sessions[i];

		if (goes(session, dry_run))
			dropped += session->drop.nr;
		if (!output->json)
			say_session(output, cleaned, session, dry_run);
	}
	if (output->json)
		print_json(output, cleaned, dry_run);
	else if (!dropped)
		output_say(output, "Nothing to drop from '%s'\n",
			   cleaned->remote);
	else if (!dry_run)
		output_hint(output, "the remote gives the space back with its "
				    "own 'git gc'");
}
