# Everything a newcomer types. Each target does its own set-up: a bare machine needs Python 3.11 or later and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := ingest warehouse regimes orchestration cli
CODE := $(SOURCES) tests benchmarks
PORT ?= 3000

.PHONY: run live test check dev bench setup setup-dev format lock sources dictionary clean
.DEFAULT_GOAL := run

run: setup  ## the main job on the simulated market, offline, and the brief of its last day
	$(BIN)/leverage run

live: setup  ## the same against the real venues
	$(BIN)/leverage run --market live

dev: setup  ## the Dagster UI on 127.0.0.1:3000, over the warehouse of LEVERAGE_MARKET (default: sample)
	$(BIN)/python -m orchestration.serve --port $(PORT)

test: setup-dev  ## every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup-dev  ## format, lint, types, SQL lint, import contracts, generated files
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	cd dbt_project && ../$(BIN)/sqlfluff lint --disable-progress-bar -p 2 models tests macros
	$(BIN)/python -m warehouse.dbt_sources --check
	$(BIN)/python -m orchestration.data_dictionary --check

bench: setup-dev  ## measurements; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks

setup: $(VENV)/.run-installed
setup-dev: $(VENV)/.dev-installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m orchestration.dbt_project
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt $(VENV)/.run-installed
	$(BIN)/pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements/dev.txt
	@touch $@

format: setup-dev
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

sources: setup-dev  ## the dbt source declarations, from the feeds' schemas
	$(BIN)/python -m warehouse.dbt_sources

dictionary: setup-dev  ## docs/data-dictionary.md, from the models' contracts and the schemas
	$(BIN)/python -m orchestration.data_dictionary

lock:  ## requirements/*.txt from pyproject.toml; needs uv
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/run.txt
	uv pip compile pyproject.toml --extra build --group dev -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/dev.txt

clean:  ## the environment and caches; warehouses stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dbt_project/target dbt_project/logs
