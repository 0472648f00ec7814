/*
 * Operations under way, as git leaves them. Each starts in a new repository:
 *
 *	base --- m1 -- m2 -- m3     main
 *	   \
 *	    s1 -- s2 -- s3          side; s1 and m1 conflict in the file f
 *
 * with main checked out, the branch mid at s2, and the branches other and
 *third, each base and a commit that conflicts with nothing.
 */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "git/operation.h"
#include "repo.h"

struct scenario {
	const char *title;
	const char
		*start;	  /* shell; where git stops with a conflict, it fails */
	const char *name; /* of the operation */
	const char *foreign; /* why it must not come from elsewhere; or NULL */
	/* What one can do now, each in a copy of its own. */
	const char *next[4];
};

#define RESOLVE "printf 'resolved\\n' >f && git add f && "

static const struct scenario scenarios[] = {
	{
		.title = "merge",
		.start = "git merge side",
		.name = "merge",
		.next = {"git merge --abort", RESOLVE "git commit -q --no-edit",
			 RESOLVE "git merge --continue", "git merge --quit"},
	},
	{
		.title = "merge of several",
		.start = "git merge --no-commit other third",
		.name = "merge",
		.next = {"git merge --abort", "git commit -q --no-edit"},
	},
	{
		.title = "merge of a tag",
		.start = "git tag -a -m tag v1 side && git merge v1",
		.name = "merge",
		.next = {RESOLVE "git commit -q --no-edit"},
	},
	{
		.title = "merge with changes put aside and conflicts recorded",
		.start = "git config rerere.enabled true; echo dirty >o; "
			 "git merge --autostash side",
		.name = "merge",
		.next = {"git merge --abort",
			 RESOLVE "git commit -q --no-edit"},
	},
	{
		.title = "squash",
		.start = "git merge --squash other",
		.name = "squash",
		.next = {"git commit -q --no-edit"},
	},
	{
		.title = "rebase",
		.start = "git checkout -q side; git rebase main",
		.name = "rebase",
		.next = {RESOLVE "git rebase --continue", "git rebase --skip",
			 "git rebase --abort", "git rebase --quit"},
	},
	{
		.title = "rebase by patches",
		.start = "git checkout -q side; git rebase --apply main",
		.name = "rebase",
		.next = {RESOLVE "git rebase --continue", "git rebase --skip",
			 "git rebase --abort"},
	},
	{
		.title = "rebase with changes put aside and branches that move",
		.start = "git checkout -q side; echo dirty >o; "
			 "git rebase --autostash --update-refs main",
		.name = "rebase",
		.next = {RESOLVE "git rebase --continue", "git rebase --abort"},
	},
	{
		.title = "rebase of a list that was edited by hand",
		.start = "git checkout -q side; git rebase -i main; "
			 "sed -i 's/^\\([a-z]* "
			 "[0-9a-f]\\{7\\}\\)[0-9a-f]*/\\1/' "
			 ".git/rebase-merge/git-rebase-todo && "
			 "printf 'pick other\\nreset mid\\n' "
			 ">>.git/rebase-merge/git-rebase-todo",
		.name = "rebase",
		.foreign = "'other' is no object id",
		.next = {RESOLVE "git rebase --continue"},
	},
	{
		.title = "rebase with fixups",
		.start = "git checkout -q side; GIT_SEQUENCE_EDITOR="
			 "\"sed -i -e '2s/pick/squash/;3s/pick/fixup -C/'\" "
			 "git rebase -i --strategy=ort -X patience main",
		.name = "rebase",
		.next = {RESOLVE "git rebase --continue", "git rebase --abort"},
	},
	{
		.title = "rebase in the middle of a squash",
		.start = "git checkout -q side; GIT_SEQUENCE_EDITOR="
			 "\"sed -i -e '2s/pick/squash/;2a\\\\break'\" "
			 "git rebase -i base; git reset -q --hard",
		.name = "rebase",
		.next = {"git rebase --continue", "git rebase --abort"},
	},
	{
		.title = "rebase that runs commands",
		.start = "git checkout -q side; git rebase -x false -x true "
			 "base",
		.name = "rebase",
		.foreign = "'exec' would run a command",
		.next = {"git rebase --skip", "git rebase --abort"},
	},
	{
		.title = "rebase with merges",
		.start = "git checkout -q side; git merge -q --no-edit other; "
			 "git rebase --rebase-merges main",
		.name = "rebase",
		.next = {RESOLVE "git rebase --continue", "git rebase --abort"},
	},
	{
		.title = "rebase of everything",
		.start = "git checkout -q side; GIT_SEQUENCE_EDITOR="
			 "\"sed -i 3a\\\\break\" git rebase -i --root",
		.name = "rebase",
		.next = {"git rebase --continue", "git rebase --abort"},
	},
	{
		.title = "cherry-pick of one",
		.start = "git cherry-pick mid~1",
		.name = "cherry-pick",
		.next = {"git cherry-pick --skip", "git cherry-pick --abort",
			 RESOLVE "git cherry-pick --continue"},
	},
	{
		.title = "cherry-pick of several",
		.start = "git cherry-pick -x -s -X ignore-space-change "
			 "base..side",
		.name = "cherry-pick",
		.next = {"git cherry-pick --skip", "git cherry-pick --abort",
			 RESOLVE "git cherry-pick --continue",
			 "git cherry-pick --quit"},
	},
	{
		.title = "revert of several",
		.start = "git revert --no-edit main~1 main~2 main",
		.name = "revert",
		.next = {"git revert --skip", "git revert --abort",
			 RESOLVE "git revert --continue"},
	},
	{
		.title = "am",
		.start = "git format-patch -o ../mail base..side; "
			 "git am --whitespace=fix -C2 ../mail/*",
		.name = "am",
		.next = {"git am --skip", "git am --abort",
			 RESOLVE "git am --continue"},
	},
	{
		.title = "am with three-way merge",
		.start = "git format-patch -o ../mail base..side; "
			 "git am -3 --scissors ../mail/*",
		.name = "am",
		.next = {"git am --skip", "git am --abort", "git am --quit"},
	},
	{
		.title = "bisect",
		.start = "git bisect start main base",
		.name = "bisect",
		.next = {"git bisect good", "git bisect bad", "git bisect skip",
			 "git bisect reset"},
	},
	{
		.title = "bisect by other words and paths",
		.start = "git bisect start --term-new=fixed --term-old=broken "
			 "main~0 base -- f \"it's\"",
		.name = "bisect",
		.next = {"git bisect fixed", "git bisect reset"},
	},
	{
		.title = "bisect without checkout",
		.start = "git bisect start --no-checkout --first-parent main "
			 "base",
		.name = "bisect",
		.next = {"git bisect good", "git bisect reset"},
	},
	{
		.title = "bisect during a rebase",
		.start = "git checkout -q side; GIT_SEQUENCE_EDITOR="
			 "\"sed -i 1ibreak\" git rebase -i main; "
			 "git bisect start main base",
		.name = "rebase+bisect",
		.next = {"git bisect good",
			 "git bisect reset && git rebase --abort"},
	},
	{
		.title = "merge during a rebase",
		.start = "git checkout -q side; GIT_SEQUENCE_EDITOR="
			 "\"sed -i 1ibreak\" git rebase -i main; "
			 "git merge mid",
		.name = "merge+rebase",
		.next = {"git rebase --abort",
			 RESOLVE "git commit -q --no-edit"},
	},
	{
		.title = "nothing but ORIG_HEAD",
		.start = "git reset -q --hard main~1",
		.name = NULL,
		.next = {"git reset -q --hard ORIG_HEAD"},
	},
	{
		.title = "nothing",
		.start = "true",
		.name = NULL,
		.next = {"git status"},
	},
};

/* The repository in ./`dir`, with the operation under way. */
static inline void scenario_start(const struct scenario *scenario,
				  const char *dir)
{
	setenv("GIT_AUTHOR_DATE", "1112911993 +0000", 1);
	setenv("GIT_COMMITTER_DATE", "1112911993 +0000", 1);
	setenv("GIT_EDITOR", "true", 1);
	setenv("GIT_MERGE_AUTOEDIT", "no", 1);
	run("set -e; rm -rf %s mail; if ! [ -d base ]; then "
	    "git init -q --template= -b main base; cd base; "
	    "git config user.name A; git config user.email a@example.com; "
	    "git config gc.auto 0; git config advice.detachedHead false; "
	    "commit() { echo $1 >>$2; git add $2; git commit -q -m $1; }; "
	    "commit base f; commit o o; git branch base; "
	    "commit m1 f; commit m2 m; commit m3 m; "
	    "git checkout -q -b side base; commit s1 f; commit s2 s; "
	    "git branch mid; commit s3 t; "
	    "for b in other third; do git checkout -q -B $b base; "
	    "commit $b $b; done; git checkout -q main; "
	    "cd ..; fi; cp -a base %s",
	    dir, dir);
	run("cd %s && { { %s; } >../start.log 2>&1 || :; }", dir,
	    scenario->start);
}

#endif
