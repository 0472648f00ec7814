# What every test starts from; a .bats file begins with `load ../test_helper`.
#
# Each test gets a home and an identity of its own, nothing of the machine's
# configuration, and the program that was built here first in PATH. After each
# test its repository must be whole and nothing of ours left lying about.
#
# See README.md for what is here to be used.

bats_require_minimum_version 1.5.0

export BATS_LIB_PATH=${BATS_LIB_PATH:-/usr/lib/bats:/usr/local/lib}
bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# Files that define their own setup() or teardown() call these in them.
setup() {
	scratch_setup
}

teardown() {
	scratch_check
}

# An environment that is the same everywhere.
scratch_setup() {
	local name

	for name in $(compgen -e | grep -E '^(GIT_|XDG_|NO_COLOR$|COLUMNS$)'); do
		unset "$name"
	done
	unset PAGER LESS LV EMAIL VISUAL MAKEFLAGS MFLAGS MAKELEVEL
	export HOME=$BATS_TEST_TMPDIR/home
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$HOME" "$TMPDIR"
	export GIT_CONFIG_NOSYSTEM=1
	# A test outside of a repository is outside, wherever TMPDIR is.
	GIT_CEILING_DIRECTORIES=$(dirname "$BATS_TEST_TMPDIR")
	export GIT_CEILING_DIRECTORIES GIT_DISCOVERY_ACROSS_FILESYSTEM=1
	export PATH="${PROGRAM_DIR:-$TOP}:$PATH"
	export LC_ALL=C.UTF-8 TZ=UTC TERM=dumb EDITOR=false
	umask 022
	git config --global user.name 'A U Thor'
	git config --global user.email 'author@example.com'
	git config --global init.defaultBranch main
	git config --global advice.detachedHead false
	# A commit of many files would leave gc behind it, at work beside the test.
	git config --global gc.auto 0
	# Without the samples of hooks; tests may write to info/exclude.
	mkdir -p "$HOME/template/info"
	git config --global init.templateDir "$HOME/template"
	TICK=1112911993
	REPO=$BATS_TEST_TMPDIR/repo
	cd "$BATS_TEST_TMPDIR" || return
}

# A test that damages its repository on purpose says REPO_IS_DAMAGED=1.
scratch_check() {
	local left

	[[ -d $REPO/.git ]] || return 0
	if [[ ! ${REPO_IS_DAMAGED-} ]]; then
		git -C "$REPO" fsck --strict --no-dangling --no-progress ||
			fail 'git fsck finds the repository damaged'
	fi
	left=$(find "$REPO" '(' -name '.checkpoint-*-*' -o -name 'tmp_pack_*' \
		-o -name '*.keep' -o -path '*/.git/*.lock' ')' \
		! -path '*/checkpoint.d/*')
	[[ ! $left ]] || fail "left behind: $left"
}

# One second later, for commits; the first is in April 2005.
tick() {
	TICK=$((TICK + 60))
	export GIT_AUTHOR_DATE="$TICK +0000" GIT_COMMITTER_DATE="$TICK +0000"
}

# Make a repository with one commit, of each kind of file, and go there.
repo_new() {
	REPO=${1:-$REPO}
	git init --quiet "$REPO"
	cd "$REPO" || return
	mkdir src
	printf 'int main(void)\n{\n}\n' >src/main.c
	printf '#!/bin/sh\necho run\n' >run.sh
	chmod +x run.sh
	ln -s src/main.c link
	printf 'one\ntwo\nthree\n' >file
	printf '*.o\n/ignored/\n' >.gitignore
	commit_all first
}

# Commit everything there is.
commit_all() {
	tick
	git add --all
	git commit --quiet --message "${1:-commit}"
}

# Leave some of everything: staged, staged and changed, changed, deleted,
# untracked, ignored, an empty directory.
work_start() {
	printf 'staged\n' >>file
	git add file
	printf 'and changed\n' >>file
	printf '// changed\n' >>src/main.c
	printf 'new and staged\n' >staged
	git add staged
	rm link
	mkdir -p new/deep empty
	printf 'untracked\n' >new/deep/untracked
	printf '\0\1\2' >'name with
newline'
	mkdir ignored
	printf 'ignored\n' >ignored/file
}

# Every path of a worktree with type, mode, link target and checksum: equal
# listings mean equal worktrees. Of .git only nested ones are in it.
snapshot_of() {
	(
		cd "${1:-$REPO}" || exit
		find . -path ./.git -prune -o -printf '%y %m %p -> %l\0' |
			LC_ALL=C sort --zero-terminated
		find . -path ./.git -prune -o -type f -print0 |
			LC_ALL=C sort --zero-terminated |
			xargs --null --no-run-if-empty sha256sum --zero
	) | sed --null-data 's/\\/\\\\/g; s/\n/\\n/g' | tr '\0' '\n'
}

# Every entry of the index with stage, id, mode and flags, without what a stat
# of the file would change.
index_of() {
	git -C "${1:-$REPO}" ls-files --stage -v --debug |
		sed -n -e 's/^  size: [0-9]*\t\(flags: .*\)/  \1/p' -e '/^[^ ]/p'
}

# HEAD, every ref but ours, and the files of an operation that is going on.
git_state_of() {
	(
		cd "${1:-$REPO}" || exit
		git symbolic-ref --quiet HEAD || git rev-parse HEAD
		git for-each-ref --format='%(refname) %(objectname)' |
			grep -v '^refs/\(notes/\)\?checkpoint' || :
		cd "$(git rev-parse --git-dir)" || exit
		find . '(' -name '*_HEAD' -o -name '*_MSG' -o -name 'BISECT_*' \
			-o -path './rebase-*' -o -path './sequencer*' \
			-o -name MERGE_MODE -o -name MERGE_RR ')' \
			! -path './refs/*' ! -path './logs/*' \
			! -name FETCH_HEAD ! -name COMMIT_EDITMSG \
			-type f -print0 | LC_ALL=C sort --zero-terminated |
			xargs --null --no-run-if-empty sha256sum
	)
}

# All of these: what a checkpoint promises to bring back.
work_of() {
	snapshot_of "$@"
	index_of "$@"
	git_state_of "$@"
}

# Every file of .git that saving must not touch, byte for byte, with its time:
# all but new objects and what is ours.
gitdir_of() {
	(
		cd "${1:-$REPO}/.git" || exit
		find . '(' -path ./objects -o -name 'checkpoint*' ')' -prune \
			-o -type f -printf '%p %T@ %s ' -exec sha256sum {} ';' |
			LC_ALL=C sort
	)
}

# assert_same <before> <after>: two of the listings above.
assert_same() {
	[[ $1 == "$2" ]] || fail "$(diff <(echo "$1") <(echo "$2"))"
}

# Run a command on a terminal that answers with what standard input says; what
# it shows is printed. The exit status is the command's.
on_terminal() {
	SHELL=$BASH script --quiet --return --command "$(printf '%q ' "$@")" /dev/null
}

# The newest checkpoint of the repository: its commit, and "<session>/<id>".
newest_name() {
	git for-each-ref --format='%(refname:lstrip=2)' refs/checkpoints |
		sort -t/ -k2 | tail -n 1
}

newest() {
	git rev-parse "refs/checkpoints/$(newest_name)"
}

# Fail unless two files have the same bytes, and show where they differ.
assert_files_equal() {
	diff -u "$1" "$2" >&2 || fail "$1 and $2 differ"
}
