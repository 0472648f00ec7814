# Checkpoints as somebody hostile would make them, and as if they had been
# fetched: below refs/checkpoint-remotes/evil/.
#
# forge_new makes a repository with a checkpoint, takes it apart into the
# variables below, and drops it. A test changes them, and forge puts together a
# checkpoint that is right in all else: trailers, ids, sizes, digest.
#
#   tree, index_tree   ids of trees
#   state              a directory: metadata.json, index-extra, gitdir/ ...
#   state_tree         an id; "": what `state` has
#   base               a commit, or "" for none
#   trailers           more lines of the message
#
# Outside of the repository, $BATS_TEST_TMPDIR/outside must stay as it is, and
# nothing may make $CANARY.
#
# shellcheck disable=SC2016 # what jq and other shells expand
# shellcheck disable=SC2154 # status and output are of bats

SESSION=session_1703123456000_0a0a0a0a
ID=cp_1703123456789_0b0b0b0b
EVIL=refs/checkpoint-remotes/evil/$SESSION/$ID

forge_new() {
	local commit

	export CANARY=$BATS_TEST_TMPDIR/canary
	# shellcheck disable=SC2034 # scratch_check looks at it
	REPO_IS_DAMAGED=1
	repo_new
	mkdir ../outside
	echo outside >../outside/file
	printf '#!/bin/sh\ntouch "$CANARY"\n' >../outside/run
	chmod +x ../outside/run
	echo changed >file
	echo untracked >untracked
	git checkpoint create --quiet 'a description'
	commit=$(newest)
	tree=$(git rev-parse "$commit^{tree}")
	index_tree=$(git rev-parse "$commit^2^{tree}")
	base=$(git rev-parse HEAD)
	state=$BATS_TEST_TMPDIR/state state_tree='' trailers=''
	mkdir "$state"
	git archive "$commit^2^2" | tar --extract --directory="$state"
	git checkpoint clean --quiet latest
	rm -rf .git/checkpoint.d
	git checkout --quiet -- file
	rm untracked
	cp .git/config ../config
	outside=$(snapshot_of ../outside)
	untouched=$(work_of; gitdir_of)
}

# Change the metadata by an expression of jq.
metadata() {
	jq "$@" "$state/metadata.json" >"$state/../metadata"
	mv "$state/../metadata" "$state/metadata.json"
}

# A raw tree of these entries, in this order: <mode> <name> <id>. In a name "%"
# and two digits are a byte.
raw_tree() {
	perl -e 'while (@ARGV) {
		my ($mode, $name, $id) = splice @ARGV, 0, 3;
		$name =~ s/%([0-9a-f]{2})/chr hex $1/ge;
		print "$mode $name\0", pack "H*", $id;
	}' -- "$@" | git hash-object -t tree -w --literally --stdin
}

# The id of a blob: as printf has it.
blob() {
	# shellcheck disable=SC2059 # that is the point
	printf "$@" | git hash-object -w --stdin
}

# The tree with one entry more, in its place: <tree> <mode> <name> <id>.
tree_with() {
	local type=blob

	[[ $2 != 40000 ]] || type=tree
	[[ $2 != 160000 ]] || type=commit
	{
		git ls-tree -z "$1"
		printf '%06d %s %s\t%s\0' "$2" "$type" "$4" "$3"
	} | git mktree -z --missing
}

# The tree of the directory `state`.
state_tree() {
	local GIT_INDEX_FILE=$BATS_TEST_TMPDIR/state-index

	export GIT_INDEX_FILE
	rm -f "$GIT_INDEX_FILE"
	git --work-tree="$state" -c core.symlinks=true -C "$state" \
		--git-dir="$REPO/.git" -c core.autocrlf=false add --force .
	git write-tree
}

# What the digest of the format is made of.
forged_digest() {
	local -A ids=()
	local id name

	while read -r _ _ id name; do
		ids[$name]=$id
	done < <(git ls-tree "$1")
	{
		echo "tree $tree"
		echo "raw ${ids[raw]--}"
		echo "index $index_tree"
		echo "index-extra ${ids[index-extra]--}"
		echo "worktree-extra ${ids[worktree-extra]--}"
		echo "stages ${ids[stages]--}"
		echo "gitdir ${ids[gitdir]--}"
		echo "op-refs -"
		echo "head-ref $(jq --raw-output '.git.branch // "-"' \
			"$state/metadata.json")"
		echo "head ${base:--}"
	} | sha256sum | cut -d' ' -f1
}

commit_of() {
	local tree_id=$1 parent

	shift
	{
		echo "tree $tree_id"
		for parent; do
			[[ ! $parent ]] || echo "parent $parent"
		done
		echo 'author E <e@example.com> 1703123456 +0000'
		echo 'committer E <e@example.com> 1703123456 +0000'
		echo
		cat
	} | git hash-object -t commit -w --literally --stdin
}

# Put it together at $EVIL, or at the ref given.
forge() {
	local ref=${1:-$EVIL} all s i c

	metadata --arg tree "$tree" --arg index "$index_tree" \
		--arg session "$SESSION" --arg id "$ID" \
		'.snapshot.tree = $tree | .snapshot.index_tree = $index |
		.session_id = $session | .id = $id'
	all=${state_tree:-$(state_tree)}
	if [[ ! $state_tree ]]; then
		metadata --arg sum "sha256:$(forged_digest "$all")" \
			'.snapshot.digest = $sum'
		all=$(state_tree)
	fi
	s=$(echo state | commit_of "$all")
	i=$(echo index | commit_of "$index_tree" "$base" "$s")
	c=$({
		jq --raw-output .description "$state/metadata.json"
		echo
		echo "Checkpoint-Id: $ID"
		echo "Checkpoint-Type: $(jq --raw-output .type "$state/metadata.json")"
		echo "Checkpoint-Session: $SESSION"
		[[ ! $base ]] || echo "Checkpoint-Base: $base"
		echo "Checkpoint-Index: $i"
		echo "Checkpoint-State: $s"
		[[ ! $trailers ]] || echo "$trailers"
	} | commit_of "$tree" "$base" "$i")
	git update-ref "$ref" "$c"
}

# What no command may ever change.
assert_nothing_outside() {
	assert_same "$outside" "$(snapshot_of ../outside)"
	assert_not_exists "$CANARY"
	assert_not_exists .git/hooks
	assert_files_equal ../config .git/config
}

# That, and the repository is as forge_new has left it.
assert_untouched() {
	assert_same "$untouched" "$(work_of; gitdir_of)"
	assert_nothing_outside
	assert_not_exists ../into
}

# Run what reads a checkpoint and changes nothing: it says what it is, or that
# it is none, and in little memory and time.
read_all() {
	while read -r line; do
		# shellcheck disable=SC2086 # words
		bounded git checkpoint $line
	done <<-END
		list --remotes
		list --remotes --json
		show $ID
		show --json $ID
		show -p $ID
		diff $ID
		diff --json $ID $ID
		verify $ID
		restore --dry-run --move-head --operation $ID
		restore --dry-run --json $ID
		clean --dry-run $ID
	END
}

# Run what writes: it must say no. The test ends with assert_untouched.
assert_refused() {
	local option

	for option in --move-head --into=../into; do
		bounded git checkpoint restore --operation "$option" "$ID"
		[[ $status != 0 ]] || fail "'$option' was not refused: $output"
	done
}

# Within 400 MB and 30 seconds, and without a crash; what it prints drives no
# terminal.
bounded() {
	bounded_time 30 "$@"
}

bounded_time() {
	local plain

	run bash -c 'ulimit -v 400000; exec timeout "$@"' - "$@"
	shift
	case $status in
	0 | 1 | 128) ;;
	*) fail "'$*' ended with $status: ${output:0:2000}" ;;
	esac
	plain=${output//[$'\n\t\200'-$'\377']/}
	[[ $plain != *[$'\001'-$'\037\177']* && $output != *$'\u9b'* &&
		$output != *$'\u202e'* ]] ||
		fail "'$*' prints what drives a terminal: $(cat -v <<<"$output")"
}
