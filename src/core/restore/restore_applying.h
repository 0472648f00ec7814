/*
 * A plan while it is carried out; for core/restore/restore_*.c only.
 *
 *	restore_files.c  an item, a step, the whole
 *	restore_runs.c   the files, on all threads, whole directories at once
 */
#ifndef CORE_RESTORE_RESTORE_APPLYING_H
#define CORE_RESTORE_RESTORE_APPLYING_H

#include "base/error.h"

struct nest;
struct plan;
struct plan_item;
struct restore_bytes;
struct snapshot;
struct target;
struct writer;

struct applying {
	struct plan *plan;
	struct snapshot *now;
	const struct target *target;
	struct writer *writer;
	struct restore_bytes *bytes;
};

/* The steps: what is in the way goes first, rules of conversion come before the
 * files they speak of, permissions of directories last. */
enum restore_step { STEP_CLEAR, STEP_RULES, STEP_FILES, STEP_REST };
enum restore_step applying_step(const struct plan_item *item);

/* Carry out item `i` of the plan. */
int applying_item(struct applying *applying, size_t i, struct error *err);

/* Write a file or link, the plan's number `n`: to its place; or into the nest,
 * where that is not NULL: then nothing may be there. */
int applying_put(struct applying *applying, struct plan_item *item, unsigned n,
		 struct nest *nest, struct error *err);

/* Carry out STEP_FILES. */
int applying_files(struct applying *applying, struct error *err);

#endif
