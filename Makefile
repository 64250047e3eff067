# Two commands for a newcomer: `make start` and `make test`. Both make the environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: start test lint eval bench index clean help

help:
	@echo "make start   serve the page on http://127.0.0.1:7860"
	@echo "make test    pass the tests"
	@echo "make lint    ruff and mypy"
	@echo "make eval    the evaluation and its gate"
	@echo "make bench   the benchmarks"
	@echo "make clean   remove the environment and the index"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# torch first and by its exact version, so that nothing else pulls another build of it.
$(VENV)/.runtime: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing; the first time this takes a few minutes."
	$(PIP) "$$(grep '^torch==' constraints.txt)"
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	$(PIP) --editable '.[test]'
	@touch $@

start: $(VENV)/.runtime
	$(BIN)/instrumentwijzer start

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: $(VENV)/.runtime
	$(BIN)/instrumentwijzer eval

bench: $(VENV)/.runtime
	$(BIN)/instrumentwijzer bench

index: $(VENV)/.runtime
	$(BIN)/instrumentwijzer index

clean:
	rm -rf $(VENV) .data report
