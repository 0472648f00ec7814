/*
 * Whatever a session's log holds, it is folded, and what comes of it can be put
 * into a checkpoint and be read back. Cutting it off anywhere loses no line
 * that stood before.
 */
#include "core/session/session_fold.h"

#include "core/record/json.h"
#include "core/session/session_listing.h"
#include "core/session/session_record.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_state(const struct session_state *state)
{
	int64_t now_ms = state->last_activity_ms;
	struct json *document = session_to_json(state, now_ms);
	struct record record;
	struct session_state again;

	expect(json_size(json_get(document, "tasks")) == state->nr_tasks);
	json_free(document);
	expect(!state->current || session_state_current(state));
	for (size_t i = 0; i < state->nr_tasks; i++) {
		int percent = session_task_percent(&state->tasks[i]);

		expect(percent >= -1 && percent <= 100);
		expect(session_task_worked(&state->tasks[i], now_ms) >= 0);
	}
	record_init(&record);
	record.session_id = strdup(state->id);
	session_record_fill(&record, state, NULL, now_ms);
	session_state_of_record(&record, &again);
	expect(again.nr_tasks == state->nr_tasks ||
	       state->nr_tasks > SESSION_MAX_TASKS);
	session_state_release(&again);
	record_release(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t cuts[] = {1, 2, 3};
	struct error err = ERROR_INIT;
	struct session_state state;
	int ret;

	session_state_init(&state, "session_1_00000000");
	ret = session_fold(&state, (const char *)data, size, -1, &err);
	expect(!ret || (ret == ERR_NEWER && err.text));
	if (!ret)
		check_state(&state);
	for (size_t i = 0; !ret && i < sizeof(cuts) / sizeof(*cuts); i++) {
		struct session_state less;

		session_state_init(&less, "session_1_00000000");
		expect(!session_fold(&less, (const char *)data, size,
				     state.events * (int64_t)cuts[i] / 4,
				     &err));
		expect(less.events <= state.events);
		session_state_release(&less);
	}
	session_state_release(&state);
	error_release(&err);
	return 0;
}
