# Two commands: `make demo` shows the whole path, `make test` runs everything that CI runs.
# Both install what is missing: system packages by apt-get (root or sudo), Python packages into .venv.
SHELL := /bin/sh
ENV := .venv
RUN := $(ENV)/bin/python
# The benchmarks have an environment of their own: their peers bring packages that change how the tests are checked.
BENCH_ENV := .venv-bench
# The core's tests have one in which no library of a part is installed.
CORE_ENV := .venv-core
# Where the shared sets of the benchmarks lie.
DATA ?= ../shared/data
BENCHES := bench-reading bench-reconciling bench-pages bench-path bench-truth bench-machines
SMALL ?=
# Python keeps what it compiled: without, each program that a test starts compiles itself and its libraries anew.
unexport PYTHONDONTWRITEBYTECODE
# How people are played in the demo: you (at a terminal) or simulated.
PEOPLE ?=

.PHONY: help demo test core fresh soak docs lint coverage bench $(BENCHES) lock clean

help:
	@sed -n 's/^## //p' Makefile

## make demo              read the sample order forms, open the review queue, show the records
## make demo PEOPLE=simulated   the same, with scripted people, ending by itself
demo: $(ENV)/.ready
	@sh deployments/system.sh demo
	@$(ENV)/bin/fairhand demo $(if $(PEOPLE),--people $(PEOPLE))

# What the browser broke off, or what a page did not show in time, is tried once more, and named; any other failure is not.
AGAIN := ^Error: (Page|Locator|Frame)\.\w+: (net::ERR_|Execution context was destroyed)|^TargetClosedError: |^TimeoutError: (Page|Locator|Frame)\.|^AssertionError: (Page|Locator) expected

# Three workers on two cores: tests wait for a third of their time, for servers, people and clocks. One that crashes ends
# the run with its name: where it is started anew, pytest-xdist waits for ever at the end.
WORKERS ?= 3

# Types are looked at while the tests run: mypy alone takes 40 s of one core, with the other one idle. What it finds is
# said at once, and again at the end.
## make test              lint, types and every test
test: $(ENV)/.ready
	@sh deployments/system.sh test
	$(ENV)/bin/ruff check .
	$(ENV)/bin/ruff format --check .
	@mkdir -p build; ($(ENV)/bin/mypy > build/types.txt 2>&1 || { cat build/types.txt; false; }) & types=$$!; \
	$(RUN) -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --max-worker-restart 0 --durations=30 \
		--reruns 1 --only-rerun '$(AGAIN)' -rR; \
	tests=$$?; wait $$types || { cat build/types.txt; exit 1; }; exit $$tests

## make core              the core's tests where nothing is installed that only a part needs
core: $(CORE_ENV)/.ready
	@sh deployments/system.sh test
	$(CORE_ENV)/bin/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --max-worker-restart 0 \
		tests/transcribe tests/reconcile tests/flows

## make fresh             both commands, demo and test, on a machine that has nothing: a new Debian in a folder; as root
fresh:
	@sh deployments/fresh.sh

## make soak              the long tests: laws with many more examples, killed programs, crowds; hours on 2 cores
soak: $(ENV)/.ready
	@sh deployments/system.sh test
	HYPOTHESIS_PROFILE=soak $(RUN) -m pytest -q -ra -n 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0 --timeout 3600 --durations=15
	@$(MAKE) core
	@sh deployments/fresh.sh

## make docs              every command, setting, promise and room as pages in build/docs
docs: $(ENV)/.ready
	@$(RUN) -m tests.promises

## make lint              ruff and mypy alone
lint: $(ENV)/.ready
	$(ENV)/bin/ruff check .
	$(ENV)/bin/ruff format --check .
	$(ENV)/bin/mypy

## make coverage          branches of reconcile/ that its own tests walk: at least 95 %
coverage: $(ENV)/.ready
	$(RUN) -m pytest -q -n 2 --cov=reconcile --cov-branch --cov-report=term:skip-covered --cov-fail-under=95 tests/reconcile

## make bench             every benchmark, from the data in DATA=../shared/data; SMALL=--small for a quick look
bench: $(BENCHES)

## make bench-reading     what machine reading is worth and costs
## make bench-reconciling what reconciling is worth, peers in the same run
## make bench-pages       how quick pages and the interface for programs are, and a crowd that reads while they are killed
## make bench-path        ingest killed at ten moments ends with what an undisturbed run has; memory, and what a page costs
## make bench-truth       what machine reading is worth on paper that nobody prepared for, a plain script beside it
## make bench-machines    the store and more machines than one: what PostgreSQL costs, and services that go away
$(BENCHES): bench-%: $(BENCH_ENV)/.ready
	FAIRHAND_SHARED_DATA=$(DATA) $(BENCH_ENV)/bin/python -m tests.bench $* $(SMALL)

## make lock              write the lock files anew from pyproject.toml: of the tests, of the benchmarks, of the image, of the core
lock:
	$(ENV)/bin/uv pip compile pyproject.toml --extra all --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements.lock
	$(ENV)/bin/uv pip compile pyproject.toml --extra all --group dev --group bench --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements-bench.lock
	$(ENV)/bin/uv pip compile pyproject.toml --extra all --group build --universal --python-version 3.11 \
		--generate-hashes --constraint requirements.lock --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --quiet -o requirements-run.lock
	$(ENV)/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
		--generate-hashes --constraint requirements.lock --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --quiet -o requirements-core.lock

## make clean             remove .venv and what the tools left
clean:
	rm -rf $(ENV) $(BENCH_ENV) $(CORE_ENV) .mypy_cache .ruff_cache .hypothesis build dist

$(ENV)/.ready: requirements.lock pyproject.toml deployments/environment.sh
	@sh deployments/system.sh demo
	@sh deployments/environment.sh $(ENV)
	@touch $@

$(BENCH_ENV)/.ready: requirements-bench.lock pyproject.toml deployments/environment.sh
	@sh deployments/system.sh bench
	@sh deployments/environment.sh $(BENCH_ENV) requirements-bench.lock
	@touch $@

$(CORE_ENV)/.ready: requirements.lock requirements-core.lock pyproject.toml deployments/environment.sh
	@sh deployments/environment.sh $(CORE_ENV) requirements-core.lock
	@$(CORE_ENV)/bin/uv pip install --quiet --python $(CORE_ENV)/bin/python --constraint requirements.lock --group dev
	@touch $@
