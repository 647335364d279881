# `make test` is everything that must hold before a change is taken: CI runs it, and so does the README. It needs Debian
# and Go; what else the tests want is installed on the way.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Tools are pinned by tools/go.mod, compiled once and kept under their version.
BIN := .cache/bin
pinned = $(shell awk '$$1 == "$(1)" && $$2 ~ /^v/ { print $$2 }' tools/go.mod)
GOFUMPT := $(BIN)/gofumpt-$(call pinned,mvdan.cc/gofumpt)
LINT := $(BIN)/golangci-lint-$(call pinned,github.com/golangci/golangci-lint/v2)
TEMPL := $(BIN)/templ-$(call pinned,github.com/a-h/templ)
VULN := $(BIN)/govulncheck-$(call pinned,golang.org/x/vuln)

# What the longer targets take: seconds a fuzz target, rounds of torture, callers of the benchmark, and its database, a
# file for SQLite or a URL for PostgreSQL.
FUZZTIME ?= 30s
ROUNDS ?= 100
CLIENTS ?= 256
DB ?= .cache/verno.db

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## the program, as bin/verno
	go build -trimpath -o bin/verno ./cmd/verno

# The packages that take longest, those with a browser first: begun last, one would keep the second processor waiting.
LONGEST := ./internal/web/desk ./internal/web/till ./internal/web/member ./internal/rig ./cmd/verno ./internal/checkout

# The race detector watches our own code and what it shares memory with. Libraries that only compute, SQLite above all,
# would take more than half of the processor's time under it. None of them may use sync.Map or atomic.Pointer: the linker
# may take their copies of these, which are not watched, for all of the program, and sound code would look like a race.
UNWATCHED := modernc.org/... compress/... image/... regexp/... github.com/boombuler/...
RACE := -race $(foreach library,$(UNWATCHED),-gcflags='$(library)=-race=false -d=checkptr=0')

# go test comes last, so that its summary closes the output.
.PHONY: test
test: parts check ## everything: the source checks, then all tests with the race detector on both engines
	go test $(RACE) -shuffle=on -count=1 -timeout 30m $(LONGEST) ./...

.PHONY: check
check: format vet lint generated ## the source checks: format, vet, lint, generated files; no test is run

.PHONY: parts
parts: ## the Debian packages that the tests use
	@scripts/parts.sh

.PHONY: format
format: $(GOFUMPT)
	@unformatted=$$($(GOFUMPT) -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi

.PHONY: fmt
fmt: $(GOFUMPT) ## format the source
	$(GOFUMPT) -w .

.PHONY: vet
vet:
	go vet ./...

.PHONY: lint
lint: $(LINT) ## golangci-lint with .golangci.yml
	$(LINT) run ./...

.PHONY: generate
generate: $(TEMPL) ## make the generated files again
	go generate ./...
	$(TEMPL) generate -path internal/web -log-level error
	$(TEMPL) fmt -log-level error internal/web

.PHONY: generated
generated:
	@scripts/generated.sh

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: build ## the Go benchmarks, then sales a second on DB with CLIENTS callers
	go test -run '^$$' -bench . -benchmem ./...
	mkdir -p .cache
	bin/verno bench checkout --clients $(CLIENTS) --db $(DB)

.PHONY: torture
torture: parts build ## ROUNDS of each fault on each engine, power cuts where root is, the planted bugs: long
	for engine in "" --postgres; do \
		for fault in kill dup race powercut diskfull; do bin/verno torture --fault $$fault --n $(ROUNDS) $$engine; done; \
	done
	bin/verno torture --fault pgkill --n $(ROUNDS)
	VERNO_TORTURE=all go test -count=1 -timeout 30m -v -run 'TestPlantedBugs|Linearizable' ./internal/rig

.PHONY: pictures
pictures: parts ## a picture of every page, in both languages, three sizes, light and dark, in .cache/pictures
	rm -rf .cache/pictures && mkdir -p .cache/pictures
	VERNO_PICTURES=$(CURDIR)/.cache/pictures go test -count=1 -timeout 60m $(addprefix ./internal/web/,desk member poster setup till)

.PHONY: cover
cover: parts ## which lines the tests reach, as cover.html
	go test -count=1 -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -html=cover.out -o cover.html
	go tool cover -func=cover.out | tail -n 1

.PHONY: vuln
vuln: $(VULN) ## known vulnerabilities in what we import; asks vuln.go.dev
	$(VULN) ./...

.PHONY: clean
clean: ## what was built, cached or measured
	rm -rf .cache bin cover.out cover.html

$(GOFUMPT):
	go build -C tools -o ../$@ mvdan.cc/gofumpt

$(LINT):
	@echo "compiling golangci-lint once; this takes a few minutes"
	go build -C tools -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(TEMPL):
	go build -C tools -o ../$@ github.com/a-h/templ/cmd/templ

$(VULN):
	go build -C tools -o ../$@ golang.org/x/vuln/cmd/govulncheck
