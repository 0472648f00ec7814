# `git checkpoint verify`: what is whole, what is not, and what is wrong with it.

# REPO_IS_DAMAGED is the helper's.
# shellcheck disable=SC2034
load ../test_helper

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

session_of() {
	basename "$(dirname "$(ref_of "$1")")"
}

# Write the tree <tree> into the commit S of a checkpoint, and put the whole
# together again with a ref, as its writer would have: <id> <tree of S>.
# Prints nothing; the ref is replaced.
replace_state() {
	local ref commit index state base new_state new_index new

	ref=$(ref_of "$1")
	commit=$(git rev-parse "$ref")
	base=$(git rev-parse --quiet --verify "$commit^1")
	index=$(git rev-parse "$commit^2")
	state=$(git rev-parse "$index^2")
	new_state=$(git cat-file commit "$state" | sed "s/^tree .*/tree $2/" |
		git hash-object -t commit -w --stdin)
	new_index=$(git cat-file commit "$index" |
		sed "s/^parent $state/parent $new_state/" |
		git hash-object -t commit -w --stdin)
	new=$(git cat-file commit "$commit" |
		sed "s/^parent $index/parent $new_index/
			s/^\(Checkpoint-Index: \).*/\1$new_index/
			s/^\(Checkpoint-State: \).*/\1$new_state/" |
		git hash-object -t commit -w --stdin)
	git update-ref "$ref" "$new"
	[[ $base ]]
}

# Change metadata.json with jq: <id> <filter>.
edit_metadata() {
	local state blob tree

	state=$(ref_of "$1")^2^2
	blob=$(git show "$state:metadata.json" | jq --indent 2 "$2" |
		git hash-object -w --stdin)
	tree=$(git ls-tree "$state" |
		sed "s/^100644 blob [0-9a-f]*\tmetadata.json/100644 blob $blob\tmetadata.json/" |
		git mktree)
	replace_state "$1" "$tree"
}

# Take an object away, whichever pack it is in: all are made loose first.
lose() {
	local pack packs=.git/objects/pack

	mkdir packs
	mv "$packs"/* packs
	for pack in packs/*.pack; do
		[[ ! -e $pack ]] || git unpack-objects -q <"$pack"
	done
	rm -rf packs
	rm -f ".git/objects/${1:0:2}/${1:2}"
}

@test "all checkpoints of the repository are looked at" {
	repo_new
	run -0 git checkpoint verify
	refute_output
	one=$(git checkpoint create --quiet)
	work_start
	two=$(git checkpoint create --quiet)
	git worktree add --quiet ../linked
	three=$(cd ../linked && git checkpoint create --quiet)
	run -0 git checkpoint verify
	assert_output "$three: ok
$two: ok
$one: ok"
	run -0 git checkpoint verify --quiet
	refute_output
	run -0 git checkpoint verify "$one" --json
	assert_equal "$(jq --compact-output '[.id, .ok, .restorable, .problems]' <<<"$output")" \
		"[\"$one\",true,true,[]]"
	run -128 git checkpoint verify cp_1
}

@test "nothing that the user sees is changed" {
	repo_new
	work_start
	git checkpoint create >/dev/null
	before=$(work_of && gitdir_of)
	objects=$(find .git/objects -type f | sort)
	run -0 git checkpoint verify
	assert_same "$before" "$(work_of && gitdir_of)"
	assert_same "$objects" "$(find .git/objects -type f | sort)"
	run -0 find .git/checkpoint.d -name 'verify-*'
	refute_output
}

@test "conflicts, operations and conversions are whole" {
	repo_new
	git checkout --quiet -b other
	echo theirs >file
	git commit --quiet --all --message theirs
	git checkout --quiet main
	echo ours >file
	git commit --quiet --all --message ours
	run -1 git merge --quiet other
	printf '*.crlf text eol=crlf\n*.up filter=up\n*.id ident\n*.raw text\n' >.gitattributes
	git config filter.up.clean 'tr A-Z a-z'
	git config filter.up.smudge 'tr a-z A-Z'
	printf 'a\r\nb\r\n' >dos.crlf
	printf 'mixed\r\nends\n' >mixed.raw
	printf 'UPPER\n' >letters.up
	# shellcheck disable=SC2016
	printf '$Id$\n' >keyword.id
	echo x >ignored.o
	git add --intent-to-add dos.crlf
	git checkpoint create --ignored >/dev/null
	git reset --quiet --hard
	printf 'UPPER\n' >letters.up
	git add .
	git checkpoint create >/dev/null
	run -0 git checkpoint verify
	assert_equal "${#lines[@]}" 2
}

@test "a filter that has gone is no damage, but no restore either" {
	repo_new
	echo '*.up filter=up' >.gitattributes
	git config filter.up.clean 'tr A-Z a-z'
	git config filter.up.smudge 'tr a-z A-Z'
	git config filter.up.required true
	printf 'UPPER\n' >letters.up
	git add .
	id=$(git checkpoint create --quiet)
	run -0 git checkpoint verify
	git config filter.up.smudge false
	run -1 --separate-stderr git checkpoint verify
	assert_line --index 0 "$id: not whole here"
	assert_line --partial letters.up
	run -0 --separate-stderr git checkpoint clean --verify
	assert_output 'Nothing to drop'
	git config filter.up.smudge 'tr a-z a-z'
	run -1 git checkpoint verify
	assert_line --index 1 --partial "'letters.up'"
}

@test "content of git-lfs that has gone is named" {
	command -v git-lfs >/dev/null || skip 'git-lfs is not installed'
	repo_new
	git lfs install --local --skip-repo
	git lfs track '*.bin' >/dev/null
	echo large >large.bin
	git add .
	id=$(git checkpoint create --quiet)
	run -0 git checkpoint verify
	find .git/lfs/objects -type f -exec sh -c 'echo damaged >"$1"' - {} ';'
	run -1 git checkpoint verify
	assert_output "$id: not whole here
  the content of 'large.bin' in git-lfs is damaged"
	find .git/lfs/objects -type f -delete
	run -1 git checkpoint verify
	assert_output "$id: not whole here
  the content of 'large.bin' in git-lfs is not in this clone"
}

@test "an object that is missing or damaged is named by its path" {
	REPO_IS_DAMAGED=1
	repo_new
	mkdir deep
	echo untracked >deep/untracked
	one=$(git checkpoint create --quiet)
	rm -rf deep
	two=$(git checkpoint create --quiet)
	blob=$(git rev-parse "$(ref_of "$one"):deep/untracked")
	lose "$blob"
	run -1 git checkpoint verify
	assert_line "$two: ok"
	assert_line "$one: damaged"
	assert_line "  'deep/untracked': object $blob is missing"
	assert_line --partial "hint: 'git checkpoint clean --verify'"
	mkdir --parents ".git/objects/${blob:0:2}"
	echo garbage >".git/objects/${blob:0:2}/${blob:2}"
	run -1 git checkpoint verify --json "$one"
	assert_equal "$(sed -n 1p <<<"$output" | jq .restorable)" false
	assert_line --index 0 --partial "'deep/untracked': "
	run -0 git checkpoint clean --verify
	assert_line --partial "$one: 'deep/untracked': "
	assert_line 'Dropped 1 checkpoint:'
	assert_equal "$(git checkpoint list --quiet)" "$two"
}

@test "each commit and tree of a checkpoint must be there" {
	REPO_IS_DAMAGED=1
	for part in '' '^{tree}' ^2 '^2^{tree}' ^2^2 '^2^2^{tree}' \
		^2^2:metadata.json ^2^2:worktree-extra; do
		rm -rf "$REPO"
		repo_new
		work_start
		id=$(git checkpoint create --quiet)
		object=$(git rev-parse "$(ref_of "$id")$part")
		lose "$object"
		run -1 git checkpoint verify
		assert_line --index 0 "$id: damaged"
		assert_line --index 1 --partial "object $object is missing"
	done
}

@test "what is newest and damaged does not protect itself" {
	REPO_IS_DAMAGED=1
	repo_new
	one=$(git checkpoint create --quiet)
	echo new >untracked
	two=$(git checkpoint create --quiet --pin)
	echo newer >untracked
	three=$(git checkpoint create --quiet)
	lose "$(git rev-parse "$(ref_of "$two"):untracked")"
	rm ".git/objects/$(git rev-parse "$(ref_of "$three"):untracked" | sed 's#^..#&/#')"
	run -0 git checkpoint clean --verify
	assert_line --partial "$three: 'untracked': "
	assert_line --regexp "^$two +manual .* pinned"
	assert_equal "$(git checkpoint list --quiet)" "$two
$one"
}

@test "refs that lead nowhere, and commits that are no checkpoints" {
	REPO_IS_DAMAGED=1
	repo_new
	session=$(session_of "$(git checkpoint create --quiet)")
	refs=refs/checkpoints/$session
	git update-ref "$refs/cp_1700000001000_00000001" HEAD
	: >".git/$refs/cp_1700000002000_00000002"
	echo 1234567890123456789012345678901234567890 >".git/$refs/cp_1700000003000_00000003"
	run -1 git checkpoint verify
	assert_line 'cp_1700000001000_00000001: damaged'
	assert_line 'cp_1700000002000_00000002: damaged'
	assert_line '  its ref does not hold the id of a commit'
	assert_line 'cp_1700000003000_00000003: damaged'
	assert_line '  object 1234567890123456789012345678901234567890 is missing'
	run -0 git checkpoint clean --verify
	assert_line 'Dropped 3 checkpoints:'
	run -0 git checkpoint verify
}

@test "trees must be canonical, and their names safe" {
	REPO_IS_DAMAGED=1
	repo_new
	id=$(git checkpoint create --quiet)
	state=$(git rev-parse "$(ref_of "$id")^2^2")
	blob=$(git rev-parse HEAD:file)
	for name in .git .. GIT~1; do
		bad=$(git hash-object -t tree -w --literally --stdin < <(
			printf '100644 %s\0' "$name"
			echo "$blob" | xxd -revert -plain
		))
		tree=$( (
			git ls-tree "$state"
			printf '040000 tree %s\tattachments\n' "$bad"
		) | git mktree)
		replace_state "$id" "$tree"
		run -1 git checkpoint verify
		assert_line "  'attachments/$name' of the state: no file may have this name"
	done
}

@test "metadata must say what the commits are" {
	REPO_IS_DAMAGED=1
	repo_new
	work_start
	id=$(git checkpoint create --quiet)
	ref=$(ref_of "$id")
	good=$(git rev-parse "$ref")
	zeros=0000000000000000000000000000000000000001
	while IFS='#' read -r filter said; do
		git update-ref "$ref" "$good"
		edit_metadata "$id" "$filter"
		git checkpoint verify --repair >/dev/null 2>&1 || :
		run -1 git checkpoint verify
		assert_line --index 0 "$id: damaged"
		assert_line --index 1 --partial "$said"
		run -0 git checkpoint clean --verify
		assert_output 'Nothing to drop'
	done <<-END
		.type = "auto"#its type is auto, but it is manual
		.git.head = "$zeros"#HEAD is $zeros, but it is $(git rev-parse HEAD)
		.snapshot.tree = "$zeros"#its tree is $zeros
		.snapshot.index_tree = "$zeros"#the tree of its index is $zeros
		.snapshot.digest |= "sha256:0" + .[8:]#its digest is sha256:0
		.git.branch = "refs/heads/x"#its digest is
		.snapshot.omitted.count = 77#counts 77 omitted paths
	END
}

@test "the list of what was left out must be here if it was made here" {
	repo_new
	work_start
	id=$(git checkpoint create --quiet)
	git update-ref -d "refs/checkpoints-local/$(session_of "$id")/$id"
	run -1 git checkpoint verify
	assert_line --partial 'the list of what it left out is gone'
	git clone --quiet . ../clone
	cd ../clone
	git fetch --quiet origin 'refs/checkpoints/*:refs/checkpoints/*'
	run -1 git checkpoint verify
	assert_output "$id: needs repair
  its note is missing
hint: 'git checkpoint verify --repair' makes notes again"
}

@test "what is lost of the local files does not condemn the rest" {
	REPO_IS_DAMAGED=1
	repo_new
	work_start
	id=$(git checkpoint create --quiet --ignored)
	git checkpoint create >/dev/null
	git checkpoint create >/dev/null
	local=refs/checkpoints-local/$(session_of "$id")/$id
	blob=$(git rev-parse "$local:ignored/ignored/file")
	list=$(git rev-parse "$local:omitted")
	lose "$blob"
	run -1 git checkpoint verify "$id"
	assert_output "$id: damaged
  'ignored/ignored/file' of the local files: object $blob is missing"
	rm -f ".git/objects/${list:0:2}/${list:2}"
	run -1 git checkpoint verify "$id"
	assert_line "  'omitted' of the local files: object $list is missing"
	echo garbage >".git/$local"
	run -1 git checkpoint verify "$id"
	assert_line --index 1 --partial "$local"
	run -0 git checkpoint clean --verify
	assert_output 'Nothing to drop'
}

@test "a checkpoint of a newer version is not damaged" {
	REPO_IS_DAMAGED=1
	repo_new
	id=$(git checkpoint create --quiet)
	edit_metadata "$id" '.version = "99.0.0"'
	run -1 git checkpoint verify
	assert_line --index 0 "$id: not whole here"
	assert_line --index 1 --partial 'written by a newer version'
	run -0 git checkpoint clean --verify
	assert_output 'Nothing to drop'
}

@test "--repair makes notes again, and keeps what was added to them" {
	REPO_IS_DAMAGED=1
	repo_new
	one=$(git checkpoint create --quiet)
	two=$(git checkpoint create --quiet)
	three=$(git checkpoint create --quiet)
	notes=refs/notes/checkpoints/$(session_of "$one")
	git notes --ref "$notes" append --message 'my words' "$(ref_of "$one")"
	run -0 git checkpoint verify
	git notes --ref "$notes" remove "$(ref_of "$two")" 2>/dev/null
	git notes --ref "$notes" add --force --message 'only mine' "$(ref_of "$three")" 2>/dev/null
	run -1 git checkpoint verify
	assert_line '  its note is missing'
	assert_line '  its note is not what metadata.json says'
	run -0 git checkpoint verify --repair
	assert_line "$two: repaired"
	run -0 git checkpoint verify --json
	assert_equal "$(jq .ok <<<"$output" | sort --unique)" true
	run -0 git notes --ref "$notes" show "$(ref_of "$one")"
	assert_line --index -1 'my words'
	run -0 git notes --ref "$notes" show "$(ref_of "$three")"
	assert_line --index -1 'only mine'
	run -0 git log --format=%H "$notes"
	assert_equal "${#lines[@]}" 1

	lose "$(git rev-parse "$notes^{tree}")"
	run -1 git checkpoint verify
	run -0 git checkpoint verify --repair
	run -0 git checkpoint verify
}

@test "--repair waits for a restore to end" {
	repo_new
	id=$(git checkpoint create --quiet)
	git update-ref -d "refs/notes/checkpoints/$(session_of "$id")"
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint verify
	run -1 git checkpoint verify --repair
	assert_line --index 0 --partial 'restore'
	rm .git/checkpoint.d/journal
}

@test "what a killed one left is removed by the next" {
	repo_new
	git checkpoint create >/dev/null
	mkdir --parents .git/checkpoint.d/verify-killed/top/a/b
	ln -s /nonexistent .git/checkpoint.d/verify-killed/top/a/link
	run -0 git checkpoint verify
	assert_not_exist .git/checkpoint.d/verify-killed
}
