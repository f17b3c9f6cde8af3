# Everything a newcomer or CI runs. `make help` lists the targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 5000

SERVICES := $(PYTHON) -m deploy.services
# The addresses of the servers that `make services` started, where the environment names none itself.
WITH_SERVICES = set -a; eval "$$($(SERVICES) env)"; set +a;

# No server, whatever the environment names.
NO_SERVICES = REPOSITORY_DATABASE_URL= REPOSITORY_STORE_URL= REPOSITORY_SEARCH_URL= REPOSITORY_QUEUE_URL= REPOSITORY_TEST_MINIO_URL= REQUIRE_SERVICES=

SOURCES := repository/faces/pages/sources

# What Python has compiled is kept, whatever the environment says: tests start hundreds of servers and commands.
COMPILED = PYTHONDONTWRITEBYTECODE=

.PHONY: help demo serve services services-down test quick check format lock drill bench clean assets browser pictures

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.runtime  ## deposit, publish, find and download real datasets on a throw-away server; DEMO_BROWSER=1 adds a browser
	$(BIN)/repository demo
ifdef DEMO_BROWSER
	$(MAKE) browser $(VENV)/.dev
	$(BIN)/python -m tests.pictures.walk
endif

serve: $(VENV)/.runtime  ## run a server with its data under var/; SAMPLES=1 fills an empty site
	$(BIN)/repository serve --host $(HOST) --port $(PORT) $(if $(SAMPLES),--with-samples)

services:  ## PostgreSQL, Redis, Elasticsearch and two S3 servers on loopback, without containers; prints their addresses
	@$(SERVICES) up

services-down:  ## stop them; their data stay
	@$(SERVICES) down

test: $(VENV)/.dev  ## all tests, on every engine that answers; T=… a path or an expression runs a part
ifdef T
	$(WITH_SERVICES) $(BIN)/python -m pytest $(if $(wildcard $(firstword $(subst ::, ,$(T)))),$(T),-k "$(T)")
else
	$(WITH_SERVICES) $(COMPILED) $(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder -m "not alone"
	$(WITH_SERVICES) $(COMPILED) $(BIN)/python -m pytest -m alone
endif

quick: $(VENV)/.dev  ## format, lint, and in a minute the tests that start no process, on the embedded engines
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(NO_SERVICES) $(COMPILED) $(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not process and not slow and not alone"

check: $(VENV)/.dev  ## format, lint, types, layers, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/architecture

format: $(VENV)/.dev  ## rewrite the source in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

assets: $(SOURCES)/node_modules/.package-lock.json  ## build the style sheets and scripts of the pages (needs Node 20)
	cd $(SOURCES) && npm run --silent types && npm run --silent test && npm run --silent build

$(SOURCES)/node_modules/.package-lock.json: $(SOURCES)/package-lock.json
	cd $(SOURCES) && npm ci --silent

proxy:  ## nginx for the tests of the site in deploy/, by apt-get (root)
	command -v nginx >/dev/null || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends nginx-light openssl >/dev/null; }

browser: assets  ## Chromium and Chinese fonts for the tests of the pages, by apt-get (root)
	command -v chromium >/dev/null || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; }

pictures: $(VENV)/.dev browser  ## every page as a picture, in both languages, light and dark, wide and narrow: var/pictures
	$(BIN)/python -m tests.pictures

drill: $(VENV)/.dev  ## back up under load, destroy, restore, downgrade, upgrade, and print what was compared
	$(WITH_SERVICES) $(BIN)/python -m tests.drills

bench: $(VENV)/.dev  ## the figures of docs/figures.md
	$(WITH_SERVICES) $(BIN)/python -m tests.benchmarks

lock: $(VENV)/.dev  ## renew all lock files from pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra server --extra build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra server --extra dev --extra build -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -c requirements.lock -o requirements-client.lock pyproject.toml

clean:  ## remove the virtual environment and caches, never var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
