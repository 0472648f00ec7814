/*
 * Work on several threads.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/compat.h"
#include "base/error.h"

/* How many threads are worth starting: the processors we may run on, 1 to 8. */
unsigned thread_count(void);

/*
 * Call `work(context, i, err)` for each i below `nr`, on several threads, in
 * no order; on this one alone where `nr` is small. The first error stops the
 * rest and is returned.
 */
typedef int (*thread_work)(void *context, size_t i, struct error *err);
int thread_for(size_t nr, thread_work work, void *context, struct error *err);
/* The same for work that waits more than it computes: all at once, up to 8,
 * however many processors there are. */
int thread_for_waits(size_t nr, thread_work work, void *context,
		     struct error *err);

/*
 * A queue of tasks that may add tasks: `work` is called for each until none is
 * left, the newest first, on the calling thread and up to `threads` - 1 more (8
 * in all at most). Tasks are pointers that the work frees, also where it fails.
 * After an error the tasks that are left go to `drop`, which may be NULL.
 */
struct thread_queue;
typedef int (*thread_task)(void *context, struct thread_queue *queue,
			   void *task, struct error *err);
void thread_queue_add(struct thread_queue *queue, void *task);
int thread_queue_run(void *first_task, thread_task work, void (*drop)(void *),
		     void *context, unsigned threads, struct error *err);

#endif
