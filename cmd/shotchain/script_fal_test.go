package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/trouble"
	"shotchain/film"
)

// The commands of scripts that speak to fal.ai's stand-in:
//
//	falstart [all] [lag=SPAN]  starts it, and points FAL_BASE_URL and FAL_KEY to it. all: its history shows what has not
//	                           ended too; lag: and what has, so much later
//	falfault JSON              injects a fault, as of trouble.Fault
//	falstats NAME=N …          compares its books, as of falsim.Stats
//	faladvance SPAN            moves its clock
type falKey struct{} // of the stand-in among a script's values

func falOf(ts *testscript.TestScript) *falsim.Service { return *ts.Value(falKey{}).(**falsim.Service) }

func falStart(ts *testscript.TestScript, _ bool, args []string) {
	o := falsim.Options{Camera: canned, Key: "key-id:secret-0123456789", Concurrency: -1}
	for _, a := range args {
		o.HistoryAll = o.HistoryAll || a == "all"
		if span, ok := strings.CutPrefix(a, "lag="); ok {
			var err error
			o.HistoryLag, err = time.ParseDuration(span)
			ts.Check(err)
		}
	}
	var err error
	o.Dir, err = os.MkdirTemp("", "fal-")
	ts.Check(err)
	s, err := falsim.New(o)
	ts.Check(err)
	server := httptest.NewServer(s)
	ts.Defer(func() {
		s.Close()
		server.CloseClientConnections()
		server.Close()
		_ = os.RemoveAll(o.Dir)
	})
	*ts.Value(falKey{}).(**falsim.Service) = s
	ts.Setenv(film.EnvFalBase, server.URL)
	ts.Setenv(film.EnvFalKey, o.Key)
}

func falFault(ts *testscript.TestScript, _ bool, args []string) {
	var f trouble.Fault
	ts.Check(json.Unmarshal([]byte(strings.Join(args, " ")), &f))
	ts.Check(falOf(ts).Inject(f))
}

func falStats(ts *testscript.TestScript, _ bool, args []string) {
	b, err := json.Marshal(falOf(ts).Stats())
	ts.Check(err)
	for _, a := range args {
		path, want, _ := strings.Cut(a, "=")
		if got := dig(ts, b, path); got != want {
			ts.Fatalf("%s is %s, not %s", path, got, want)
		}
	}
}

func falAdvance(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	falOf(ts).Advance(d)
}
