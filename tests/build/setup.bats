# The set-up says what it needs, and installs only what is missing.

load ../test_helper

# A PATH with these programs of the machine and nothing else.
bare_path() {
	local program

	mkdir bin
	for program in dirname getconf git id sed tr env "$@"; do
		ln -s "$(command -v "$program")" bin
	done
}

# A program that prints its name and arguments to a file, and does no more.
fake() {
	printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$PWD" "$2" \
		>"bin/$1"
	chmod +x "bin/$1"
}

set_up() {
	PATH=$PWD/bin /bin/sh "$TOP/contrib/setup" "$@"
}

@test "set-up without apt-get names the packages and stops" {
	bare_path
	run -1 set_up
	assert_line 'setup: there is no apt-get here'
	assert_line --partial ' libgit2-dev libcjson-dev zlib1g-dev libdeflate-dev nettle-dev libyaml-dev'
	assert_line --partial 'brew install pkgconf libgit2 cjson libdeflate nettle libyaml'
}

@test "set-up without root and sudo names the packages and stops" {
	bare_path
	rm bin/id
	fake id 'echo 1000'
	fake apt-get
	fake dpkg-query
	run -1 set_up
	assert_line --partial 'setup: neither root nor sudo'
	assert_line --partial ' gcc libc6-dev make pkg-config libgit2-dev '
	run -0 cat calls
	refute_line --partial apt-get
}

@test "set-up installs through sudo what is missing, and only that" {
	bare_path
	rm bin/id
	fake id 'echo 1000'
	fake sudo 'exec "$@"'
	fake apt-get
	fake dpkg-query 'case $* in
		*libcjson-dev | *nettle-dev) echo "unknown ok not-installed" ;;
		*) echo "install ok installed" ;;
		esac'
	run -1 set_up
	assert_line --index 0 'setup: installing libcjson-dev nettle-dev '
	assert_line 'setup: something that is needed to build is still missing'
	run -0 cat calls
	assert_line 'apt-get update -q'
	assert_line 'apt-get install -q -y --no-install-recommends libcjson-dev nettle-dev'
	assert_line --partial 'sudo env DEBIAN_FRONTEND=noninteractive apt-get'
}

@test "set-up knows packages that are there and too old" {
	bare_path make
	fake cc
	fake pkg-config 'exit 1'
	fake apt-get
	fake dpkg-query 'echo "install ok installed"'
	run -1 set_up
	assert_line 'setup: all packages are installed, but too old'
}

@test "set-up with a word that it does not know prints its usage" {
	bare_path
	run -129 set_up all
	assert_line --index 0 --regexp '^usage: contrib/setup'
}
