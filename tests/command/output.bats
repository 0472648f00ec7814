# Standard output: checked, paged and coloured as git does it.

load ../test_helper

@test "a full disk is a failure" {
	full() {
		git checkpoint help >/dev/full
	}
	run -128 full
	assert_output 'fatal: cannot write to standard output: No space left on device'
}

@test "a reader that leaves ends it as git ends" {
	leave() {
		exec 8> >(:)
		wait "$!"
		git-checkpoint help >&8
	}
	run -141 leave
	refute_output
}

@test "a closed standard output or input is no file of ours" {
	run -0 git checkpoint help >&- <&-
}

@test "-h into a full disk is a failure" {
	full() {
		git checkpoint help -h >/dev/full
	}
	run -128 full
}
