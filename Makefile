# Two commands: `make run` serves the demo town, `make test` proves the whole. See README.md.
SHELL := /bin/bash
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test bench lint lock screenshots clean

run: $(VENV)/.run maps/static/manifest.json
	@$(BIN)/geo-service demo
	@echo "http://127.0.0.1:$(PORT)  (Ctrl-C ends it)"
	@exec $(BIN)/geo-service serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/.test maps/static/manifest.json
	@bash tests/system-packages.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test $(PEERS)/.done maps/static/manifest.json
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.peers

screenshots: $(VENV)/.test maps/static/manifest.json
	$(BIN)/python -m tests.browser.screenshots tests/output
	cp tests/output/maps-open-problems_desk_light_zh.png docs/screenshot.png

# What runs is locked with hashes; `make lock` renews the locks from pyproject.toml. Python compiles what is imported
# as it is imported: to compile all that is installed would take as long as to install it.
$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what is needed (once) …"
	@$(PIP) install --no-compile --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/geo-service warm-up
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt requirements/validator.txt
	@$(PIP) install --no-compile --require-hashes -r requirements/test.txt
	@$(PIP) install --no-compile --require-hashes --no-deps -r requirements/validator.txt
	@touch $@

# Debian's own Python, where there is one: it loads SQLite's extensions, which pygeoapi needs.
$(PEERS)/.done: requirements/peers.txt $(VENV)/.test
	@$(BIN)/uv venv --quiet --clear --python $(firstword $(wildcard /usr/bin/python3.11) $(PYTHON)) $(PEERS)
	@$(BIN)/uv pip install --quiet --python $(PEERS) --require-hashes -r requirements/peers.txt
	@touch $@

# The build looks at its sources itself and does nothing when they have not changed.
.PHONY: maps/static/manifest.json
maps/static/manifest.json: $(VENV)/.run
	@$(BIN)/python -m maps.frontend.build

lock: $(VENV)/.test
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --group build -o requirements/run.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --group build --group dev -o requirements/test.txt pyproject.toml
	echo gdal-utils | $(BIN)/uv pip compile --quiet --no-deps --generate-hashes --no-emit-index-url --no-header \
	  -o requirements/validator.txt -
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 -o requirements/peers.txt requirements/peers.in

clean:
	rm -rf $(VENV) $(PEERS) maps/static maps/frontend/node_modules
