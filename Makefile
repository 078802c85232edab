# Everything a newcomer types. A machine needs Python >= 3.11, git and make; nothing else.
SHELL := /bin/bash
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help env repro test test-fast check format lock remote push pull mutants clean

# DVC keeps a list of what to send or fetch, and after a kill goes by the part that was written.
FORGET := python -c 'from dvc.repo import Repo; Repo().drop_data_index()'

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

env: .venv/.complete ## The environment in .venv, exactly as requirements.lock has it

.venv/bin/uv: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python >= 3.11 is needed; this is " + sys.version.split()[0] + ". Say make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' || { echo "Python's venv module is incomplete: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r <(sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^  /p;}' requirements.lock)

.venv/.complete: .venv/bin/uv pyproject.toml
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --quiet --editable .
	@touch .venv/bin/uv $@

repro: env ## The whole pipeline: data, every variant, figures, leaderboard, MLflow
	reprogan zoo --jobs $(CORES)

test: env check ## Lint, types and the whole test suite
	python -m pytest -n $(CORES) --dist loadgroup

test-fast: env ## The tests that take seconds
	python -m pytest -n $(CORES) -m 'not slow'

check: env ## Format, lint, types
	ruff format --check .
	ruff check .
	mypy

format: env ## Rewrite the code in the project's format
	ruff format .
	ruff check --fix .

remote: env ## Share results through a folder or a bucket: make remote URL=s3://BUCKET/PATH
	@test -n "$(URL)" || { echo "Say where: make remote URL=s3://BUCKET/PATH, or a folder"; exit 2; }
	@[[ "$(URL)" != *://*:*@* ]] || { echo "git would have the password: say the URL without it, and dvc remote modify --local store password PASSWORD"; exit 2; }
	@if dvc remote list | grep -qE '^store\s'; then dvc remote modify store url "$(URL)"; else dvc remote add store "$(URL)"; fi
	dvc remote modify store verify true
	dvc remote default store

push: env ## Push the results of this commit to the remote, and look whether all of them are there
	@$(FORGET)
	dvc push
	@there=$$(dvc status --cloud) && ! grep -E '^\s*(new|missing):' <<< "$$there" || { echo "The remote has not all of it"; exit 1; }

pull: env ## Pull the results of this commit from the remote
	@$(FORGET)
	dvc pull

mutants: env ## Seed known bugs and show that the suites catch each
	python tests/mutants.py

lock: .venv/bin/uv ## Resolve pyproject.toml anew into requirements.lock (hashes, no addresses)
	$(BIN)/uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -c constraints.txt -o requirements.lock

clean: ## Remove what runs leave behind; never the data or the DVC cache
	rm -rf .pytest_cache .mypy_cache .ruff_cache build src/*.egg-info
