# An import that is killed at any moment: the next one does the rest.

load ../test_helper

# Kill a command after its n-th of these system calls; false: it was over.
kill_at() {
	local at=$1

	shift
	run strace -f -o /dev/null \
		-e trace=renameat2,renameat,rename,link,linkat,unlink,unlinkat \
		-e inject=renameat2,renameat,rename,link,linkat,unlink,unlinkat:signal=KILL:when="$at" \
		git-checkpoint "$@"
	[[ $status -ne 0 ]]
}

needs_strace() {
	command -v strace >/dev/null || skip 'there is no strace'
}

@test 'a killed import leaves nothing that is not whole' {
	needs_strace
	repo_new
	for i in 1 2 3; do
		mkdir -p ignored
		echo "$i" | tee -a file ignored/file >"new$i"
		git checkpoint create -q --ignored --pin
	done
	git checkpoint export -q --with-local ../bundle
	git clone -q . ../whole
	git -C ../whole checkpoint import -q --own ../bundle
	wanted=$(git -C ../whole for-each-ref refs/checkpoints \
		refs/checkpoints-local refs/checkpoint-pins)
	for at in 1 2 3 4 5 7 9 11 13 15 17 20; do
		git clone -q "$REPO" "$BATS_TEST_TMPDIR/at$at"
		cd "$BATS_TEST_TMPDIR/at$at"
		kill_at "$at" import --own ../bundle || break
		run -0 git checkpoint verify
		run -0 git checkpoint import --own ../bundle
		assert_same "$wanted" "$(git for-each-ref refs/checkpoints \
			refs/checkpoints-local refs/checkpoint-pins)"
		run -0 git checkpoint verify
		refute_output --partial 'repair'
		assert [ ! "$(find .git/refs -name '*.lock')" ]
	done
	assert [ "$at" -gt 5 ]
}

@test 'a killed export leaves the file that was there' {
	needs_strace
	repo_new
	git checkpoint create -q
	git checkpoint export -q ../bundle
	sum=$(sha256sum ../bundle)
	git checkpoint create -q
	for at in 1 2 3 4; do
		kill_at "$at" export ../bundle || break
		git bundle verify -q ../bundle
	done
	run -0 git checkpoint export ../bundle
	assert_not_equal "$(sha256sum ../bundle)" "$sum"
}
