# Two commands: `make run` opens the app, `make test` proves it. Both set everything up first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint setup browser office bench lock text samples

run: setup
	@echo 'Yida 医达: http://localhost:8501'
	$(BIN)/streamlit run app.py

# What measures seconds in the browser runs alone; the others use every core.
test: setup browser office lint
	$(BIN)/pytest --ignore=tests/browser -n auto --dist loadfile
	$(BIN)/pytest tests/browser -m 'not timed' -n 2 --dist loadfile
	$(BIN)/pytest tests/browser -m timed

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: .venv/ready

.venv/ready: .ci/requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r .ci/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# A browser for the browser tests: the system's packages where we may install them, else Playwright's own.
browser: setup
	bash .ci/browser $(BIN)/playwright

bench: setup
	$(BIN)/python -m tests.bench

# Another program than the one slides are made for, to see them in.
office:
	bash .ci/office

# For developers: pin dependencies anew, collect new texts, make the sample counties anew.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o .ci/requirements.lock

text: setup
	$(BIN)/python -m tests.text

samples: setup
	$(BIN)/python -m geo.synthetic
