# Histories for operations to stop in, and the operations.

# main and topic conflict in 'file'; second and third merge with anything.
history_new() {
	repo_new
	for branch in second third; do
		git checkout -q -b "$branch" main
		echo "$branch" >"$branch"
		commit_all "$branch"
	done
	git checkout -q -b topic main
	echo theirs >file
	commit_all theirs
	echo topic >topic
	commit_all 'the topic'
	echo more >>topic
	commit_all 'more of the topic'
	git checkout -q main
	echo ours >file
	commit_all ours
	echo main >main
	commit_all 'on main'
	tick
	export GIT_EDITOR=true
}

work_leave() {
	echo untracked >untracked
	echo changed >>run.sh
}

merge_conflict() {
	run -1 git merge topic
	work_leave
}

# MERGE_HEAD names a tag that nothing else does. A signature, good or not, is
# what git puts into the commit.
merge_tag() {
	local inner outer

	git tag -a -m 'a tag of what is merged' inner topic
	inner=$(git rev-parse inner)
	git tag -d inner >/dev/null
	outer=$(
		git mktag <<-EOF
			object $inner
			type tag
			tag outer
			tagger A U Thor <author@example.com> 1112911993 +0000

			a tag of a tag
			-----BEGIN PGP SIGNATURE-----

			none
			-----END PGP SIGNATURE-----
		EOF
	)
	run -1 git merge "$outer"
	assert_equal "$(cat .git/MERGE_HEAD)" "$outer"
	work_leave
}

merge_stopped() {
	git merge -q --no-ff --no-commit second
	work_leave
}

merge_autostash() {
	work_leave
	run -1 git merge --autostash topic
	assert_file_exist .git/MERGE_AUTOSTASH
}

merge_octopus() {
	git merge -q --no-commit second third
	work_leave
}

merge_squash() {
	git merge -q --squash second
	assert_file_exist .git/SQUASH_MSG
	work_leave
}

rebase_merge() {
	run -1 git rebase main topic
	echo untracked >untracked
}

rebase_apply() {
	run -1 git rebase --apply main topic
	assert_file_exist .git/rebase-apply/patch
	echo untracked >untracked
}

rebase_edit() {
	GIT_SEQUENCE_EDITOR="sed -i 's/^pick/edit/'" \
		git rebase -q -i topic~2 topic
	echo amended >>topic
}

rebase_squash() {
	GIT_SEQUENCE_EDITOR="sed -i -e '2s/^pick/squash/' -e '3s/^pick/fixup -C/'" \
		run -1 git rebase -i main topic
}

rebase_autostash() {
	git checkout -q topic
	work_leave
	run -1 git rebase --autostash main
	assert_file_exist .git/rebase-merge/autostash
}

rebase_update_refs() {
	git branch middle topic~1
	run -1 git rebase --update-refs main topic
	assert_file_exist .git/rebase-merge/update-refs
}

rebase_exec() {
	run -1 git rebase --exec 'test -e done' second topic~1
	echo untracked >untracked
}

rebase_merges() {
	git checkout -q -b merged second
	echo changed >file
	commit_all 'second file'
	git merge -q --no-edit third
	run -1 git rebase --rebase-merges main
	git for-each-ref refs/rewritten | grep .
}

cherry_pick() {
	run -1 git cherry-pick second topic~2 topic~1 topic
	assert_file_exist .git/sequencer/todo
	work_leave
}

cherry_pick_one() {
	run -1 git cherry-pick topic~2
	work_leave
}

cherry_pick_committed() {
	cherry_pick
	operation_resolve
	git commit -q --no-edit
}

revert() {
	git checkout -q topic
	run -1 git revert --no-edit topic~1 topic~2
	work_leave
}

bisect() {
	git bisect start topic main~2 >/dev/null
	work_leave
}

bisect_terms() {
	git checkout -q --detach
	git bisect start --term-old=slow --term-new=fast -- topic file >/dev/null
	git bisect fast topic >/dev/null
	git bisect slow main~2 >/dev/null
}

am() {
	git format-patch -q --stdout topic~3..topic >"$TMPDIR/mbox"
	run -128 git am "$TMPDIR/mbox"
	work_leave
}

am_3way() {
	git format-patch -q --stdout topic~3..topic >"$TMPDIR/mbox"
	run -128 git am --3way --signoff "$TMPDIR/mbox"
}

operation_resolve() {
	echo resolved >file
	git add file
}
