# `git checkpoint list`: which ones, in which order, in which form.

load ../test_helper

NOW=1700000000000

# The clock of checkpoints, in seconds from a fixed time.
at() {
	export GIT_CHECKPOINT_NOW=$((NOW + $1 * 1000))
}

# Make one at that time; the rest goes to create. Prints its id.
create_at() {
	at "$1"
	shift
	git checkpoint create --quiet "$@"
}

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

@test "nothing is listed as nothing, with a hint" {
	repo_new
	run -0 --separate-stderr git checkpoint list
	refute_output
	assert_equal "$stderr" "hint: there is no checkpoint yet; 'git checkpoint create' makes one"
	run -0 --separate-stderr git checkpoint list --quiet
	refute_output
	assert_equal "$stderr" ''
	run -0 --separate-stderr git checkpoint list --json
	refute_output
	assert_equal "$stderr" ''
}

@test "a filter that leaves nothing is no reason for a hint" {
	repo_new
	create_at 0 first
	run -0 git checkpoint list --type=auto
	refute_output
}

@test "the newest comes first, in columns" {
	repo_new
	first=$(create_at 0 'the first')
	work_start
	second=$(create_at 100 --type=before_risky_operation 'the second')
	git checkout --quiet --detach
	third=$(create_at 7200 --pin 'the third')
	head=$(git rev-parse HEAD)
	at 7260
	run -0 --separate-stderr git checkpoint list
	assert_equal "$stderr" ''
	assert_output - <<-EOF
		$third  manual                  60 seconds ago  ${head:0:7}  7/7  (pinned) the third
		$second  before_risky_operation  2 hours ago     main     7/7  the second
		$first  manual                  2 hours ago     main     0/5  the first
	EOF
}

@test "the counts are of paths that differ, and of files" {
	repo_new
	work_start
	git checkpoint create --quiet
	# Staged and changed again is two differences; so git status has it, too.
	changed=$(git status --porcelain --untracked-files=all |
		cut -c1-2 | tr -d ' \n' | sed 's/??/?/g' | wc -c)
	files=$(git ls-tree -r "$(git for-each-ref --format='%(refname)' \
		refs/checkpoints)" | wc -l)
	run -0 git checkpoint list
	assert_line --partial "  $changed/$files  "
}

@test "--limit lists the newest ones, and --count counts" {
	repo_new
	for i in 1 2 3 4 5; do create_at "$i" "number $i"; done >"$TMPDIR/ids"
	run -0 git checkpoint list --quiet
	assert_output "$(tac "$TMPDIR/ids")"
	run -0 git checkpoint list --limit 2 --quiet
	assert_output "$(tac "$TMPDIR/ids" | head -n 2)"
	run -0 git checkpoint list -n0
	refute_output
	run -0 git checkpoint list --count
	assert_output 5
	run -0 git checkpoint list --count --json
	assert_output '{"count":5}'
	run -0 git checkpoint list --count -n 3
	assert_output 3
}

@test "--limit reads that many refs, not all of them" {
	repo_new
	for i in 1 2 3 4 5; do create_at "$i"; done
	# A sanitizer cannot look for leaks in what is traced.
	export ASAN_OPTIONS=detect_leaks=0
	run -0 strace -f -e trace=openat -o "$TMPDIR/trace" \
		git checkpoint list --limit 2
	run -0 grep -c 'refs/checkpoints/manual_[^/"]*/cp_' "$TMPDIR/trace"
	assert_output 2
}

@test "--type may be given again" {
	repo_new
	one=$(create_at 1)
	two=$(create_at 2 --type=session_start)
	create_at 3 --type=session_end
	run -0 git checkpoint list --quiet --type=session_start --type manual
	assert_line --index 0 "$two"
	assert_line --index 1 "$one"
	assert_equal "${#lines[@]}" 2
	run -129 git checkpoint list --type=nonsense
	assert_line --index 0 "error: no such type: 'nonsense'"
}

@test "--task compares the whole id, whatever is in it" {
	repo_new
	one=$(create_at 1 --task='50% of übung')
	create_at 2 --task='50'
	run -0 git checkpoint list --quiet --task='50% of übung'
	assert_output "$one"
	run -0 git checkpoint list --format='%(task)' --task='50% of übung'
	assert_output '50% of übung'
}

@test "--since reads what git reads, by our clock" {
	repo_new
	one=$(create_at 0)
	two=$(create_at 1800)
	three=$(create_at 5400)
	at 7200
	run -0 git checkpoint list --quiet --since='1 hour ago'
	assert_output "$three"
	run -0 git checkpoint list --quiet --since='90.minutes.ago'
	assert_output "$three
$two"
	run -0 git checkpoint list --quiet --since="@$((NOW / 1000 + 1800))"
	assert_output "$three
$two"
	run -0 git checkpoint list --quiet --since="$(date -u -d "@$((NOW / 1000))" '+%Y-%m-%d %H:%M:%S +0000')"
	assert_output "$three
$two
$one"
	run -0 git checkpoint list --quiet --since='2099-01-01'
	refute_output
}

@test "--session lists one session, of any worktree" {
	repo_new
	here=$(create_at 1)
	git worktree add --quiet ../other
	there=$(cd ../other && create_at 2)
	session=$(ref_of "$there" | cut -d/ -f3)
	run -0 git checkpoint list --quiet --session="$session"
	assert_output "$there"
	run -0 git checkpoint list --quiet
	assert_output "$here"
	run -0 git checkpoint list --quiet --session=session_1_00000000
	refute_output
	run -128 git checkpoint list --session='a b'
	assert_output "fatal: not the name of a session: 'a b'"
}

@test "--all lists every worktree's, --remotes what was fetched" {
	repo_new
	here=$(create_at 1 here)
	git worktree add --quiet ../other
	there=$(cd ../other && create_at 2 there)
	git update-ref "refs/checkpoint-remotes/far/away/session_1/$here" \
		"$(ref_of "$here")"
	run -0 git checkpoint list --quiet --all
	assert_output "$there
$here"
	run -0 git checkpoint list --quiet --remotes
	assert_output "$here"
	run -0 git checkpoint list --remotes --format='%(remote) %(session_id)'
	assert_output 'far/away session_1'
	run -129 git checkpoint list --all --remotes
	assert_line --index 0 \
		"error: options '--all' and '--remotes' cannot be used together"
}

@test "--json is the metadata, and where it is" {
	repo_new
	create_at 1 one
	two=$(create_at 2 --pin two)
	run -0 git checkpoint list --json
	assert_equal "${#lines[@]}" 2
	ref=$(ref_of "$two")
	jq --exit-status --arg ref "$ref" --arg commit "$(git rev-parse "$ref")" \
		'.ref == $ref and .commit == $commit and .pinned' <<<"${lines[0]}"
	jq --exit-status '.pinned == false' <<<"${lines[1]}"
	assert_equal "$(jq --compact-output 'del(.ref, .commit, .pinned)' <<<"${lines[0]}")" \
		"$(git show "$ref^2^2:metadata.json" | jq --compact-output .)"
	assert_equal "$(jq --raw-output 'keys_unsorted | .[-3:] | join(" ")' <<<"${lines[0]}")" \
		'ref commit pinned'
}

@test "every field of --format is what the metadata has" {
	repo_new
	work_start
	id=$(create_at 1 --task=t1 --type=task_complete 'what it is')
	ref=$(ref_of "$id")
	at 3
	fields=(id ref commit session_id type timestamp description branch
		git_commit task staged unstaged untracked files omitted
		bytes_added digest host user operation sprint tasks_completed
		agent pinned age remote error)
	run -0 git checkpoint list \
		--format="$(printf '%%(%s)%%n' "${fields[@]}")"
	assert_output - <<-EOF
		$(git show "$ref^2^2:metadata.json" |
			jq --raw-output --arg ref "$ref" \
				--arg commit "$(git rev-parse "$ref")" \
				'.id, $ref, $commit, .session_id, .type, .timestamp,
				.description, .branch, .git_commit, .task.task_id,
				.git.staged, .git.unstaged, .git.untracked,
				.snapshot.files, .snapshot.omitted.count,
				.snapshot.bytes_added, .snapshot.digest,
				.environment.host, .environment.user,
				"", "", "", "", "false", "2 seconds ago", "", ""')
	EOF
}

@test "-z ends what --format prints with NUL" {
	repo_new
	one=$(create_at 1)
	two=$(create_at 2)
	git checkpoint list -z --format='%(id)%%%x0a|' >"$TMPDIR/out"
	printf '%s%%\n|\0' "$two" "$one" | cmp - "$TMPDIR/out"
}

@test "wrong formats and what does not go together are usage errors" {
	repo_new
	run -129 git checkpoint list --format='%(nonsense)'
	assert_output 'error: unknown field name: nonsense'
	run -129 git checkpoint list --format='%(id'
	assert_output "error: malformed format: '%(id'"
	run -129 git checkpoint list -z
	assert_line --index 0 'error: -z needs --format'
	run -129 git checkpoint list --json --format='%(id)'
	assert_line --index 0 'error: --json and --format cannot be used together'
	run -129 git checkpoint list --count --format='%(id)'
	assert_line --index 0 'error: --count and --format cannot be used together'
	run -129 git checkpoint list something
	assert_line --index 0 'error: too many arguments'
}

@test "one that cannot be read is listed as damaged, with the others" {
	repo_new
	one=$(create_at 1 good)
	ref=$(ref_of "$one")
	bad=cp_$((NOW + 2000))_00000000
	git update-ref "${ref%/*}/$bad" HEAD
	empty=cp_$((NOW + 3000))_00000000
	: >".git/${ref%/*}/$empty"
	at 4
	run -0 git checkpoint list
	assert_line --index 0 --regexp "^$empty  damaged  1 second ago .*damaged"
	assert_line --index 1 --regexp \
		"^$bad  damaged  2 seconds ago .*has no good Checkpoint-Index trailer$"
	assert_line --index 2 --regexp "^$one  manual .*good$"
	run -0 git checkpoint list --json
	jq --exit-status --arg id "$bad" --arg ref "${ref%/*}/$bad" \
		--arg commit "$(git rev-parse HEAD)" '.id == $id and
		.ref == $ref and .commit == $commit and .pinned == false and
		(.error | test("Checkpoint-Index"))' <<<"${lines[1]}"
	run -0 git checkpoint list --format='%(id) %(type) %(error)'
	assert_line --index 1 --partial "$bad  invalid checkpoint data: '$bad'"
	assert_line --index 2 "$one manual "
	# What has no type matches none.
	run -0 git checkpoint list --type=manual --quiet
	assert_output "$one"
	REPO_IS_DAMAGED=1
}

@test "a missing note does not matter" {
	repo_new
	create_at 1 one
	before=$(git checkpoint list --json)
	git for-each-ref --format='delete %(refname)' refs/notes |
		git update-ref --stdin
	run -0 git checkpoint list --json
	assert_output "$before"
}

@test "packed refs are as good as loose ones" {
	repo_new
	for i in 1 2 3; do create_at "$i" "number $i"; done
	at 10
	before=$(git checkpoint list)
	git pack-refs --all
	run -0 git checkpoint list
	assert_output "$before"
	git gc --quiet --prune=now
	run -0 git checkpoint list
	assert_output "$before"
}

@test "a person at a terminal gets colour and the pager" {
	repo_new
	create_at 1 one
	export GIT_PAGER='sed "s/^/paged: /"' TERM=xterm
	run -0 on_terminal git checkpoint list
	assert_output --partial $'paged: \e[33mcp_'
	run -0 on_terminal git -c color.ui=never checkpoint list
	assert_output --partial 'paged: cp_'
	run -0 on_terminal git checkpoint list --json
	refute_output --partial paged
	run -0 on_terminal git checkpoint list --format='%(id)'
	refute_output --partial paged
	run -0 git checkpoint list
	refute_output --partial paged
	refute_output --partial $'\e'
	run -0 git -c color.checkpoint=always checkpoint list
	assert_output --partial $'\e[33mcp_'
}

@test "a line ends where the terminal does" {
	repo_new
	create_at 1 "$(printf 'long %.0s' {1..40})"
	export GIT_PAGER=cat COLUMNS=100
	run -0 on_terminal git checkpoint list
	output=${output%$'\r'}
	assert_equal "${#output}" 100
	assert_output --regexp '\.\.\.$'
}

@test "a branch of another's making cannot drive the terminal" {
	repo_new
	git checkout --quiet -b $'b\xc2\x9b31m'
	create_at 1 one
	export GIT_PAGER=cat
	run -0 git checkpoint list
	assert_output --partial 'b\u009b31m'
	run -0 on_terminal git checkpoint list --format='%(branch)'
	assert_output --partial 'b\u009b31m'
	run -0 git checkpoint list --format='%(branch)'
	assert_output $'b\xc2\x9b31m'
}

@test 'more than a thousand are listed, each once' {
	local commit session
	repo_new
	git checkpoint create -q
	commit=$(newest)
	session=$(newest_name)
	session=${session%/*}
	for ((i = 1; i <= 2000; i++)); do
		printf 'create refs/checkpoints/%s/cp_16000000%05d_00000000 %s\n' \
			"$session" "$i" "$commit"
	done | git update-ref --stdin
	git checkpoint list >"$TMPDIR/listed"
	assert_equal "$(wc -l <"$TMPDIR/listed")" 2001
	assert_equal "$(cut -d' ' -f1 "$TMPDIR/listed")" \
		"$(git checkpoint list -q)"
	git checkpoint clean --keep 1 | grep '^cp_' | cut -d' ' -f1 \
		>"$TMPDIR/dropped"
	assert_equal "$(sort -u "$TMPDIR/dropped" | wc -l)" 2000
	assert_equal "$(git checkpoint list --count)" 1
}
