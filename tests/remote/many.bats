# Many clones, many sessions, many checkpoints.

load ../test_helper
load machines

# <clone>: save 20 times, and push.
work_and_push() {
	local i

	cd "$BATS_TEST_TMPDIR/$1" || return
	for i in {1..20}; do
		echo "$1 $i" >>file
		create "$i" >>"$BATS_TEST_TMPDIR/$1.ids" || return
	done 2>"$BATS_TEST_TMPDIR/$1.said" &&
		git checkpoint push --quiet 2>>"$BATS_TEST_TMPDIR/$1.said"
}

@test "16 clones push at once, and nothing is lost or rejected" {
	remote_new
	for i in {1..16}; do
		git clone --quiet "$REMOTE" "../c$i"
	done
	for i in {1..16}; do
		work_and_push "c$i" 3>&- &
		jobs[i]=$!
	done
	for i in {1..16}; do
		wait "${jobs[i]}" || fail "c$i: $(cat "../c$i.said")"
		assert_equal "$(cat "../c$i.said")" ''
	done
	assert_equal "$(remote_refs | wc -l)" 16
	for i in {1..16}; do
		session=$(REPO=../c$i && cd "../c$i" && session)
		assert_same "$(sort "../c$i.ids")" "$(listed "$session" | sort)"
	done
	run -0 git -C "$REMOTE" fsck --strict
	run -0 git checkpoint fetch --quiet
	assert_equal "${#lines[@]}" 320
}

# sessions_new <from> <to>: that many sessions of 50 checkpoints each in
# $REMOTE, as pushes make them.
sessions_new() {
	local base index state

	base=$(git rev-parse HEAD)
	index=$(git rev-parse "$(newest)^2")
	state=$(git rev-parse "$(newest)^2^2")
	awk -v from="$1" -v to="$2" -v base="$base" -v index_="$index" \
		-v state="$state" 'BEGIN {
			for (s = from; s <= to; s++)
				for (c = 1; c <= 50; c++) {
					m = sprintf("c\n\nCheckpoint-Id: cp_%.0f_0000000a\n", \
						1700000000000 + s * 1000 + c)
					m = m "Checkpoint-Type: manual\n"
					m = m sprintf("Checkpoint-Session: session_%.0f_0000000a\n", \
						1700000000000 + s)
					m = m "Checkpoint-Base: " base "\n"
					m = m "Checkpoint-Index: " index_ "\n"
					m = m "Checkpoint-State: " state "\n"
					printf "commit refs/x\nmark :%d\n", ++mark
					printf "committer a <a> 1 +0000\n"
					printf "data %d\n%s", length(m), m
					printf "from %s\nmerge %s\n\n", base, index_
				}
			print "reset refs/x\n"
		}' | git -C "$REMOTE" fast-import --quiet --force \
		--export-marks="$BATS_TEST_TMPDIR/marks"
	git -C "$REMOTE" update-ref -d refs/x
	sort -t: -k2 -n "$BATS_TEST_TMPDIR/marks" | awk -v s="$1" '
		{ oid[NR] = $2 }
		END {
			for (first = 1; first <= NR; first += 50) {
				m = sprintf("manifest 1\n\nsession session_%.0f_0000000a\n", 1700000000000 + s)
				for (c = 1; c <= 50; c++) {
					ms = 1700000000000 + s * 1000 + c
					# The start is 2023-11-14T22:13:20Z.
					second = 80000 + int((ms - 1700000000000) / 1000)
					day = 14 + int(second / 86400)
					second %= 86400
					m = m sprintf("checkpoint cp_%.0f_0000000a manual 2023-11-%02dT%02d:%02d:%02d.%03dZ %s\n", \
						ms, day, int(second / 3600), \
						int(second / 60) % 60, second % 60, \
						ms % 1000, oid[first + c - 1])
				}
				printf "commit refs/checkpoints/session_%.0f_0000000a/manifest-1\n", 1700000000000 + s
				printf "committer a <a> 2 +0000\ndata %d\n%s", length(m), m
				printf "from %s\n", oid[first]
				for (c = 2; c <= 50; c++)
					printf "merge %s\n", oid[first + c - 1]
				print "deleteall\n"
				s++
			}
		}' | git -C "$REMOTE" fast-import --quiet
	git -C "$REMOTE" pack-refs --all
}

# What git says to a remote and hears from it when this is run.
packets_of() {
	GIT_TRACE_PACKET=$BATS_TEST_TMPDIR/packets "$@" >/dev/null
	# A remote in a directory says what it does as well.
	grep -cv 'packet: *upload-pack' "$BATS_TEST_TMPDIR/packets"
	rm "$BATS_TEST_TMPDIR/packets"
}

@test "one session costs the same with 10,000 checkpoints of others" {
	remote_new
	create one
	git push --quiet origin "$(newest):refs/heads/keep"
	sessions_new 1 2
	another_machine b
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq -s -c '[length, .[0].count]' <<<"$output")" '[2,50]'
	few=$(packets_of git checkpoint fetch --quiet origin \
		session_1700000000001_0000000a)
	assert_equal "$(git checkpoint list --remotes --count)" 50
	few_listed=$(packets_of git checkpoint ls-remote origin)
	cd "$REPO"
	sessions_new 3 200
	another_machine c
	many=$(packets_of git checkpoint fetch --quiet origin \
		session_1700000000001_0000000a)
	assert_equal "$(git checkpoint list --remotes --count)" 50
	assert_equal "$many" "$few"
	# Names cost a line a session, not one a checkpoint.
	many_listed=$(packets_of git checkpoint ls-remote origin)
	assert_equal "$((many_listed - few_listed))" 198
}
