# Two machines and a remote between them, for the families that exchange
# checkpoints; a .bats file loads this behind ../test_helper.

# A bare repository, $REMOTE, with what $REPO has, and $REPO at it as `origin`.
remote_new() {
	REMOTE=$BATS_TEST_TMPDIR/remote.git
	git init --quiet --bare "$REMOTE"
	repo_new
	git remote add origin "${1:-$REMOTE}"
	git push --quiet --set-upstream origin main
}

# another_machine <name>: a clone of $REMOTE, or of the URL given, and go there.
another_machine() {
	git clone --quiet "${2:-$REMOTE}" "$BATS_TEST_TMPDIR/$1"
	cd "$BATS_TEST_TMPDIR/$1" || return
}

# Save what is there; prints the id. The description is for people.
create() {
	git checkpoint create --quiet "$@"
}

# The session that the newest checkpoint of this repository is of.
session() {
	newest_name | cut -d/ -f1
}

# What a remote has below refs/checkpoints, names alone.
remote_refs() {
	git -C "${1:-$REMOTE}" for-each-ref --format='%(refname:lstrip=2)' \
		refs/checkpoints
}

# The ids that a remote's manifest of a session lists, one a line.
listed() {
	git -C "$REMOTE" cat-file -p "$(git -C "$REMOTE" for-each-ref \
		--format='%(objectname)' "refs/checkpoints/$1" |
		tail -n 1)" | sed -n 's/^checkpoint \([^ ]*\) .*/\1/p'
}
