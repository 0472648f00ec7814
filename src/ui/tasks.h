/*
 * What a call did to a task, for people and for scripts.
 */
#ifndef UI_TASKS_H
#define UI_TASKS_H

struct output;
struct task_result;

/* `what` is "Task started" and the like. */
void task_print_result(struct output *output, const char *what,
		       const struct task_result *result);

#endif
