/*
 * A session that another system has recorded, or of which only checkpoints are
 * left, as one of this worktree's: its log says what is known of it, and that
 * nobody works on it now.
 */
#ifndef CORE_CARRY_IMPORT_SESSION_H
#define CORE_CARRY_IMPORT_SESSION_H

#include "base/error.h"
#include "core/carry/old_work.h"

struct repository;

/* 1: it was taken over; 0: it is known already, and stays as it is. */
int import_session_write(struct repository *repo,
			 const struct old_session *session, struct error *err);

#endif
