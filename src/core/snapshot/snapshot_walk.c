#include "core/snapshot/snapshot_walk.h"

#include "base/clock.h"
#include "core/snapshot/snapshot.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_MAX_FILE_SIZE (INT64_C(100) << 20)

/* The directories that include patterns with a slash lead into, up to their
 * first wildcard: an ignored directory is entered only for these. */
static void include_dirs(const struct strlist *patterns, struct strlist *out)
{
	for (size_t i = 0; i < patterns->nr; i++) {
		const char *pattern = patterns->items[i];
		size_t len;

		pattern += *pattern == '/';
		len = strcspn(pattern, "*?[\\");
		while (len && pattern[len - 1] != '/')
			len--;
		if (len)
			strlist_addn(out, pattern, len);
	}
	strlist_sort(out);
}

/*
 * Walk by what the watch has told; where a file turns up that may be another's
 * second name, so that this one may have changed unseen, by nothing.
 */
static int walk_told(struct snapshot *snapshot, struct scan_options *options,
		     struct error *err)
{
	struct told *told = &snapshot->told;
	int ret;

	options->told = told;
	options->sealed = snapshot->sealed;
	ret = scan_worktree(&snapshot->scan, snapshot->repo, options, err);
	if (ret < 0 || !told->believes || !snapshot->scan->doubtful ||
	    snapshot->sealed)
		return ret;
	scan_free(snapshot->scan);
	snapshot->scan = NULL;
	told->believes = false;
	told->head.full_ms = clock_monotonic_ms();
	return scan_worktree(&snapshot->scan, snapshot->repo, options, err);
}

int snapshot_walk(struct snapshot *snapshot,
		  const struct snapshot_options *options, struct error *err)
{
	const struct config *config = snapshot->repo->config;
	struct scan_options scan = {
		.all_ignored = options->all_ignored,
		.wanted = options->wanted,
		.protected_paths = options->protected_paths,
		.max_file_size = options->max_file_size,
	};
	struct strlist include = STRLIST_INIT, exclude = STRLIST_INIT;
	struct strlist dirs = STRLIST_INIT;
	struct ignore_list *wanted, *unwanted;
	bool ignore_case;
	int64_t limit;
	int ret;

	config_get_all(config, "checkpoint.include", &include);
	config_get_all(config, "checkpoint.exclude", &exclude);
	include_dirs(&include, &dirs);
	ret = config_get_bool(config, "core.ignorecase", false, &ignore_case,
			      err);
	if (!ret)
		ret = config_get_int(config, "checkpoint.maxfilesize",
				     DEFAULT_MAX_FILE_SIZE, &limit, err);
	if (!ret) {
		wanted = ignore_list_new(&include, ignore_case);
		unwanted = ignore_list_new(&exclude, ignore_case);
		scan.include = include.nr ? wanted : NULL;
		scan.exclude = exclude.nr ? unwanted : NULL;
		scan.include_dirs = &dirs;
		if (!scan.max_file_size)
			scan.max_file_size = (uint64_t)limit;
		ret = walk_told(snapshot, &scan, err);
		/* What they point at ends here. */
		if (!ret)
			snapshot->scan->options = (struct scan_options){0};
		ignore_list_free(wanted);
		ignore_list_free(unwanted);
	}
	strlist_release(&include);
	strlist_release(&exclude);
	strlist_release(&dirs);
	return ret;
}
