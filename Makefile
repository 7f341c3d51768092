# Two commands: `make demo` shows the whole path, `make test` runs everything that CI runs.
# Both install what is missing: system packages by apt-get (root or sudo), Python packages into .venv.
SHELL := /bin/sh
ENV := .venv
RUN := $(ENV)/bin/python
# Where the shared sets of the benchmarks lie.
DATA ?= ../shared/data
# How people are played in the demo: you (at a terminal) or simulated.
PEOPLE ?=

.PHONY: help demo test lint check bench bench-read bench-reconcile bench-review lock clean

help:
	@sed -n 's/^## //p' Makefile

## make demo              read the sample order forms, open the review queue, show the records
## make demo PEOPLE=simulated   the same, with scripted people, ending by itself
demo: $(ENV)/.ready
	@sh deployments/system.sh demo
	@$(ENV)/bin/fairhand demo $(if $(PEOPLE),--people $(PEOPLE))

## make test              lint, types and every test
test: $(ENV)/.ready
	@sh deployments/system.sh test
	@$(MAKE) --no-print-directory lint
	$(RUN) -m pytest -q -n 2 --dist loadgroup

lint: $(ENV)/.ready
	$(ENV)/bin/ruff check .
	$(ENV)/bin/ruff format --check .
	$(ENV)/bin/mypy

## make bench             every benchmark, from the data in DATA=../shared/data
bench: bench-read bench-reconcile bench-review

## make lock              write requirements.lock anew from pyproject.toml
lock:
	$(ENV)/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements.lock
	$(ENV)/bin/uv pip compile pyproject.toml --group dev --group bench --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements-bench.lock

clean:
	rm -rf $(ENV) .mypy_cache .ruff_cache .hypothesis build dist

$(ENV)/.ready: requirements.lock pyproject.toml deployments/environment.sh
	@sh deployments/system.sh demo
	@sh deployments/environment.sh $(ENV)
	@touch $@
