/*
 * Tracked files whose bytes on disk are those of their blob, although some rule
 * might have them converted: known by index entry, so that they need not be
 * looked at again to find that out.
 *
 * That is said of the bytes of a file and of a blob, and is true for as long as
 * the index has the same id and the same stat data for the path, whatever
 * becomes of the rules.
 *
 * Derived data in $GIT_DIR/checkpoint.d/plain, safe to delete.
 */
#ifndef WORKTREE_PLAIN_H
#define WORKTREE_PLAIN_H

#include "base/error.h"

struct index_entry;
struct plain;
struct repository;

/* Read what is there; an unusable file is an empty one. The caller must
 * plain_free(). */
struct plain *plain_read(const struct repository *repo);
void plain_free(struct plain *plain);
/* The same from memory. For tests. */
struct plain *plain_parse(const void *data, size_t len);

/* Whether this entry, which the worktree matches, was found to be so; then it
 * is among those that plain_write() keeps. */
bool plain_has(struct plain *plain, const struct index_entry *entry);
/* It is. */
void plain_add(struct plain *plain, const struct index_entry *entry);

/* Replace the file by the entries that were asked for or added, if that is
 * another set. */
int plain_write(const struct plain *plain, const struct repository *repo,
		struct error *err);

#endif
