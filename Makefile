# Every target sets up what it needs: a virtual environment made from uv.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
UV_VERSION := 0.13.9
# Compiled byte code makes imports four times faster, so a caller's wish to do without is not passed on.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint types docs bench clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("dealspace needs Python 3.11 or later; this is " + sys.version.split()[0] + " (set PYTHON=...)" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv sync --active --frozen --inexact --compile-bytecode --quiet
	@touch $@

setup: $(STAMP)  ## make .venv from the lock file

demo: $(STAMP)  ## analyse the built-in case and write a report to out/us-japan-2025
	$(BIN)/dealspace analyze us-japan-2025 --out out/us-japan-2025

test: $(STAMP)  ## the test suite (under six minutes on two cores)
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal

test-all: $(STAMP)  ## every test, the slow ones too
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(STAMP)  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## static types
	$(BIN)/pyright

docs: $(STAMP)  ## build the documentation into site/
	$(BIN)/mkdocs build --strict

bench: $(STAMP)  ## measure speed and memory
	$(BIN)/python benchmarks/run.py

clean:  ## remove what the targets made
	rm -rf $(VENV) site out .pytest_cache .ruff_cache .hypothesis
