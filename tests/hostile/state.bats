# What a fetched checkpoint says of itself: texts that drive a terminal, ids of
# another, sizes that exhaust, operations that run something.

# shellcheck disable=SC2016 # what jq and other shells expand

load ../test_helper
load forge

@test 'control sequences are shown and not obeyed' {
	forge_new
	metadata '.environment.user = "u\u001b[8m" |
		.environment.host = "h\u009b0m" |
		.environment.agent = "a\u0007\b\r" | .sprint = "s\u001bc"'
	mkdir -p "$state/attachments"
	echo text >"$state/attachments/"$'a\e[1m'
	tree=$(tree_with "$tree" 100644 $'n\e[1m\u202e' "$(blob x)")
	forge
	git notes --ref="checkpoints/$SESSION" add -m $'note\e[1m' "$EVIL"
	read_all
	bounded git checkpoint restore --dry-run "$ID"
	assert_success
	# Some of these are refused, and the reason drives nothing either.
	metadata '.description = "d\u001b]0;x\u0007\u009b31m\u202e" |
		.branch = "b\u001b[2J" | .git.branch = "refs/heads/b\u001b[2J" |
		.git.operation = "merge\u001b[1m" |
		.task = {task_id: "t\u001b[1m", task_description: "\u001b[1m",
			context: {important_decisions: ["\u001b[1m"],
				todo: [{text: "\u001b[1m"}]},
			recovery: {notes: "\u001b[1m"}} |
		.snapshot.omitted.by_reason = {"r\u001b[1m":
			{count: 1, bytes: 1}}'
	forge
	read_all
	run -0 on_terminal git -c color.ui=false -c core.pager=cat \
		checkpoint list --remotes
	refute_output --partial $'\e['
	run -0 on_terminal git -c core.pager=cat checkpoint list --remotes \
		--format='%(description)%(branch)%(user)%(host)%(task)%(agent)'
	refute_output --partial $'\e'
	run on_terminal git -c color.ui=false -c core.pager=cat \
		checkpoint show "$ID"
	refute_output --partial $'\e['
	assert_nothing_outside
}

@test 'a checkpoint that is another one, or of a newer version' {
	forge_new
	forge "refs/checkpoint-remotes/evil/$SESSION/cp_1703123456789_0c0c0c0c"
	own=$ID ID=cp_1703123456789_0c0c0c0c
	assert_refused
	forge "refs/checkpoint-remotes/evil/other/$ID"
	git update-ref -d "refs/checkpoint-remotes/evil/$SESSION/$ID"
	assert_refused
	read_all
	ID=$own
	metadata '.version = "2.0.0"'
	forge
	assert_refused
	assert_output --partial upgrade
	metadata '.version = "1.99.0" | .git.refs = {"refs/heads/../../config":
		"0000000000000000000000000000000000000001"}'
	forge
	bounded git checkpoint restore --move-head --operation "$ID"
	[[ $status != 0 ]]
	read_all
	assert_untouched
}

@test 'a branch or a ref that is none' {
	forge_new
	for name in 'refs/heads/../../config' '--upload-pack=x' 'refs/heads/x.lock' \
		'refs/checkpoints-local/x/y' 'HEAD'; do
		metadata --arg name "$name" '.git.branch = $name'
		forge
		bounded git checkpoint restore --move-head "$ID"
		[[ $status != 0 ]] || fail "'$name' was not refused: $output"
	done
	read_all
	assert_untouched
}

# With --into an operation never comes back.
assert_operation_refused() {
	forge
	bounded git checkpoint restore --move-head --operation "$ID"
	[[ $status != 0 ]] || fail "not refused: $output"
	rm -rf "$state/gitdir"
	mkdir "$state/gitdir"
}

@test 'nothing of an operation runs or leads elsewhere' {
	forge_new
	mkdir -p "$state/gitdir/rebase-merge" "$state/gitdir/hooks"
	echo 'exec touch "$CANARY"' >"$state/gitdir/rebase-merge/git-rebase-todo"
	assert_operation_refused
	mkdir "$state/gitdir/hooks"
	cp ../outside/run "$state/gitdir/hooks/post-checkout"
	assert_operation_refused
	ln -s ../../outside/file "$state/gitdir/MERGE_MSG"
	assert_operation_refused
	printf '[core]\n\tfsmonitor = ../outside/run\n' >"$state/gitdir/config"
	assert_operation_refused
	# A tag that is another, and one that is none.
	for text in 'no tag' ''; do
		printf '%s' "$text" >"$TMPDIR/tag"
		id=$(git hash-object -t tag --literally "$TMPDIR/tag")
		git rev-parse HEAD >"$state/gitdir/MERGE_HEAD"
		mkdir "$state/tags"
		cp "$TMPDIR/tag" "$state/tags/${id/%????/0000}"
		assert_operation_refused
		rm -r "$state/tags"
		git rev-parse HEAD >"$state/gitdir/MERGE_HEAD"
		mkdir "$state/tags"
		cp "$TMPDIR/tag" "$state/tags/$id"
		assert_operation_refused
		assert_line --partial 'is no tag'
		run ! git cat-file -e "$id"
		rm -r "$state/tags"
	done
	read_all
	assert_untouched
}

@test 'attributes, modules and configuration in the tree run nothing' {
	forge_new
	tree=$(tree_with "$tree" 100644 .gitattributes \
		"$(blob '* filter=evil diff=evil merge=evil\n')")
	tree=$(tree_with "$tree" 100644 .gitconfig \
		"$(blob '[filter "evil"]\n\tsmudge = touch "$CANARY"\n')")
	tree=$(tree_with "$tree" 100644 .gitmodules "$(blob \
		'[submodule "x"]\n\tpath = x\n\turl = ext::touch$IFS"$CANARY"\n')")
	tree=$(tree_with "$tree" 160000 x "$base")
	index_tree=$tree
	forge
	read_all
	bounded git checkpoint restore "$ID"
	assert_nothing_outside
	bounded git checkpoint undo
	assert_nothing_outside
}

@test 'objects that are large once they are unpacked' {
	forge_new
	b=$(head --bytes=450M /dev/zero | git -c core.compression=1 \
		-c core.bigFileThreshold=1m hash-object -w --stdin)
	good=$(state_tree)
	for name in metadata.json index-extra worktree-extra; do
		state_tree=$(git ls-tree "$good" |
			sed "s/ [0-9a-f]*\t$name/ $b\t$name/" | git mktree)
		forge
		bounded git checkpoint restore --move-head "$ID"
		[[ $status != 0 ]] || fail "not refused: $output"
	done
	read_all
	state_tree=$good tree=$b
	forge
	assert_refused
	read_all
	assert_untouched
}

@test 'trees that have ever more paths' {
	forge_new
	t=$(raw_tree 100644 f "$(blob x)")
	for i in {1..9}; do
		entries=()
		for name in {0..9}; do
			entries+=(40000 "$name" "$t")
		done
		t=$(raw_tree "${entries[@]}")
	done
	tree=$t
	forge
	for line in verify restore; do
		# shellcheck disable=SC2086 # words
		bounded_time 60 git checkpoint $line "$ID"
		[[ $status != 0 ]] || fail "'$line' was not refused: $output"
	done
	assert_untouched
}

@test 'metadata that is deep, long, or no JSON' {
	forge_new
	for text in "$(printf '[%.0s' {1..20000})" '{"version":1e999}' '{' \
		'{"id":"x","id":"y"}' $'{"a":"\x01"}' 'null' '[]'; do
		b=$(blob %s "$text")
		state_tree=$(git ls-tree "$(state_tree)" |
			sed "s/ [0-9a-f]*\tmetadata.json/ $b\tmetadata.json/" |
			git mktree)
		forge
		bounded git checkpoint restore "$ID"
		[[ $status != 0 ]] || fail "not refused: ${text:0:100}"
		state_tree=''
	done
	state_tree=$(git ls-tree "$(state_tree)" |
		sed "s/ [0-9a-f]*\tmetadata.json/ $b\tmetadata.json/" | git mktree)
	forge
	read_all
	assert_untouched
}
