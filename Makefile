# The commands of the project. Each target installs what it needs; a machine needs only Python 3.11 or later and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := tables ingest record warehouse regimes brief alerts serving leverage orchestration cli
CODE := $(SOURCES) bi tests benchmarks
PORT ?= 3000
BI := .venv-bi
DOCS := .venv-docs
PYTEST := $(BIN)/python -m pytest --dist loadscope --no-loadscope-reorder
BI_PORT ?= 8088
ENGINE ?= spark
SPARK = .venv-$(ENGINE)
CLIENTS := duckdb-1.2 duckdb-1.4 duckdb-1.5 notebooks pandas

.PHONY: help run live record test proofs check dev bi browser clients spark spark-cluster docs bench setup setup-dev format lock generated definitions clean
.DEFAULT_GOAL := run

help:  ## list the targets with what they do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## run the main job on the simulated market, offline, and show the brief of its last day
	$(BIN)/leverage run

live: setup  ## run the main job on the real venues
	$(BIN)/leverage run --market live

record: setup  ## record the liquidations of the live venues until stopped
	$(BIN)/leverage record --market live

dev: setup  ## serve the Dagster UI on 127.0.0.1:3000 for the warehouse of LEVERAGE_MARKET (default: sample)
	$(BIN)/python -m orchestration.serve --port $(PORT)

test: setup-dev  ## run the tests, about five minutes: all but proofs and browser; properties with a quarter of their examples
# Three processes on two cores, because tests wait for servers and locks. make check runs test_one_sql.py.
	$(PYTEST) -n 3 -m "not proof" --ignore tests/browser --ignore tests/dbt/test_one_sql.py

proofs: setup-dev  ## run the proofs: whole runs under faults, such as kill -9 at twenty moments, cut answers, and all properties
	$(PYTEST) -n 2 -m "proof or hypothesis" --hypothesis-profile thorough

check: setup-dev  ## check format, lint, types, SQL lint, import contracts, dependencies, generated files
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	cd dbt_project && ../$(BIN)/sqlfluff lint --disable-progress-bar -p 2 models tests macros
	$(BIN)/python -m pytest -q tests/dbt/test_one_sql.py
	$(BIN)/python -m warehouse.generated_files --check
	$(BIN)/python -m regimes.documents --check

bi: $(BI)/.installed  ## serve the Superset dashboard on 127.0.0.1:8088 for the published files of LEVERAGE_MARKET (default: sample)
	$(BI)/bin/python bi/superset/serve.py --port $(BI_PORT)

browser: setup-dev $(BI)/.installed $(DOCS)/.installed $(VENV)/.browser-installed  ## test brief, dashboard, Dagster UI and documents in a headless browser
	$(BIN)/python -m pytest tests/browser

docs: $(DOCS)/.installed  ## build the documents as a site in site/ and check every link
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict --quiet

clients: setup-dev $(CLIENTS:%=.clients/%/.installed)  ## test that older DuckDB clients, pandas and notebooks read the published files
	$(BIN)/python -m pytest tests/bi/test_clients.py tests/bi/test_recipes.py

spark: $(SPARK)/.installed  ## build every model on DuckDB and on Spark, and compare; ENGINE=sail does without Java
	$(SPARK)/bin/python -m tests.engines --engine $(ENGINE)

spark-cluster: $(SPARK)/.installed  ## the same on a standalone cluster of two workers, started on loopback
	$(SPARK)/bin/python -m tests.engines --engine spark --cluster

bench: setup-dev  ## run the benchmarks and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

setup: $(VENV)/.run-installed
setup-dev: $(VENV)/.dev-installed

$(BI)/.installed: requirements/bi.txt
	$(PYTHON) -m venv $(BI)
	$(BI)/bin/pip install --quiet --require-hashes --no-deps -r requirements/bi.txt
	@touch $@

$(VENV)/.browser-installed: requirements/browser.txt $(VENV)/.dev-installed
	$(BIN)/pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements/browser.txt
	command -v chromium && command -v chromedriver || { apt-get update && apt-get install --yes chromium chromium-driver; }
	@touch $@

$(DOCS)/.installed: requirements/docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements/docs.txt
	@touch $@

# Spark is published as a source archive, so it is built here, with the locked setuptools.
$(SPARK)/.installed: requirements/$(ENGINE).txt requirements/run.txt pyproject.toml
	[ $(ENGINE) != spark ] || command -v java || { apt-get update && apt-get install --yes default-jre-headless; }
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements/run.txt
	$(SPARK)/bin/pip install --quiet --require-hashes --no-deps --no-build-isolation --only-binary :all: --no-binary pyspark,pyspark-client -r requirements/$(ENGINE).txt
	$(SPARK)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	$(SPARK)/bin/python -m orchestration.dbt_project
	$(SPARK)/bin/python -m tests.engines --parse
	@touch $@

.clients/%/.installed: requirements/clients/%.txt $(VENV)/.dev-installed
	$(BIN)/pip install --quiet --require-hashes --no-deps --only-binary :all: --upgrade --target .clients/$* -r $<
	@touch $@

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

format: setup-dev  ## format the code and apply safe lint fixes
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

generated: setup-dev  ## write what is made from tables/, the feeds and the rules: dbt sources and contracts, the data dictionary
	$(BIN)/python -m warehouse.generated_files
	$(BIN)/python -m regimes.documents

definitions: setup-dev  ## write tests/orchestration/definitions.txt: every asset, check, job and schedule
	$(BIN)/python -W ignore tests/orchestration/test_definitions.py

lock:  ## write requirements/*.txt from pyproject.toml; needs uv
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/run.txt
	uv pip compile pyproject.toml --extra build --group dev -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/dev.txt
	for engine in sail spark; do uv pip compile pyproject.toml --extra build --extra $$engine -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/$$engine.txt || exit 1; done
	uv pip compile requirements/bi.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/bi.txt
	uv pip compile requirements/docs.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/docs.txt
	uv pip compile requirements/clients/notebooks.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/clients/notebooks.txt
	uv pip compile requirements/browser.in -c requirements/dev.txt --no-emit-package playwright --no-emit-package pyee --no-emit-package greenlet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements/browser.txt

clean:  ## remove environments and caches; warehouses stay
	rm -rf $(VENV) $(BI) $(DOCS) .venv-sail .venv-spark .clients site .superset .mypy_cache .ruff_cache .pytest_cache dbt_project/target dbt_project/logs
