# Everything a fresh checkout needs, fetched once, quietly. `make` alone lists what there is.
# It works with uv, with pip and venv, and with Debian's bare pip, which has no venv and may not install.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .venv-uv/bin/uv)
# A Python that was asked for by name is taken as it is; else uv looks for one that is new enough.
WANTED := $(if $(filter file,$(origin PYTHON)),>=3.11,$(PYTHON))
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider
NEEDS := broadcast needs Python 3.11 or later with pip, or uv (Debian, Ubuntu: apt install python3 python3-pip)

.PHONY: help demo test check slow interop torture mutants bench golden docs lock clean

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 8

demo: $(VENV)/.demo ## Play an incident through against a local sandbox; needs no account
	@$(BIN)/python examples/demo.py

# Half of a test's time is waiting for processes and sockets, so there are two workers for each core. The tests of
# one file share a worker, and with it what they set up together; long files do not come last. COVERAGE=1 also
# measures which lines they run, and fails below the floor in pyproject.toml.
WORKERS = $(shell echo $$((2 * $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN))))
test: $(VENV)/.dev ## Run the tests of every day; COVERAGE=1 measures what they reach
	@$(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report=)

# The rules of the house that only read the code: names, records, sizes, circles.
RULES := circles class_names engines event_loops glossary records size suppressions
check: $(VENV)/.dev ## Check style, types, the order of the layers, and that no code is dead
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.dead_code
	@$(PYTEST) -n 0 $(RULES:%=tests/architecture/test_%.py)

slow: $(VENV)/.dev ## Run the longer tests: the wheel, pages in a browser, power cuts
	@$(PYTEST) -m "slow or browser"

interop: $(VENV)/.dev ## Talk to servers that others wrote, fetched from npm, PyPI and Debian
	@$(PYTEST) -o faulthandler_timeout=900 -m interop tests/interop

torture: $(VENV)/.dev ## Break runs in every way and count who is lost; SEED=7 for the same again, LONG=1 for hours
	@$(BIN)/python -m tests.torture $(SUITES) $(if $(LONG),--long) $(if $(SEED),--seed $(SEED))

mutants: $(VENV)/.dev ## Break the pure cores in one place at a time; a test has to notice
	@nice -n 10 $(BIN)/python -m tests.mutants

bench: $(VENV)/.dev ## Measure speed beside others into benchmarks/RESULTS.md, in 10 minutes; QUICK=1 only tries it
	@for part in startup fanout throughput latency crowd receipts hotline beside plot; do \
		$(BIN)/python -m benchmarks.$$part $(if $(QUICK),--quick) || exit 1; done

golden: $(VENV)/.dev ## Write down anew what every text says; read the difference
	@$(BIN)/python -m tests.rendering.golden_texts

docs: $(VENV)/.dev ## Write the generated pages anew
	@$(BIN)/python docs/generate.py

# Without this machine's own settings, so that the hashes are those of the public index.
COMPILE := $(UV) pip compile -q --no-config --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate pyproject.toml
lock: $(UV) ## Pin every dependency by its hash; UPGRADE=1 takes the newest
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group build -o requirements.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Return to a fresh checkout
	@rm -rf $(VENV) .venv-uv dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define install
@[ -x $(BIN)/python ] || $(UV) venv -q --clear --python '$(WANTED)' $(VENV) || { echo "$(NEEDS)" >&2; exit 1; }
@$(UV) pip install -q --python $(BIN)/python --require-hashes -r $<
@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
@touch $@
endef

$(VENV)/.demo: requirements.lock pyproject.toml | $(UV)
	$(install)

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(UV)
	$(install)

# Debian keeps pip out of its own Python and ships venv apart, but lets pip install into a bare environment.
.venv-uv/bin/uv:
	@{ $(PYTHON) -m venv --clear .venv-uv && .venv-uv/bin/python -m pip install -q uv; } >/dev/null 2>&1 \
	|| { $(PYTHON) -m venv --clear --without-pip .venv-uv && $(PYTHON) -m pip --python .venv-uv/bin/python install -q uv; } \
	|| { rm -rf .venv-uv; echo "$(NEEDS)" >&2; exit 1; }
