# `git checkpoint watch` where very much happens at once.

load ../test_helper
load watching

setup() {
	scratch_setup
	repo_new
}

teardown() {
	watch_stop
	scratch_check
}

# Files by the thousand, in directories that come and go.
burst() {
	local dir file

	for dir in {1..10}; do
		mkdir -p "burst/$1/$dir"
		for file in {1..60}; do
			echo "$1 $file" >"burst/$1/$dir/$file"
		done
		rm "burst/$1/$dir"/{1..20}
	done
	mv "burst/$1/1" "burst/$1/moved"
	rm -r "burst/$1/2"
}

@test "bursts of 10,000 events lose no final state and leave nothing behind" {
	watch_start
	watch_until checkpoint auto
	directories=$(watches_of "$watch")
	descriptors=$(descriptors_of "$watch")
	for i in {1..5}; do
		burst "$i"
	done
	watch_until_saved
	# Each directory there is, and no other.
	assert_equal "$(watches_of "$watch")" \
		$((directories + $(find burst -type d | wc -l)))
	burst 1
	rm -r burst
	echo last >last
	watch_until_saved
	assert_equal "$(watches_of "$watch")" "$directories"
	assert_equal "$(descriptors_of "$watch")" "$descriptors"
	watch_end
}
