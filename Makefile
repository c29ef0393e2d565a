# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
#   make            build/bpfmaptop              make demo     real XDP counters on the screen
#   make check      every test                   make bench    the figures of the README
#   make SAN=1 ...  address and undefined-behaviour sanitizers      make CC=clang ...
#
# Each variant lives in a folder of its own under build/, so none needs a `clean` before another.

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
PKGS := libbpf libelf ncursesw libcjson
TEST_PKGS := cmocka vterm
VERSION := 0.1.0

VARIANT := $(notdir $(CC))$(if $(SAN),-san)
O := build/$(VARIANT)
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

WARN := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 \
	-Wno-missing-field-initializers $(if $(WERROR)$(CI),-Werror)
CFLAGS ?= -O2 -g
comma := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Isrc -Ibuild/gen -I. $(WARN) \
	$(CFLAGS) $(SANFLAGS) $(call pkg,--cflags,$(PKGS))
ALL_LIBS = $(call pkg,--libs,$(PKGS)) -lm

SRCS := $(sort $(wildcard src/*/*.c))
OBJS := $(SRCS:src/%.c=$(O)/%.o)
SKELS := $(patsubst bpf/%.bpf.c,build/gen/%.skel.h,$(wildcard bpf/*.bpf.c))
FIRST_THEMES := $(addprefix themes/,default.json dark.json light.json)
THEMES := $(FIRST_THEMES) $(filter-out $(FIRST_THEMES),$(sort $(wildcard themes/*.json)))
GEN := $(SKELS) build/gen/theme_all.h build/gen/syscall_names.h
UNITS := $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))
TOOLS := $(patsubst tests/live/%.c,$(O)/live/%,$(filter-out %.bpf.c,$(wildcard tests/live/*.c)))
BENCHES := $(patsubst tests/bench/%.c,$(O)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all demo check bench deps test-deps bench-deps deps-check floors shape format-check format clean install pictures
.DELETE_ON_ERROR:
.SECONDARY:

all: deps-check $(O)/bpfmaptop build/bpfmaptop
build/bpfmaptop: $(O)/bpfmaptop
	$(Q)cp -f $< $@

$(O)/bpfmaptop: $(O)/main.o $(O)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)
$(O)/core.a: $(OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^
$(O)/%.o: src/%.c | $(GEN)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

build/gen/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D) && $(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_$(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/') \
		-I/usr/include/$(shell uname -m)-linux-gnu -Wall -Werror -c -o $@ $<
build/gen/%.skel.h: build/gen/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@
build/gen/theme_all.h: $(THEMES) Makefile
	$(Q)mkdir -p $(@D) && for t in $(THEMES); do printf '{"%s",\n' "$$(basename $$t .json)"; \
		sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $$t; echo '},'; done > $@

# The host's own: a recording of another architecture would need its table.
build/gen/syscall_names.h:
	$(Q)mkdir -p $(@D) && echo '#include <asm/unistd.h>' | $(CC) -dM -E - | \
		sed -nE 's/^#define __NR_([a-z0-9_]+) ([0-9]+)$$/{\2, "\1"},/p' | grep -v '"syscalls"' | sort -t'{' -k2n > $@

# -- tests ---------------------------------------------------------------------------------------
$(O)/unit/%: tests/unit/%.c $(O)/core.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(O)/core.a $(call pkg,--cflags --libs,$(TEST_PKGS)) $(ALL_LIBS)
$(O)/live/%: tests/live/%.c $(O)/core.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(O)/core.a $(call pkg,--cflags --libs,$(TEST_PKGS)) $(ALL_LIBS) -lutil
$(O)/bench/%: tests/bench/%.c $(O)/core.a
	$(call say,BENCH,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(O)/core.a $(call pkg,--cflags --libs,vterm) $(ALL_LIBS) -lutil
$(O)/fuzz/%: tests/fuzz/%.c $(O)/core.a
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(O)/core.a $(ALL_LIBS)

# Preloaded into the unit tests: makes allocations fail. Sanitizers have an allocator of their own.
STARVE := $(if $(SAN),,$(O)/starve.so $(O)/starve_faults)
$(O)/starve.so: $(wildcard tests/starve/*.c tests/starve/*.h)
	$(call say,SO,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -shared -fPIC -o $@ $(filter %.c,$^) $(call pkg,--cflags --libs,cmocka)
$(O)/starve_faults: tests/starve/faults/faults.c tests/unit/folder.h
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $< $(call pkg,--cflags --libs,cmocka)
starve: test-deps $(UNITS) $(STARVE)
	$(Q)BUILD=$(CURDIR)/$(O) tests/starve/starve.sh
.PHONY: starve

# The first make makes sure of the packages, the second one starts with pkg-config in place.
check: test-deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) check-now
check-now: $(O)/bpfmaptop $(UNITS) $(TOOLS) $(FUZZERS) $(STARVE) $(if $(SAN),,build/bpfmaptop)
	$(Q)tests/run.sh $(O)
.PHONY: check-now

demo: deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) all
	$(Q)build/bpfmaptop demo $(ARGS)

bench: bench-deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) bench-now
bench-now: $(O)/bpfmaptop $(BENCHES) $(TOOLS)
	$(Q)tests/bench/run.sh $(O)
.PHONY: bench-now

deps-check:
	$(Q)tests/house/deps.sh check build
deps:
	$(Q)tests/house/deps.sh install build
test-deps:
	$(Q)tests/house/deps.sh install build test
bench-deps:
	$(Q)tests/house/deps.sh install build test bench

floors:
	$(Q)tests/house/floors.sh
shape:
	$(Q)tests/house/shape.sh
C_FILES = $(shell git ls-files -co --exclude-standard 'src/*.[ch]' 'bpf/*.[ch]' 'tests/*.[ch]')
format-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)
format:
	$(Q)clang-format -i $(C_FILES)

pictures: all $(O)/live/ring_feed
	$(Q)tests/pictures/make.sh

PREFIX ?= /usr/local
install: all
	install -D -m 755 build/bpfmaptop $(DESTDIR)$(PREFIX)/bin/bpfmaptop
	install -d $(DESTDIR)$(PREFIX)/share/bpfmaptop/themes $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 themes/*.json $(DESTDIR)$(PREFIX)/share/bpfmaptop/themes/
	build/bpfmaptop --man > $(DESTDIR)$(PREFIX)/share/man/man8/bpfmaptop.8

clean:
	rm -rf build

-include $(OBJS:.o=.d) $(O)/main.d $(UNITS:=.d) $(TOOLS:=.d) $(BENCHES:=.d) $(FUZZERS:=.d)
