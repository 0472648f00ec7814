/*
 * Work as another system has recorded it, read from that system's own files
 * and not yet part of the repository.
 *
 * Two are known: AIWF (`.aiwf/`: checkpoints of a session, in a directory or in
 * one file each) and SkillPack (`.skillpack/`: the record of a task, as it is,
 * as it was before, and of tasks that are done). Neither keeps files of the
 * worktree. Their ids, versions and checksums are taken as they are; every
 * document is kept word for word under "imported" in the metadata, so what has
 * no place of its own is not lost. It is named in `unmapped` all the same.
 *
 * Nothing of theirs is changed, and no link is followed.
 */
#ifndef CORE_CARRY_OLD_WORK_H
#define CORE_CARRY_OLD_WORK_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/record.h"

struct json;

/* A checkpoint. */
struct old_record {
	char *file;	      /* where it was read, below the directory */
	struct record record; /* without what only the repository knows */
	char *commit; /* the commit that it names, as it does; or NULL */
	char *branch; /* short name; or NULL */
	struct strlist attachments; /* files, from where the process is */
};

/* Something that went wrong by the checkpoint, and ends only it. */
struct old_problem {
	char *file;
	char *reason;
};

/* A session: what its newest record says of it. */
struct old_session {
	char *name;
	int64_t time_ms;      /* of that record */
	struct json *session; /* as record_session_new() makes it */
	struct json *task;    /* record of one of its tasks; or NULL */
	struct json *errors;  /* an array of objects {time (ms), message} */
};

/* A key of the configuration. */
struct old_option {
	char *key;
	struct strlist values;
	char *file;
};

struct old_work {
	char *dir; /* the directory's path */
	struct old_record *records;
	size_t nr, alloc;
	struct old_problem *problems;
	size_t nr_problems, alloc_problems;
	struct old_session *sessions;
	size_t nr_sessions, alloc_sessions;
	struct old_option *options;
	size_t nr_options, alloc_options;
	struct strlist unmapped; /* "<kind of file>: <key>", each once */
};

void old_work_init(struct old_work *work, const char *dir);
void old_work_release(struct old_work *work);

/* Read a directory of the one or of the other kind. Broken files are problems;
 * an error means that it could not be looked at. */
int old_work_read_aiwf(struct old_work *work, struct error *err);
int old_work_read_skillpack(struct old_work *work, struct error *err);

/* -- for the readers ----------------------------------------------------- */

/* Files of more than this are refused. */
#define OLD_FILE_MAX_BYTES (16u << 20)

/* The record is to be filled; borrowed until the next is added. */
struct old_record *old_work_add(struct old_work *work, const char *file);
/* Take the last one back. */
void old_work_drop(struct old_work *work);
void old_work_problem(struct old_work *work, const char *file,
		      const char *reason);
/* The session of that name, made if missing. `newer`: this record is the newest
 * of it so far, and its `session` is to be set. */
struct old_session *old_work_session(struct old_work *work, const char *name,
				     int64_t time_ms, bool *newer);
/* Copies of both; `task` may be NULL. */
void old_session_set(struct old_session *session, const struct json *doc,
		     const struct json *task);

/*
 * Read a JSON file below the directory: 1, and the caller must json_free()
 * `*out`; 0: there is none. A broken one is 0 and a problem.
 */
int old_work_json(struct old_work *work, const char *file, struct json **out,
		  struct error *err);
/* Append a file's text; as above. */
int old_work_text(struct old_work *work, const char *file, struct buf *out,
		  struct error *err);
/* Names in a directory below it, sorted; none where it is not there. Links are
 * left out. `*is_dir` (an array; may be NULL) is for the caller to free(). */
int old_work_list(const struct old_work *work, const char *dir,
		  struct strlist *names, bool **is_dir, struct error *err);

/* What is still in `rest` has no place of its own; `kind` names the file. */
void old_work_unmapped(struct old_work *work, const char *kind,
		       const struct json *rest);
/* Keep `doc`, which is taken, as record.imported.files[name]. */
void old_record_keep(struct old_record *old, const char *system,
		     const char *name, struct json *doc);

/* Options of a "checkpoint" section. */
void old_work_options(struct old_work *work, const char *file,
		      const struct json *section);

/* A name for a session: theirs where it can be one. The caller must free(). */
char *old_session_name(const char *system, const char *name);
/* A time as RFC 3339 or in milliseconds; false: none. */
bool old_time(const struct json *value, int64_t *out);

#endif
