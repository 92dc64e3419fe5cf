package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"shotchain/chain"
	"shotchain/chain/money"
	"shotchain/chain/store"
	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/storyboard"
)

// What --json prints: a contract, documented in docs/json.md.

// jsonError is an error as every command tells it with --json.
type jsonError struct {
	Code        string   `json:"code"` // the kind of failure: each has its exit code
	Message     string   `json:"message"`
	Shot        string   `json:"shot,omitempty"`
	Place       string   `json:"place,omitempty"` // file:line:column
	Hint        string   `json:"hint,omitempty"`
	RetryWith   []string `json:"retry_with,omitzero"`    // options to add to the same command; empty: the same command again
	ServiceCode string   `json:"service_code,omitempty"` // the provider's own
	RequestID   string   `json:"request_id,omitempty"`
}

type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Source  string `json:"source,omitempty"`
}

func errorJSON(f *film.Failure) *jsonError {
	e := &jsonError{Code: string(f.Kind), Message: f.Message, Shot: f.Shot, Place: f.Place, Hint: f.Hint,
		RetryWith: f.Retry}
	if f.Fault != nil {
		e.ServiceCode, e.RequestID = f.Fault.Code, f.Fault.RequestID
	}
	return e
}

// jsonVet is what was vetted, with what that means in the end.
type jsonVet struct {
	*vet.Report
	Error *jsonError `json:"error,omitempty"`
}

// jsonFailure is a failure without a result.
type jsonFailure struct {
	Error    *jsonError    `json:"error"`
	Problems []jsonProblem `json:"problems,omitempty"`
}

func failureJSON(f *film.Failure) jsonFailure {
	return jsonFailure{Error: errorJSON(f), Problems: problemsJSON(f.Problems)}
}

func problemsJSON(ps storyboard.Problems) []jsonProblem {
	out := []jsonProblem{}
	for _, q := range ps {
		out = append(out, jsonProblem{q.File, q.Line, q.Column, q.Message, q.Hint, q.Source})
	}
	return out
}

type jsonOpen struct {
	Key       string    `json:"key"`
	Shot      string    `json:"shot"`
	Film      string    `json:"film"`
	Provider  string    `json:"provider"`
	State     string    `json:"state"` // in flight, unknown
	Task      string    `json:"task,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
	Since     time.Time `json:"since"`
	AtMost    price     `json:"at_most"`
}

type jsonAccount struct {
	Provider string `json:"provider"`
	Clips    int    `json:"clips"`
	Spent    price  `json:"spent"`
	Saved    price  `json:"saved"`
}

// statusJSON is what status tells with --json.
func statusJSON(s film.Status) map[string]any {
	open, ledger := []jsonOpen{}, []jsonAccount{}
	for _, o := range s.Open {
		open = append(open, openJSON(o))
	}
	for _, a := range s.Ledger {
		ledger = append(ledger, jsonAccount{a.Provider, a.Clips, priceOf(a.Spent), priceOf(a.Saved)})
	}
	return map[string]any{"store": s.Dir, "in_flight": open, "ledger": ledger, "runs": s.Runs}
}

func openJSON(o chain.Open) jsonOpen {
	return jsonOpen{Key: o.Dir.Key, Shot: o.Request.Shot, Film: o.Request.Film, Provider: o.Request.Provider,
		State: attemptState(o), Task: o.Attempt.Task, RequestID: o.Attempt.RequestID, Since: o.Attempt.IntendedAt,
		AtMost: priceOf(o.Request.Worst)}
}

// jsonEvent is one line of a run with --json.
type jsonEvent struct {
	Event   string    `json:"event"` // take
	Time    time.Time `json:"time"`
	Shot    string    `json:"shot"`
	Variant string    `json:"variant,omitempty"` // the first that uses the take
	Take    int       `json:"take"`
	Stage   string    `json:"stage"`
	Task    string    `json:"task,omitempty"`
	Message string    `json:"message,omitempty"`
	Cost    *price    `json:"cost,omitempty"` // billed, when it is kept
}

// schemaVersion is the version of what --json prints, docs/json.md. It grows when a field goes or changes its meaning;
// new fields may come at any time.
const schemaVersion = 1

// printJSON writes one value on one line. An object begins with the version of its schema.
func (t *terminal) printJSON(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own types always marshal
	}
	line := b.Bytes()
	if rest, ok := bytes.CutPrefix(line, []byte("{")); ok {
		comma := ","
		if rest[0] == '}' {
			comma = ""
		}
		line = append(fmt.Appendf(nil, `{"schema":%d%s`, schemaVersion, comma), rest...)
	}
	_, _ = t.out.Write(escaped(line)) // a closed stdout is nothing that could be told
}

// price is an amount as JSON tells it: a decimal number of the currency's units, exact to the millionth.
type price struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency,omitempty"`
}

func priceOf(m money.Amount) price { return price{json.Number(m.Decimal()), m.Currency} }

// jsonParts are files of the store that can be made again, in JSON.
type jsonParts struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func partsOf(all []store.Part) jsonParts {
	j := jsonParts{Files: len(all)}
	for _, part := range all {
		j.Bytes += part.Bytes
	}
	return j
}

// jsonWatched is one look of watch with --json.
type jsonWatched struct {
	Film  *jsonFilm  `json:"film,omitempty"`
	Drawn int        `json:"drawn"` // clips that were made for it; the others were there
	Error *jsonError `json:"error,omitempty"`
	Took  float64    `json:"took_seconds"`
}

func collectedJSON(r *chain.Reel) map[string]any {
	shots := []jsonShot{}
	for _, o := range r.Outcomes {
		shots = append(shots, shotJSON(o.Take.Name(), o))
	}
	return map[string]any{"collected": shots}
}

// checked is the answer of check in JSON.
type checked struct {
	OK       bool    `json:"ok"`
	Title    string  `json:"title"`
	Provider string  `json:"provider"`
	Scenes   int     `json:"scenes"`
	Shots    int     `json:"shots"`
	Takes    int     `json:"takes"`  // shots that ask for exactly the same share one
	Chains   int     `json:"chains"` // takes that open on their own
	Seconds  float64 `json:"seconds"`
	Cuts     int     `json:"cuts"` // 1 where the film does not say

	Warnings []jsonWarning `json:"warnings,omitempty"`
}
