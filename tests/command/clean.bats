# `git checkpoint clean`: what goes, what stays, and what is said of it.

# REPO_IS_DAMAGED is the helper's.
# shellcheck disable=SC2034
load ../test_helper

NOW=1700000000000
DAY=86400

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

# The ids of what is there, oldest first.
ids() {
	git for-each-ref --format='%(refname:lstrip=3)' refs/checkpoints |
		sort
}

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

# Make a file that no program makes smaller: <name> <bytes>.
noise() {
	head --bytes="$2" /dev/urandom >"$1"
}

# Bytes of the object store on disk.
store_size() {
	find .git/objects -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }'
}

@test "--keep leaves the newest" {
	local made=()
	repo_new
	for i in 0 1 2 3 4; do
		made+=("$(create_at "$i" "number $i")")
	done
	run -0 git checkpoint clean --keep 3
	assert_line --regexp "^${made[1]} +manual .* number 1\$"
	assert_line --regexp "^${made[0]} +manual .* number 0\$"
	assert_equal "$(ids)" "$(printf '%s\n' "${made[@]:2}")"
	# Refs, notes and all.
	run -0 git notes --ref "checkpoints/$(basename "$(dirname "$(ref_of "${made[2]}")")")" list
	assert_equal "${#lines[@]}" 3
}

@test "the newest and its backup stay, whatever --keep says" {
	repo_new
	first=$(create_at 0)
	second=$(create_at 1)
	third=$(create_at 2)
	run -0 git checkpoint clean --keep 0
	assert_equal "$(ids)" "$second
$third"
	git config checkpoint.backupCount 0
	run -0 git checkpoint clean --keep 0
	assert_equal "$(ids)" "$third"
	assert [ "$first" ]
}

@test "--older-than counts days, and with --keep both must agree" {
	local made=()
	repo_new
	for day in 0 1 2 3 4 5; do
		made+=("$(create_at $((day * DAY)))")
	done
	at $((5 * DAY))
	run -0 git checkpoint clean --older-than 3 --keep 5
	assert_equal "$(ids)" "$(printf '%s\n' "${made[@]:1}")"
	run -0 git checkpoint clean --older-than 2
	assert_equal "$(ids)" "$(printf '%s\n' "${made[@]:3}")"
	run -0 git checkpoint clean --older-than 9999999999999
	assert_output 'Nothing to drop'
}

@test "--type, --task and --session choose" {
	repo_new
	plain=$(create_at 0)
	auto=$(create_at 1 --type=auto)
	task=$(create_at 2 --task=T1)
	create_at 3 >/dev/null
	create_at 4 >/dev/null
	session=$(basename "$(dirname "$(ref_of "$plain")")")
	run -0 git checkpoint clean --type=auto
	refute [ "$(ref_of "$auto")" ]
	assert [ "$(ref_of "$task")" ]
	run -0 git checkpoint clean --task=T1
	refute [ "$(ref_of "$task")" ]
	assert [ "$(ref_of "$plain")" ]
	run -0 git checkpoint clean --session=session_1_00000000
	assert_output 'Nothing to drop'
	run -0 git checkpoint clean --session="$session"
	refute [ "$(ref_of "$plain")" ]
}

@test "pinned ones stay unless they are named" {
	repo_new
	pinned=$(create_at 0 --pin)
	create_at 1 >/dev/null
	create_at 2 >/dev/null
	run -0 git checkpoint clean --keep 1
	assert_line --regexp "^$pinned +manual +.* pinned\$"
	assert [ "$(ref_of "$pinned")" ]
	run -0 git checkpoint clean "$pinned"
	refute [ "$(ref_of "$pinned")" ]
	run -0 git for-each-ref refs/checkpoint-pins
	refute_output
}

@test "--dry-run prints exactly what goes then, and changes nothing" {
	repo_new
	for i in 0 1 2 3; do
		noise untracked 5000
		create_at "$i" >/dev/null
	done
	before=$(git for-each-ref)
	run -0 git checkpoint clean --keep 2 --dry-run --json
	assert_equal "$(git for-each-ref)" "$before"
	would=$(jq --compact-output 'del(.dry_run)' <<<"$output")
	run -0 git checkpoint clean --keep 2 --json
	assert_equal "$(jq --compact-output 'del(.dry_run)' <<<"$output")" "$would"
	assert_equal "$(jq '.dropped | length' <<<"$output")" 2
	# The content, and little else.
	bytes=$(jq .bytes <<<"$output")
	assert [ "$bytes" -gt 10000 ]
	assert [ "$bytes" -lt 14000 ]
}

@test "what others hold is not counted" {
	repo_new
	noise held 20000
	git add held
	git commit --quiet --message held
	noise in-the-index 20000
	noise in-both 20000
	create_at 0 >/dev/null
	rm in-both
	git add in-the-index
	git commit --quiet --message 'held further back'
	git rm --quiet --cached in-the-index held
	git commit --quiet --message 'held no longer by the tip'
	noise alone 20000
	git add alone
	gone=$(create_at 1)
	git rm --quiet --cached alone
	noise alone 300
	create_at 2 >/dev/null
	create_at 3 >/dev/null
	run -0 git checkpoint clean --dry-run --json "$gone"
	# It holds `alone`, and some trees and commits.
	bytes=$(jq .bytes <<<"$output")
	assert [ "$bytes" -gt 20000 ]
	assert [ "$bytes" -lt 22000 ]
}

@test "the command that is printed gives the space back" {
	repo_new
	git config gc.reflogExpire now
	git config gc.reflogExpireUnreachable now
	for i in 0 1 2; do
		noise untracked 1000000
		create_at "$i" >/dev/null
	done
	noise staged 500000
	git add staged
	dropped=$(create_at 3)
	git rm --quiet --cached staged
	rm staged
	create_at 4 >/dev/null
	git commit --quiet --allow-empty --message 'will be in a reflog only'
	git reset --quiet --hard HEAD~
	git commit-graph write --reachable
	reflog=$(git reflog)
	noise loose 100000
	staged=$(git hash-object -w loose)
	git update-index --add --cacheinfo "100644,$staged,loose"

	before=$(store_size)
	run -0 git checkpoint clean --json "$dropped" latest~3
	bytes=$(jq .bytes <<<"$output")
	command=$(jq --raw-output .command <<<"$output")
	assert [ "$bytes" -gt 1500000 ]
	run -0 sh -c "$command"
	after=$(store_size)
	assert [ $((before - after)) -ge "$bytes" ]
	# Nothing else is lost.
	assert_equal "$(git reflog)" "$reflog"
	run -0 git cat-file -e "$staged"
	run -0 git checkpoint restore --dry-run latest
	run -0 git fsck --strict --no-dangling
	refute_output
}

@test "a checkpoint is named in every way, all or none" {
	repo_new
	a=$(create_at 0)
	b=$(create_at 1)
	c=$(create_at 2)
	run -128 git checkpoint clean "$a" cp_1
	assert_equal "$(ids)" "$a
$b
$c"
	run -0 git checkpoint clean "$(ref_of "$a")" "$a" "$(git rev-parse "$(ref_of "$b")")"
	assert_line 'Dropped 2 checkpoints:'
	assert_equal "$(ids)" "$c"
	run -0 git checkpoint clean latest
	refute [ "$(ids)" ]
}

@test "damaged ones go by name" {
	REPO_IS_DAMAGED=1
	repo_new
	whole=$(create_at 0)
	session=$(basename "$(dirname "$(ref_of "$whole")")")
	refs=refs/checkpoints/$session
	# No trailers; a missing commit; an empty file; garbage.
	git update-ref "$refs/cp_1700000001000_00000001" HEAD
	mkdir --parents ".git/$refs"
	echo 1234567890123456789012345678901234567890 >".git/$refs/cp_1700000002000_00000002"
	: >".git/$refs/cp_1700000003000_00000003"
	echo garbage >".git/$refs/cp_1700000004000_00000004"
	run -0 git checkpoint clean cp_1700000001000_00000001
	run -0 git checkpoint clean cp_1700000002000
	run -0 git checkpoint clean cp_1700000003000_00000003
	run -0 git checkpoint clean "$refs/cp_1700000004000_00000004"
	assert_equal "$(ids)" "$whole"
	git fsck --strict --no-dangling
}

@test "objects that are missing do not keep a checkpoint" {
	REPO_IS_DAMAGED=1
	repo_new
	git checkpoint create >/dev/null
	before=$(ls .git/objects/pack)
	noise untracked 1000
	damaged=$(git checkpoint create --quiet)
	for file in .git/objects/pack/*; do
		[[ $before == *"$(basename "$file")"* ]] || rm -f "$file"
	done
	run -0 git checkpoint clean "$damaged"
	refute [ "$(ref_of "$damaged")" ]
}

@test "an undo keeps what it needs; naming that says which is lost" {
	repo_new
	target=$(create_at 0)
	echo changed >file
	create_at 1 >/dev/null
	create_at 2 >/dev/null
	at 3
	git checkpoint restore --quiet "$target"
	safety=$(git checkpoint list --json --type=pre_restore | jq --raw-output .id)
	at $((DAY))
	run -0 git checkpoint clean --keep 0
	assert_line --regexp "^$safety +pre_restore +.* an undo needs it\$"
	assert [ "$(ref_of "$safety")" ]
	run -0 git checkpoint clean --dry-run "$safety"
	assert_line "Would lose the undo of the restore of $target (24 hours ago)"
	run -0 git checkpoint clean "$safety"
	assert_line "Lost the undo of the restore of $target (24 hours ago)"
	refute [ "$(ref_of "$safety")" ]
	run -1 git checkpoint undo
}

@test "while a restore is unfinished nothing is dropped" {
	repo_new
	create_at 0 >/dev/null
	id=$(create_at 1)
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint clean "$id"
	assert [ "$(ref_of "$id")" ]
	run -1 git checkpoint clean --keep 0
	rm .git/checkpoint.d/journal
}

# Leave a restore of <checkpoint> unfinished in this worktree.
interrupt_restore() {
	local at journal

	journal=$(git rev-parse --git-path checkpoint.d/journal)
	for at in {1..30}; do
		strace -f -o /dev/null -e trace=renameat2,renameat,rename \
			-e "inject=renameat2,renameat,rename:signal=KILL:when=$at" \
			git-checkpoint restore "$1" || :
		[[ ! -e $journal ]] || return 0
	done
	return 1
}

@test "what an unfinished restore of another worktree needs does not even go by name" {
	repo_new
	git worktree add --quiet ../linked
	cd ../linked
	echo target >untracked
	target=$(git checkpoint create --quiet)
	echo other >untracked
	interrupt_restore "$target" >/dev/null 2>&1
	safety=$(jq --raw-output '.safety.ref' "$(git rev-parse --git-path checkpoint.d/journal)")
	cd "$REPO"
	for id in "$target" "$safety"; do
		run -1 git checkpoint clean "$id"
		assert_line --partial "is needed by a restore that is unfinished in '$REPO/.git/worktrees/linked'"
	done
	run -1 git checkpoint clean --path untracked
	assert [ "$(ref_of "$target")" ]
	cd ../linked
	run -0 git checkpoint restore --abort
	assert_equal "$(cat untracked)" other
	# What the kills left, of those that left no journal.
	git checkpoint create --quiet
	find "$REPO/.git" -name '*.keep' -delete
}

@test "criteria are for the sessions of this worktree" {
	repo_new
	git worktree add --quiet ../linked
	for _ in 1 2 3; do
		git checkpoint create >/dev/null
		(cd ../linked && git checkpoint create >/dev/null)
	done
	there=$(cd ../linked && git checkpoint list --quiet)
	run -0 git checkpoint clean --keep 0
	assert_line 'Dropped 1 checkpoint:'
	assert_equal "$(cd ../linked && git checkpoint list --quiet)" "$there"
	# Unless one is named, and then of that.
	id=${there##*$'\n'}
	run -0 git checkpoint clean --session="$(basename "$(dirname "$(ref_of "$id")")")" --keep 0
	refute [ "$(ref_of "$id")" ]
	assert_equal "$(ids | wc --lines)" 4
}

@test "two at once drop each checkpoint once" {
	repo_new
	for i in {1..12}; do
		create_at "$i" >/dev/null
	done
	git checkpoint clean --keep 5 >one 2>&1 &
	git checkpoint clean --keep 3 >two 2>&1
	wait $!
	run -0 git checkpoint clean --keep 3
	assert_equal "$(ids | wc --lines)" 3
	run -0 git checkpoint verify --quiet
}

@test "without criteria it does what automatic retention does" {
	repo_new
	git config checkpoint.maxCheckpoints 5
	manual=$(create_at 0)
	for i in 1 2 3 4 5 6 7; do
		echo "$i" >file
		git config checkpoint.maxCheckpoints 100
		create_at $((i * 60)) --type=auto >/dev/null
	done
	git config checkpoint.maxCheckpoints 5
	run -0 git checkpoint clean
	assert_line 'Dropped 3 checkpoints:'
	assert_equal "$(ids | wc --lines)" 5
	assert [ "$(ref_of "$manual")" ]
	run -0 git checkpoint clean
	assert_output 'Nothing to drop'
	git config checkpoint.maxCheckpoints x
	run -128 git checkpoint clean
	assert_output "fatal: bad numeric config value 'x' for 'checkpoint.maxcheckpoints'"
}

@test "each save keeps its session at the limit" {
	repo_new
	git config checkpoint.maxCheckpoints 5
	manual=$(create_at 0)
	risky=$(create_at 1 --type=before_risky_operation)
	echo pinned >file
	pinned=$(create_at 2 --type=auto --pin)
	for i in 3 4 5 6 7 8 9; do
		echo "$i" >file
		last=$(create_at $((i * 60)) --type=auto)
		# It never drops what it has just made.
		assert [ "$(ref_of "$last")" ]
	done
	assert_equal "$(ids | wc --lines)" 5
	for id in "$manual" "$risky" "$pinned" "$last"; do
		assert [ "$(ref_of "$id")" ]
	done
	run -0 git checkpoint verify --quiet
}

@test "a restore can be undone, however low the limit" {
	repo_new
	git config checkpoint.maxCheckpoints 0
	target=$(create_at 0)
	create_at 1 >/dev/null
	echo changed >file
	before=$(snapshot_of)
	at 2
	run -0 git checkpoint restore "$target"
	at $((DAY))
	create_at $((DAY + 1)) --type=auto >/dev/null
	run -0 git checkpoint undo
	assert_same "$before" "$(snapshot_of)"
}

@test "--path drops all that hold it, wherever in them" {
	repo_new
	none=$(create_at 0)
	echo secret >key
	worktree=$(create_at 1 --pin)
	git add key
	rm key
	index=$(create_at 2)
	git rm --quiet --cached key
	echo key >>.gitignore
	echo secret >key
	ignored=$(create_at 3 --ignored)
	rm key
	last=$(create_at 4)
	run -0 git checkpoint clean --path key
	assert_equal "$(ids)" "$none
$last"
	refute [ "$(ref_of "$worktree$index$ignored")" ]
	# Now the content is nowhere.
	command=$(grep --only-matching 'git repack.*' <<<"$output")
	blob=$(echo secret | git hash-object --stdin)
	run -0 git cat-file -e "$blob"
	run -0 sh -c "$command"
	run -1 git cat-file -e "$blob"
}

@test "--path looks into conflicts, raw bytes and attachments" {
	repo_new
	echo base >key
	commit_all base
	git checkout --quiet -b other
	echo theirs >key
	git commit --quiet --all --message theirs
	git checkout --quiet main
	echo ours >key
	git commit --quiet --all --message ours
	run -1 git merge --quiet other
	rm key
	conflict=$(create_at 0)
	git reset --quiet --hard
	none=$(create_at 1)
	mkdir ../elsewhere
	echo secret >../elsewhere/attached
	attachment=$(create_at 2 --attach ../elsewhere/attached)
	run -0 git checkpoint clean --dry-run --path attached --json
	assert_equal "$(jq --raw-output '.dropped[].id' <<<"$output")" "$attachment"
	git rm --quiet key
	run -0 git checkpoint clean --dry-run --path key --json
	assert_equal "$(jq --raw-output '.dropped[].id' <<<"$output")" "$attachment
$none
$conflict"
	theirs=$(git rev-parse other)
	assert_equal "$(jq --raw-output '.reached_by[].commit' <<<"$output" | grep --count "$theirs")" 1
}

@test "--path names what still has the content" {
	repo_new
	echo secret >key
	create_at 0 >/dev/null
	git add key
	git commit --quiet --message 'add the key'
	added=$(git rev-parse HEAD)
	git rm --quiet key
	git commit --quiet --message 'remove the key'
	echo secret >stashed
	git stash push --quiet --include-untracked
	untracked=$(git rev-parse stash^3)
	mkdir other
	echo secret >other/name
	other=$(create_at 1)
	git add other/name
	rm other/name
	run -0 git checkpoint clean --path key --json
	assert_equal "$(jq '.dropped | length' <<<"$output")" 1
	run -0 jq --raw-output '.reached_by[] | .commit + " " + .subject' <<<"$output"
	assert_line "$added add the key"
	assert_line --partial "$untracked untracked files on main"
	assert_line --regexp "^$(git rev-parse "$(ref_of "$other")") "
	refute_line --regexp '^[0-9a-f]+ remove the key$'
	echo secret >key
	create_at 2 >/dev/null
	run -0 git checkpoint clean --path 'k*y' --json
	assert_equal "$(jq --raw-output '.indexed_in[]' <<<"$output")" "$PWD/.git/index"
}

@test "--path sees from where one stands, and what cannot be searched" {
	REPO_IS_DAMAGED=1
	repo_new
	mkdir sub
	echo secret >sub/key
	id=$(create_at 0)
	rm sub/key
	other=$(create_at 1)
	run -0 env -C sub git checkpoint clean --path key --dry-run
	assert_line --partial "$id"
	refute_line --partial "$other"
	for path in ../sub/key :/sub/key ':(top)sub' "$REPO/sub/key" './../s*y'; do
		run -0 env -C sub git checkpoint clean --path "$path" --dry-run
		assert_line --partial "$id"
	done
	run -128 env -C sub git checkpoint clean --path ../../x
	for path in ':!key' ':^key' ':(icase)KEY'; do
		run -128 git checkpoint clean --path "$path"
		assert_line --index 0 "fatal: '$path' has pathspec magic that is not known here"
	done
	for path in './:!key' :key; do
		run -0 git checkpoint clean --path "$path"
		assert_output 'Nothing to drop'
	done
	git update-ref "$(dirname "$(ref_of "$id")")/cp_1700000009000_00000009" HEAD
	git update-ref -d HEAD
	run -0 git checkpoint clean --path sub --dry-run
	assert_line --partial "cp_1700000009000_00000009' is damaged, and may hold it"
}

@test "wrong command lines" {
	repo_new
	for args in '--keep=2 cp_1' '--path=x cp_1' '--path=x --keep=2' \
		--type=nonsense --keep=-1 --older-than=week \
		'--sessions cp_1'; do
		# shellcheck disable=SC2086
		run -129 git checkpoint clean $args
	done
}

@test "a history that git cannot walk keeps no secret" {
	REPO_IS_DAMAGED=1
	repo_new
	echo secret >key
	id=$(create_at 0)
	rm key
	echo second >file
	commit_all second
	parent=$(git rev-parse HEAD~)
	rm ".git/objects/${parent:0:2}/${parent:2}"
	run -0 --separate-stderr git checkpoint clean --path key
	assert_line 'Git cannot tell how many bytes only they hold'
	[[ $stderr == *'git cannot tell which other commits have the content'* ]]
	refute [ "$(ref_of "$id")" ]
}
