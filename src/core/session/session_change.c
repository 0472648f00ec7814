#include "core/session/session_change.h"

#include "core/record/json.h"
#include "core/session/session_fold.h"
#include "core/session/session_memory.h"

int session_change_open(struct session_change *out, struct repository *repo,
			const char *session, struct error *err)
{
	*out = (struct session_change)SESSION_CHANGE_INIT;
	if (session_log_open(&out->log, repo, session, err) < 0)
		return err->code;
	session_state_init(&out->state, session);
	if (session_fold(&out->state, out->log.text.ptr, out->log.text.len, -1,
			 err) < 0)
		return err->code;
	out->cut = out->log.torn && out->state.ends_in_noise;
	return 0;
}

struct json *session_change_event(const struct session_change *change,
				  const char *name)
{
	return session_event_new(name, session_next_time(&change->state));
}

int session_change_add(struct session_change *change, struct json *event,
		       struct error *err)
{
	struct session_state *state = &change->state;
	int64_t memory = session_memory_peak(state);
	int ret;

	if (memory != RECORD_UNKNOWN)
		json_set_int(event, "memory_peak_kb", memory);
	ret = session_log_append(&change->log, event, err);
	if (!ret) {
		session_apply(state, event);
		state->events++;
	}
	json_free(event);
	return ret;
}

void session_change_close(struct session_change *change)
{
	session_log_close(&change->log);
	session_state_release(&change->state);
}
