# The Makefile does what its help says.

load ../test_helper

# make, as a user types it, in a copy of what is needed.
make_here() {
	make --no-print-directory -C "$TOP" BUILD="$BATS_TEST_TMPDIR/build" \
		PROGRAM="$BATS_TEST_TMPDIR/git-checkpoint" "$@"
}

@test "make says which library is missing, and where help is" {
	run -2 make_here PKG_CONFIG=false all
	assert_output --partial 'false does not find all of: libgit2 libcjson zlib libdeflate nettle yaml-0.1'
	assert_output --partial 'contrib/setup'
}

@test "make refuses a libgit2 that it does not know" {
	run -2 make_here LIBGIT2_FROM=99.0.0 all
	assert_output --partial 'libgit2 99.0.0 or later, below 2.0.0, is needed'
}

@test "make help and make clean need no library" {
	run -0 make_here PKG_CONFIG=false help
	assert_line --partial 'make test'
	run -0 make_here PKG_CONFIG=false clean
}

@test "other flags compile everything again, the same flags nothing" {
	object=$BATS_TEST_TMPDIR/build/src/base/buf.o
	run -0 make_here "$object"
	run -0 make_here "$object"
	refute_output --partial 'buf.o'
	run -0 make_here CFLAGS='-O1 -DIT='"\"isn't\"" "$object"
	assert_output --partial 'buf.o'
}

@test "a changed header compiles what includes it" {
	object=$BATS_TEST_TMPDIR/build/src/ui/color.o
	run -0 make_here "$object"
	run -0 make_here --what-if=src/ui/color.h "$object"
	assert_output --partial 'color.o'
	run -0 make_here --what-if=src/base/thread.h "$object"
	refute_output --partial 'color.o'
}

@test "V=1 shows the commands" {
	run -0 make_here V=1 "$BATS_TEST_TMPDIR/build/src/base/buf.o"
	assert_output --partial '-std=c11'
}

@test "what is installed is removed by uninstall" {
	cp "$TOP/git-checkpoint" .
	run -0 make_here --assume-old="$BATS_TEST_TMPDIR/git-checkpoint" \
		DESTDIR="$BATS_TEST_TMPDIR/dest dir" prefix=/opt install
	assert_file_executable 'dest dir/opt/bin/git-checkpoint'
	run -0 'dest dir/opt/bin/git-checkpoint' --version
	run -0 make_here DESTDIR="$BATS_TEST_TMPDIR/dest dir" prefix=/opt uninstall
	run find 'dest dir' -type f
	refute_output
}

@test "git finds an installed program as its own command" {
	mkdir bin
	cp "$TOP/git-checkpoint" bin
	PATH=$PWD/bin:$PATH run -0 git checkpoint --version
	assert_output --regexp '^git-checkpoint version [0-9]+\.[0-9]+\.[0-9]+'
}
