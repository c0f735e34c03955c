# Two commands are enough on a fresh machine: `make audit`, then `make test`. Each makes .venv first where it is missing.

PYTHON ?= python3
BIN := .venv/bin

# Compiled bytecode halves the start of every kernel, and some machines switch it off.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup spark audit test test-long test-reports axe lint format lock bench notebooks notebooks-es seeds validity ci clean

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo "  Another Python: make setup PYTHON=python3.12 (after make clean, where .venv exists)"

setup: .venv/.ready  ## Make .venv from requirements.lock, once (Python 3.11 or newer)

spark: .venv/.spark  ## Add what counts records in Spark, once: 450 MB; it also needs Java 17

audit: .venv/.ready  ## Run a sample audit end to end and print where its report is
	@$(BIN)/fairaudit demo

# worksteal, since a few tests run whole audits and would otherwise end on one core
test: .venv/.ready  ## Run the test suite, but for a few long tests
	@$(BIN)/pytest -q -n 2 --dist worksteal -m "not long"

test-long: .venv/.ready  ## Run the tests that take many seconds each: whole audits, simulations, alterations of a seal
	@$(BIN)/pytest -q -n 2 --dist worksteal -m long

# Reports in another language are one more folder; the PDFs looked at are those of the first one.
REPORTS ?= build/ci build/ci-es

# Made where they are missing, which takes minutes.
test-reports: .venv/.ready axe  ## Look at every page and PDF of all audits, in build/ci and build/ci-es: can everybody read them?
	@ls build/ci/*/report.html > /dev/null 2>&1 || $(MAKE) notebooks
	@ls build/ci-es/*/report.html > /dev/null 2>&1 || $(MAKE) notebooks-es
	@FAIRAUDIT_REPORTS="$(REPORTS)" $(BIN)/pytest -q -n 2 --dist worksteal tests/reports

# The newest, and so in no lock. `make clean` lets a newer one in.
axe:  ## Install axe-core from npm into build/axe, where it is not yet
	@test -f build/axe/node_modules/axe-core/axe.min.js || \
		npm install --prefix build/axe --no-save --no-audit --no-fund --silent axe-core || \
		{ echo "axe-core could not be installed from npm: the older one in axe-playwright-python is used."; \
		test "$$CI" != true; }

lint: .venv/.ready  ## Check style and formatting
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: .venv/.ready  ## Mend style and formatting where that can be done by itself
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

notebooks: .venv/.ready  ## Run every audit, and so every notebook, into build/ci
	@$(BIN)/fairaudit run --all --jobs 2 --out build/ci

notebooks-es: .venv/.ready  ## Run every audit in Spanish, without PDF, into build/ci-es
	@$(BIN)/fairaudit run --all --jobs 2 --language es --no-pdf --out build/ci-es

SEEDS ?= 50

seeds: .venv/.ready  ## Draw every audit's made-up records SEEDS times: is what is planted found, and nothing else?
	@$(BIN)/python -m tests.audits.seeds --seeds $(SEEDS)

RUNS ?= 1000
VALIDITY := tests/validity/results

validity: .venv/.ready  ## Run the whole rule RUNS times a setting on records of known truth: how often does it err?
	@$(BIN)/python -m tests.validity --runs $(RUNS) --out $(VALIDITY)

bench: .venv/.ready  ## Time the tally and the bounds beside fairlearn, Aequitas, pandas and DuckDB (an hour; pip fetches Aequitas)
	@$(BIN)/python benchmarks/bench.py

ci:  ## Do all that is done before a change is accepted
	@bash .ci/run

clean:  ## Remove .venv and build
	rm -rf .venv build

# `make lock UPGRADE=--upgrade` takes the newest versions; without it, only what pyproject.toml asks for changes.
lock: pyproject.toml build/lock/bin/uv  ## Remake both locks from pyproject.toml (needs the network)
	@build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --extra test --extra browser --generate-hashes \
		--no-header --no-emit-index-url $(UPGRADE) --output-file requirements.lock pyproject.toml
	@$(PYTHON) -c "$$SPARK_EXTRA" | build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url $(UPGRADE) --constraint requirements.lock --output-file requirements-spark.lock -
	@for lock in requirements.lock requirements-spark.lock; do \
		echo "$$lock holds $$(grep -c '^[a-z]' $$lock) pinned libraries."; done

# Spark's lock holds only what comes on top of the other one.
define SPARK_EXTRA
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["project"]["optional-dependencies"]["spark"]))
endef
export SPARK_EXTRA

build/lock/bin/uv:
	@$(PYTHON) -m venv --clear build/lock
	@build/lock/bin/pip install --quiet --quiet uv

# Two stamps: a new lock makes .venv afresh, so that nothing stays in it that the lock does not name;
# an edit of pyproject.toml only installs fairaudit again, in a second or two.
.venv/.locked: requirements.lock
	@$(call check_python)
	@echo "Making .venv and installing the libraries of requirements.lock: one to three minutes, once ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --quiet --require-hashes -r requirements.lock
	@touch $@

.venv/.ready: .venv/.locked pyproject.toml
	@$(BIN)/pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "fairaudit is ready in .venv."

# In a stamp of its own, which goes with .venv when the other lock makes it afresh.
.venv/.spark: .venv/.ready requirements-spark.lock
	@echo "Installing Spark's library from requirements-spark.lock: a minute or two, once ..."
	@$(BIN)/pip install --quiet --quiet --require-hashes --no-deps -r requirements-spark.lock
	@touch $@

# One clear line each for the three things that a fresh machine can lack.
define check_python
command -v "$(PYTHON)" > /dev/null || { echo \
	"fairaudit needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name another: make setup PYTHON=python3.12"; exit 1; }; \
version=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	"fairaudit needs Python 3.11 or newer, and '$(PYTHON)' is $$version. Install a newer one, and name it: make setup PYTHON=python3.12"; exit 1; }; \
"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { echo \
	"'$(PYTHON)' cannot make a virtual environment: its venv part is missing. Install it (Debian, Ubuntu: apt-get install python$$version-venv) and run make again."; exit 1; }
endef
