# Two commands matter: `make demo` renders a film, `make test` proves the program. Both install what is missing.

GO      ?= go
BIN     := bin/shotchain
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The race detector needs a C compiler; without one the tests run all the same.
RACE    := $(shell command -v cc >/dev/null 2>&1 && echo -race)

.PHONY: demo build test lint bench soak setup setup-tests clean

demo: setup build ## render the first example with the built-in simulator, without any key
	$(BIN) run --provider sim examples/lighthouse/film.yaml

build: ## bin/shotchain
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o $(BIN) ./cmd/shotchain

test: setup-tests lint ## all tests; with the race detector where there is a C compiler
	$(GO) test $(RACE) -timeout 14m ./...
	cd chain/sim/sdktest && $(GO) test -timeout 5m ./...
	GOOS=windows $(GO) build -o /dev/null ./cmd/shotchain
	GOOS=darwin $(GO) vet ./cmd/shotchain

lint:
	@test -z "$$(gofmt -s -l $$(git ls-files '*.go'))" || { echo 'gofmt -s would change:'; gofmt -s -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench: setup ## benchmarks: plan, parse, store, assembly
	$(GO) test -run '^$$' -bench . -benchmem ./...

FUZZTIME := 2m

soak: setup ## hours of random tests: a crash at every point and at random moments, properties, fuzzing
	$(GO) test $(RACE) -count=1 -timeout 90m ./cmd/shotchain -run 'Stopped|Killed|Drafts' -crash.all -crash.for=10m
	$(GO) test -count=1 -timeout 30m ./chain/fal -run 'Killed' -fal.kills=300
	$(GO) test -count=1 -timeout 60m ./chain -run 'ADiskThatFails|APowerLoss|EveryDamagedByte' -disk.all
	$(GO) test -count=1 -timeout 60m ./chain -run 'Worlds' -world.count=20000
	$(GO) test $(RACE) -count=1 -timeout 60m $$(grep -rl --include='*_test.go' pgregory.net/rapid . | xargs -n 1 dirname | sort -u) -rapid.checks=2000
	@for pkg in $$($(GO) list ./...); do \
		for fuzz in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$fuzz"; $(GO) test -run '^$$' -fuzz "^$$fuzz\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$pkg || exit 1; \
		done; \
	done

setup:
	@scripts/setup

setup-tests:
	@scripts/setup tests

clean:
	rm -rf bin examples/*/.shotchain examples/*/out
