package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"shotchain/chain/models"
	"shotchain/chain/sim/orsim"
	"shotchain/chain/sim/trouble"
	"shotchain/film"
)

// The commands of scripts that speak to OpenRouter's stand-in:
//
//	orstart [FILE]     starts it, with the models and prices of a catalogue, and points OPENROUTER_BASE_URL and
//	                   OPENROUTER_API_KEY to it
//	orfault JSON       injects a fault, as of trouble.Fault
//	orstats NAME=N …   compares its books, as of orsim.Stats
type orKey struct{}

func orOf(ts *testscript.TestScript) *orsim.Service { return *ts.Value(orKey{}).(**orsim.Service) }

func orStart(ts *testscript.TestScript, _ bool, args []string) {
	o := orsim.Options{Camera: canned, Key: "sk-or-v1-0123456789", Concurrency: -1}
	var err error
	if len(args) > 0 {
		o.Models, err = models.Load(ts.MkAbs(args[0]), models.Default())
		ts.Check(err)
	}
	o.Dir, err = os.MkdirTemp("", "or-")
	ts.Check(err)
	s, err := orsim.New(o)
	ts.Check(err)
	server := httptest.NewServer(s)
	ts.Defer(func() {
		s.Close()
		server.CloseClientConnections()
		server.Close()
		_ = os.RemoveAll(o.Dir)
	})
	*ts.Value(orKey{}).(**orsim.Service) = s
	ts.Setenv(film.EnvOpenRouterBase, server.URL+orsim.Prefix)
	ts.Setenv(film.EnvOpenRouterKey, o.Key)
}

func orFault(ts *testscript.TestScript, _ bool, args []string) {
	var f trouble.Fault
	ts.Check(json.Unmarshal([]byte(strings.Join(args, " ")), &f))
	ts.Check(orOf(ts).Inject(f))
}

func orStats(ts *testscript.TestScript, _ bool, args []string) {
	b, err := json.Marshal(orOf(ts).Stats())
	ts.Check(err)
	for _, a := range args {
		path, want, _ := strings.Cut(a, "=")
		if got := dig(ts, b, path); got != want {
			ts.Fatalf("%s is %s, not %s", path, got, want)
		}
	}
}
