/*
 * What the two directions of a filter share; for worktree/filter*.c only.
 */
#ifndef WORKTREE_FILTERING_H
#define WORKTREE_FILTERING_H

#include "base/error.h"
#include "worktree/filter_scratch.h"

struct git_odb;
struct repository;

struct filter {
	struct repository *repo;
	struct filter_scratch scratch; /* made with the first run */
	char *objects;	     /* a directory of new blobs; NULL: none yet */
	struct git_odb *odb; /* that reads it */
	int spool;	     /* what smudging made; -1: nothing yet */
	uint64_t kept;	     /* bytes at its start that a sink wants kept */
};

/* See that there is a scratch directory. */
int filter_need_scratch(struct filter *filter, struct error *err);

/* The value of GIT_ALTERNATE_OBJECT_DIRECTORIES with which git sees `dir`, too,
 * as a string "NAME=value" for an environment. The caller must free() it. */
char *filter_alternates(const char *dir);

#endif
