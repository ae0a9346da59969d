# Two commands matter: `make demo` shows what Fireside does, `make test` proves it.
# Both install what they need into .venv first, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: model install demo sandbox screenshots test trust lint types format lock clean

install: $(VENV)/.installed

# The stamp carries the lock: a changed lock or pyproject installs again, nothing else does.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Fireside needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment. On Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# make demo HOSTS=3: stand-ins for GPU hosts paint it, in place of this machine.
demo: install
	@$(BIN)/python -m bot.demo $(if $(HOSTS),--hosts $(HOSTS))

# Discord in the browser, on this machine alone: talk to the bot as anyone you like.
sandbox: install
	@$(BIN)/fireside sandbox

# Takes every picture of docs/sandbox/ anew (Debian: apt install chromium), and writes the lists in docs/messages.md.
screenshots: install
	UPDATE_SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser

test: lint types
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# A story killed at a hundred moments, about half a minute each: prints a table, and writes it into docs/trust.md.
trust: install
	$(BIN)/python -m tests.trust --moments 100

# Trains storycore/cast/model anew from the data of its card: about three quarters of an hour of one core (reckoned from its steps). DATA says where they lie.
DATA ?= ../shared/story
model: install
	$(BIN)/python -m training --data $(DATA)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Rewrites requirements.lock from pyproject.toml (needs uv: pip install uv).
lock:
	uv pip compile pyproject.toml --extra dev --no-header --no-annotate --no-emit-index-url --python-version 3.11 --upgrade -o requirements.lock

clean:
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache
