/*
 * The user's pager, chosen and started as git does.
 */
#ifndef UI_PAGER_H
#define UI_PAGER_H

#include "base/error.h"

struct config;
struct pager;
struct repository;

/* git, or we, have started one already: its environment says so. */
bool pager_in_use(void);

/* color.pager: whether the pager understands colour. */
int pager_takes_color(bool *out, const struct config *config,
		      struct error *err);

/*
 * Start what `git var GIT_PAGER` names and turn `fd` into its input; `*out` is
 * NULL where the user wants none ("cat", or nothing). `fd` must be a
 * terminal.
 */
int pager_start(struct pager **out, const struct repository *repo, int fd,
		struct error *err);

/* Give `fd` its terminal back, wait until the pager is done, and free it. */
void pager_finish(struct pager *pager);

#endif
