# The one command surface. `make run` and `make test` need git, make and Python 3.11 or newer
# with venv; everything else they fetch or do without, and say so.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run test quick lint bench bench-booking bench-feeds bench-report messages screenshots lock clean

VENV := .venv
PY := $(VENV)/bin/python
CODE := $(wildcard core partners scheduling config bench tests)
# Once the tests' packages are there, they stay: they hold the runtime ones too.
RUNTIME := $(if $(wildcard $(VENV)/.tests),$(VENV)/.tests,$(VENV)/.runtime)

help: ## List the commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 18

run: $(RUNTIME) ## Start everything on this machine (PORT, HOST, DATA_DIR); Ctrl-C stops it
	@exec $(PY) -m config.run

test: lint ## Lint, then every test: SQLite, PostgreSQL, real processes, a real browser
	bash tests/services/provision.sh
	$(PY) -m tests.run

quick: $(VENV)/.tests ## The tests that need no server and no browser
	$(PY) -m tests.run quick

lint: $(VENV)/.tests ## Style, types, direction of imports, templates, migrations, deployment
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(CODE)
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djangofmt --check --quiet templates
	$(VENV)/bin/deptry .
	PY=$(PY) bash tests/services/checks.sh

bench: bench-booking bench-report bench-feeds ## Everything that is measured

bench-booking: $(VENV)/.tests ## Booking beside a raw INSERT, find-a-time beside its history, as ratios
	bash bench/provision.sh
	@$(PY) -m bench.booking $(ARGS)

bench-feeds: $(VENV)/.tests ## Feeds beside nginx and other calendar servers, as ratios (ARGS="--sizes 1000 --no-peers")
	PY=$(PY) bash bench/provision.sh feeds
	@$(PY) -m bench.feeds $(ARGS)

bench-report: $(VENV)/.tests ## The report over ten years and 20,000 visits: under a second, queries flat (ARGS="--visits 5000")
	@$(PY) -m bench.report $(ARGS)

messages: $(VENV)/.tests ## Collect the texts to translate and compile the translations
	@command -v msgfmt >/dev/null || { echo "make messages needs gettext: apt-get install gettext" >&2; exit 1; }
	PY=$(PY) bash tests/services/checks.sh messages

screenshots: $(VENV)/.tests ## Photograph the pages, light and dark, phone and desktop, into screenshots/
	bash tests/services/provision.sh
	$(PY) -m tests.browser.screenshots

lock: ## Resolve pyproject.toml into the two lock files (LOCK_FLAGS=--upgrade for newer releases)
	@PYTHON="$$(bash tests/services/python.sh)"; \
	[ -x $(VENV)/lock/bin/uv ] || { "$$PYTHON" -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv; }
	$(VENV)/lock/bin/uv pip compile $(LOCK_FLAGS) $(COMPILE) pyproject.toml -o requirements.lock
	$(VENV)/lock/bin/uv pip compile $(LOCK_FLAGS) $(COMPILE) pyproject.toml --group dev \
	  -c requirements.lock -o tests/requirements.lock

COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links

clean: ## Remove the environment, caches and made files; data/ stays
	rm -rf $(VENV) static-root screenshots .coverage .mypy_cache .pytest_cache .ruff_cache \
	  .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment: made anew when its lock changes --------------------------------------------
$(VENV)/.runtime: requirements.lock
	@bash tests/services/environment.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.tests: tests/requirements.lock requirements.lock
	@bash tests/services/environment.sh $(VENV) tests/requirements.lock
	@touch $@ $(VENV)/.runtime
