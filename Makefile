# Two commands on a fresh machine: `make load` and `make test`. Everything else follows from them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COMPILE := $(BIN)/python -m kampyn_perf.compiling

.PHONY: help load test test-fast setup compiled compiled-if-possible mongo mongoose check clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

load: compiled-if-possible ## Start the bundled backend, run the document's load for a minute, judge it
	$(BIN)/kampyn-perf load --profile quick

test: compiled-if-possible mongo mongoose ## Run the tests, several at a time
	$(BIN)/python -m pytest -n auto

test-fast: $(READY) ## Run the tests that start no program and no server: a minute
	$(BIN)/python -m pytest -n auto -m "not program"

setup: compiled-if-possible ## Make the virtual environment and install into it

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "kampyn-perf needs Python 3.11 or newer; name one with make PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

compiled: $(READY) ## Compile the generator's innermost loop anew, if its sources changed
	@$(COMPILE)

compiled-if-possible: $(READY)
	@$(COMPILE) --if-possible

mongo: $(READY) ## Make the environment of the MongoDB stand-in, if there is a Python 3.13
	@$(BIN)/python -m tests.mongo_setup

mongoose: $(READY) ## Fetch mongoose for the exporter's test, if there is an npm
	@$(BIN)/python -m tests.mongoose_setup

check: $(READY) ## Lint, types and the direction of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## Remove environments, caches and state; never reports
	rm -rf $(VENV) .venv-mongo .mongoose .kampyn .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache build dist kampyn_perf/_compiled kampyn_perf/.compiling-*
