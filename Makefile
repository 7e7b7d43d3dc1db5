# `make` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
export CLINIC_DATA ?= $(CURDIR)/practice

.DEFAULT_GOAL := help
.PHONY: help run test lint faults mutate bench messages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp messages ## serve a practice clinic on this PC (made on the first run)
	@$(BIN)/python -m appliance run --practice

test: .venv/test.stamp messages ## all tests, browser tests included
	@$(BIN)/python -m tests.run

lint: .venv/test.stamp ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

faults: .venv/test.stamp messages ## 12,000 power cuts, 50 kills, a clinic day, flipped bits, bad disks: a table
	$(BIN)/python -m tests.faults

mutate: .venv/test.stamp messages ## break each rule in a copy: a test must notice; options in MUTATE="--rule QT-07"
	@$(BIN)/python -m tests.mutations $(MUTATE)

bench: .venv/test.stamp messages ## the benchmark; options in BENCH="--quick"
	@$(BIN)/python -m tests.bench $(BENCH)

messages: .venv/messages.stamp ## compile the languages

.venv/messages.stamp: $(wildcard locales/*/LC_MESSAGES/*.po) .venv/build.stamp
	@$(BIN)/python -m appliance.messages
	@touch $@

.venv/build.stamp: requirements-build.txt .venv/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@

.venv/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "venv is missing: apt-get install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test.stamp: requirements-dev.txt .venv/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
