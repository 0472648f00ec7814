#include "core/record/listing.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/stored.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/process.h"

/* libgit2 keeps what it reads, and maps the packs. */
#define MANY 64

/* -- dates --------------------------------------------------------------- */

int listing_parse_date(const struct repository *repo, const char *date,
		       int64_t *out, struct error *err)
{
	static const char answer[] = "--max-age=";
	char *since = xstrfmt("--since=%s", date);
	/* One clock for all: "2 hours ago" counts from ours. */
	char *now = xstrfmt("GIT_TEST_DATE_NOW=%lld",
			    (long long)(clock_now_ms() / 1000));
	const char *const argv[] = {"rev-parse", since, NULL};
	const char *const env[] = {now, NULL};
	const struct git_command command = {
		.repo = repo, .argv = argv, .env = env};
	struct buf said = BUF_INIT;
	char *end = NULL;
	long long seconds = 0;
	int ret = git_run(&command, &said, NULL, err);

	if (ret < 0)
		goto done;
	buf_trim(&said);
	errno = 0;
	if (!strncmp(said.ptr, answer, strlen(answer)))
		seconds = strtoll(said.ptr + strlen(answer), &end, 10);
	if (!end || *end || errno || end == said.ptr + strlen(answer))
		ret = error_set(err, ERR_FAILED,
				"git cannot read the date '%s'", date);
	else
		*out = seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000;
done:
	buf_release(&said);
	free(since);
	free(now);
	return ret;
}

/* -- choosing ------------------------------------------------------------ */

static bool type_matches(const struct listing_filter *filter,
			 const struct commit *commit)
{
	char *name;
	bool matches;

	if (!filter->types)
		return true;
	name = commit_trailer(commit->message, "Checkpoint-Type");
	matches = name && filter->types & 1u << checkpoint_type_parse(name);
	free(name);
	return matches;
}

static bool task_matches(const char *task, const struct commit *commit)
{
	struct buf escaped = BUF_INIT;
	char *name;
	bool matches;

	if (!task)
		return true;
	name = commit_trailer(commit->message, "Checkpoint-Task");
	path_escape(&escaped, task, strlen(task));
	matches = name && !strcmp(name, escaped.ptr);
	buf_release(&escaped);
	free(name);
	return matches;
}

static int commit_matches(struct repository *repo,
			  const struct listing_filter *filter,
			  const struct oid *oid, struct error *err)
{
	struct commit commit;
	int ret;

	if (!filter->types && !filter->task)
		return 1;
	ret = commit_read(repo, oid, &commit, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = type_matches(filter, &commit) &&
	      task_matches(filter->task, &commit);
	commit_release(&commit);
	return ret;
}

/* 1: it matches, and its commit is known. 0: it does not, or is gone. */
static int matches(struct repository *repo, const struct listing_filter *filter,
		   struct checkpoint *checkpoint, struct error *err)
{
	int ret = checkpoint_read_commit(repo, checkpoint, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	return commit_matches(repo, filter, &checkpoint->commit, err);
}

int listing_read(struct repository *repo, const struct listing_filter *filter,
		 struct checkpoint_list *out, size_t *seen, struct error *err)
{
	struct checkpoint_list all = CHECKPOINT_LIST_INIT;
	int64_t left = filter->limit;
	int ret = checkpoint_list_names(repo, filter->scope, filter->session,
					&all, err);

	if (seen)
		*seen = all.nr;
	/* Who lists many reads them, here or next. */
	if (all.nr > MANY && (filter->limit < 0 || filter->limit > MANY))
		object_read_many(repo);
	for (size_t i = 0; ret >= 0 && i < all.nr && left; i++) {
		/* Sorted by time: all that follow are older. */
		if (id_time(all.items[i].id) < filter->since_ms)
			break;
		ret = matches(repo, filter, &all.items[i], err);
		if (ret <= 0)
			continue;
		ARRAY_GROW(out->items, out->nr, out->alloc);
		out->items[out->nr++] = all.items[i];
		all.items[i] = (struct checkpoint){0};
		left -= left > 0;
	}
	checkpoint_list_release(&all);
	return ret < 0 ? ret : 0;
}

/* -- for scripts --------------------------------------------------------- */

struct json *listing_to_json(const struct stored *stored, bool pinned)
{
	struct json *doc = record_to_json(&stored->record);
	char hex[OID_HEXSZ + 1];

	json_set_path(doc, "ref", stored->name.ref);
	json_set_string(doc, "commit", oid_hex(&stored->name.commit, hex));
	json_set_bool(doc, "pinned", pinned);
	return doc;
}
