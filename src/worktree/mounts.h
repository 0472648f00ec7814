/*
 * What is mounted in a worktree, and by whom it is seen so: nobody reports that
 * another file system has come to lie over a directory.
 */
#ifndef WORKTREE_MOUNTS_H
#define WORKTREE_MOUNTS_H

#include "base/compat.h"

#define MOUNTS_SIZE 20

/* A sum over this process's mount namespace, the directory `worktree`, and the
 * mounts at and below it. false: it cannot be told. */
bool mounts_sum(unsigned char out[MOUNTS_SIZE], const char *worktree);

#endif
