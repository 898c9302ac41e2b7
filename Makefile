# Two commands on a fresh machine: `make run` and `make test`. Both set themselves up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
NEEDED = import sys; sys.exit(sys.version_info < (3, 11))
# Which Python makes the environment: the first that is new enough; `make PYTHON=…` names another.
PYTHON ?= $(shell for one in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$one -c '$(NEEDED)' 2>/dev/null && echo $$one && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
# The programs that tests start, hundreds of them, are compiled once and not each time.
unexport PYTHONDONTWRITEBYTECODE

CUSTOMERS ?= 100000
# Two more than there are cores: tests with processes and terminals wait most of their time.
JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

.PHONY: run test setup check chaos bench desk lock clean docs picture help FORCE

help:            ## the list of commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## +/\t/' | expand -t 12

run: setup       ## open the practice floor: calls come in, nothing real is touched
	@$(BIN)/agent-console demo

setup: $(VENV)/.base    ## the .venv with the console in it
	@:

test: $(VENV)/.test     ## every test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

check: $(VENV)/.dev     ## lint, types, import contract, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m console.reference --check

docs: $(VENV)/.base     ## write the generated parts of docs/ anew
	@$(BIN)/python -m console.reference

picture: $(VENV)/.base  ## make the pictures of the README anew
	@$(BIN)/python docs/make_picture.py docs

chaos: $(VENV)/.test    ## 500 seeds of bad weather, then kill and race the real processes; SECONDS_CAP=N stops each early
	@$(BIN)/python -m tests.proof simulation --seeds 500 $(if $(SECONDS_CAP),--seconds $(SECONDS_CAP))
	@$(BIN)/python -m tests.chaos $(if $(SECONDS_CAP),--seconds $(SECONDS_CAP))

bench: $(VENV)/.test    ## measure every line of the budget beside its floor; CUSTOMERS=1000000
	@$(BIN)/python -m tests.bench --customers $(CUSTOMERS) $(if $(KEEP),--keep) $(if $(JSON),--json $(JSON))

desk: $(VENV)/.test     ## the main job under a real tmux, the wallboard in Chromium
	@$(BIN)/python -m pytest -m desk --run-desk tests/desk

# pip cannot install an editable under hashes, so: everything locked first, then the project by itself.
define install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(2)
endef

# The stamp names the folder: an environment that was moved, or whose making was cut short, is made anew.
# One that is a link belongs to another folder, and is left alone.
LINKED := $(shell test -L $(VENV) -o -L $(BIN) && echo linked)
ifneq ($(LINKED)$(shell cat $(VENV)/.made 2>/dev/null),$(CURDIR))
$(VENV)/.made: FORCE
endif
$(VENV)/.made:
	@test -z "$(LINKED)" || \
		{ echo "$(VENV) is a link to an environment of another folder, which make would change: call make clean first" >&2; exit 1; }
	@$(PYTHON) -c '$(NEEDED)' 2>/dev/null || \
		{ echo "agent-console needs Python 3.11 or newer: install it, then call make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "This Python cannot make an environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); once, about a minute …"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $@

$(VENV)/.base: pyproject.toml constraints.txt $(VENV)/.made
	$(call install,constraints.txt,$@)

$(VENV)/.test: $(VENV)/.base constraints-test.txt
	$(call install,constraints-test.txt,$@)

$(VENV)/.dev: $(VENV)/.test constraints-dev.txt
	$(call install,constraints-dev.txt,$@)

COMPILE = $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-header --all-build-deps --resolver backtracking

lock: $(VENV)/.dev      ## choose the newest allowed versions again
	@$(COMPILE) --upgrade -o constraints.txt pyproject.toml
	@$(COMPILE) --upgrade --extra test -c constraints.txt -o constraints-test.txt pyproject.toml
	@$(COMPILE) --upgrade --extra test --extra dev -c constraints-test.txt -o constraints-dev.txt pyproject.toml

clean:           ## remove the environment
	@rm -rf $(VENV)
