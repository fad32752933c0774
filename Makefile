# The two that matter: `make run` and `make test`. Both install what is missing (and say so), build what is out of
# date, and are quick the second time. `make help` lists the rest.

SHELL := /bin/sh
CARGO := cargo
# `make run` starts the development build: it is there in a third of the time of a release, `make test` uses the same
# one, and the heavy work is ffmpeg's. `make release` builds the binary to deploy; `make run RELEASE=1` starts that.
RELEASE :=
BINARY := target/$(if $(RELEASE),release,debug)/vlog
# Given to `vlog serve`: make run ARGS="--public-port 8080"
ARGS :=

ASSET_SOURCES := $(shell find assets -type f -not -path 'assets/node_modules/*' -not -path 'assets/dist/*' 2>/dev/null)
E2E := $(wildcard tests/e2e/package.json)
TOOLS := target/tools

.DELETE_ON_ERROR:
.PHONY: help run test test-rust test-e2e test-fuzz fuzz chaos check deny bench assets build release install-run install-test clean FORCE

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

run: install-run build ## Install, build and start vlog on this machine
	@mkdir -p data
	@exec ./$(BINARY) serve $(ARGS)

test: install-test test-rust test-e2e test-fuzz ## Install what the tests need and run all of them

test-rust: assets
	$(CARGO) test

test-e2e: assets $(if $(E2E),tests/e2e/node_modules/.stamp)
ifneq ($(E2E),)
	$(CARGO) build
	cd tests/e2e && node --test --test-force-exit --test-timeout=600000
endif

# EXAMPLES=500 tries longer.
EXAMPLES := 100
fuzz: build $(TOOLS)/schemathesis/.stamp ## Look for answers of the API that its description does not have
	.ci/fuzz $(BINARY) $(EXAMPLES)

# the same, in some seconds
test-fuzz: assets $(TOOLS)/schemathesis/.stamp
	$(CARGO) build
	.ci/fuzz target/debug/vlog 10 1

$(TOOLS)/schemathesis/.stamp: .ci/schemathesis.txt
	@.ci/need venv curl
	@echo "Installing schemathesis into $(@D), once"
	@rm -rf $(@D) && python3 -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# SEED=… repeats the faults of a run; DATABASE=postgres; ONLY=NetworkCut,DiskFull breaks nothing else.
FAULTS := 200
VIDEOS := 10
chaos: assets ## Kill, stop, cut and fill up whatever there is while workers encode, and look what becomes of it
	VLOG_CHAOS_FAULTS=$(FAULTS) VLOG_CHAOS_VIDEOS=$(VIDEOS) VLOG_CHAOS_DATABASE=$(DATABASE) VLOG_CHAOS_ONLY=$(ONLY) \
		$(if $(SEED),VLOG_TEST_SEED=$(SEED)) $(CARGO) test --test chaos -- --nocapture

check: assets ## Format, lints, documentation, licences, architecture
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items
	$(CARGO) test --quiet --test architecture
	@$(MAKE) --no-print-directory deny

# Advisories are left out: they need a database from the network, and a new one must not break an old commit.
deny: $(TOOLS)/bin/cargo-deny
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" $(CARGO) deny --log-level error check licenses bans sources

$(TOOLS)/bin/cargo-deny:
	@mkdir -p $(@D)
	@if command -v cargo-deny >/dev/null; then ln -sf "$$(command -v cargo-deny)" $@; else \
		echo "Installing cargo-deny into $(TOOLS), once; this takes some minutes"; \
		$(CARGO) install cargo-deny --locked --quiet --root $(TOOLS); fi

# FIGURES="ladder segments" measures only those.
FIGURES :=
bench: install-run assets benches/browser/node_modules/.stamp ## Measure speed and size against the goals
	@.ci/need chromium nginx wrk
	$(CARGO) bench --bench figures -- $(FIGURES)

assets: $(if $(wildcard assets/package.json),target/stamps/assets) ## Build the web pages

# npm removes node_modules first, so this stamp is there exactly when the last `npm ci` went through.
%/node_modules/.stamp: %/package-lock.json %/package.json
	@.ci/versions node
	@echo "Installing the libraries of $*"
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

target/stamps/assets: assets/node_modules/.stamp $(ASSET_SOURCES) $(if $(wildcard assets/dist/*),,FORCE)
	cd assets && npm run --silent build
	@mkdir -p $(@D) && touch $@

build: assets
	$(CARGO) build $(if $(RELEASE),--release)

release: assets ## Build the binary to deploy: target/release/vlog
	$(CARGO) build --release

install-run:
	@.ci/need cc cmake certificates ffmpeg
	@.ci/versions rust ffmpeg

install-test: install-run
	@.ci/need postgres redis-server chromium nginx faketime speech
	@.ci/speech

clean: ## Remove what was built; ./data stays
	$(CARGO) clean
	rm -rf assets/dist assets/node_modules benches/browser/node_modules tests/e2e/node_modules

FORCE:
