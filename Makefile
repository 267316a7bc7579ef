# SPDX-License-Identifier: Apache-2.0
# The whole build.  Sources are found by their place: src/*/*.c and src/main.c, tests/unit/*/*_test.c,
# tests/fuzz/*.c, tests/flow/NN_*, tests/crash/NN_*.  `make help` lists what can be asked for.

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG   ?= clang-14
prefix  ?= /usr/local
bindir  ?= $(prefix)/bin
datadir ?= $(prefix)/lib/steelthread

DUCKDB_DIR ?= deps/duckdb
LLHTTP_DIR ?= deps/llhttp
LECTURE    ?= ../shared/lecture
export LECTURE

FUZZ_SECONDS ?= 5
CRASH_ROUNDS ?= 3
LONG_FUZZ_SECONDS ?= 600
export FUZZ_SECONDS CRASH_ROUNDS

# --- flags -------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef \
    -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion \
    -Wredundant-decls
WARN_GCC := -Wcast-align=strict -Wlogical-op -Wduplicated-cond -Wduplicated-branches
WERROR ?= $(CI)
ifneq ($(filter-out 0 false no,$(WERROR)),)
WARN += -Werror
endif

PACKAGES := libuv rdkafka yaml-0.1 sqlite3
# From a system that has it, else from the sources that tools/setup fetched.
ifeq ($(shell pkg-config --exists 'libllhttp >= 9.2' 2>/dev/null && echo yes),yes)
PACKAGES += libllhttp
LLHTTP_SOURCES :=
else
LLHTTP_SOURCES := $(LLHTTP_DIR)/api.c $(LLHTTP_DIR)/http.c $(LLHTTP_DIR)/llhttp.c
endif
DEPS := $(DUCKDB_DIR)/duckdb.h $(if $(LLHTTP_SOURCES),$(LLHTTP_DIR)/llhttp.h)
SYSTEM_INCLUDES := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null)) \
    -isystem $(DUCKDB_DIR) -isystem $(LLHTTP_DIR)
BASE := -std=c17 -D_GNU_SOURCE -Isrc $(SYSTEM_INCLUDES) -fno-common -fno-strict-aliasing -g -pthread
LIBS := -Wl,--as-needed $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -ldl -lm -lpthread

# One block per variant: compiler, its flags, what it links with.  DuckDB is C++ and opened at run
# time: a sanitizer must have seen the C++ runtime before, or it dies at DuckDB's first exception.
VARIANTS := release asan tsan fuzz coverage
SANITIZE := -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all
LINK_CXX := -Wl,--no-as-needed -lstdc++

release_CC      := $(CC)
release_CFLAGS  := $(WARN_GCC) -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
release_LDFLAGS := -pie -Wl,-z,relro,-z,now
asan_CC         := $(CLANG)
asan_CFLAGS     := $(SANITIZE) -fsanitize=address,undefined -fstack-protector-strong
asan_LDFLAGS    := -fsanitize=address,undefined $(LINK_CXX)
tsan_CC         := $(CLANG)
tsan_CFLAGS     := $(SANITIZE) -fsanitize=thread -fstack-protector-strong
tsan_LDFLAGS    := -fsanitize=thread $(LINK_CXX)
fuzz_CC         := $(CLANG)
fuzz_CFLAGS     := $(SANITIZE) -fsanitize=fuzzer-no-link,address,undefined
fuzz_LDFLAGS    := -fsanitize=fuzzer,address,undefined $(LINK_CXX)

coverage_CC      := $(CLANG)
coverage_CFLAGS  := -O0 -fprofile-instr-generate -fcoverage-mapping
coverage_LDFLAGS := -fprofile-instr-generate

ifeq ($(findstring clang,$(CC)),clang)
WARN_GCC :=
endif

# What a variant's programs need besides.
tsan_EXTRA := build/obj/tsan/tests/tsan/c11_threads.o

# --- what is built -----------------------------------------------------------------------------

SOURCES := $(sort $(wildcard src/*/*.c))
UNIT    := $(sort $(wildcard tests/unit/*/*_test.c))
# Folders whose code meets a second thread: their unit tests run once more under TSan.
THREADED := io net store engine collector broker job catalog sql supervisor
TSAN    := $(filter $(foreach f,$(THREADED),tests/unit/$(f)/%),$(UNIT))
FUZZ    := $(sort $(wildcard tests/fuzz/*.c))
SUPPORT := $(sort $(wildcard tests/support/*.c))
FLOW    := $(sort $(wildcard tests/flow/[0-9][0-9]_*))
CRASH   := $(sort $(wildcard tests/crash/[0-9][0-9]_*))

UNIT_PROGRAMS := $(UNIT:tests/%.c=build/test/asan/%)
TSAN_PROGRAMS := $(TSAN:tests/%.c=build/test/tsan/%)
COVERAGE_PROGRAMS := $(UNIT:tests/%.c=build/test/coverage/%)
FUZZ_PROGRAMS := $(FUZZ:tests/fuzz/%.c=build/fuzz/%)

all: $(if $(wildcard src/main.c),build/steelthread,build/obj/release/libsteelthread.a)

define variant
$(1)_OBJECTS := $$(SOURCES:src/%.c=build/obj/$(1)/%.o) $$(LLHTTP_SOURCES:$$(LLHTTP_DIR)/%.c=build/obj/$(1)/llhttp/%.o)

build/obj/$(1)/libsteelthread.a: $$($(1)_OBJECTS) $$(wildcard src/*/)
	@rm -f $$@
	@ar qcs $$@ $$($(1)_OBJECTS)

build/obj/$(1)/%.o: src/%.c Makefile | $$(DEPS)
	@mkdir -p $$(@D)
	@echo "$(1) $$<"
	@$$($(1)_CC) $$(BASE) $$(WARN) $$($(1)_CFLAGS) $$(CFLAGS) -MMD -MP -c -o $$@ $$<

build/obj/$(1)/tests/%.o: tests/%.c Makefile
	@mkdir -p $$(@D)
	@echo "$(1) $$<"
	@$$($(1)_CC) $$(BASE) -Itests $$(WARN) $$($(1)_CFLAGS) $$(CFLAGS) -MMD -MP -c -o $$@ $$<

build/obj/$(1)/llhttp/%.o: $$(LLHTTP_DIR)/%.c Makefile
	@mkdir -p $$(@D)
	@$$($(1)_CC) -std=c17 -w -I$$(LLHTTP_DIR) $$($(1)_CFLAGS) $$(CFLAGS) -c -o $$@ $$<

build/test/$(1)/unit/%: build/obj/$(1)/tests/unit/%.o $$(SUPPORT:%.c=build/obj/$(1)/%.o) $$($(1)_EXTRA) build/obj/$(1)/libsteelthread.a
	@mkdir -p $$(@D)
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$($(1)_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(LIBS)
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

# $(1) variant, $(2) the binary's name
define binary
build/$(2): build/obj/$(1)/main.o $$($(1)_EXTRA) build/obj/$(1)/libsteelthread.a
	@echo "link  $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$($(1)_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(eval $(call binary,release,steelthread))
$(eval $(call binary,asan,steelthread-asan))
$(eval $(call binary,tsan,steelthread-tsan))

build/fuzz/%: build/obj/fuzz/tests/fuzz/%.o build/obj/fuzz/libsteelthread.a
	@mkdir -p $(@D)
	@$(fuzz_CC) $(fuzz_CFLAGS) $(CFLAGS) $(fuzz_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(DEPS) $(LLHTTP_SOURCES):
	@echo "$@ is not there; run: make setup-demo" >&2; exit 1

.SECONDARY:
-include $(shell find build/obj -name '*.d' 2>/dev/null)

# --- tests -------------------------------------------------------------------------------------

STEELTHREAD := $(if $(wildcard src/main.c),build/steelthread)
STEELTHREAD_ASAN := $(if $(wildcard src/main.c),build/steelthread-asan)
CHECKS := layers prefixes globals names headers format tidy cppcheck documents

check: export CHECK_CFLAGS = $(BASE) $(filter-out -Werror,$(WARN))
check: all ## static checks; what did not change since it passed is not looked at again
	@tools/run-tests check -j 2 -t 1200 $(CHECKS)

unit: $(UNIT_PROGRAMS) ## unit tests under ASan and UBSan
	@tools/run-tests unit -j 2 -t 120 $(UNIT_PROGRAMS)

tsan: $(TSAN_PROGRAMS) ## unit tests of the folders with threads, under TSan
	@tools/run-tests tsan -j 2 -t 240 $(TSAN_PROGRAMS)

fuzz: $(FUZZ_PROGRAMS) ## every decoder: its corpus, then FUZZ_SECONDS=5 of new inputs
	@tools/run-tests fuzz -j 2 -t $$(($(FUZZ_SECONDS) + 60)) $(FUZZ_PROGRAMS)

flow: $(STEELTHREAD) $(STEELTHREAD_ASAN) ## the whole picture with the clients people have
	@tools/run-tests flow -j 2 -t 300 $(FLOW)

crash: $(STEELTHREAD) ## kills, then looks whether the promises held: CRASH_ROUNDS=3
	@tools/run-tests crash -t $$((300 + 60 * $(CRASH_ROUNDS))) $(CRASH)

# These begin with the set-up, and make starts anew after it: it brings what the build asks about.
quick: ## set-up, build, check, unit, tsan, flow; under 5 minutes
	+@QUICK=1 tools/run-tiers setup-test all check unit tsan flow

test: ## all tiers; the last line counts them
	+@tools/run-tiers setup-test all check unit tsan fuzz flow crash

test-long: ## all tiers, LONG_FUZZ_SECONDS=600 for each decoder, 20 crash rounds; report in docs/
	+@LONG=1 FUZZ_SECONDS=$(LONG_FUZZ_SECONDS) CRASH_ROUNDS=20 REPORT=docs/test-long.md tools/run-tiers \
	    setup-test all check unit tsan fuzz flow crash

demo: setup-demo ## the lecture, unattended, in a minute
	+@$(MAKE) --no-print-directory -j $$(nproc) all
	@tools/demo

bench: setup-bench ## measures, prints a table, writes bench/results.md
	+@$(MAKE) --no-print-directory -j $$(nproc) all
	@bench/run

# --- set-up, installing, cleaning ----------------------------------------------------------------

setup-demo setup-test setup-bench: ## packages and deps/ for the demo, the tests, the benchmark
	@tools/setup $(@:setup-%=%)

install: build/steelthread ## into $(DESTDIR)$(prefix)
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(datadir)
	install -m 755 build/steelthread $(DESTDIR)$(bindir)/steelthread
	install -m 644 $(DUCKDB_DIR)/libduckdb.so $(DESTDIR)$(datadir)/libduckdb.so
	for name in kafkacat presto hive; do ln -sfn steelthread $(DESTDIR)$(bindir)/$$name; done

uninstall: ## what install put there
	for name in kafkacat presto hive; do \
	    [ "$$(readlink $(DESTDIR)$(bindir)/$$name)" != steelthread ] || rm -f $(DESTDIR)$(bindir)/$$name; done
	rm -f $(DESTDIR)$(bindir)/steelthread $(DESTDIR)$(datadir)/libduckdb.so
	-rmdir $(DESTDIR)$(datadir)

sizes: ## the longest files and functions, as a report
	@tools/sizes

complexity: ## functions whose cognitive complexity is past 25, as a report
	@find src -name '*.c' | sort | xargs -P 2 -n 8 sh -c 'clang-tidy-14 --quiet \
	    --checks=-*,readability-function-cognitive-complexity "$$@" -- $(BASE) 2>/dev/null' sh | \
	    sed -n 's|^$(CURDIR)/||; s/: \(warning\|error\): /: /; /cognitive complexity of/s/ \[.*//p'

coverage: $(COVERAGE_PROGRAMS) ## lines that no unit test reached, by file, as a report
	@rm -rf build/coverage && mkdir -p build/coverage
	@LLVM_PROFILE_FILE=$(CURDIR)/build/coverage/%m-%p.profraw \
	    tools/run-tests coverage -j 2 -t 240 $(COVERAGE_PROGRAMS) | tail -n 1
	@llvm-profdata-14 merge -sparse -o build/coverage/all.profdata build/coverage/*.profraw
	@llvm-cov-14 report -instr-profile build/coverage/all.profdata $(firstword $(COVERAGE_PROGRAMS)) \
	    $(COVERAGE_PROGRAMS:%=-object %) --ignore-filename-regex='(^|/)(tests|deps)/' 2>/dev/null | \
	    awk 'NF >= 10 && $$8 > 0 {printf "%7d of %7d lines missed  %s\n", $$9, $$8, $$1}' | sort -rn

format: ## clang-format over the C files
	@clang-format-14 -i $$(find src tests -name '*.[ch]')

clean: ## removes build/, keeps deps/
	@rm -rf build

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	    awk -F '|' '{printf "  %-36s %s\n", $$1, $$2}'

.PHONY: all check unit tsan fuzz flow crash quick test test-long demo bench setup-demo setup-test \
    setup-bench install uninstall sizes complexity coverage format clean help
