# The two commands of a new user are `make demo` and `make test`; the rest is for developers.
JOBS ?= $(shell nproc)

# Tests that wait leave their core to others. The scripts, which take longest, start first (COST).
TEST_JOBS ?= $(shell echo $$(($(JOBS) + 1)))

# Lets ccache serve one clone with what another compiled.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: build demo test deb lint format sanitize fuzz soak clean

build:
	@scripts/setup.sh $(PACKAGES)
	@cmake --preset release > build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log
	@cmake --build --preset release -j $(JOBS) $(if $(TARGET),--target $(TARGET))

demo:
	@$(MAKE) --no-print-directory build TARGET=heartlab
	@scripts/demo.sh build/release/cli/heartlab

test: PACKAGES = test
test: build
	@ctest --preset release -j $(TEST_JOBS)

# The Debian packages, in out/deb.
deb:
	@$(MAKE) --no-print-directory build TARGET=heartlab
	@rm -rf out/deb
	@cpack --config build/release/CPackConfig.cmake -B out/deb > out/deb.log 2>&1 || { cat out/deb.log; exit 1; }
	@rm -rf out/deb/_CPack_Packages out/deb.log
	@ls -sh out/deb

lint:
	@scripts/setup.sh test
	@scripts/lint.sh

format:
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

# Everything that parses input, under the address and undefined-behaviour sanitizers.
sanitize:
	@scripts/setup.sh test
	@cmake --preset sanitize > /dev/null
	@cmake --build --preset sanitize -j $(JOBS)
	@ctest --preset sanitize -j $(JOBS)

# Each fuzz target for SECONDS seconds.
SECONDS_EACH ?= 600
fuzz:
	@scripts/setup.sh test
	@scripts/fuzz.sh $(SECONDS_EACH)

# The long tests of the node and of training: load, kills at random moments, damaged input, a full disk.
soak: PACKAGES = test
soak: build
	@scripts/soak.sh

clean:
	@rm -rf build out
