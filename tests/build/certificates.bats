# libgit2 has no certificates to read: decision 0029.

load ../test_helper

@test "a libgit2 of mbedTLS finds our function before the library's" {
	local name=mbedtls_x509_crt_parse_file program library
	program=$(command -v git-checkpoint)
	library=$(ldd "$program" | awk '/libgit2/ { print $3 }')
	[[ $library ]] || skip 'libgit2 is no shared library'
	nm -D "$library" | grep -q " U $name" || skip 'libgit2 has no mbedTLS'
	run -0 env LD_BIND_NOW=1 LD_DEBUG=bindings "$program" --version
	assert_output --regexp "libgit2.so[^ ]* .* to [^ ]*/git-checkpoint .*$name"
}
