# Python 3.11 or newer and make are all that is needed; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: play test check format bench clean

play: $(VENV)/.play ## install and start the game
	@$(BIN)/paotuan

test: $(VENV)/.dev ## install what tests need, and run them all
	$(BIN)/pytest -n auto --dist loadgroup -q

check: $(VENV)/.dev ## what CI runs: format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## the figures of docs/benchmarks.md
	$(BIN)/paotuan models bench starter
	$(BIN)/python tests/bench/starter.py
	$(BIN)/python tests/bench/first_paint.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.play: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[starter]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.play

clean:
	rm -rf $(VENV) build dist *.egg-info
