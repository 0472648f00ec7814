/*
 * Run commands side by side: each once a round, in an order that alternates,
 * so that what else the machine does meets all of them.
 *
 *	alternate <rounds> <name> [--before <shell command>] \
 *		-- <label> <command>... [-- <label> <command>...]...
 *
 * `before` is run ahead of each command, and not timed; $SIDE is its label.
 * What a command prints is thrown away; one that fails ends the whole. Prints
 * one line of JSON: medians, and `ratio`, the median over the rounds of the
 * first command's time by this one's.
 */
#include "base/compat.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define MAX_SIDES 8

struct side {
	const char *label;
	char **argv;
	double *wall, *cpu; /* ms, a round each */
	long peak_kb;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double cpu_ms(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) /
		       1e3;
}

/* As the child: never returns. */
static void become(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static bool run_shell(const char *text)
{
	const char *argv[] = {"sh", "-c", text, NULL};
	pid_t pid = vfork();
	int status;

	if (!pid)
		become((char **)argv);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

static bool time_once(struct side *side, int round)
{
	double start = now_ms();
	struct rusage usage;
	pid_t pid = vfork();
	int status;

	if (!pid)
		become(side->argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		return false;
	side->wall[round] = now_ms() - start;
	side->cpu[round] = cpu_ms(&usage);
	if (usage.ru_maxrss > side->peak_kb)
		side->peak_kb = usage.ru_maxrss;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(const double *values, int nr)
{
	double *sorted = xmemdup(values, (size_t)nr * sizeof(*sorted));
	double middle;

	qsort(sorted, (size_t)nr, sizeof(*sorted), compare);
	middle = nr % 2 ? sorted[nr / 2]
			: (sorted[nr / 2 - 1] + sorted[nr / 2]) / 2;
	free(sorted);
	return middle;
}

static double median_ratio(const double *first, const double *other, int nr)
{
	double *ratios = xcalloc((size_t)nr, sizeof(*ratios));
	double middle;

	for (int i = 0; i < nr; i++)
		ratios[i] = first[i] / (other[i] > 0 ? other[i] : 1e-6);
	middle = median(ratios, nr);
	free(ratios);
	return middle;
}

static void print_result(const char *name, const struct side *sides, int nr,
			 int rounds)
{
	printf("{\"name\":\"%s\",\"rounds\":%d,\"sides\":[", name, rounds);
	for (int i = 0; i < nr; i++)
		printf("%s{\"label\":\"%s\",\"wall_ms\":%.2f,\"cpu_ms\":%.2f,"
		       "\"peak_kb\":%ld,\"ratio\":%.3f,\"cpu_ratio\":%.3f}",
		       i ? "," : "", sides[i].label,
		       median(sides[i].wall, rounds),
		       median(sides[i].cpu, rounds), sides[i].peak_kb,
		       median_ratio(sides[0].wall, sides[i].wall, rounds),
		       median_ratio(sides[0].cpu, sides[i].cpu, rounds));
	printf("]}\n");
}

static int run_all(struct side *sides, int nr, int rounds, const char *before)
{
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < nr; i++) {
			struct side *side = &sides[round % 2 ? nr - 1 - i : i];

			setenv("SIDE", side->label, 1);
			if (before && !run_shell(before)) {
				fprintf(stderr, "alternate: '%s' failed\n",
					before);
				return 1;
			}
			if (!time_once(side, round)) {
				fprintf(stderr, "alternate: %s failed\n",
					side->label);
				return 1;
			}
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct side sides[MAX_SIDES] = {0};
	const char *before = NULL;
	int nr = 0, rounds, at = 3;

	if (argc < 6)
		return 129;
	rounds = atoi(argv[1]);
	if (!strcmp(argv[at], "--before")) {
		before = argv[at + 1];
		at += 2;
	}
	for (; at < argc && nr < MAX_SIDES; nr++) {
		struct side *side = &sides[nr];

		argv[at++] = NULL; /* the "--" ends the one before it */
		if (at + 1 >= argc)
			return 129;
		side->label = argv[at++];
		side->argv = argv + at;
		side->wall = xcalloc((size_t)rounds, sizeof(double));
		side->cpu = xcalloc((size_t)rounds, sizeof(double));
		while (at < argc && strcmp(argv[at], "--"))
			at++;
	}
	if (rounds < 1 || !nr)
		return 129;
	if (run_all(sides, nr, rounds, before))
		return 1;
	print_result(argv[2], sides, nr, rounds);
	return 0;
}
