# Everything runs in .venv, which `make setup` makes; Python 3.11 or newer and pip are all it needs.
PYTHON ?= python3
BIN := .venv/bin
LIBRARY ?= demo-library
PORT ?= 8501
export OMP_WAIT_POLICY ?= PASSIVE

.DEFAULT_GOAL := help
.PHONY: help setup models demo test ui check bench clean

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# one line, so that pip sees the pinned torch (CPU build) beside everything that asks for torch
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch -e '.[dev]'
	touch .venv/ready

setup: .venv/ready ## make the virtual environment

models: setup ## fetch and verify the pretrained weights
	$(BIN)/segue models pull

demo: models ## make a small library, index it and search it
	$(BIN)/segue demo --folder demo-music --library $(LIBRARY)

test: models ## every test
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest --nbmake notebooks

ui: setup ## open the page on LIBRARY
	$(BIN)/segue ui --library $(LIBRARY) --port $(PORT)

check: setup ## ruff, mypy strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: demo ## the speed benchmarks on the demo; tests/benchmarks/README.md has those on real music
	$(BIN)/python tests/benchmarks/bench_latency.py $(LIBRARY)
	$(BIN)/python tests/benchmarks/bench_rebuild.py demo-music
	$(BIN)/python tests/benchmarks/bench_rescan.py

clean: ## remove the environment and the demo
	rm -rf .venv demo-library demo-music
