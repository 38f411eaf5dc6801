PYTHON ?= python3
export PYTHON
BIN := .venv/bin
PACKAGES := prometheus prometheus-alertmanager victoria-metrics openssl chromium fonts-noto-cjk fonts-dejavu-core postgresql prometheus-node-exporter prometheus-blackbox-exporter haproxy libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-faults soak test-hostile check format bench lock licenses sbom screenshots pictures drill prove clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Makes .venv with what the product needs
	@scripts/setup requirements.txt

setup-dev: ## Adds what checks and tests need, Debian packages too
	@scripts/setup requirements-dev.txt
	@scripts/packages $(PACKAGES)

run: setup ## Starts the demo on http://127.0.0.1:8050 (ARGS="--port 9000" passes options)
	@exec $(BIN)/python app.py $(ARGS)

test: setup-dev ## Runs every test; slo/ must be covered to the last branch
	$(BIN)/python -m pytest tests/slo --cov=slo --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered -n 2 -q
	scripts/two_looks tests --ignore=tests/slo --ignore=tests/journeys -m "not soak and not alone" -n 2 --dist loadfile --no-loadscope-reorder -q
	scripts/two_looks tests/journeys -m "not soak and heavy" -n 2 --dist loadfile --no-loadscope-reorder -q
	scripts/two_looks $$(grep -rl 'mark[.]alone' tests --include='test_*.py') -m "not soak and alone" -q

test-faults: setup-dev ## Hurts a small bank (100 kill -9, full and read-only disks, locks) and reconciles it; minutes
	$(BIN)/python -m pytest tests/faults tests/journeys/test_reload.py -m soak -q

soak: setup-dev ## Twenty-four simulated hours with a fault a minute: reconcile, memory, descriptors; some 25 minutes (ARGS="--hours 1 --postgres")
	$(BIN)/python -m tests.faults.soaking $(ARGS)

test-hostile: setup-dev ## Shows every reader 7,000 damaged files, makes 20,000 requests; some fifteen minutes
	$(BIN)/python -m pytest tests/hostile -m soak -q

check: setup-dev ## Format, lint, types, import contracts, then every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(MAKE) test

format: setup-dev ## Formats the code and sorts imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev ## Measures speed and memory (benchmarks/README.md says what each figure means)
	@failed=0; for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || failed=1; done; exit $$failed

drill: setup-dev ## Loses data centers 25 times under load, with the shipped and a naive HAProxy; some ten minutes (ARGS)
	$(BIN)/python -m loadtests.drills soak $(ARGS)

prove: setup-dev ## Proves five nines of the estate behind HAProxy under load; minutes (ARGS="--profile poisson --rate 1500")
	$(BIN)/python -m loadtests.proving $(ARGS)

lock: setup-dev ## Writes requirements*.lock anew: versions and digests of every package
	$(BIN)/python -m scripts.supply.lock

licenses: setup-dev ## Writes docs/licenses.md anew
	$(BIN)/python -m scripts.supply.licenses > docs/licenses.md.new && mv docs/licenses.md.new docs/licenses.md

sbom: setup-dev ## Writes build/sbom.cdx.json: what the product is made of (CycloneDX)
	@mkdir -p build
	$(BIN)/python -m scripts.supply.sbom > build/sbom.cdx.json

screenshots: setup-dev ## Takes the pictures of README and guides of a demo with a past; minutes (ARGS="http://127.0.0.1:8050 wall")
	$(BIN)/python scripts/screenshots.py $(ARGS)

pictures: setup-dev ## Takes the golden pictures of the wall's states anew; look at what changed before you commit them
	WRITE_PICTURES=1 $(BIN)/python -m pytest tests/dashboard/browser/test_wall_states.py -k looks_as_it_should -q

clean: ## Removes .venv, caches and the demo's data
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
