#include "core/agent/agent_turn.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "core/agent/agent_event.h"
#include "core/record/json_file.h"
#include "git/repository.h"

#define MAX_BYTES (1u << 20)
/* More sessions than this are not kept; the oldest goes. */
#define MAX_SESSIONS 50
#define WAIT_MS 2000

/* The counts by session, the newest last; a damaged file counts as none. */
static struct json *read_counts(const char *path)
{
	struct json *doc = json_file_find(path, MAX_BYTES);

	if (json_type(doc) != JSON_OBJECT) {
		json_free(doc);
		doc = json_object_new();
	}
	return doc;
}

static char *key_of(const struct agent_event *event)
{
	return xstrfmt("%s %s", event->agent, event->session);
}

int agent_turn_read(struct repository *repo, const struct agent_event *event,
		    int64_t *out, struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/turns");
	char *key = key_of(event);
	struct json *counts = read_counts(path);

	(void)err;
	*out = 0;
	json_get_int(counts, key, out);
	json_free(counts);
	free(key);
	free(path);
	return 0;
}

int agent_turn_next(struct repository *repo, const struct agent_event *event,
		    struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/turns");
	char *lock = xstrfmt("%s.lock", path);
	char *key = key_of(event);
	struct json *counts = NULL;
	struct buf text = BUF_INIT;
	int64_t count = 0;
	int fd = -1, ret = 0;

	if (!event->session)
		goto done;
	ret = file_lock(&fd, lock, WAIT_MS, err);
	if (ret < 0)
		goto done;
	counts = read_counts(path);
	json_get_int(counts, key, &count);
	json_remove(counts, key);
	json_set_int(counts, key, count + 1);
	while (json_size(counts) > MAX_SESSIONS) {
		char *first = xstrdup(json_key(json_first(counts)));

		json_remove(counts, first);
		free(first);
	}
	json_write_compact(&text, counts);
	ret = file_replace(path, text.ptr, text.len, false, err);
done:
	if (fd >= 0)
		file_unlock(fd);
	buf_release(&text);
	json_free(counts);
	free(key);
	free(lock);
	free(path);
	return ret;
}
