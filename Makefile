# `make` lists the targets. Everything runs from .venv, which `setup` makes and keeps up to date.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STAMP := .venv/.installed
INSTALL := -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
QUICK := -m "not real and not soak"
# Tests that run commands or real workers mostly wait: more of them at a time than there are cores.
WAITING := -n 6 --dist loadfile --no-loadscope-reorder
REAL := -m "real and not soak" -n 5 --dist loadgroup

# The fast tests run every line and branch of the packages that decide and never act.
FAST := tests/unit tests/laws tests/architecture
PURE := model plan lint plugins report health anomaly measure redact generate
PURE_COVERAGE := 99

comma := ,
empty :=
space := $(empty) $(empty)

.PHONY: help
help: ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: setup
setup: $(STAMP) ## Make .venv and install everything in pinned versions

$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into .venv"
	@[ -x $(BIN)/python ] || "$$(.ci/python)" -m venv .venv
	@$(BIN)/python $(INSTALL) --constraint constraints.txt pip
	@$(BIN)/python $(INSTALL) --constraint constraints.txt --build-constraint constraints.txt \
		--editable . --group dev
	@touch $@

.PHONY: demo
demo: setup ## Plan, apply and find drift on a cluster of our own (REAL=1: a real one; VERSION=3.9.1)
	$(BIN)/connectform demo $(if $(REAL),--real) $(if $(VERSION),--kafka-version $(VERSION))

.PHONY: lint
lint: setup ## Check format, style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: lint ## What to run before every commit: lint and the fast tests
	$(PYTEST) $(FAST) $(QUICK) $(PARALLEL)

.PHONY: test
test: lint coverage ## Everything, the real sandbox included where Java and Maven are there
	$(PYTEST) $(addprefix --ignore=,$(FAST)) $(QUICK) $(WAITING)
	$(PYTEST) $(REAL)

.PHONY: coverage
coverage: setup ## The fast tests, and how much of the pure packages they run
	$(BIN)/coverage run --source=$(subst $(space),$(comma),$(addprefix reconcile.,$(PURE))) \
		-m pytest $(FAST) $(QUICK) $(PARALLEL)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=$(PURE_COVERAGE)

.PHONY: soak
soak: setup ## What takes longer than a test may
	$(PYTEST) -m soak

.PHONY: bench
bench: setup ## Measure against the floor and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

.PHONY: faults
faults: setup ## Break a real cluster beside watch and write docs/faults.md; takes ten minutes
	$(BIN)/python -m benchmarks.faults

.PHONY: release
release: setup ## Build wheel, container image and checksums into dist/
	.ci/release

.PHONY: docs
docs: setup ## Check that the documentation tells the truth
	$(PYTEST) tests/docs tests/architecture/test_problems_page.py

.PHONY: rules
rules: setup ## Write docs/lint-rules.md, and the tables of alerts and metrics in docs/, from the code
	$(BIN)/python -m tests.lint_page
	$(BIN)/python -m tests.alerts_page
	$(BIN)/python -m tests.metrics_page
	$(BIN)/python -m tests.prometheus_page

.PHONY: fix
fix: setup ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: constraints
constraints: ## Pin the newest versions of everything, in constraints.txt
	rm -rf build/constraints
	"$$(.ci/python)" -m venv build/constraints
	build/constraints/bin/python $(INSTALL) --upgrade pip hatchling editables
	build/constraints/bin/python $(INSTALL) . --group dev
	build/constraints/bin/python -m pip freeze --all --exclude connectform --exclude setuptools > build/constraints/frozen.txt
	{ echo "# What \`make setup\` installs; written by \`make constraints\`."; \
		cat build/constraints/frozen.txt; } > constraints.txt

.PHONY: clean
clean: ## Remove what was built and cached; .venv and sandboxes stay
	rm -rf build dist .cache .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	find reconcile tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
