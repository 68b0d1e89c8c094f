# Teachback's commands. `make help` lists them; each may be run again at any time.
# Everything is installed into .venv in this folder, by the hashes in the lock files; nothing needs root.

.DEFAULT_GOAL := all
.NOTPARALLEL:
SHELL := /bin/sh

PYTHON  = .venv/bin/python
INSTALL = $(PYTHON) -m pip install --quiet --disable-pip-version-check
LOCK    = $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
          --no-emit-index-url --no-emit-find-links --no-config $(UPGRADE)

# Extra words for pytest, as in: make test ARGS="tests/test_tree.py -v"
ARGS =

# Tries of `make fuzz`, or its time, as in: make fuzz TRIES=60s
TRIES = 1000000

.PHONY: all help demo test lint tree format bench fuzz docs lock clean

all: lint test  ## check everything: lint, then test

help:  ## list these commands
	@echo "make            same as make all"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime .venv/.project  ## install what is needed to run, then show Teachback at work on made-up sessions
	@echo "== teachback demo"
	@.venv/bin/teachback demo

test: .venv/.dev .venv/.project .venv/.browser  ## run the tests (ARGS="..." for pytest)
	@echo "== pytest"
	@$(PYTHON) -m pytest -n 2 $(ARGS)

lint: .venv/.dev .venv/.project tree  ## check style, types, imports, spelling, and that the documents are current
	@echo "== ruff check"
	@$(PYTHON) -m ruff check
	@echo "== ruff format"
	@$(PYTHON) -m ruff format --check
	@echo "== mypy"
	@$(PYTHON) -m mypy
	@echo "== import-linter"
	@.venv/bin/lint-imports --no-logo
	@echo "== codespell"
	@$(PYTHON) -m codespell_lib
	@echo "== documents"
	@if test -e docs/generate.py; then $(PYTHON) docs/generate.py --check; else echo "docs/generate.py: not there yet"; fi

tree: .venv/.made  ## refuse registry addresses, local paths, real identifiers and licensed wording
	@echo "== tools/check_tree.py"
	@$(PYTHON) tools/check_tree.py

format: .venv/.dev  ## put the code in order
	@$(PYTHON) -m ruff check --fix-only --exit-zero
	@$(PYTHON) -m ruff format

bench: .venv/.dev .venv/.project  ## measure how fast it is
	@$(PYTHON) bench/run.py

fuzz: .venv/.dev .venv/.project  ## a million damaged inputs at every door (TRIES=60s for a minute)
	@$(PYTHON) tools/fuzz.py $(TRIES)

docs: .venv/.dev .venv/.project  ## write the generated pages anew
	@$(PYTHON) docs/generate.py

lock: .venv/.dev  ## write the lock files anew (UPGRADE=--upgrade for newer versions)
	@echo "== requirements.txt, requirements-dev.txt"
	@$(LOCK) pyproject.toml --extra cluster --extra strict --group build --output-file requirements.txt
	@$(LOCK) pyproject.toml --extra cluster --extra strict --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove .venv, caches and build output
	@echo "== removing .venv, caches and build output"
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps in .venv say what was installed; each is older than its lock file when that has changed.

.venv/.made:
	@if .venv/bin/python -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for python in python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    if $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	      echo "== making .venv with $$python"; \
	      $$python -m venv .venv && touch $@; exit; \
	    fi; \
	    lacking="its venv module ($$python is here, but cannot make a virtual environment)"; \
	  fi; \
	done; \
	echo "Teachback needs Python 3.11 or newer with its venv module." >&2; \
	echo "Missing: $${lacking:-Python 3.11 or newer (neither python3.11 nor python3 is one)}" >&2; \
	echo "On Debian or Ubuntu:  apt-get install make python3-venv" >&2; \
	exit 1

.venv/.runtime: .venv/.made requirements.txt
	@echo "== installing what Teachback needs to run (requirements.txt)"
	@$(INSTALL) --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: .venv/.made requirements-dev.txt
	@echo "== installing what its developers need (requirements-dev.txt)"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

# Needs one of the two above, whose lock files hold the build backend; installs from this folder only.
.venv/.project: pyproject.toml src/teachback/__init__.py
	@echo "== installing Teachback itself from this folder"
	@$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# Tests look at the audit page in Debian's Chromium; where it cannot be had, they are skipped and say so.
.venv/.browser: .venv/.made
	@if command -v chromium >/dev/null 2>&1; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
	  echo "== installing Chromium, in which tests look at pages"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } \
	    >/dev/null 2>&1 || echo "Chromium could not be installed; tests of pages are skipped"; \
	else \
	  echo "Chromium is missing (apt-get install chromium); tests of pages are skipped"; \
	fi
	@touch $@
