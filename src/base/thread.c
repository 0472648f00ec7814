#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/alloc.h"

#define THREADS_MAX 8

unsigned thread_count(void)
{
	cpu_set_t set;
	long nr;

	/* Fails where the machine has more processors than the set has bits. */
	if (!sched_getaffinity(0, sizeof(set), &set))
		nr = CPU_COUNT(&set);
	else
		nr = sysconf(_SC_NPROCESSORS_ONLN);
	if (nr < 1)
		return 1;
	return nr < THREADS_MAX ? (unsigned)nr : THREADS_MAX;
}

/*
 * Run `work` on the calling thread and on up to `threads - 1` more. Where the
 * system gives fewer, those that there are do all of it.
 */
static void run_on_threads(unsigned threads, void *(*work)(void *),
			   void *context)
{
	pthread_t others[THREADS_MAX - 1];
	unsigned nr = 0;

	while (nr + 1 < threads && nr < ARRAY_SIZE(others) &&
	       !pthread_create(&others[nr], NULL, work, context))
		nr++;
	work(context);
	while (nr)
		pthread_join(others[--nr], NULL);
}

struct loop {
	thread_work work;
	void *context;
	size_t nr;
	size_t step; /* how many a thread takes at once */
	atomic_size_t next;
	atomic_bool stop;
	pthread_mutex_t mutex; /* of what follows */
	int ret;
	struct error err;
};

static void loop_fail(struct loop *loop, int ret, struct error *err)
{
	atomic_store(&loop->stop, true);
	pthread_mutex_lock(&loop->mutex);
	if (!loop->ret) {
		loop->ret = ret;
		error_move(&loop->err, err);
	}
	pthread_mutex_unlock(&loop->mutex);
}

static void *loop_worker(void *data)
{
	struct loop *loop = data;
	struct error err = ERROR_INIT;

	for (;;) {
		size_t i = atomic_fetch_add(&loop->next, loop->step);
		size_t end;

		if (i >= loop->nr)
			break;
		end = loop->nr - i < loop->step ? loop->nr : i + loop->step;
		for (; i < end; i++) {
			int ret;

			if (atomic_load(&loop->stop))
				goto done;
			ret = loop->work(loop->context, i, &err);
			if (ret < 0) {
				loop_fail(loop, ret, &err);
				goto done;
			}
		}
	}
done:
	error_release(&err);
	return NULL;
}

static int run_loop(size_t nr, unsigned threads, thread_work work,
		    void *context, struct error *err)
{
	struct loop loop = {
		.work = work,
		.context = context,
		.nr = nr,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};

	if (threads > nr)
		threads = nr ? (unsigned)nr : 1;
	/* Small enough that no thread is left with much while others idle. */
	loop.step = nr / threads / 32;
	if (loop.step < 1)
		loop.step = 1;
	if (loop.step > 64)
		loop.step = 64;
	run_on_threads(threads, loop_worker, &loop);
	pthread_mutex_destroy(&loop.mutex);
	if (loop.ret < 0)
		error_move(err, &loop.err);
	return loop.ret;
}

int thread_for(size_t nr, thread_work work, void *context, struct error *err)
{
	return run_loop(nr, thread_count(), work, context, err);
}

int thread_for_waits(size_t nr, thread_work work, void *context,
		     struct error *err)
{
	return run_loop(nr, THREADS_MAX, work, context, err);
}

struct thread_queue {
	thread_task work;
	void *context;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	void **tasks; /* the last is the next */
	size_t nr;
	size_t alloc;
	unsigned waiting; /* threads with nothing to do */
	unsigned busy;	  /* threads in `work`, which may add tasks */
	bool stop;
	int ret;
	struct error err;
};

void thread_queue_add(struct thread_queue *queue, void *task)
{
	bool wake;

	pthread_mutex_lock(&queue->mutex);
	ARRAY_GROW(queue->tasks, queue->nr, queue->alloc);
	queue->tasks[queue->nr++] = task;
	wake = queue->waiting > 0;
	pthread_mutex_unlock(&queue->mutex);
	if (wake)
		pthread_cond_signal(&queue->changed);
}

/* With the mutex held. false: there is none, and there will be none. */
static bool queue_take(struct thread_queue *queue, void **task)
{
	while (!queue->nr && queue->busy && !queue->stop) {
		queue->waiting++;
		pthread_cond_wait(&queue->changed, &queue->mutex);
		queue->waiting--;
	}
	if (queue->stop || !queue->nr)
		return false;
	*task = queue->tasks[--queue->nr];
	return true;
}

static void *queue_worker(void *data)
{
	struct thread_queue *queue = data;
	struct error err = ERROR_INIT;
	void *task;

	pthread_mutex_lock(&queue->mutex);
	while (queue_take(queue, &task)) {
		int ret;

		queue->busy++;
		pthread_mutex_unlock(&queue->mutex);
		ret = queue->work(queue->context, queue, task, &err);
		pthread_mutex_lock(&queue->mutex);
		queue->busy--;
		if (ret < 0 && !queue->ret) {
			queue->ret = ret;
			queue->stop = true;
			error_move(&queue->err, &err);
		}
	}
	/* This thread found the end; let those that wait find it too. */
	if (queue->waiting)
		pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
	error_release(&err);
	return NULL;
}

int thread_queue_run(void *first_task, thread_task work, void (*drop)(void *),
		     void *context, unsigned threads, struct error *err)
{
	struct thread_queue queue = {
		.work = work,
		.context = context,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};

	thread_queue_add(&queue, first_task);
	run_on_threads(threads, queue_worker, &queue);
	while (queue.nr) {
		void *task = queue.tasks[--queue.nr];

		if (drop)
			drop(task);
	}
	free(queue.tasks);
	pthread_cond_destroy(&queue.changed);
	pthread_mutex_destroy(&queue.mutex);
	if (queue.ret < 0)
		error_move(err, &queue.err);
	return queue.ret;
}
