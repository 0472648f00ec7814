# The static checks find what they are for.

load ../test_helper

setup() {
	scratch_setup
	mkdir -p src/base src/git src/core/record src/core/save src/cmd
	printf '#ifndef A\n#define A\nint a_count(void);\n#endif\n' >src/base/a.h
	sed -i '2i #include "base/compat.h"' src/base/a.h
	: >src/base/compat.h
	printf '#include "base/a.h"\n\nint a_count(void)\n{\n\treturn 1;\n}\n' \
		>src/base/a.c
}

@test "check-layers accepts what goes down" {
	printf '#include "base/a.h"\n' >src/git/b.h
	printf '#include "git/b.h"\n#include <git2.h>\n' >src/git/b.c
	printf '#include "git/b.h"\n#include <stdio.h>\n' >src/cmd/c.c
	run -0 "$TOP/tests/check-layers.sh" .
	refute_output
}

@test "check-layers finds a header of a higher layer" {
	printf '#include "base/a.h"\n#include "cmd/c.h"\n' >src/git/b.c
	run -1 "$TOP/tests/check-layers.sh" .
	assert_output 'src/git/b.c:2: git/ includes "cmd/c.h" of a higher layer'
}

@test "check-layers finds a header that does not start at src/" {
	printf '#include "base/a.h"\n#include "b.h"\n' >src/git/b.c
	run -1 "$TOP/tests/check-layers.sh" .
	assert_output 'src/git/b.c:2: "b.h" does not start with a folder of src/'
}

@test "check-layers finds a library outside of its door" {
	printf '#include "base/a.h"\n#include <git2/oid.h>\n' >src/core/save/b.c
	printf '#include "base/a.h"\n#include <cjson/cJSON.h>\n' >src/core/save/c.c
	printf '#include "base/a.h"\n#include <zlib.h>\n' >src/git/d.c
	printf '#include "base/a.h"\n#  include <nettle/sha1.h>\n' >src/git/e.c
	printf '#include "base/a.h"\n#include <libdeflate.h>\n' >src/git/f.c
	run -1 "$TOP/tests/check-layers.sh" .
	assert_line 'src/core/save/b.c:2: libgit2 is included outside of its door'
	assert_line 'src/core/save/c.c:2: cJSON is included outside of its door'
	assert_line 'src/git/d.c:2: zlib is included outside of its door'
	assert_line 'src/git/e.c:2: nettle is included outside of its door'
	assert_line 'src/git/f.c:2: libdeflate is included outside of its door'
	assert_equal "${#lines[@]}" 5
}

@test "check-layers finds a first include that is not the file's own" {
	: >src/git/b.h
	printf '#include "base/a.h"\n#include "git/b.h"\n' >src/git/b.c
	printf '#include <stdio.h>\n' >src/git/c.c
	run -1 "$TOP/tests/check-layers.sh" .
	assert_line 'src/git/b.c:1: the first include is not "git/b.h"'
	assert_line 'src/git/c.c:1: the first include is not a header of ours'
}

@test "check-headers finds a header that needs another" {
	run -0 "$TOP/tests/check-headers.sh" .
	printf '#ifndef B\n#define B\nsize_t b_count(void);\n#endif\n' >src/git/b.h
	run -1 "$TOP/tests/check-headers.sh" .
	assert_line 'src/git/b.h: does not compile alone'
}

@test "check-headers finds a header without a guard" {
	printf 'struct b {\n\tint n;\n};\n' >src/git/b.h
	run -1 "$TOP/tests/check-headers.sh" .
	assert_line 'src/git/b.h: does not compile alone'
}

@test "check-cppcheck finds a null pointer that is used" {
	command -v cppcheck >/dev/null || skip 'no cppcheck here'
	run -0 "$TOP/tests/check-cppcheck.sh" .
	printf 'int b(void)\n{\n\tint *p = 0;\n\n\treturn *p;\n}\n' >src/git/b.c
	run -1 "$TOP/tests/check-cppcheck.sh" .
	assert_output --partial 'Null pointer dereference'
}

@test "the sources pass check-layers and check-headers" {
	run -0 "$TOP/tests/check-layers.sh"
	run -0 "$TOP/tests/check-headers.sh"
}
