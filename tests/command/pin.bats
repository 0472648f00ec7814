# `git checkpoint pin` and `unpin`.

load ../test_helper

setup() {
	scratch_setup
	repo_new
	one=$(git checkpoint create --quiet one)
	two=$(git checkpoint create --quiet two)
}

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

pins() {
	git for-each-ref --format='%(objectname) %(refname:lstrip=3)' \
		refs/checkpoint-pins
}

@test "a pin is a ref that leads to the checkpoint" {
	run -0 git checkpoint pin "$one"
	assert_output "Pinned $one"
	ref=$(ref_of "$one")
	assert_equal "$(pins)" "$(git rev-parse "$ref") $one"
	run -0 git rev-parse "refs/checkpoint-pins/${ref#refs/checkpoints/}"
	assert_output "$(git rev-parse "$ref")"
	run -0 git checkpoint list --format='%(id) %(pinned)'
	assert_output "$two false
$one true"
	run -0 git checkpoint unpin "$one"
	assert_output "Unpinned $one"
	assert_equal "$(pins)" ''
}

@test "what is so already is no failure" {
	git checkpoint pin --quiet latest
	before=$(pins)
	run -0 git checkpoint pin latest
	assert_output "Pinned $two (it was already)"
	assert_equal "$(pins)" "$before"
	run -0 git checkpoint unpin "$one"
	assert_output "Unpinned $one (it was already)"
	assert_equal "$(pins)" "$before"
}

@test "several can be named, and none changes where one does not exist" {
	run -128 --separate-stderr git checkpoint pin "$one" cp_1_00000000
	refute_output
	assert_equal "${stderr_lines[0]}" "fatal: no checkpoint 'cp_1_00000000'"
	assert_equal "$(pins)" ''
	run -0 git checkpoint pin --quiet "$one" latest
	refute_output
	assert_equal "$(pins | cut -d' ' -f2)" "$one
$two"
	run -0 git checkpoint unpin --json "$one" "$two"
	assert_line --index 0 \
		"{\"id\":\"$one\",\"ref\":\"$(ref_of "$one")\",\"pinned\":false,\"changed\":true}"
	assert_equal "${#lines[@]}" 2
	assert_equal "$(pins)" ''
	run -129 git checkpoint pin
	assert_line --index 0 'error: which checkpoint?'
}

@test "a pin that leads elsewhere, or nowhere, is set right" {
	ref=$(ref_of "$one")
	pin=refs/checkpoint-pins/${ref#refs/checkpoints/}
	git update-ref "$pin" HEAD
	run -0 git checkpoint pin "$one"
	assert_equal "$(git rev-parse "$pin")" "$(git rev-parse "$ref")"
	: >".git/$pin"
	run -0 git checkpoint pin "$one"
	assert_equal "$(git rev-parse "$pin")" "$(git rev-parse "$ref")"
	: >".git/$pin"
	run -0 git checkpoint unpin "$one"
	assert_equal "$(pins)" ''
}

@test "a pin keeps a checkpoint's objects" {
	git checkpoint pin --quiet "$one"
	commit=$(git rev-parse "$(ref_of "$one")")
	git update-ref -d "$(ref_of "$one")"
	git gc --quiet --prune=now
	run -0 git cat-file -t "$commit"
	assert_output commit
}

@test "a fetched checkpoint can be pinned, too" {
	remote=refs/checkpoint-remotes/origin/session_1/cp_1_00000000
	git update-ref "$remote" HEAD
	git checkpoint pin --quiet "$remote"
	run -0 git rev-parse refs/checkpoint-pins/session_1/cp_1_00000000
	assert_output "$(git rev-parse HEAD)"
	run -0 git checkpoint list --remotes --format='%(pinned)'
	assert_output true
}

@test "nothing is pinned while a restore is unfinished" {
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint pin "$one"
	assert_line --index 0 'fatal: a restore was not finished'
	run -1 git checkpoint unpin "$one"
	assert_line --index 0 'fatal: a restore was not finished'
	assert_equal "$(pins)" ''
}

@test "create --pin is the same pin" {
	three=$(git checkpoint create --quiet --pin three)
	run -0 git checkpoint pin "$three"
	assert_output "Pinned $three (it was already)"
}
