# `git checkpoint watch` at a terminal.

load ../test_helper
load watching

setup() {
	scratch_setup
	repo_new
	mkfifo "$TMPDIR/keyboard" "$TMPDIR/events"
}

teardown() {
	[[ ! ${terminal-} ]] || kill -KILL "$terminal" 2>/dev/null || :
	wait
	scratch_check
}

# A shell's words on a terminal: `keyboard` is where keys are pressed, `events`
# what it shows.
at_terminal() {
	on_terminal bash -c "$1" <"$TMPDIR/keyboard" >"$TMPDIR/events" \
		2>&1 3>&- &
	terminal=$!
	exec {keyboard}>"$TMPDIR/keyboard" {events}<"$TMPDIR/events"
}

# What of a terminal's settings is its reader's to change.
STTY='stty -a | grep -ow -e "-*icanon" -e "-*echo" | sort | tr "\n" ,'

# Read what it shows up to a line that has these words in it.
until_shown() {
	while IFS= read -r -t 60 -u "$events" line; do
		[[ $line != *"$1"* ]] || return 0
	done
	fail "not shown: $1"
}

press() {
	printf '%s' "$1" >&"$keyboard"
}

@test "s saves, ^C ends, and the terminal is as it was" {
	at_terminal 'git-checkpoint watch --interval 1h; echo "status $?"
		'"$STTY"'; echo'
	until_shown 'Press s to save now'
	press s
	until_shown '(manual, '
	press xs
	until_shown '(manual, '
	press $'\x03'
	until_shown '(interrupted, '
	until_shown 'status 0'
	until_shown echo,icanon,
	assert_equal "$(git checkpoint list --type manual --count)" 2
}

@test "under git, which passes ^C on as well, it ends in the same way" {
	at_terminal 'trap : INT
		git checkpoint watch --interval 1h
		'"$STTY"'; echo'
	until_shown 'Press s to save now'
	press s
	until_shown '(manual, '
	press $'\x03'
	until_shown '(interrupted, '
	until_shown echo,icanon,
}

@test "the terminal is as it was while it is stopped, and after a signal" {
	at_terminal 'set -m
		git-checkpoint watch --interval 1h
		'"$STTY"'; echo
		fg
		echo "status $?"
		'"$STTY"'; echo'
	until_shown 'Press s to save now'
	press $'\x1a'
	until_shown echo,icanon,
	until_shown 'git-checkpoint watch'
	press s
	until_shown '(manual, '
	kill -TERM "$(cat .git/checkpoint.d/watch)"
	until_shown 'status 0'
	until_shown echo,icanon,
}

@test "in the background it takes no keys" {
	at_terminal 'set -m
		git-checkpoint watch --interval 1h &
		read -r line
		echo "read <$line>"
		kill %1
		wait %1
		echo "status $?"'
	until_shown 'Watching '
	printf 'sss\n' >&"$keyboard"
	until_shown 'read <sss>'
	until_shown 'status 0'
	assert_equal "$(git checkpoint list --type manual --count)" 0
}
