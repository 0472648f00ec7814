#include "core/carry/old_work.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/carry/old_aiwf_checkpoint.h"
#include "core/carry/old_session.h"
#include "core/carry/yaml.h"
#include "core/record/json.h"

static int read_checkpoints(struct old_work *work, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	bool *is_dir = NULL;
	int ret = old_work_list(work, "checkpoints", &names, &is_dir, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		const char *name = names.items[i];

		if (!strncmp(name, "cp_", 3) && is_dir[i]) {
			ret = old_aiwf_read_directory(work, name, err);
		} else if (!strncmp(name, "cp_", 3) &&
			   text_ends_with(name, ".json")) {
			ret = old_aiwf_read_file(work, name, err);
		} else if (strcmp(name, "current-session.json") != 0) {
			struct json *other = json_object_new();

			json_set_null(other, name);
			old_work_unmapped(work, "checkpoints", other);
			json_free(other);
		}
	}
	free(is_dir);
	strlist_release(&names);
	return ret;
}

static size_t count_tasks(const struct json *session)
{
	static const char *const lists[] = {"completed_tasks", "failed_tasks",
					    "skipped_tasks", "pending_tasks"};
	size_t nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		nr += json_size(json_get(session, lists[i]));
	return nr;
}

/* A session as it is now, which is newer than all checkpoints of it. */
static int read_live(struct old_work *work, const char *file, struct error *err)
{
	struct json *doc = NULL;
	struct old_state state;
	int ret = old_work_json(work, file, &doc, err);

	if (ret <= 0)
		return ret;
	old_state_read(&state, doc);
	if (!state.id) {
		old_work_problem(work, file, "it names no session");
	} else {
		char *name = old_session_name("aiwf", state.id);
		struct old_session *session;
		bool newer;
		int64_t started = 0;

		old_time(json_get(state.session, "started"), &started);
		session = old_work_session(work, name, started, &newer);
		json_set_string(state.session, "id", name);
		/* A mere reference to the session says less than it. */
		if (count_tasks(state.session) >= count_tasks(session->session))
			old_session_set(session, state.session, state.task);
		free(name);
		old_work_unmapped(work, file, doc);
	}
	old_state_release(&state);
	json_free(doc);
	return 0;
}

static int read_options(struct old_work *work, struct error *err)
{
	static const char file[] = "yolo-config.yaml";
	struct buf text = BUF_INIT;
	struct json *doc = NULL;
	int ret = old_work_text(work, file, &text, err);

	if (ret > 0 && yaml_parse(&doc, text.ptr, text.len, err) < 0) {
		old_work_problem(work, file, err->text);
		error_release(err);
	}
	if (doc)
		old_work_options(work, file, json_get(doc, "checkpoint"));
	json_free(doc);
	buf_release(&text);
	return ret < 0 ? ret : 0;
}

int old_work_read_aiwf(struct old_work *work, struct error *err)
{
	static const char *const live[] = {
		"checkpoints/current-session.json",
		"current-session.json",
		"yolo-state.json",
	};
	int ret = read_checkpoints(work, err);

	for (size_t i = 0; !ret && i < ARRAY_SIZE(live); i++)
		ret = read_live(work, live[i], err);
	return ret ? ret : read_options(work, err);
}
