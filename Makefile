# Every command of the project. Each does its own set-up: only Node and, for the SQLite driver, a C++ compiler are assumed.
# Each recipe is one process, so that a signal to make reaches it.
.DEFAULT_GOAL := help
.PHONY: help run dev build test chaos mutations journey restore images e2e manifests browser budget chart tools check clean node installed built format lint types docs unit

JEST := node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: node ## Run the whole shop until Ctrl-C; ports: CART_PORT, CATALOG_PORT, ORDER_PORT, PAYMENT_PORT, DASHBOARD_PORT
	@node scripts/start.mjs

dev: node ## The same from the sources; a change restarts its service
	@node scripts/start.mjs --watch

build: built ## Compile the services

test: built browser ## Run every test; some only: make test ARGS=services/cart
	@$(JEST) $(ARGS)

restore: built ## Put backups in the place of the databases, the services stopped: make restore FROM=data/backups
	@node scripts/restore.mjs $(FROM)

chaos: built ## Kill, pause and cut off the shop while buyers buy, then check every promise: make chaos ARGS="--minutes 10 --kills 500"
	@node_modules/.bin/tsx --conditions=source tests/chaos/main.ts $(ARGS)

mutations: built ## Show that the chaos run notices: each mutation of the code must be caught; make mutations ARGS=inbox runs one
	@node_modules/.bin/tsx --conditions=source tests/chaos/mutations/main.ts $(ARGS)

journey: node ## Buy, pay and give back in a running shop, on a product of its own; a key but the development one: API_KEY
	@node helm/shop/files/journey.mjs

images: node ## Build the services' images; with podman: make images IMAGE_BUILD="podman build"
	@node scripts/images.mjs

e2e: installed ## Test the chart on the cluster that kubectl uses, see tests/e2e/README.md; some only: make e2e ARGS=install
	@node_modules/.bin/tsx tests/e2e/main.ts $(ARGS)

manifests: node ## Render k8s/base and the chart's README anew, after a change of the chart
	@node scripts/manifests.mjs

browser: installed ## Get Chromium for the browser tests, where there is none
	@node scripts/chromium.mjs

budget: built browser ## Measure what the dashboard costs: sizes, times, and what its door passes
	@node_modules/.bin/tsx --conditions=source tests/budget/main.ts

chart: node ## Lint, render, validate and test the chart and k8s/, without a cluster
	@node scripts/check-chart/main.mjs

tools: node ## Get what make chart needs, and skaffold, at their pinned versions; make tools ARGS=helm gets one
	@node scripts/tools.mjs $(ARGS)

check: lint types docs unit chart ## Format, lint, types, links and commands in the docs, the tests beside the code, the chart

clean: ## Remove what the build made; data and dependencies stay
	@rm -rf dist services/*/dist tests/dist coverage

node:
	@command -v node >/dev/null || { echo "Shop needs Node 20.17 or newer, and there is no node here. See https://nodejs.org."; exit 1; }

installed: node
	@node scripts/prepare.mjs

built: node
	@node scripts/prepare.mjs --build

format: installed
	@node_modules/.bin/biome check --write .

lint: installed
	@node_modules/.bin/biome ci . && for file in Dockerfile.* services/*/Dockerfile; do node_modules/.bin/dockerfile-utils lint $$file || exit 1; done

types: installed
	@node_modules/.bin/tsc -b

docs: node
	@node scripts/check-docs.mjs

unit: installed
	@$(JEST) services
