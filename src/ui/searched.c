#include "ui/searched.h"

#include "core/record/json.h"

void searching_start(struct searching *searching, struct output *output)
{
	searching->output = output;
	searching->done = 0;
	progress_start(&searching->progress, "Looking for secrets", 0,
		       !output->quiet);
}

void searching_tick(void *context, uint64_t done, uint64_t total)
{
	struct searching *searching = context;

	searching->progress.total = total;
	progress_tick(&searching->progress, done - searching->done);
	searching->done = done;
}

void searching_stop(struct searching *searching,
		    const struct secret_finds *finds)
{
	struct json *doc;

	progress_stop(&searching->progress);
	if (!finds->nr || !searching->output->json)
		return;
	doc = json_object_new();
	json_set(doc, "secrets", secret_finds_to_json(finds));
	json_set_int(doc, "more", (int64_t)finds->more);
	output_json(searching->output, doc);
	json_free(doc);
}
