# Every command a newcomer needs. `make help` lists them.
SHELL := bash
PYTHON := .venv/bin/python
DATA ?= ../shared/data
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench conformance storm mutants days licences lock clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

setup: ## build .venv with everything in it
	@tools/setup.sh

demo: setup ## the demo city, every system run once, then the portal on http://127.0.0.1:8000
	@.venv/bin/yakuba demo

test: setup ## all tests, on SQLite and on PostgreSQL
	@tools/test.sh

check: setup ## style, types, rooms and doors, file sizes, settings, migrations
	@$(PYTHON) tools/check.py

bench: setup ## speed and size of every system, as JSON lines
	@$(PYTHON) tools/bench.py

conformance: setup ## third-party cases that are not in the repository: make conformance DATA=folder
	@$(PYTHON) tools/conformance.py "$(DATA)"

storm: setup ## bookings under kill -9; with STORM="--login NAME:PASSWORD" also load on a served portal
	@$(PYTHON) -m benchmarks.handbook.booking_storm --database sqlite --attempts 70000 --kills 300
	@$(PYTHON) -m benchmarks.handbook.booking_storm --database postgresql --attempts 30000 --kills 150
	@test -z '$(STORM)' || $(PYTHON) tools/storm.py $(STORM)

mutants: setup ## 300 seeded mutants of the domain code
	@$(PYTHON) tools/mutants.py

days: setup ## the tests on other days and at other hours (six days, about 20 minutes; needs faketime)
	@tools/days.sh "$(DAYS)"

licences: setup ## write docs/licences.csv from what is installed
	@$(PYTHON) tools/licences.py

lock: setup ## resolve requirements anew (minutes)
	@cd requirements && ../.venv/bin/pip-compile --quiet --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --allow-unsafe --output-file=dev.txt dev.in
	@$(PYTHON) tools/base_lock.py

clean: ## remove what was built (not the state under var/)
	@rm -rf .venv .setup build dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache \
	  .hypothesis .import_linter_cache .coverage .coverage.* htmlcov .mutants
