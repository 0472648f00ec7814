# git-checkpoint. `make help` lists what there is to make.

prefix ?= /usr/local
bindir ?= $(prefix)/bin
CC ?= cc
PKG_CONFIG ?= pkg-config
BUILD := build

PKGS := libgit2 libcjson zlib nettle
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -Isrc -MMD -MP -pthread -Wall -Wextra $(CFLAGS) \
	$(shell $(PKG_CONFIG) --cflags $(PKGS))
ALL_LDLIBS := -pthread $(shell $(PKG_CONFIG) --libs $(PKGS)) -lcjson_utils $(LDLIBS)

SOURCES := $(wildcard src/*.c src/*/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/%.o)

all: git-checkpoint

git-checkpoint: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(ALL_LDLIBS)

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(OBJECTS:.o=.d)

clean:
	rm -rf $(BUILD) git-checkpoint

.PHONY: all clean
