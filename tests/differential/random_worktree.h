/*
 * A repository with random paths and rules, and what git says of them.
 *
 * The repository is ./repo below the scratch directory, which is HOME as well;
 * each round empties and fills it again.
 */
#ifndef RANDOM_WORKTREE_H
#define RANDOM_WORKTREE_H

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "base/path.h"
#include "git/index.h"
#include "git/process.h"
#include "git/repository.h"

#include "random_rules.h"

struct random_worktree {
	random_state random;
	struct strlist dirs;  /* "", "a/", "a/b/" */
	struct strlist paths; /* files, links, and directories with a slash */
	struct strlist asked; /* these without it, and some that do not exist */
	bool fold;	      /* core.ignoreCase */

	/* Once it is open: */
	struct repository *repo;
	struct index *index;
	int top_fd;
};

static inline void must(bool ok, const char *what)
{
	if (!ok)
		fail_msg("%s: %s", what, strerror(errno));
}

static inline void write_text(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	must(fd >= 0 && write(fd, text->ptr, text->len) == (ssize_t)text->len &&
		     close(fd) == 0,
	     path);
}

static inline void git_must(const struct repository *repo,
			    const char *const *argv, const struct buf *input,
			    struct buf *out)
{
	struct error err = ERROR_INIT;
	struct git_command command = {
		.repo = repo,
		.argv = argv,
		.input = input ? input->ptr : NULL,
		.input_len = input ? input->len : 0,
	};
	int status;

	/* check-ignore says 1 where no path is ignored */
	if (git_run(&command, out, &status, &err) < 0 || status > 1)
		fail_msg("git %s: %s", argv[0], err.text);
	error_release(&err);
}

/* Everything below "repo" but .git goes. */
static int sweep(const char *path, const struct stat *st, int type,
		 struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (!strncmp(path, "repo/.git", 9) && (!path[9] || path[9] == '/'))
		return 0;
	return ftw->level ? remove(path) : 0;
}

static inline void make_paths(struct random_worktree *tree)
{
	random_state *random = &tree->random;
	struct buf path = BUF_INIT;

	strlist_add(&tree->dirs, "");
	for (size_t i = random_below(random, 14); i > 0; i--) {
		buf_reset(&path);
		buf_addf(&path, "repo/%s",
			 tree->dirs.items[random_below(random, tree->dirs.nr)]);
		random_name(random, &path);
		if (mkdir(path.ptr, 0755) < 0)
			continue;
		strlist_addf(&tree->dirs, "%s/", path.ptr + 5);
		strlist_addf(&tree->paths, "%s/", path.ptr + 5);
	}
	for (size_t i = 8 + random_below(random, 60); i > 0; i--) {
		int fd;

		buf_reset(&path);
		buf_addf(&path, "repo/%s",
			 tree->dirs.items[random_below(random, tree->dirs.nr)]);
		random_name(random, &path);
		if (random_percent(random, 6)) {
			if (symlink("a", path.ptr) < 0)
				continue;
		} else {
			fd = open(path.ptr, O_CREAT | O_EXCL | O_WRONLY, 0644);
			if (fd < 0)
				continue;
			close(fd);
		}
		strlist_add(&tree->paths, path.ptr + 5);
	}
	buf_release(&path);
}

static inline bool passes_a_link(const char *path)
{
	struct buf part = BUF_INIT;
	bool found = false;

	buf_addf(&part, "repo/%s", path);
	for (char *slash = part.ptr + 5; (slash = strchr(slash, '/'));
	     slash++) {
		struct stat st;

		*slash = '\0';
		found |= !lstat(part.ptr, &st) && S_ISLNK(st.st_mode);
		*slash = '/';
	}
	buf_release(&part);
	return found;
}

static inline void make_questions(struct random_worktree *tree)
{
	random_state *random = &tree->random;
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < tree->paths.nr; i++) {
		size_t len = strlen(tree->paths.items[i]);

		len -= tree->paths.items[i][len - 1] == '/';
		strlist_addn(&tree->asked, tree->paths.items[i], len);
	}
	for (size_t i = 0; i < 150; i++) {
		buf_reset(&path);
		buf_addstr(
			&path,
			tree->dirs.items[random_below(random, tree->dirs.nr)]);
		while (random_percent(random, 40)) {
			random_name(random, &path);
			buf_addch(&path, '/');
		}
		random_name(random, &path);
		if (!passes_a_link(path.ptr))
			strlist_add(&tree->asked, path.ptr);
	}
	buf_release(&path);
}

/*
 * The file `name` ("ignore", "attributes") of the user, in one of the places
 * where git looks, and the lines of configuration that say so.
 */
static inline void make_user_file(struct random_worktree *tree,
				  const char *name, const char *key,
				  random_line line, struct buf *config)
{
	static const char *const places[] = {"xdg/git/%s", ".config/git/%s",
					     "my %s", "repo/my-%s"};
	struct buf path = BUF_INIT, text = BUF_INIT;
	size_t place = random_below(&tree->random, 6);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		buf_reset(&path);
		switch (i) {
		case 0:
			buf_addf(&path, "xdg/git/%s", name);
			break;
		case 1:
			buf_addf(&path, ".config/git/%s", name);
			break;
		case 2:
			buf_addf(&path, "my %s", name);
			break;
		default:
			buf_addf(&path, "repo/my-%s", name);
		}
		unlink(path.ptr);
		if (i != place)
			continue;
		random_file(&tree->random, line, &tree->paths, &text);
		write_text(path.ptr, &text);
	}
	if (place == 2)
		buf_addf(config, "%s = \"%s/my %s\"\n", key,
			 random_percent(&tree->random, 50) ? "~"
							   : getenv("HOME"),
			 name);
	else if (place == 3)
		buf_addf(config, "%s = my-%s\n", key, name);
	else if (place == 4 && random_percent(&tree->random, 30))
		buf_addf(config, "%s =\n", key);
	buf_release(&path);
	buf_release(&text);
}

/* The rule file `name` in some of the directories, not always as a file. */
static inline void make_dir_files(struct random_worktree *tree,
				  const char *name, random_line line)
{
	for (size_t i = 0; i < tree->dirs.nr; i++) {
		const char *dir = tree->dirs.items[i];
		struct strlist below = STRLIST_INIT;
		struct buf path = BUF_INIT, text = BUF_INIT;

		if (random_percent(&tree->random, i ? 45 : 15))
			continue;
		for (size_t k = 0; k < tree->paths.nr; k++) {
			const char *other = tree->paths.items[k];

			if (strncmp(other, dir, strlen(dir)) != 0)
				strlist_add(&below, other);
			else if (other[strlen(dir)])
				strlist_add(&below, other + strlen(dir));
		}
		random_file(&tree->random, line, &below, &text);
		buf_addf(&path, "repo/%s%s", dir, name);
		if (random_percent(&tree->random, 3)) {
			must(!mkdir(path.ptr, 0755), path.ptr);
		} else if (random_percent(&tree->random, 3)) {
			write_text("rules", &text);
			buf_reset(&text);
			buf_addf(&text, "%s/rules", getenv("HOME"));
			must(!symlink(text.ptr, path.ptr), path.ptr);
		} else {
			write_text(path.ptr, &text);
		}
		strlist_addf(&tree->paths, "%s%s", dir, name);
		strlist_release(&below);
		buf_release(&path);
		buf_release(&text);
	}
}

/*
 * Put some of the files into the index, by hand: no filter is to run. A rule
 * file there may go from the worktree, as in a sparse checkout, or be in a
 * conflict.
 */
static inline void make_index(struct random_worktree *tree, const char *name)
{
	static const char *const hash[] = {"hash-object", "-w", "--no-filters",
					   "--stdin-paths", NULL};
	static const char *const add[] = {"update-index", "-z", "--index-info",
					  NULL};
	static const char *const skip[] = {"update-index", "--skip-worktree",
					   "-z", "--stdin", NULL};
	struct buf in = BUF_INIT, ids = BUF_INIT, skipped = BUF_INIT;
	struct strlist chosen = STRLIST_INIT;

	for (size_t i = 0; i < tree->paths.nr; i++) {
		const char *path = tree->paths.items[i];
		struct stat st;

		if (fstatat(tree->top_fd, path, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode) || random_percent(&tree->random, 50))
			continue;
		path_quote(&in, path);
		buf_addch(&in, '\n');
		strlist_add(&chosen, path);
	}
	git_must(tree->repo, hash, &in, &ids);
	buf_reset(&in);
	for (size_t i = 0; i < chosen.nr; i++) {
		const char *path = chosen.items[i];
		const char *base = strrchr(path, '/');
		bool rules = !strcmp(base ? base + 1 : path, name);
		size_t stage = 0;

		if (rules && random_percent(&tree->random, 20))
			stage = 1 + random_below(&tree->random, 3);
		buf_addf(&in, "100644 %.40s %zu\t%s", ids.ptr + i * 41, stage,
			 path);
		buf_addch(&in, '\0');
		if (rules && !stage && random_percent(&tree->random, 60))
			buf_add(&skipped, path, strlen(path) + 1);
		if (rules && random_percent(&tree->random, 60))
			must(!unlinkat(tree->top_fd, path, 0), path);
	}
	git_must(tree->repo, add, &in, NULL);
	git_must(tree->repo, skip, &skipped, NULL);
	strlist_release(&chosen);
	buf_release(&in);
	buf_release(&ids);
	buf_release(&skipped);
}

static inline void open_worktree(struct random_worktree *tree)
{
	struct error err = ERROR_INIT;

	must(!chdir("repo"), "repo");
	if (repository_open(&tree->repo, &err) < 0)
		fail_msg("%s", err.text);
	must(!chdir(".."), "..");
	tree->top_fd = open("repo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(tree->top_fd >= 0, "repo");
}

static inline void read_index(struct random_worktree *tree)
{
	struct error err = ERROR_INIT;

	if (index_read(&tree->index, tree->repo, tree->repo->index_file, &err) <
	    0)
		fail_msg("%s", err.text);
}

/*
 * One round's repository. `name` is ".gitignore" or ".gitattributes"; `user`,
 * `key` and `info` where its rules are besides.
 */
struct random_kind {
	const char *name, *user, *key, *info;
	random_line line;
};
static inline void random_worktree_make(struct random_worktree *tree,
					const struct random_kind *kind,
					uint64_t seed)
{
	struct buf text = BUF_INIT;

	*tree = (struct random_worktree){.random = random_start(seed)};
	must(!nftw("repo", sweep, 16, FTW_DEPTH | FTW_PHYS), "repo");
	unlink("repo/.git/index");
	unlink(kind->info);
	make_paths(tree);
	make_questions(tree);
	if (!tree->paths.nr)
		strlist_add(&tree->paths, "a");

	if (random_percent(&tree->random, 30)) {
		random_file(&tree->random, kind->line, &tree->paths, &text);
		write_text(kind->info, &text);
		buf_reset(&text);
	}
	buf_addstr(&text, "[core]\nrepositoryformatversion = 0\n");
	tree->fold = random_percent(&tree->random, 20);
	if (tree->fold)
		buf_addstr(&text, "ignoreCase\n");
	make_user_file(tree, kind->user, kind->key, kind->line, &text);
	write_text("repo/.git/config", &text);
	make_dir_files(tree, kind->name, kind->line);
	if (random_percent(&tree->random, 50))
		unsetenv("XDG_CONFIG_HOME");
	else
		setenv("XDG_CONFIG_HOME", "xdg", 1);
	buf_reset(&text);
	buf_addf(&text, "%s/xdg", getenv("HOME"));
	if (getenv("XDG_CONFIG_HOME"))
		setenv("XDG_CONFIG_HOME", text.ptr, 1);
	buf_release(&text);

	open_worktree(tree);
	if (!tree->fold && random_percent(&tree->random, 30))
		make_index(tree, kind->name);
	read_index(tree);
}

/*
 * A round of another kind: many directories, each with a few rules made from
 * one path; asked for are that path and others that are nearly so.
 */
static inline void random_shelves_make(struct random_worktree *tree,
				       const struct random_kind *kind,
				       uint64_t seed)
{
	struct buf text = BUF_INIT, path = BUF_INIT;

	*tree = (struct random_worktree){.random = random_start(seed)};
	must(!nftw("repo", sweep, 16, FTW_DEPTH | FTW_PHYS), "repo");
	unlink("repo/.git/index");
	unlink(kind->info);
	tree->fold = random_percent(&tree->random, 40);
	buf_addf(&text, "[core]\nrepositoryformatversion = 0\n%s",
		 tree->fold ? "ignoreCase\n" : "");
	write_text("repo/.git/config", &text);
	unsetenv("XDG_CONFIG_HOME");
	unlink(".config/git/ignore");
	unlink(".config/git/attributes");
	for (int i = 0; i < 100; i++) {
		struct strlist model = STRLIST_INIT;

		buf_reset(&path);
		random_name(&tree->random, &path);
		while (random_percent(&tree->random, 60)) {
			buf_addch(&path, '/');
			random_name(&tree->random, &path);
		}
		strlist_add(&model, path.ptr);
		buf_reset(&text);
		if (random_percent(&tree->random, 3))
			buf_addstr(&text, "\xef\xbb\xbf");
		for (size_t k = 1 + random_below(&tree->random, 3); k > 0;
		     k--) {
			kind->line(&tree->random, &model, &text);
			random_line_end(&tree->random, false, &text);
		}
		buf_reset(&path);
		buf_addf(&path, "repo/%d", i);
		must(!mkdir(path.ptr, 0755), path.ptr);
		buf_addf(&path, "/%s", kind->name);
		write_text(path.ptr, &text);
		for (int k = 0; k < 10; k++) {
			buf_reset(&path);
			random_variant(&tree->random, model.items[0], &path);
			strlist_addf(&tree->asked, "%d/%s", i, path.ptr);
		}
		strlist_release(&model);
	}
	buf_release(&text);
	buf_release(&path);
	open_worktree(tree);
	read_index(tree);
}

static inline void random_worktree_release(struct random_worktree *tree)
{
	close(tree->top_fd);
	index_free(tree->index);
	repository_free(tree->repo);
	strlist_release(&tree->dirs);
	strlist_release(&tree->paths);
	strlist_release(&tree->asked);
}

/* What all rounds need. */
static inline void random_worktree_prepare(void)
{
	struct buf out = BUF_INIT;

	setenv("GIT_ATTR_NOSYSTEM", "1", 1);
	scratch_run(&out,
		    "git init -q repo && mkdir -p repo/.git/info xdg/git "
		    ".config/git",
		    0);
	buf_release(&out);
}

/*
 * How long to run, and from which seed: the program's arguments. In 0 seconds
 * there is one round, and its repository stays.
 */
struct random_run {
	double seconds;
	uint64_t seed;
	bool one;
};

static inline struct random_run random_run(int argc, char **argv)
{
	struct random_run run = {.seconds = 5, .seed = 1};

	if (argc > 1)
		run.seconds = strtod(argv[1], NULL);
	if (argc > 2)
		run.seed = strtoull(argv[2], NULL, 10);
	run.one = run.seconds <= 0;
	return run;
}

static inline double random_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Rounds of one kind for their share of the time. */
typedef size_t (*random_round)(uint64_t seed);
static inline void random_rounds(const struct random_run *run,
				 random_round round)
{
	double end = random_now() + run->seconds;
	uint64_t seed = run->seed;
	size_t cases = 0;

	random_worktree_prepare();
	do {
		cases += round(seed++);
	} while (!run->one && random_now() < end);
	print_message("# %zu cases in %ju repositories\n", cases,
		      (uintmax_t)(seed - run->seed));
}

#endif
