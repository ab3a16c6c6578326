# Thin words over the presets of CMakePresets.json. Every word first installs the Debian packages it needs.
JOBS := $(shell nproc)
CONFIGURE = cmake --preset $(1) $(2) > build/$(1).configure.log 2>&1 || { cat build/$(1).configure.log; exit 1; }

PREFIX ?= /usr/local

.PHONY: help run setup release debug install wheel test test-matrix asan tsan ubsan fuzz differential soak bench conformance format layers libtorch libtorch-goldens
help:
	@echo "make run                      build, and let the bundled model read the bundled images"
	@echo "make release | debug          build into build/release, build/debug"
	@echo "make test                     build with tests, run all of them"
	@echo "make test-matrix              the tests again for each row of the option table (docs/building.md)"
	@echo "make asan | tsan | ubsan      the tests under a sanitizer"
	@echo "make fuzz [FUZZ_SECONDS=60]   every fuzz program for so long"
	@echo "make differential [PROGRAMS=10000] [SEED=n]  random programs under PyTorch and Heddle, each pass on and off"
	@echo "make soak [MINUTES=30]        everything at once for so long, under AddressSanitizer and then without"
	@echo "make bench [QUICK=1]          Heddle beside PyTorch: build/bench/report.json, report.svg"
	@echo "make conformance              PyTorch's own samples, tables and whole models: build/conformance/report.html, report.json"
	@echo "make libtorch                 build/libtorch: Heddle in the shape of the libtorch download"
	@echo "make install                  install the release into PREFIX (/usr/local)"
	@echo "make wheel                    the Python package as a wheel: build/wheel/heddle-*.whl"
	@echo "make format                   clang-format every C++ file"
	@echo "make layers                   check the includes against tools/layers.txt"

setup:
	@scripts/setup
	@mkdir -p build

release: setup
	@scripts/setup --pages
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=OFF)
	cmake --build --preset release

run: setup
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=OFF)
	cmake --build --preset release --target heddle heddle_example_classify
	build/release/examples/classify models/digits/digits.pt models/digits/images/*.png

install: release
	cmake --install build/release --prefix $(PREFIX)

wheel: setup
	@scripts/setup --wheel
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=OFF)
	cmake --build --preset release --target heddle_python
	/usr/bin/python3 python/tools/make_wheel.py

debug: setup
	@scripts/setup --tests
	@$(call CONFIGURE,debug)
	cmake --build --preset debug

test: setup
	@scripts/setup --tests --pages
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=ON)
	cmake --build --preset release
	ctest --preset release -j $(JOBS)

test-matrix: setup
	@scripts/setup --tests --matrix
	scripts/test-matrix $(ROWS)

bench: setup
	@scripts/setup --tests --bench
	@$(call CONFIGURE,bench)
	cmake --build --preset bench --target heddle heddle_threads_bench heddle_operators_bench
	/usr/bin/python3 tests/models/zoo.py -o build/models/zoo
	npm install --prefix bench/peers --ignore-scripts --no-package-lock --no-audit --no-fund || echo "no ONNX Runtime: the benches go without it"
	/usr/bin/python3 bench/run.py $(if $(QUICK),--quick)

conformance: setup
	@scripts/setup --tests
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=ON)
	cmake --build --preset release --target heddle heddle_conformance
	/usr/bin/python3 tests/conformance/conformance.py -j $(JOBS)

asan tsan ubsan: setup
	@scripts/setup --tests
	@$(call CONFIGURE,$@)
	cmake --build --preset $@
	ctest --preset $@ -j $(JOBS)

fuzz: setup
	@scripts/setup --fuzz
	@$(call CONFIGURE,fuzz)
	cmake --build --preset fuzz --target fuzzers
	tests/fuzz/run $(or $(FUZZ_SECONDS),60)

differential: setup
	@scripts/setup --tests
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=ON)
	cmake --build --preset release --target heddle_python
	PYTHONPATH=build/release/python /usr/bin/python3 tests/differential/differential.py --programs $(or $(PROGRAMS),10000) $(if $(SEED),--seed $(SEED)) --passes 3 --keep build/differential

soak: setup
	@scripts/setup --tests
	@$(call CONFIGURE,asan)
	cmake --build --preset asan --target heddle_soak
	build/asan/tests/heddle_soak $(or $(MINUTES),30)
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=ON)
	cmake --build --preset release --target heddle_soak
	build/release/tests/heddle_soak $(or $(MINUTES),30)

format:
	@scripts/setup --tests
	scripts/format

layers:
	python3 tools/check_layers.py

libtorch: setup
	@$(call CONFIGURE,release,-D HEDDLE_TESTS=OFF)
	cmake --build --preset release --target heddle_libtorch
	rm -rf build/libtorch && cp -a build/release/libtorch build/libtorch

# What the programs of tests/compat print on Debian's libtorch.
libtorch-goldens: setup
	@scripts/setup --tests --libtorch
	tests/compat/clients.py --oracle
