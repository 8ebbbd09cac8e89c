# One way in; .ci/run calls the same targets. The environment is the project's own, in .venv.
PYTHON ?= python3
MINUTES ?= 10
ROUNDS ?= 20
SIZE ?= tenth
PIP := .venv/bin/pip --disable-pip-version-check --no-input --quiet
PY := .venv/bin/python
SOURCE := sync_protocol conflict node tui cli.py
ALL := $(SOURCE) migrations tests bench requirements
PROVINCE := $(if $(filter full,$(SIZE)),,--calls 100000 --tickets 10000)

.PHONY: demo test check bill audit bench figures soak fuzz mutants browser wheel offline setup clean
.DEFAULT_GOAL := demo

demo: .venv/run  ## a day of the hotline on one machine; ARGS="--keep DIR --json"
	.venv/bin/qiao demo $(ARGS)

# In the order of the folders: what starts processes comes first. Else the files with the fewest tests come last,
# the demo and the seeded worlds among them, and one worker waits for the other.
test: .venv/dev  ## ARGS="-k name"
	$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/dev  ## format, lint, types, boundaries, documentation
	$(PY) -m ruff format --check $(ALL)
	$(PY) -m ruff check $(ALL)
	$(PY) -m mypy $(SOURCE) migrations bench requirements tests/house
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/house

bill: .venv/dev  ## the software bill of materials, docs/sbom.cdx.json
	$(PY) -m tests.house.bill

# Needs a network; says so where there is none (exit 2), and never that all is well then.
audit: .venv/dev  ## asks the advisories about every pin
	$(PIP) install -r requirements/audit.txt
	$(PY) -m tests.house.audit

# QUICK=1: smaller sizes. RENDER=1: the page alone, of figures that are there. PARTS="desk bytes": these alone. PEERS=DIR
# keeps what npm fetches.
bench: .venv/dev  ## docs/performance.md of this machine, beside its limits and other programs; QUICK=1 RENDER=1 PARTS="desk"
	$(PY) -m bench $(if $(QUICK),--quick) $(if $(RENDER),--render) $(if $(PARTS),--only $(PARTS)) $(if $(PEERS),--peers $(PEERS))

# One province is measured by several scripts; DIR keeps it, and a second run finds it there.
figures: .venv/dev  ## what docs/speed.md tells; nothing is asserted; SIZE=full for 1,000,000 calls, DIR=/var/tmp/province
	$(PY) -m bench.protocol
	$(PY) -m bench.node
	$(PY) -m bench.articles
	$(PY) -m bench.tables
	$(PY) -m bench.encrypted --calls 20000 --tickets 2000
	kept="$(DIR)"; dir="$${kept:-$$(mktemp -d)}"; \
	$(PY) -m bench.province --dir "$$dir" $(PROVINCE) && $(PY) -m bench.figures --dir "$$dir" \
	  && $(PY) -m bench.intake --dir "$$dir" && $(PY) -m bench.audit --dir "$$dir" && $(PY) -m bench.screens --dir "$$dir/p"; done=$$?; test -n "$$kept" || rm -rf "$$dir"; exit $$done

soak: .venv/dev  ## the conflict generator and the seeded world with fresh seeds; MINUTES=10
	$(PY) -m bench.soak --minutes $(MINUTES)
	$(PY) -m tests.simulation --kept
	$(PY) -m tests.simulation --minutes $(MINUTES)
	$(PY) -m tests.soak.kill --rounds $(ROUNDS)
	$(PY) -m tests.soak.lines
	$(PY) -m tests.soak.pairs
	$(PY) -m tests.soak.backups
	$(PY) -m tests.soak.skew
	$(PY) -m tests.tampering
	$(PY) -m tests.soak.week --minutes $(MINUTES)
	QIAO_WHOLE_CORPUS=1 $(PY) -m pytest -q tests/tui/test_hostile_screens.py

fuzz: .venv/dev  ## wrong input to every parser, and from enemies with good keys; MINUTES=10 ARGS="--seed 1"
	$(PY) -m tests.fuzz.run --minutes $(MINUTES) $(ARGS)

mutants: .venv/dev  ## planted faults, each to be noticed by a test; ARGS="--only NAME"
	$(PY) -m tests.mutants $(ARGS)

browser: .venv/dev  ## the screens in Debian's Chromium, installed where it is missing; ARGS="-k name"
	bash tests/browser/install.sh
	$(PY) -m pytest -q tests/browser $(ARGS)

# Each is installed into an empty environment, with no source near, and worked with.
wheel: .venv/dev  ## dist/qiao-VERSION-py3-none-any.whl, tried
	$(PY) -m tests.soak.installing $(ARGS)

offline: .venv/dev  ## dist/qiao-VERSION-offline-SYSTEM.zip, for an office without Internet, tried
	$(PY) -m tests.soak.installing --offline $(ARGS)

setup: .venv/dev

.venv/run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Qiao needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PIP) install -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev: .venv/run requirements/dev.txt
	$(PIP) install -r requirements/dev.txt
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
