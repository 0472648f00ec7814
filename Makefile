# git-checkpoint. `make help` lists what there is to make.

prefix = /usr/local
bindir = $(prefix)/bin
mandir = $(prefix)/share/man
DESTDIR =

CC = cc
AR = ar
CLANG = clang
PKG_CONFIG = pkg-config
ASCIIDOCTOR = asciidoctor
PROVE = prove
CFLAGS = -O2 -g
LDFLAGS =
LDLIBS =

# Where everything but the program goes.
BUILD = build
PROGRAM = git-checkpoint
# How many tests run at once, and how long each target of `make fuzz` does.
JOBS = $(shell getconf _NPROCESSORS_ONLN)
FUZZ_SECONDS = 10
# How large the workload of `make bench` is; tests/bench/run has the rest.
BENCH_FILES = 100000

# DEVELOPER=1: warnings are errors. SANITIZE=address,undefined: just that.
# V=1: show the commands.
WARNINGS = -Wall -Wextra -Werror=implicit-function-declaration
ifdef DEVELOPER
WARNINGS += -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wwrite-strings -Wundef \
	-Wno-unknown-warning-option -Wold-style-declaration
endif
ifdef SANITIZE
# gcc's checks for null arguments make it warn about branches that they add.
SANITIZER = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-Wno-unknown-warning-option -Wno-format-truncation
endif
ifndef V
Q = @
say = @printf '  %-8s %s\n'
else
say = @:
endif

PACKAGES = libgit2 libcjson zlib libdeflate nettle yaml-0.1
# The libgit2 whose behaviour this code knows, from and below.
LIBGIT2_FROM = 1.5.0
LIBGIT2_BELOW = 2.0.0

# What needs no compiler needs no libraries either.
ifneq ($(filter-out help clean doc install-doc uninstall check check-% \
	fuzz,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell $(PKG_CONFIG) --print-errors --exists $(PACKAGES) 2>&1 || echo no),)
$(error $(PKG_CONFIG) does not find all of: $(PACKAGES). \
	contrib/setup installs what is needed)
endif
ifneq ($(shell $(PKG_CONFIG) --exists 'libgit2 >= $(LIBGIT2_FROM)' \
	'libgit2 < $(LIBGIT2_BELOW)' || echo no),)
$(error libgit2 $(LIBGIT2_FROM) or later, below $(LIBGIT2_BELOW), is needed; \
	this is $(shell $(PKG_CONFIG) --modversion libgit2))
endif
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES))
endif

ALL_CFLAGS = -std=c11 -Isrc -pthread $(WARNINGS) $(SANITIZER) \
	$(PACKAGE_CFLAGS) $(CFLAGS)
ALL_LDLIBS = -pthread $(PACKAGE_LIBS) $(LDLIBS)
FLAGS = $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(ALL_LDLIBS)

SOURCES := $(wildcard src/*/*.c src/core/*/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/src/%.o) $(BUILD)/embedded.o
# Files that the program carries, to be installed by it.
EMBEDDED := $(sort $(wildcard hooks/*) $(filter-out %/README.md, \
	$(wildcard $(foreach agent,claude-code codex gemini generic, \
		contrib/$(agent)/*))))
LIBRARY := $(BUILD)/checkpoint.a
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*.c))
DIFFERENTIAL_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/differential/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_TESTS := $(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz/%)
FUZZERS := $(FUZZ_TARGETS:%=$(BUILD)/fuzzer/%)
BENCHMARKS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
COMPILED_TESTS := $(UNIT_TESTS) $(DIFFERENTIAL_TESTS) $(FUZZ_TESTS)
SHELL_TESTS := $(wildcard tests/*/*.bats)
MANUAL := $(patsubst Documentation/%.adoc,$(BUILD)/doc/%.1, \
		$(wildcard Documentation/git-*.adoc)) \
	$(patsubst Documentation/%.adoc,$(BUILD)/doc/%.5, \
		$(wildcard Documentation/gitformat-*.adoc))
VERSION = $(shell sed -n 's/.*CHECKPOINT_VERSION "\(.*\)"/\1/p' src/base/version.h)

.PHONY: all help test bench check fuzz install uninstall doc install-doc clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAM)

help:
	@echo 'make                the program, ./$(PROGRAM)'
	@echo 'make test           all tests, through one prove'
	@echo 'make check          all static checks: check-headers, check-layers,'
	@echo '                    check-cppcheck, check-clang, check-shell, check-format'
	@echo 'make fuzz           every fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make bench          ours beside git, on BENCH_FILES=$(BENCH_FILES) files'
	@echo 'make doc            the manual; needs asciidoctor'
	@echo 'make install        to prefix=$(prefix), below DESTDIR'
	@echo 'make install-doc, uninstall, clean'
	@echo
	@echo 'With DEVELOPER=1 warnings are errors; SANITIZE=address,undefined builds with'
	@echo 'sanitizers; V=1 shows the commands; CC, CFLAGS, LDFLAGS, LDLIBS as everywhere.'

# The program

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# Made anew each time: an archive would keep the objects of sources that went.
$(LIBRARY): $(OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/embedded.c: contrib/embed $(EMBEDDED)
	$(say) EMBED $@
	$(Q)mkdir -p $(@D)
	$(Q)contrib/embed $(EMBEDDED) >$@

$(BUILD)/embedded.o: $(BUILD)/embedded.c $(BUILD)/flags
	$(say) CC $@
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Changes when the flags do, and everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@flags='$(subst ','\'',$(FLAGS))'; echo "$$flags" | cmp -s - $@ || \
		echo "$$flags" >$@

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(COMPILED_TESTS:=.d) \
	$(BENCHMARKS:=.d)

# Tests

.PHONY: compile-tests
compile-tests: $(COMPILED_TESTS) $(BENCHMARKS)

test: $(PROGRAM) $(COMPILED_TESTS)
	$(PROVE) --jobs $(JOBS) --exec tests/run $(COMPILED_TESTS) $(SHELL_TESTS)

$(UNIT_TESTS) $(DIFFERENTIAL_TESTS): %: %.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(ALL_LDLIBS)

# In `make test` a fuzz target runs over its seeds and over mutations of them
# that are the same each time.
$(FUZZ_TESTS): %: %.o $(BUILD)/tests/fuzz/driver/replay.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# Fuzzing proper: all of it compiled again by clang, with its instrumentation.
fuzz:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzzing CC=$(CLANG) \
		SANITIZE=fuzzer-no-link,address,undefined fuzzers
	$(Q)for target in $(FUZZ_TARGETS); do \
		tests/fuzz/driver/run $(BUILD)/fuzzing/fuzzer/$$target \
			$(FUZZ_SECONDS) || exit 1; \
	done

.PHONY: fuzzers
fuzzers: $(FUZZERS)

$(BUILD)/fuzzer/%: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# Speed: tables, JSON and plots in build/bench

bench: $(PROGRAM) $(BENCHMARKS)
	$(Q)BUILD='$(BUILD)' tests/bench/run $(BENCH_FILES)

$(BENCHMARKS): %: %.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# Static checks

CHECKS = check-layers check-headers check-cppcheck check-clang check-shell \
	check-format
.PHONY: $(CHECKS)
check: $(CHECKS)
$(CHECKS):
	$(say) CHECK $(@:check-%=%)
	$(Q)tests/$@.sh

# The manual

doc: $(MANUAL)

define manual_rule
	$(say) DOC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(ASCIIDOCTOR) -b manpage --failure-level=WARN \
		-a mansource=git-checkpoint -a manmanual='Git Checkpoint Manual' \
		-a manversion=$(VERSION) -o $@ $<
endef
$(BUILD)/doc/%.1: Documentation/%.adoc src/base/version.h
	$(manual_rule)
$(BUILD)/doc/%.5: Documentation/%.adoc src/base/version.h
	$(manual_rule)

# Installation

install: $(PROGRAM)
	install -d '$(DESTDIR)$(bindir)'
	install -m 755 $(PROGRAM) '$(DESTDIR)$(bindir)'

install-doc: doc
	install -d '$(DESTDIR)$(mandir)/man1' '$(DESTDIR)$(mandir)/man5'
	$(if $(filter %.1,$(MANUAL)),install -m 644 $(filter %.1,$(MANUAL)) \
		'$(DESTDIR)$(mandir)/man1')
	$(if $(filter %.5,$(MANUAL)),install -m 644 $(filter %.5,$(MANUAL)) \
		'$(DESTDIR)$(mandir)/man5')

uninstall:
	rm -f '$(DESTDIR)$(bindir)/$(notdir $(PROGRAM))'
	cd '$(DESTDIR)$(mandir)' 2>/dev/null && rm -f \
		$(patsubst %.1,man1/%.1,$(notdir $(filter %.1,$(MANUAL)))) \
		$(patsubst %.5,man5/%.5,$(notdir $(filter %.5,$(MANUAL)))) || :

clean:
	rm -rf $(BUILD) $(PROGRAM)
