/*
 * Sending, batch by batch.
 *
 * Batches are as large as they can be without taking long: what is sent when
 * the connection breaks is to be sent again.
 */
#include "core/remote/pushing.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "core/record/checkpoint.h"
#include "core/record/manifest_commit.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/remote.h"

#define FIRST_ITEMS 32
#define MAX_ITEMS 1024
#define MAX_SESSIONS 64
/* A batch that takes longer is followed by a smaller one, one that takes a
 * quarter of it by a larger one. */
#define BATCH_MS 10000
/* How often a session is looked at again where the remote has changed. */
#define MAX_TRIES 8

/* A session's part of a batch. */
struct part {
	struct pushing_session *session;
	struct manifest manifest; /* the new one */
	struct oid oid;
	size_t nr; /* of the session's `lacks`, the oldest */
};

struct batch {
	struct pushing *pushing;
	struct pack *pack;
	struct part parts[MAX_SESSIONS];
	size_t nr;
	struct remote_update updates[MAX_SESSIONS];
};

static void batch_release(struct batch *batch)
{
	for (size_t i = 0; i < batch->nr; i++) {
		manifest_release(&batch->parts[i].manifest);
		remote_update_release(&batch->updates[i]);
	}
	pack_free(batch->pack);
	free(batch);
}

/* -- making it ----------------------------------------------------------- */

static void copy_items(struct manifest *to, const struct manifest *from,
		       size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct manifest_item *item = &from->items[i];

		manifest_add(to, item->id, item->type, item->time_ms,
			     &item->commit);
	}
}

/* The remote's present manifest becomes an object again: the next one's
 * parent. */
static int add_previous(struct batch *batch,
			const struct pushing_session *session,
			struct error *err)
{
	const char *raw = session->memory.raw;
	struct oid oid;

	if (oid_is_zero(&session->now))
		return 0;
	if (pack_add(batch->pack, OBJECT_COMMIT, raw, strlen(raw), &oid, err) <
	    0)
		return err->code;
	if (!oid_equal(&oid, &session->now))
		return error_set(err, ERR_INVALID,
				 "the manifest of session '%s' is not what its "
				 "id says",
				 session->name);
	return 0;
}

static int add_part(struct batch *batch, struct pushing_session *session,
		    size_t nr, struct error *err)
{
	struct part *part = &batch->parts[batch->nr];
	struct remote_update *update = &batch->updates[batch->nr];
	int64_t number = session->memory.number;

	*part = (struct part){.session = session, .nr = nr};
	*update = (struct remote_update){.expected = session->now};
	batch->nr++;
	/* One that was removed there is followed by the next. */
	if (oid_is_zero(&session->now))
		number++;
	part->manifest.session = xstrdup(session->name);
	part->manifest.previous = session->now;
	copy_items(&part->manifest, &session->there, session->there.nr);
	copy_items(&part->manifest, &session->lacks, nr);
	if (add_previous(batch, session, err) < 0 ||
	    manifest_commit_write(
		    batch->pushing->repo, batch->pack, &part->manifest,
		    oid_is_zero(&session->now) ? NULL : &session->there,
		    &part->oid, err) < 0)
		return err->code;
	update->ref =
		remote_session_ref(CHECKPOINT_REFS, session->name, number);
	update->oid = part->oid;
	return 0;
}

static bool has_work(const struct pushing_session *session)
{
	return session->lacks.nr && !session->out->refused;
}

/* At most `room` checkpoints. */
static int fill(struct batch *batch, size_t room, struct error *err)
{
	struct pushing *pushing = batch->pushing;
	int ret = pack_open(&batch->pack, pushing->repo, err);

	for (size_t i = 0; !ret && i < pushing->nr && room; i++) {
		struct pushing_session *session = &pushing->sessions[i];
		size_t nr = session->lacks.nr < room ? session->lacks.nr : room;

		if (!has_work(session) || batch->nr == MAX_SESSIONS)
			continue;
		room -= nr;
		ret = add_part(batch, session, nr, err);
	}
	if (!ret && batch->nr)
		ret = pack_finish(batch->pack, err);
	return ret;
}

/* -- what became of it --------------------------------------------------- */

static int part_done(struct batch *batch, struct part *part,
		     const struct remote_update *update, struct error *err)
{
	struct pushing_session *session = part->session;
	struct pushing *pushing = batch->pushing;
	struct pushed *memory = &session->memory;
	struct buf raw = BUF_INIT;

	if (object_read(pushing->repo, &part->oid, OBJECT_COMMIT,
			COMMIT_MAX_BYTES, &raw, err) < 0)
		return err->code;
	if (oid_is_zero(&session->now))
		memory->number++;
	memory->manifest = session->now = part->oid;
	free(memory->raw);
	memory->raw = buf_detach(&raw);
	copy_items(&session->out->sent, &session->lacks, part->nr);
	for (size_t i = 0; i < part->nr; i++)
		manifest_remove(&session->lacks, session->lacks.items[0].id);
	manifest_release(&session->there);
	session->there = part->manifest;
	part->manifest = (struct manifest)MANIFEST_INIT;
	free(session->out->ref);
	session->out->ref = xstrdup(update->ref);
	session->memory_changed = false;
	return pushed_write(pushing->repo, pushing->key, session->name, memory,
			    err);
}

static void part_refused(struct part *part, const struct remote_update *update)
{
	const char *reason = update->reason;

	part->session->out->refused =
		xstrdup(reason ? reason : "the remote says nothing of it");
}

/* The remote has changed: `*again` where it is worth another try. */
static int part_stale(struct batch *batch, struct part *part, unsigned tries,
		      const struct remote_update *update, struct error *err)
{
	if (tries >= MAX_TRIES) {
		part_refused(part, update);
		return 0;
	}
	return pushing_refresh(batch->pushing, part->session, err);
}

static int settle(struct batch *batch, unsigned tries, bool *stale,
		  struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < batch->nr; i++) {
		struct part *part = &batch->parts[i];
		const struct remote_update *update = &batch->updates[i];

		if (update->result == REMOTE_DONE) {
			ret = part_done(batch, part, update, err);
		} else if (update->result == REMOTE_STALE) {
			*stale = true;
			ret = part_stale(batch, part, tries, update, err);
		} else {
			part_refused(part, update);
		}
	}
	return ret;
}

/* -- what cannot be sent ------------------------------------------------- */

/* The push failed as a whole. 0: some were damaged, and it is worth a try
 * without these. */
static int failed(struct batch *batch, struct error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < batch->nr; i++)
		found += pushing_leave_damaged(batch->pushing,
					       batch->parts[i].session,
					       batch->parts[i].nr);
	if (!found)
		return err->code;
	error_release(err);
	return 0;
}

/* -- all of it ----------------------------------------------------------- */

/* 1: there is more; 0: all is sent, or refused. */
static int send_batch(struct pushing *pushing, size_t room, unsigned *tries,
		      struct error *err)
{
	const struct push_request *request = pushing->request;
	struct batch *batch = xcalloc(1, sizeof(*batch));
	bool stale = false;
	int ret;

	batch->pushing = pushing;
	ret = fill(batch, room, err);
	if (!ret && batch->nr) {
		ret = remote_push(pushing->repo, request->remote,
				  batch->updates, batch->nr, false,
				  request->flags, err);
		if (ret < 0)
			ret = failed(batch, err);
		else
			ret = settle(batch, *tries, &stale, err);
		*tries = stale ? *tries + 1 : 0;
		if (!ret)
			ret = 1;
	}
	batch_release(batch);
	return ret;
}

static size_t next_room(size_t room, int64_t took_ms)
{
	if (took_ms > BATCH_MS && room > 1)
		return room / 2;
	if (took_ms < BATCH_MS / 4 && room < MAX_ITEMS)
		return room * 2;
	return room;
}

int pushing_send(struct pushing *pushing, struct error *err)
{
	const struct push_request *request = pushing->request;
	size_t room = FIRST_ITEMS;
	unsigned tries = 0;
	int ret = 1;

	while (ret > 0) {
		int64_t start = clock_monotonic_ms();

		if (request->budget_ms &&
		    start - pushing->started_ms > request->budget_ms) {
			pushing->out->out_of_time = true;
			break;
		}
		ret = send_batch(pushing, room, &tries, err);
		room = next_room(room, clock_monotonic_ms() - start);
	}
	return ret < 0 ? ret : 0;
}
