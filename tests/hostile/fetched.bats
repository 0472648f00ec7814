# A remote that lies: what it has is fetched by git and then taken or dropped,
# and whatever came is looked at before it is used.

# shellcheck disable=SC2016 # what jq and other shells expand

load ../test_helper
load forge

MANIFEST=refs/checkpoints/$SESSION/manifest-1

# $REPO becomes the remote of a clone, and the test goes there.
victim_new() {
	git update-ref refs/heads/main "$base"
	EVIL_REPO=$REPO
	REPO=$BATS_TEST_TMPDIR/victim
	git clone --quiet "$EVIL_REPO" "$REPO"
	rm -rf "$REPO/.git/hooks"
	cd "$REPO" || return
	cp .git/config ../config
	untouched=$(work_of; gitdir_of)
}

# manifest <line>...: make the remote's manifest of these lines, behind those
# that it must have, with $parents.
manifest() {
	local id parent

	id=$({
		echo "tree $(git -C "$EVIL_REPO" hash-object -t tree -w /dev/null)"
		for parent in $parents; do
			echo "parent $parent"
		done
		echo 'author E <e@example.com> 1703123456 +0000'
		echo 'committer E <e@example.com> 1703123456 +0000'
		printf '\nmanifest 1\n\n'
		printf '%b\n' "$@"
	} | git -C "$EVIL_REPO" hash-object -t commit -w --literally --stdin)
	git -C "$EVIL_REPO" update-ref "$MANIFEST" "$id"
}

# Fetch: nothing but these refs is here then, names behind the remote's.
assert_fetched() {
	bounded git checkpoint fetch
	answer=$status
	run -0 git for-each-ref --format='%(refname:lstrip=2)' \
		refs/checkpoint-remotes/origin refs/checkpoints \
		refs/checkpoints-local
	assert_output "$(printf '%s\n' "$@")"
	run -0 git for-each-ref refs/notes refs/checkpoint-pins refs/stash
	[[ $# -gt 0 ]] || refute_output
	for_each_reader git checkpoint list --remotes
	assert_same "$(grep -v FETCH_HEAD <<<"$untouched")" \
		"$(work_of; gitdir_of | grep -v ' ./refs/\| ./packed-refs')"
	assert_files_equal ../config .git/config
	assert_not_exists "$CANARY"
}

for_each_reader() {
	bounded "$@"
	bounded "$@" --json
}

@test 'a manifest that lists what is none, or another' {
	forge_new
	forge "refs/hidden/c"
	c=$(git rev-parse refs/hidden/c)
	other=$(echo other | commit_of "$tree" "$base")
	time=2023-12-21T01:50:56.789Z
	victim_new
	good="checkpoint $ID manual $time $c"
	parents=$c
	manifest "session $SESSION" "$good"
	git -C "$EVIL_REPO" update-ref -d refs/hidden/c
	untouched=$(work_of; gitdir_of | grep -v ' ./refs/\| ./packed-refs')
	assert_fetched "origin/$SESSION/$ID" \
		"origin/$SESSION/manifest-1"
	git update-ref -d "refs/checkpoint-remotes/origin/$SESSION/$ID"
	git update-ref -d "refs/checkpoint-remotes/origin/$SESSION/manifest-1"
	git for-each-ref --format='delete %(refname)' refs/notes |
		git update-ref --stdin
	parents="$c $base $other"
	# Another id than the commit says; one that is no checkpoint; one that
	# is not there; one that is no commit.
	for line in "${good/0b0b0b0b/0b0b0b0c}" "${good/$c/$base}" \
		"${good/$c/$other}" "${good/$c/${c//[0-9]/7}}" \
		"${good/$c/$tree}"; do
		manifest "session $SESSION" "$line"
		assert_fetched "origin/$SESSION/manifest-1"
		git update-ref -d \
			"refs/checkpoint-remotes/origin/$SESSION/manifest-1"
	done
	# What is no manifest leaves nothing at all.
	for text in "session other\n$good" "session ../../heads\n$good" \
		"session $SESSION\n$good\n$good" \
		"session $SESSION\n${good/cp_/../cp_}" \
		"session $SESSION\n${good/manual/ma\e[1mnual}" \
		"session $SESSION\n${good/manual/$(printf 'a%.0s' {1..100})}" \
		"session $SESSION\n${good/$time/2023-12-21T01:50:56Z}" \
		"session $SESSION\n${good/$time/9999999-12-21T01:50:56.789Z}" \
		"session $SESSION\n$good \e]0;x\a" \
		"session $SESSION\nconfig core.pager=x" \
		"session $SESSION\n$good\0checkpoint"; do
		manifest "$text"
		assert_fetched
		[[ $answer == 1 ]] || fail "taken: $text"
	done
}

@test 'manifests of 5 MB: lies by the thousand are counted, not listed' {
	forge_new
	forge refs/hidden/c
	c=$(git rev-parse refs/hidden/c)
	victim_new
	for order in '' -r; do
		id=$({
			echo "tree $(git -C "$EVIL_REPO" hash-object -t tree -w /dev/null)"
			echo "parent $c"
			echo 'author E <e@example.com> 1703123456 +0000'
			echo 'committer E <e@example.com> 1703123456 +0000'
			printf '\nmanifest 1\n\nsession %s\n' "$SESSION"
			seq 1000000000000 1000000040000 | sort $order |
				sed "s/.*/checkpoint cp_&_00000000 manual 2001-09-09T01:46:40.000Z $c/"
		} | git -C "$EVIL_REPO" hash-object -t commit -w --literally \
			--stdin)
		git -C "$EVIL_REPO" update-ref "$MANIFEST" "$id"
		bounded_time 60 git checkpoint fetch
		[[ $status != 0 ]]
		assert [ "${#output}" -lt 20000 ]
		bounded git checkpoint ls-remote --count
		run -0 git for-each-ref refs/checkpoint-remotes
		refute_output --partial cp_
	done
}

@test 'numbers of manifests that are none, and names in disguise' {
	forge_new
	forge refs/hidden/c
	c=$(git rev-parse refs/hidden/c)
	for name in manifest-0 manifest-01 manifest--1 manifest-9999999999999999 \
		manifest-18446744073709551617 "cp_1703123456789_0B0B0B0B" \
		"cp_99999999999999999999_0b0b0b0b" "cp_1_0b0b0b0b/x"; do
		git update-ref "refs/checkpoints/$SESSION/$name" "$c"
	done
	git update-ref "refs/checkpoints/-x/$ID" "$c"
	git update-ref "refs/checkpoints/é/$ID" "$c"
	git update-ref "refs/checkpoints/$SESSION.x/$ID" "$c"
	git update-ref -d refs/hidden/c
	victim_new
	untouched=$(work_of; gitdir_of | grep -v ' ./refs/\| ./packed-refs')
	bounded git checkpoint ls-remote
	bounded git checkpoint ls-remote --count --json
	assert_fetched
}

@test 'paths of a crafted tree, taken alone' {
	forge_new
	hooks=$(raw_tree 100755 post-checkout \
		"$(blob '#!/bin/sh\ntouch "$CANARY"\n')")
	good=$tree
	for name in .git .gIt GIT~1 ..; do
		tree=$(tree_with "$good" 100644 zz "$(blob x)")
		entry=$(raw_tree 40000 "$name" "$(raw_tree 40000 hooks "$hooks")")
		tree=$(tree_with "$good" 40000 zz "$entry")
		forge
		for path in . zz "zz/$name" "zz/$name/hooks/post-checkout" ':/' '*'; do
			bounded git checkpoint restore "$ID" -- "$path"
			assert_nothing_outside
			assert_not_exists zz/.git
			assert_not_exists ../hooks
		done
	done
	# A link, and files below it.
	tree=$(git -C . ls-tree "$good" | sed 's/^\(120000 .*\)link$/&/' |
		{ cat; printf '120000 blob %s\tzz\n' "$(blob ../outside)"; } |
		git mktree)
	forge
	bounded git checkpoint restore "$ID" -- zz
	assert_nothing_outside
	tree=$(tree_with "$good" 40000 zz \
		"$(raw_tree 100644 file "$(blob evil)")")
	forge
	bounded git checkpoint restore "$ID" -- zz/file
	assert_nothing_outside
}

@test 'a million files in one directory' {
	forge_new
	b=$(blob x)
	tree=$(perl -e 'my $id = pack "H*", shift;
		printf "100644 f%07d\0%s", $_, $id for 0 .. 999_999' "$b" |
		git hash-object -t tree -w --stdin)
	forge
	bounded_time 60 git checkpoint verify "$ID"
	assert_untouched
	bounded_time 60 git checkpoint restore "$ID" -- untracked
	assert_nothing_outside
}

@test 'directories in directories, 5,000 deep' {
	forge_new
	b=$(blob x)
	tree=$(perl -MDigest::SHA=sha1 -MCompress::Zlib -e '
		my ($id, $entry) = (pack("H*", shift), "100644 d");
		for (1 .. 5000) {
			my $body = "$entry\0$id";
			$body = "tree " . length($body) . "\0$body";
			$id = sha1($body);
			my $hex = unpack "H*", $id;
			my ($dir, $file) = $hex =~ /^(..)(.*)/;
			mkdir ".git/objects/$dir";
			open my $out, ">", ".git/objects/$dir/$file" or die;
			print $out compress($body);
			close $out;
			$entry = "40000 d";
		}
		print unpack "H*", $id' "$b")
	forge
	# git itself warns of each of these directories, at length.
	timeout 30 git checkpoint show "$ID" >../shown 2>&1
	timeout 30 git checkpoint diff "$ID" "$ID" >../shown 2>&1
	bounded git checkpoint verify "$ID"
	bounded git checkpoint restore --dry-run "$ID"
	assert_refused
	assert_untouched
}

@test 'a description, an attachment and a note that are large once unpacked' {
	forge_new
	b=$(head --bytes=420M /dev/zero | tr '\0' x |
		git -c core.compression=1 -c core.bigFileThreshold=1m \
			hash-object -w --stdin)
	good=$(state_tree)
	state_tree=$(tree_with "$good" 40000 attachments \
		"$(raw_tree 100644 log "$b")")
	forge
	run bash -c 'ulimit -v 400000; git checkpoint show "$1" --attachment=log |
		wc -c' - "$ID"
	git update-ref "refs/notes/checkpoints/$SESSION" \
		"$(echo notes | commit_of "$(raw_tree 100644 \
			"$(git rev-parse "$EVIL")" "$b")")"
	bounded git checkpoint verify "$ID"
	bounded git checkpoint verify --repair "$ID"
	git update-ref -d "refs/notes/checkpoints/$SESSION"
	git update-ref "$EVIL" "$({
		echo "tree $tree"
		echo 'author E <e@example.com> 1703123456 +0000'
		echo 'committer E <e@example.com> 1703123456 +0000'
		echo
		head --bytes=200M /dev/zero | tr '\0' x
	} | git hash-object -t commit -w --literally --stdin)"
	bounded git checkpoint show "$ID"
	bounded git checkpoint list --remotes
	assert_refused
	assert_nothing_outside
}

@test 'trailers that name other parts, or twice' {
	forge_new
	main=$base
	for lines in "Checkpoint-Index: $main" "Checkpoint-State: $main" \
		'Checkpoint-State: HEAD' "Checkpoint-Id: cp_1_00000000" \
		'Checkpoint-Base: refs/heads/main' \
		$'Checkpoint-Task: \e[31m' $'Checkpoint-Key: \u202e'; do
		trailers=$lines
		forge
		bounded git checkpoint show "$ID"
		bounded git checkpoint list --remotes --json
		bounded git checkpoint restore --operation --move-head "$ID"
		assert_nothing_outside
		bounded git checkpoint undo
	done
	assert_nothing_outside
}

@test 'operations that would run something, sign, or name other places' {
	forge_new
	cp -r "$state" ../good
	sha=$base
	try() {
		rm -rf "$state"
		cp -r ../good "$state"
		mkdir -p "$state/gitdir/$(dirname "$1")"
		# shellcheck disable=SC2059 # that is the point
		printf -- "$2" >"$state/gitdir/$1"
		forge
		bounded git checkpoint restore --move-head --operation "$ID"
		[[ $status != 0 ]] || fail "not refused: $1: $2"
	}
	for dir in rebase-merge rebase-apply; do
		try $dir/strategy '../../outside/run'
		try $dir/strategy_opts "--theirs '--x;touch \$CANARY'"
		try $dir/gpg_sign_opt '-S\nevil'
		try $dir/head-name 'refs/heads/../../config'
		try $dir/head-name 'refs/checkpoints-local/x/y'
		try $dir/onto '../../config'
		try $dir/orig-head "$sha\n$sha"
	done
	for todo in 'x touch "$CANARY"' 'exec true' 'b\nx true' \
		'update-ref refs/heads/../../config' 'label ../../x' \
		'merge -C HEAD^{/x} a' "pick --upload-pack=x" \
		'pick HEAD'; do
		try rebase-merge/git-rebase-todo "$todo\n"
		try sequencer/todo "$todo\n"
	done
	try sequencer/opts '[options]\n\tstrategy = ../run\n'
	try sequencer/opts '[include]\n\tpath = ../outside/file\n'
	try sequencer/opts '[core]\n\tfsmonitor = ../outside/run\n'
	try sequencer/head '../../config'
	try MERGE_HEAD '../../config\n'
	try MERGE_MODE 'evil'
	try BISECT_START '--upload-pack=x\n'
	try 'BISECT_TERMS' 'good\n../x\n'
	try hooks/post-checkout '#!/bin/sh\n'
	try config '[core]\n'
	try index.lock ''
	try HEAD 'ref: refs/heads/other\n'
	assert_nothing_outside
	assert_equal "$(git rev-parse HEAD)" "$base"
	assert_not_exists .git/rebase-merge
	assert_not_exists .git/sequencer
}
