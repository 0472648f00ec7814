#include "ui/pushed.h"

#include "core/record/json.h"
#include "core/remote/push.h"
#include "ui/output.h"

/* -- for scripts --------------------------------------------------------- */

static void set_ids(struct json *object, const char *key,
		    const struct manifest *manifest)
{
	struct json *array = json_set_array(object, key);

	for (size_t i = 0; i < manifest->nr; i++)
		json_add_string(array, manifest->items[i].id);
}

static void set_texts(struct json *object, const char *key,
		      const struct strlist *list)
{
	struct json *array = json_set_array(object, key);

	for (size_t i = 0; i < list->nr; i++)
		json_add_string(array, list->items[i]);
}

static bool is_complete(const struct push *push)
{
	for (size_t i = 0; i < push->nr; i++)
		if (push->sessions[i].left.nr || push->sessions[i].refused ||
		    push->sessions[i].unreadable.nr)
			return false;
	return true;
}

static void print_json(struct output *output, const struct push *push,
		       bool dry_run)
{
	struct json *doc = json_object_new(), *sessions;

	json_set_path(doc, "remote", push->remote);
	json_set_bool(doc, "dry_run", dry_run);
	sessions = json_set_array(doc, "sessions");
	for (size_t i = 0; i < push->nr; i++) {
		const struct push_session *session = &push->sessions[i];
		struct json *object = json_add_object(sessions);

		json_set_string(object, "session_id", session->name);
		json_set_string(object, "ref", session->ref);
		set_ids(object, "sent", &session->sent);
		set_ids(object, "left", &session->left);
		json_set_int(object, "there", (int64_t)session->there);
		set_texts(object, "removed", &session->removed);
		set_texts(object, "unreadable", &session->unreadable);
		json_set_string(object, "refused", session->refused);
		json_set_bool(object, "shared", session->shared);
	}
	if (push->commits < 0)
		json_set_null(doc, "commits");
	else
		json_set_int(doc, "commits", push->commits);
	json_set_bool(doc, "complete", is_complete(push));
	output_json(output, doc);
	json_free(doc);
}

/* -- for people ---------------------------------------------------------- */

static const char *plural(size_t nr)
{
	return nr == 1 ? "" : "s";
}

static void say_session(struct output *output, const struct push *push,
			const struct push_session *session, bool dry_run)
{
	size_t nr = session->sent.nr;

	if (nr)
		output_say(output, "%s %zu checkpoint%s of %s to '%s'\n",
			   dry_run ? "Would push" : "Pushed", nr, plural(nr),
			   session->name, push->remote);
	if (dry_run)
		for (size_t i = 0; i < nr; i++)
			output_say(output, "  %s %s\n",
				   session->sent.items[i].id,
				   session->sent.items[i].type);
	nr = session->removed.nr;
	if (nr)
		output_say(output,
			   "%zu checkpoint%s of %s %s removed there, and %s "
			   "not pushed again\n",
			   nr, plural(nr), session->name,
			   nr == 1 ? "was" : "were", nr == 1 ? "is" : "are");
}

static void warn_session(struct output *output, const struct push *push,
			 const struct push_session *session)
{
	for (size_t i = 0; i < session->unreadable.nr; i++) {
		output_warn(output, "'%s' cannot be read, and was not pushed",
			    session->unreadable.items[i]);
		output_hint(output,
			    "'git checkpoint verify %s' says what is "
			    "wrong",
			    session->unreadable.items[i]);
	}
	if (!session->shared)
		return;
	output_warn(output, "another clone writes to session '%s' on '%s', too",
		    session->name, push->remote);
	if (strncmp(session->name, "manual_", strlen("manual_")) != 0)
		output_hint(output, "'git checkpoint session start --force' "
				    "starts one that is this clone's alone");
	else
		output_hint(output, "what is saved from now on is a session of "
				    "its own");
}

void pushed_print(struct output *output, const struct push *push, bool dry_run)
{
	size_t sent = 0, left = 0;

	for (size_t i = 0; i < push->nr; i++) {
		const struct push_session *session = &push->sessions[i];

		sent += session->sent.nr;
		left += session->left.nr;
		if (!output->json)
			say_session(output, push, session, dry_run);
		warn_session(output, push, session);
	}
	if (output->json) {
		print_json(output, push, dry_run);
		return;
	}
	if (sent && push->commits > 0)
		output_say(output, "%lld unpushed commit%s %s along\n",
			   (long long)push->commits,
			   plural((size_t)push->commits),
			   push->commits == 1 ? "travels" : "travel");
	if (push->out_of_time)
		output_say(output, "Time is up; %zu checkpoint%s left\n", left,
			   left == 1 ? " is" : "s are");
	else if (!sent && !left)
		output_say(output, "Everything is on '%s' already\n",
			   push->remote);
}
