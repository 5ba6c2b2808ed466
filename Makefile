# `make` prints the menu. Everything here needs Go and make alone; what needs more says so itself.

SHELL := /bin/bash
.DEFAULT_GOAL := help

GO      ?= go
TIMEOUT ?= 14m
# What the tests of one package may not see from another: everything but the end-to-end tests.
UNIT    = $(shell $(GO) list ./... | grep -v '/e2e')

COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

LINT  = $(GO) tool -modfile=tools/lint/go.mod golangci-lint
CHECK = $(GO) tool -modfile=tools/go.mod workflowcheck

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {print "\n" substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-10s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ see it work

.PHONY: demo dev
demo: ## play sixteen stories against a real Temporal server and an inbox, check them, end
	@$(GO) build -o bin/pimnotify ./cmd/pimnotify && exec bin/pimnotify demo

dev: ## the same parts with their UIs, until Ctrl-C
	@$(GO) build -o bin/pimnotify ./cmd/pimnotify && exec bin/pimnotify dev

##@ know that it works

.PHONY: test race e2e chaos chaos-full cover bench check
test: temporal ## all tests but the end-to-end ones
	$(GO) test -timeout $(TIMEOUT) $(UNIT)

race: c-compiler temporal ## the same under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -timeout $(TIMEOUT) $(UNIT)

e2e: temporal ## the whole on a real Temporal server: stories and faults
	$(GO) test -count=1 -timeout $(TIMEOUT) -skip '^TestChaos$$' ./e2e/...

chaos: temporal ## a few of the faults there can be, a row each; about two minutes
	$(GO) test -count=1 -timeout $(TIMEOUT) -v -run '^TestChaos$$' ./e2e

chaos-full: temporal ## all of them, into docs/faults.md; about a quarter of an hour
	$(GO) test -count=1 -timeout 90m -v -run '^TestChaos$$' ./e2e -chaos full -chaos-write ../docs/faults.md

cover: temporal ## the tests' coverage: total here, the lines in cover.html
	$(GO) test -timeout $(TIMEOUT) -coverpkg=./... -coverprofile=cover.out $(UNIT)
	@$(GO) tool cover -html=cover.out -o cover.html
	@$(GO) tool cover -func=cover.out | tail -1

bench: ## load and limits, one table; about five minutes
	@$(GO) run ./bench

check: format-check vet lint determinism imports tidy-check ## format, vet, lint, workflow determinism, import direction, tidy modules

##@ build it

.PHONY: build image up down clean fmt
build: ## bin/pimnotify, static
	CGO_ENABLED=0 $(GO) build -trimpath -tags timetzdata -o bin/pimnotify ./cmd/pimnotify

image: ## the container image pimnotify:local
	docker build --tag pimnotify:local .

up: ## everything in containers, PostgreSQL included, until make down
	$(COMPOSE) up --build --detach
	@echo "API http://127.0.0.1:8080/docs   Temporal http://127.0.0.1:8233   inbox http://127.0.0.1:8026"

down: ## stop the containers, keep their volumes
	$(COMPOSE) down

fmt: ## format all Go files
	gofmt -w $(GO_FILES)

clean: ## remove what was built here
	rm -rf bin out cover.out cover.html

# The parts of check, and what others need first. Not in the menu, but each can be run by itself.

# Not `gofmt -l .`: node_modules may hold anything, and is not ours.
GO_FILES = $(shell find . -name '*.go' -not -path '*/node_modules/*' -not -path './out/*')

.PHONY: format-check vet lint determinism imports tidy-check c-compiler temporal
format-check:
	@files="$$(gofmt -l $(GO_FILES))"; if [ -n "$$files" ]; then echo "not formatted (make fmt):"; echo "$$files"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(LINT) run ./...

determinism:
	$(CHECK) ./workflows/...

# Not from the test cache: it knows this package's files, not those of the packages that are looked at.
imports:
	$(GO) test -count=1 ./internal/architecture

tidy-check:
	$(GO) mod tidy -diff
	$(GO) -C tools mod tidy -diff
	$(GO) -C tools/lint mod tidy -diff
	$(GO) mod verify

c-compiler:
	@command -v "$$($(GO) env CC)" >/dev/null || { \
		echo "the race detector needs a C compiler, and there is no $$($(GO) env CC) on PATH: install gcc or clang, or run make test" >&2; exit 1; }

# The Temporal CLI takes minutes to build the first time, and go test is silent while a test waits.
temporal:
	@$(GO) run ./internal/devserver/prepare
