#include "base/thread.h"

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "base/alloc.h"
#include "scratch.h"

static void count_is_what_we_may_run_on(void **state)
{
	cpu_set_t all, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_in_range(thread_count(), 1, 8);
	if (CPU_COUNT(&all) <= 8)
		assert_int_equal(thread_count(), CPU_COUNT(&all));
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(thread_count(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

/* Two that wait for each other; false where the other does not come. */
struct meeting {
	atomic_int nr;
	sem_t here;
};

static void meeting_init(struct meeting *meeting)
{
	atomic_init(&meeting->nr, 0);
	assert_int_equal(sem_init(&meeting->here, 0, 0), 0);
}

static bool meet(struct meeting *meeting)
{
	struct timespec end;

	if (atomic_fetch_add(&meeting->nr, 1) == 1)
		return !sem_post(&meeting->here);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 20;
	return !sem_timedwait(&meeting->here, &end);
}

/*
 * What runs on while the thread that failed has not yet been able to say so
 * would, without this, sometimes be all the rest.
 */
static void give_way(void)
{
	struct timespec pause = {.tv_nsec = 1000000};

	nanosleep(&pause, NULL);
}

struct counts {
	atomic_uchar *called;
	atomic_size_t calls;
	atomic_bool failed;
	size_t fail_at;	  /* this one, */
	size_t fail_step; /* and every so many behind it; 0: none */
};

static int count_call(void *context, size_t i, struct error *err)
{
	struct counts *counts = context;

	atomic_fetch_add(&counts->called[i], 1);
	atomic_fetch_add(&counts->calls, 1);
	if (counts->fail_step && i >= counts->fail_at &&
	    (i - counts->fail_at) % counts->fail_step == 0) {
		atomic_store(&counts->failed, true);
		return error_set(err, ERR_CHANGED, "number %zu", i);
	}
	if (atomic_load(&counts->failed))
		give_way();
	return 0;
}

static void calls_each_index_once(void **state)
{
	static const size_t sizes[] = {0,  1,  2,   3,	  7,	 8,
				       63, 64, 513, 1000, 100000};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct counts counts = {
			.called = xcalloc(sizes[s], sizeof(atomic_uchar))};
		struct error err = ERROR_INIT;

		assert_int_equal(
			thread_for(sizes[s], count_call, &counts, &err), 0);
		assert_int_equal(counts.calls, sizes[s]);
		for (size_t i = 0; i < sizes[s]; i++)
			assert_int_equal(counts.called[i], 1);
		assert_null(err.text);
		free(counts.called);
	}
}

static int wait_for_the_other(void *context, size_t i, struct error *err)
{
	(void)i;
	return meet(context) ? 0 : error_set(err, ERR_FAILED, "alone");
}

/* However few processors there are, two that wait for each other meet. */
static void what_waits_runs_at_once(void **state)
{
	cpu_set_t all, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	for (int round = 0; round < 20; round++) {
		struct meeting meeting;
		struct error err = ERROR_INIT;

		meeting_init(&meeting);
		assert_int_equal(
			thread_for_waits(2, wait_for_the_other, &meeting, &err),
			0);
		sem_destroy(&meeting.here);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

static void the_first_error_stops_the_rest(void **state)
{
	const size_t nr = 1000000;
	struct counts counts = {
		.called = xcalloc(nr, sizeof(atomic_uchar)),
		.fail_at = 1000,
		.fail_step = nr,
	};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(thread_for(nr, count_call, &counts, &err),
			 ERR_CHANGED);
	assert_string_equal(err.text, "number 1000");
	assert_true(counts.calls < nr);
	error_release(&err);
	free(counts.called);
}

static void one_of_many_errors_is_returned(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		const size_t nr = 64;
		struct counts counts = {
			.called = xcalloc(nr, sizeof(atomic_uchar)),
			.fail_step = 1,
		};
		struct error err = ERROR_INIT;

		assert_int_equal(thread_for(nr, count_call, &counts, &err),
				 ERR_CHANGED);
		assert_memory_equal(err.text, "number ", 7);
		assert_in_range(counts.calls, 1, thread_count());
		error_release(&err);
		free(counts.called);
	}
}

static int meet_call(void *context, size_t i, struct error *err)
{
	(void)i;
	if (meet(context))
		return 0;
	return error_set(err, ERR_FAILED, "alone");
}

static void two_long_ones_run_at_once(void **state)
{
	struct meeting meeting;
	struct error err = ERROR_INIT;

	(void)state;
	if (thread_count() < 2)
		skip();
	meeting_init(&meeting);
	assert_int_equal(thread_for(2, meet_call, &meeting, &err), 0);
	sem_destroy(&meeting.here);
}

/* A tree of tasks: each adds `fan` more until `depth` is 0. */
struct task {
	unsigned depth;
};

struct forest {
	unsigned fan;
	size_t fail_at; /* the task that fails, counted from 1; 0: none */
	atomic_size_t done;
	atomic_size_t added;
};

static atomic_size_t dropped;

static void drop_task(void *task)
{
	atomic_fetch_add(&dropped, 1);
	free(task);
}

static void add_task(struct thread_queue *queue, struct forest *forest,
		     unsigned depth)
{
	struct task *task = xmalloc(sizeof(*task));

	task->depth = depth;
	atomic_fetch_add(&forest->added, 1);
	thread_queue_add(queue, task);
}

static int grow_task(void *context, struct thread_queue *queue, void *data,
		     struct error *err)
{
	struct forest *forest = context;
	struct task *task = data;
	unsigned depth = task->depth;
	size_t done;

	free(task);
	for (unsigned i = 0; depth && i < forest->fan; i++)
		add_task(queue, forest, depth - 1);
	done = atomic_fetch_add(&forest->done, 1) + 1;
	if (done == forest->fail_at)
		return error_set(err, ERR_INVALID, "task %zu", done);
	if (forest->fail_at && done > forest->fail_at)
		give_way();
	return 0;
}

static int run_forest(struct forest *forest, unsigned depth, unsigned threads,
		      struct error *err)
{
	struct task *first = xmalloc(sizeof(*first));

	first->depth = depth;
	forest->added = 1;
	dropped = 0;
	return thread_queue_run(first, grow_task, drop_task, forest, threads,
				err);
}

static void works_until_no_task_is_left(void **state)
{
	static const struct {
		unsigned fan, depth;
		size_t tasks;
	} shapes[] = {
		{0, 0, 1},	{1, 5000, 5001},   {2, 15, 65535},
		{10, 4, 11111}, {50000, 1, 50001},
	};
	static const unsigned threads[] = {0, 1, 2, 3, 8, 100};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(shapes); s++)
		for (size_t t = 0; t < ARRAY_SIZE(threads); t++) {
			struct forest forest = {.fan = shapes[s].fan};
			struct error err = ERROR_INIT;

			assert_int_equal(run_forest(&forest, shapes[s].depth,
						    threads[t], &err),
					 0);
			assert_int_equal(forest.done, shapes[s].tasks);
			assert_int_equal(forest.added, shapes[s].tasks);
			assert_int_equal(dropped, 0);
		}
}

static void ends_every_time_it_is_run(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct forest forest = {.fan = 2};
		struct error err = ERROR_INIT;

		assert_int_equal(run_forest(&forest, round % 5, 4, &err), 0);
		assert_int_equal(forest.done, (2u << round % 5) - 1);
	}
}

static void an_error_drops_what_is_left(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 8; threads *= 2)
		for (size_t at = 1; at < 2000; at += 37) {
			struct forest forest = {.fan = 3, .fail_at = at};
			struct error err = ERROR_INIT;
			struct buf want = BUF_INIT;

			buf_addf(&want, "task %zu", at);
			assert_int_equal(run_forest(&forest, 7, threads, &err),
					 ERR_INVALID);
			assert_string_equal(err.text, want.ptr);
			assert_int_equal(forest.done + dropped, forest.added);
			assert_in_range(forest.done, at,
					threads == 1 ? at : 3000);
			error_release(&err);
			buf_release(&want);
		}
}

/* A slow chain, so that the others go to sleep; then two that must meet. */
struct late {
	int left;
	struct meeting meeting;
};

static int late_task(void *context, struct thread_queue *queue, void *task,
		     struct error *err)
{
	struct late *late = context;

	if (!task) {
		if (meet(&late->meeting))
			return 0;
		return error_set(err, ERR_FAILED, "alone");
	}
	if (late->left--) {
		give_way();
		thread_queue_add(queue, task);
		return 0;
	}
	thread_queue_add(queue, NULL);
	thread_queue_add(queue, NULL);
	return 0;
}

static void wakes_those_that_wait(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct late late = {.left = 5};
		struct error err = ERROR_INIT;

		meeting_init(&late.meeting);
		assert_int_equal(thread_queue_run(&late, late_task, NULL, &late,
						  2, &err),
				 0);
		sem_destroy(&late.meeting.here);
	}
}

static int note_task(void *context, struct thread_queue *queue, void *task,
		     struct error *err)
{
	struct buf *seen = context;
	const char *name = task;

	(void)err;
	buf_addstr(seen, name);
	if (!strcmp(name, "r")) {
		thread_queue_add(queue, (void *)(uintptr_t) "a");
		thread_queue_add(queue, (void *)(uintptr_t) "b");
	} else if (!strcmp(name, "b")) {
		thread_queue_add(queue, (void *)(uintptr_t) "c");
	}
	return 0;
}

static void takes_the_newest_first(void **state)
{
	struct buf seen = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(thread_queue_run((void *)(uintptr_t) "r", note_task,
					  NULL, &seen, 1, &err),
			 0);
	assert_string_equal(seen.ptr, "rbca");
	buf_release(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(count_is_what_we_may_run_on),
		cmocka_unit_test(calls_each_index_once),
		cmocka_unit_test(what_waits_runs_at_once),
		cmocka_unit_test(the_first_error_stops_the_rest),
		cmocka_unit_test(one_of_many_errors_is_returned),
		cmocka_unit_test(two_long_ones_run_at_once),
		cmocka_unit_test(works_until_no_task_is_left),
		cmocka_unit_test(ends_every_time_it_is_run),
		cmocka_unit_test(an_error_drops_what_is_left),
		cmocka_unit_test(wakes_those_that_wait),
		cmocka_unit_test(takes_the_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
