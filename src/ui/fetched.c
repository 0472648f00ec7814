#include "ui/fetched.h"

#include "core/record/json.h"
#include "core/remote/fetch.h"
#include "ui/output.h"

#define TOLD 20

static void set_list(struct json *doc, const char *key,
		     const struct checkpoint_list *list)
{
	struct json *array = json_set_array(doc, key);
	char hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < list->nr; i++) {
		const struct checkpoint *item = &list->items[i];
		struct json *object = json_add_object(array);

		json_set_string(object, "id", item->id);
		json_set_string(object, "session_id", item->session);
		json_set_path(object, "ref", item->ref);
		json_set_string(object, "commit", oid_hex(&item->commit, hex));
	}
}

static void print_json(struct output *output, const struct fetch *fetch)
{
	struct json *doc = json_object_new(), *refused;

	if (fetch->remote)
		json_set_path(doc, "remote", fetch->remote);
	else
		json_set_null(doc, "remote");
	set_list(doc, "fetched", &fetch->fetched);
	set_list(doc, "pruned", &fetch->pruned);
	refused = json_set_array(doc, "refused");
	for (size_t i = 0; i < fetch->nr_refused; i++) {
		struct json *object = json_add_object(refused);

		json_set_path(object, "ref", fetch->refused[i].ref);
		json_set_string(object, "reason", fetch->refused[i].reason);
	}
	output_json(output, doc);
	json_free(doc);
}

static size_t count_sessions(const struct checkpoint_list *list)
{
	struct strlist names = STRLIST_INIT;
	size_t nr;

	for (size_t i = 0; i < list->nr; i++)
		strlist_add(&names, list->items[i].session);
	strlist_sort(&names);
	strlist_unique(&names);
	nr = names.nr;
	strlist_release(&names);
	return nr;
}

static void say(struct output *output, const struct fetch *fetch)
{
	size_t nr = fetch->fetched.nr;
	size_t sessions = count_sessions(&fetch->fetched);

	if (nr)
		output_say(output,
			   "Fetched %zu checkpoint%s of %zu session%s from "
			   "'%s'\n",
			   nr, nr == 1 ? "" : "s", sessions,
			   sessions == 1 ? "" : "s", fetch->remote);
	else if (fetch->remote)
		output_say(output, "Nothing new on '%s'\n", fetch->remote);
	nr = fetch->pruned.nr;
	if (nr)
		output_say(output, "Dropped %zu that %s no more there\n", nr,
			   nr == 1 ? "is" : "are");
	if (nr || fetch->fetched.nr)
		output_hint(output, "'git checkpoint list --remotes' lists "
				    "those that are here");
}

void fetched_print(struct output *output, const struct fetch *fetch)
{
	/* Who lies a thousand times is not heard out; --json has them all. */
	for (size_t i = 0; i < fetch->nr_refused && i < TOLD; i++)
		output_warn(output, "'%s' was not taken: %s",
			    fetch->refused[i].ref, fetch->refused[i].reason);
	if (fetch->nr_refused > TOLD)
		output_warn(output, "%zu more were not taken",
			    fetch->nr_refused - TOLD);
	for (size_t i = 0; i < fetch->warnings.nr; i++)
		output_warn(output, "%s", fetch->warnings.items[i]);
	if (output->json)
		print_json(output, fetch);
	else if (output->quiet)
		for (size_t i = 0; i < fetch->fetched.nr; i++)
			output_print(output, "%s\n",
				     fetch->fetched.items[i].id);
	else
		say(output, fetch);
}
