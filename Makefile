# Two commands matter: `make demo` renders a film, `make test` proves the program. Both install what is missing.

GO      ?= go
BIN     := bin/shotchain
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The race detector needs a C compiler; without one the tests run all the same.
RACE    := $(shell command -v cc >/dev/null 2>&1 && echo -race)

.PHONY: demo build test tests lint bench soak setup setup-tests clean

demo: setup build ## render the first example with the built-in simulator, without any key
	$(BIN) run --provider sim examples/lighthouse/film.yaml

build: ## bin/shotchain
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o $(BIN) ./cmd/shotchain

# The race detector costs several times the CPU, so it is where goroutines share something: RACED. Of these, the tests
# that start none, or that play one story hundreds of times – each world, each place where a disk fails – over code that
# the tests beside them race, run without it (ALONE); so do all other packages, for what they run at the same time are
# programs, and what starts them is raced beneath. The stories of the program with most goroutines – branches at once,
# two processes, Ctrl-C, callbacks – are told once more, with it (AGAIN). `make soak` plays the properties with it.
RACED   := ./chain ./chain/ark ./chain/fal ./chain/openrouter ./chain/provider ./chain/sim ./chain/store ./film ./film/board \
	./internal/durable ./internal/turns
ALONE   := ^(TestTheLongestChainIsPlanned|TestDepthProperty|TestAnchorsProperty|TestRepickingProperty|TestVariantsProperty|TestTheScheduleIsWithinFivePercentOfTheBestPossible|TestWhatThePlanSaidIsWhatTheRunDoes|TestAPowerLossAnywhereCostsNothing|TestADiskThatFailsAnywhereCostsNothing|TestEveryDamagedByteOfEveryRecord|TestBehindAnyGatewayALostAnswerIsNoSecondPurchase|TestWhateverIsLostNothingIsBoughtTwice|TestBehindGatewaysALostAnswerIsNoSecondPurchase|TestPicturesAreLookedInto|TestEncodeRefuses|TestEveryDamagedByteIsNoticed|TestARecordThatIsNoRecordIsDamage)$$
PROGRAM := ./cmd/shotchain
AGAIN   := TestTwoRuns|TestTheSecondRun|TestWithFewOpenFiles|TestReadingEnds|TestCallbacks|TestScripts/^(run_interrupted|run_ahead|run_lost_answer|run_json|run_callback)$$
OTHERS   = $(filter-out $(RACED),$(shell $(GO) list ./... | sed 's,^shotchain,.,'))
# What lint has looked at is not looked at again. Those that start programs wait for them: more of them than there are
# cores keep the cores busy.
TEST    := $(GO) test -vet=off

test: setup-tests lint ## all tests; with the race detector where there is a C compiler
	scripts/in-memory $(MAKE) --no-print-directory tests

tests:
	$(TEST) $(RACE) -timeout 12m -p 3 -skip '$(ALONE)' $(RACED)
	$(TEST) -timeout 8m ./chain ./chain/ark ./chain/sim ./chain/store -run '$(ALONE)'
	$(TEST) -timeout 20m -p 3 -parallel 4 $(OTHERS)
	$(if $(RACE),$(TEST) $(RACE) -timeout 8m $(PROGRAM) -run '$(AGAIN)')
	cd chain/sim/sdktest && $(TEST) -timeout 5m ./...
	GOOS=windows $(GO) build -o /dev/null ./cmd/shotchain
	GOOS=darwin $(GO) build -o /dev/null ./cmd/shotchain

lint:
	@test -z "$$(gofmt -s -l $$(git ls-files '*.go'))" || { echo 'gofmt -s would change:'; gofmt -s -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench: setup ## benchmarks: plan, parse, store, assembly
	$(GO) test -run '^$$' -bench . -benchmem ./...

# SOAK=10 makes a night of it. What is killed at random or fuzzed takes a time, the rest takes a number.
SOAK  ?= 1
times  = $(shell expr $(SOAK) \* $(1))
# The files with properties, and the tests that hold them: the others would only be repeated.
RAPID := $(shell grep -rl --include='*_test.go' pgregory.net/rapid .)
HOLD   = $(shell awk '/^func /{n=$$2; sub(/[^A-Za-z0-9_].*/, "", n)} /rapid.Check/ && n ~ /^Test/{print n}' $(RAPID) | sort -u | paste -sd '|' -)

soak: setup ## random tests, 40 minutes of two cores times SOAK: crashes at points and at random, bad disks, worlds, fuzzing
	$(GO) test -count=1 -timeout 0 $(PROGRAM) -run 'Stopped|Killed|Drafts' -crash.points=$(call times,120) -crash.for=$(call times,3)m
	$(GO) test -count=1 -timeout 0 ./chain/fal -run 'Killed' -fal.kills=$(call times,300)
	$(GO) test -count=1 -timeout 0 ./chain/openrouter -run 'Killed' -openrouter.kills=$(call times,300)
	$(GO) test -count=1 -timeout 0 ./chain -run 'ADiskThatFails|APowerLoss|EveryDamagedByte' -disk.times=$(call times,4)
	$(GO) test -count=1 -timeout 0 ./chain -run 'Worlds' -world.count=$(call times,6000)
	$(GO) test $(RACE) -count=1 -timeout 0 $(sort $(dir $(RAPID))) -run '^($(HOLD))$$' -rapid.checks=$(call times,500)
	@for pkg in $$($(GO) list ./...); do \
		for fuzz in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$fuzz"; $(GO) test -run '^$$' -fuzz "^$$fuzz\$$" -fuzztime $(call times,25)s -fuzzminimizetime 1s $$pkg || exit 1; \
		done; \
	done

setup:
	@scripts/setup

setup-tests:
	@scripts/setup tests

clean:
	rm -rf bin examples/*/.shotchain examples/*/out
