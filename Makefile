# Every target is one line of `make help`. Two are all that a newcomer needs: `make run`, `make test`.

.DEFAULT_GOAL := help
.PHONY: help run demo test check deny openapi lint-openapi clients test-clients conformance image chart test-chart test-image test-upgrade screenshots fuzz faults bench bench-telemetry tools

tools := scripts/with-tools.sh

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The debug profile, since `make test` builds that too: what one has built, the other need not.
run: ## Build and run the server on its embedded database; prints where it is and how to make a token
	cargo run --bin roster -- serve

demo: ## The same on throw-away data, with a user, a token, and the requests that Okta would send
	cargo build --quiet --bin roster
	scripts/demo.sh

test: ## Install what is missing, then run every check and every test
	scripts/test.sh

check: ## Formatting, lints, documentation, shell scripts, and a short fuzzing run
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items --quiet
	$(tools) shellcheck .ci/run scripts/*.sh scripts/tools/*.sh deploy/image/*.sh
	$(tools) scripts/fuzz.sh 20

deny: ## Check what we depend on: licences, sources, banned crates; known faults where their database is reachable
	$(tools) scripts/deny.sh

openapi: ## Write openapi/*.json anew
	cargo run --quiet --bin roster -- openapi --dir openapi

lint-openapi: ## Lint the OpenAPI documents
	$(tools) redocly lint openapi/*.json

clients: ## Generate Python and TypeScript clients of the APIs into clients/
	$(tools) scripts/generate-clients.sh clients

test-clients: clients ## Drive a running server through the generated clients
	cargo build --quiet --bin roster
	$(tools) scripts/test-clients.sh clients

conformance: ## Let a foreign SCIM tester check a running server
	cargo build --quiet --bin roster
	$(tools) python tests/clients/conformance.py

image: ## Build the container image (IMAGE=… for another name than roster)
	scripts/build-image.sh $(IMAGE)

chart: ## Write the Helm chart's golden manifests and README anew
	$(tools) scripts/test-chart.sh --write

test-chart: ## Test the Helm chart with helm, kubectl and the schemas of several Kubernetes versions
	$(tools) scripts/test-chart.sh

test-image: ## Check the image, compose.yaml, the alerts and the dashboard, as far as that goes without an engine
	$(tools) scripts/test-image.sh

test-upgrade: ## Run the last release beside this version on one database (FROM=… for another revision)
	$(tools) scripts/test-upgrade.sh $(FROM)

screenshots: ## Take pictures of the console's pages anew, into docs/screenshots/
	cargo build --quiet --bin roster
	$(tools) cargo run --quiet --package roster-tests --bin screenshots

fuzz: ## Fuzz filters, PATCH, posted SAML responses and metadata, 10 minutes each (FUZZ_SECONDS=… for another time)
	$(tools) scripts/fuzz.sh $${FUZZ_SECONDS:-600}

faults: ## Kill, cut, fill, slow down and crowd what Roster lives on, for long, and print what was measured
	$(tools) scripts/faults.sh

bench: ## Measure reads, lookups, writes and lists beside an empty handler and pgbench
	cargo build --quiet --release --workspace --bins
	$(tools) cargo run --quiet --release --bin benchmark

bench-telemetry: ## Measure what metrics and traces cost
	cargo build --quiet --release --workspace --bins
	$(tools) cargo run --quiet --release --bin benchmark -- --telemetry --rounds 5

tools: ## Install the pinned tools alone
	scripts/install-tools.sh
