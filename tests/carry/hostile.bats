# A file from anywhere: what it brings is whole and is what it says, or it does
# not come in.

load ../test_helper

BUNDLE=$BATS_TEST_TMPDIR/bundle

# A clone of $REPO without checkpoints, and the way there.
victim_new() {
	git clone --quiet "$REPO" "$BATS_TEST_TMPDIR/victim"
	cd "$BATS_TEST_TMPDIR/victim" || return
}

# The names of all refs of ours, and what they lead to.
our_refs() {
	git for-each-ref --format='%(objectname) %(refname)' |
		grep ' refs/\(notes/\)\?checkpoint' || :
}

# No ref has come but those that a clone has.
assert_nothing_came() {
	run -0 our_refs
	refute_output
}

@test 'a file that is none, or ends early, changes nothing' {
	repo_new
	work_start
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE"
	victim_new
	run -128 git checkpoint import ../nothing
	assert_line "fatal: cannot open '../nothing': No such file or directory"
	echo text >../text
	run -128 git checkpoint import ../text
	assert_line "fatal: '../text': not a bundle"
	: >../empty
	run -128 git checkpoint import ../empty
	assert_line "fatal: '../empty': not a bundle"
	size=$(stat -c %s "$BUNDLE")
	for at in 1 15 16 40 100 200 $((size / 2)) $((size - 21)) $((size - 1)); do
		head -c "$at" "$BUNDLE" >../cut
		run -128 git checkpoint import ../cut
		assert_line --partial "../cut'"
	done
	# A bit that has flipped, in the pack.
	head -c $((size / 2)) "$BUNDLE" >../flipped
	printf '\377\377' >>../flipped
	tail -c +$((size / 2 + 3)) "$BUNDLE" >>../flipped
	run -128 git checkpoint import ../flipped
	assert_nothing_came
	printf '# v3 git bundle\n@object-format=sha256\n' >../sha256
	run -128 git checkpoint import ../sha256
	assert_line --partial 'another object format than SHA-1 is not supported'
	printf '# v4 git bundle\n\n' >../newer
	run -128 git checkpoint import ../newer
	assert_line --partial 'a bundle of an unknown version'
}

@test 'refs of other kinds are never set' {
	repo_new
	git checkpoint create -q
	commit=$(newest)
	git clone --quiet "$REPO" "$BATS_TEST_TMPDIR/victim"
	git update-ref refs/heads/evil "$commit"
	git update-ref refs/notes/checkpoints/evil "$commit"
	git update-ref refs/checkpoints/x/manifest-1 "$commit"
	git bundle create -q "$BUNDLE" --all
	# A name that git would refuse.
	sed -i "2i $commit refs/checkpoints/../heads/evil" "$BUNDLE"
	cd "$BATS_TEST_TMPDIR/victim"
	run -1 git checkpoint import --own "$BUNDLE"
	assert_line 'Imported 1 checkpoint'
	# What is called a manifest and is none.
	assert_line --partial "warning: 'manifest-1' is not taken in:"
	run -0 git for-each-ref
	refute_output --partial evil
	refute_output --partial manifest
}

@test 'a checkpoint that is not what its ref says' {
	repo_new
	git checkpoint create -q
	commit=$(newest)
	session=$(git checkpoint list --format='%(session_id)')
	git update-ref "refs/checkpoints/$session/cp_1703123456789_00000000" "$commit"
	git update-ref refs/checkpoints/other/cp_1703123456789_00000001 "$commit"
	git update-ref "refs/checkpoints/$session/cp_1703123456789_00000002" HEAD
	git bundle create -q "$BUNDLE" --all
	victim_new
	run -1 git checkpoint import --json "$BUNDLE"
	assert_equal "$(jq -r '.checkpoints[] | select(.state == "refused").id' \
		<<<"$output" | sort)" "cp_1703123456789_00000000
cp_1703123456789_00000001
cp_1703123456789_00000002"
	assert_equal "$(jq -r '.checkpoints[] | select(.state == "imported").commit' \
		<<<"$output")" "$commit"
	run -0 our_refs
	assert_output --regexp "^$commit [^[:space:]]*$"
}

@test 'one that is here with another content stays as it is' {
	repo_new
	git checkpoint create -q
	name=$(newest_name)
	commit=$(newest)
	git checkpoint export -q "$BUNDLE"
	victim_new
	git checkpoint import -q "$BUNDLE"
	cd "$REPO"
	forged=$(git cat-file commit "$commit" | sed 's/^author [^>]*/author E <e/' |
		git hash-object -t commit -w --stdin)
	git update-ref "refs/checkpoints/$name" "$forged"
	git bundle create -q "$BUNDLE" --glob='refs/checkpoints/*'
	cd "$BATS_TEST_TMPDIR/victim"
	refs=$(git for-each-ref)
	for own in --own --no-own; do
		run -1 git checkpoint import "$own" "$BUNDLE"
		assert_line --partial "warning: '${name#*/}' is not taken in: another checkpoint of this name is at refs/checkpoint-remotes/imported/$name"
		assert_same "$refs" "$(git for-each-ref)"
	done
	# The clone whose session it is does not take it either.
	cd "$REPO"
	git update-ref "refs/checkpoints/$name" "$commit"
	run -1 git checkpoint import "$BUNDLE"
	assert_equal "$(newest)" "$commit"
}

@test 'a local part that is of another checkpoint' {
	repo_new
	mkdir ignored
	echo ignored >ignored/file
	git checkpoint create -q --ignored one
	first=$(newest_name)
	echo other >ignored/file
	git checkpoint create -q --ignored two
	second=$(newest_name)
	git update-ref "refs/checkpoints-local/$first" \
		"refs/checkpoints-local/$second"
	git bundle create -q "$BUNDLE" --all
	victim_new
	run -1 git checkpoint import "$BUNDLE"
	assert_line --partial "warning: '${first#*/}' is not taken in: its local part is another checkpoint's"
	run -0 eval 'our_refs | cut -d" " -f2'
	assert_output "refs/checkpoint-remotes/imported/$second
refs/checkpoints-local/$second"
	# With the last that needs it, it goes.
	git checkpoint clean -q "${second#*/}"
	assert_nothing_came
}

# Import a local part with this tree, and do what can be done with it: nothing
# leads out of the worktree.
assert_local_tree_is_harmless() {
	local forged

	forged=$(git cat-file commit "refs/checkpoints-local/$name" |
		sed "1s/.*/tree $1/" |
		git hash-object -t commit -w --literally --stdin)
	git update-ref "refs/checkpoints-local/$name" "$forged"
	git bundle create -q "$BUNDLE" --glob='refs/checkpoints*'
	rm -rf "$BATS_TEST_TMPDIR/victim"
	git clone --quiet "$REPO" "$BATS_TEST_TMPDIR/victim"
	cd "$BATS_TEST_TMPDIR/victim"
	for command in "import $BUNDLE" "show ${name#*/}" \
		"verify ${name#*/}" "restore --dry-run ${name#*/}" \
		"restore ${name#*/}" "restore ${name#*/} -- ." \
		"clean ${name#*/}"; do
		# shellcheck disable=SC2086 # words
		run timeout 30 git checkpoint $command
		[[ $status == 0 || $status == 1 || $status == 128 ]] ||
			fail "$command: $status"
		assert_not_exists .git/hooks/post-checkout
		assert_not_exists hooks/post-checkout
		assert_not_exists ../hooks
		assert_not_exists ../evil
		[[ ! $output == *$'\e'* ]] || fail 'drives a terminal'
	done
	cd "$REPO"
}

@test 'a local part with a crafted tree' {
	repo_new
	mkdir ignored
	echo ignored >ignored/file
	git checkpoint create -q --ignored
	name=$(newest_name)
	blob=$(git hash-object -w --stdin <<<'#!/bin/sh')
	raw() {
		perl -e 'while (@ARGV) {
			my ($mode, $name, $id) = splice @ARGV, 0, 3;
			$name =~ s/%([0-9a-f]{2})/chr hex $1/ge;
			print "$mode $name\0", pack "H*", $id;
		}' -- "$@" | git hash-object -t tree -w --literally --stdin
	}
	hooks=$(raw 40000 hooks "$(raw 100755 post-checkout "$blob")")
	omitted=$(git rev-parse "refs/checkpoints-local/$name:omitted")
	link=$(printf '../..' | git hash-object -w --stdin)
	REPO_IS_DAMAGED=1
	for entry in "40000 .git $hooks" "40000 .. $hooks" "40000 .gIt $hooks" \
		"100644 ../evil $blob" "100644 a/../../evil $blob" \
		"120000 up $link" "100644 e%1b[31m $blob" "160000 x $blob"; do
		# shellcheck disable=SC2086 # words
		assert_local_tree_is_harmless "$(raw 40000 ignored \
			"$(raw $entry)" 100644 omitted "$omitted")"
	done
	# Lists that lie.
	for text in 'omitted 1' $'x\e[31m' "$(printf 'a%.0s' {1..5000})"; do
		bad=$(git hash-object -w --stdin <<<"$text")
		assert_local_tree_is_harmless "$(raw 100644 omitted "$bad")"
	done
	assert_local_tree_is_harmless "$(raw 40000 omitted "$hooks")"
	assert_local_tree_is_harmless "$(raw 100644 ignored "$blob" \
		100644 omitted "$omitted")"
}

@test 'a name beyond the clock does not become the latest' {
	repo_new
	git checkpoint create -q
	git checkpoint create -q --json >/dev/null
	latest=$(git checkpoint list -q --limit=1)
	git worktree add -q ../linked
	(
		cd ../linked
		GIT_CHECKPOINT_NOW=4000000000000 git checkpoint create -q
	)
	linked=$(git -C ../linked checkpoint list -q)
	git checkpoint export -q --all "$BUNDLE"
	git -C ../linked checkpoint clean -q "$linked"
	run -0 git checkpoint import --json "$BUNDLE"
	assert_equal "$(jq -r ".checkpoints[] | select(.id == \"$linked\").ref" \
		<<<"$output" | cut -d/ -f2-3)" checkpoint-remotes/imported
	run -0 git checkpoint list -q --limit=1
	assert_output "$latest"
}

@test 'nothing is taken in while a restore is unfinished' {
	repo_new
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE"
	mkdir -p .git/checkpoint.d
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint import "$BUNDLE"
	rm .git/checkpoint.d/journal
}
