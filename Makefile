# Every target works from a fresh clone; what it needs is installed, fetched or built first, and reused the next time.
.DEFAULT_GOAL := help
.PHONY: help setup build product test lint run demo bench vectors train fuzz tsan clean
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

# The only build configuration. Whoever changes these flags in one place only makes everything build twice.
# Without run-time checks for overlapping accesses, NIO's included: they cost a proxied request a fourteenth. They are on in
# `make fuzz` and `make tsan`; for all tests: make test BUILD="swift build -c release".
BUILD := swift build -c release --explicit-target-dependency-import-check error -Xswiftc -enforce-exclusivity=unchecked
TEAL := .build/release/teal

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install missing Debian packages, fetch ONNX Runtime into .deps
	@scripts/setup.sh

build: setup ## Build everything, tests included
	$(BUILD) --build-tests

product: setup ## Build the binary alone
	$(BUILD) --product teal

test: build ## Run the Swift tests, then the tests by foreign clients
	swift test -c release --skip-build --no-parallel
	@scripts/setup.sh test
	@scripts/venv.sh clients Tests/clients/requirements.txt
	.venv/clients/bin/python -m pytest Tests/clients

lint: ## Check format, file sizes, imports and leftovers
	@scripts/lint.sh

run: product ## Serve the bundled models until Ctrl-C
	$(TEAL) serve --models models

demo: product ## Real traffic, good and broken candidates before the gate, cutovers under load
	$(TEAL) demo

bench: product ## Measure against NGINX and bare ONNX Runtime (BENCH="--seconds 3 --rounds 5")
	@scripts/setup.sh bench
	python3 benchmarks/run.py $(BENCH)

vectors: setup ## Measure the vector index against FAISS, hnswlib and usearch (VECTORS="--rounds 3")
	TEAL_BENCHMARKS=1 $(BUILD) --product VectorsBenchmark
	@scripts/venv.sh vectors benchmarks/vectors/requirements.txt
	.venv/vectors/bin/python benchmarks/vectors/run.py $(VECTORS)

train: setup ## Train the bundled models again, from their data sets
	@scripts/venv.sh train models/requirements.txt
	.venv/train/bin/python models/train.py

fuzz: setup ## Fuzz the decoders for a minute each (FUZZ="600 FuzzInferJSON")
	@scripts/fuzz.sh $(FUZZ)

tsan: setup ## Run the tests of Slots, Routing and Inference under the thread sanitizer
	@scripts/tsan.sh

clean: ## Remove everything these targets have made
	rm -rf .build .build-tsan .deps .venv benchmarks/.work teal-demo-report
