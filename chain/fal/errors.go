package fal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// Where a fault was met.
const (
	atSubmit wire.Place = 1 << iota
	atRead              // status, history, uploads, cancel; and a result that is not the model's word
	atResult            // the model's own word on a task that has ended

	atCall = atSubmit | atRead
)

const (
	hintLost     = "a task may exist and be billed: it is looked for in fal's history before anything is created again"
	hintBase     = "check the base URL: something else than fal's API answered"
	hintKey      = "check FAL_KEY: it is <key_id>:<key_secret>"
	hintScope    = "the key may not do this: give it the API scope at fal.ai/dashboard/keys"
	hintTopUp    = "the account is locked: top it up at fal.ai/dashboard/billing"
	hintRoute    = "the model has no such route at fal.ai; `shotchain models` lists them"
	hintRefused  = "use another prompt or another picture: recognisable faces are refused in pictures, also in frames of earlier clips"
	hintInput    = "change what the message names"
	hintField    = "change what the message names; nothing was created"
	hintRunning  = "only a queued task is cancelled for sure; a running one may go on and be billed, so its clip is kept"
	hintGone     = "fal.ai keeps results for 30 days, an hour without payload storage, and shows them only to the account that made them"
	hintLapsed   = "the clip is no longer there: files live as long as the account's settings say"
	hintURL      = "the clip is paid, and the next run asks for its URL again; a service that keeps its files in a private network must be spoken to there"
	hintStarted  = "it never started: run again"
	hintRedirect = "the service answers elsewhere: set the base URL to where it points"
)

// rules are read from the top; the first that matches decides. They follow fal-api's error types (June to November
// 2026). What may have made a task comes before any word of the service.
var rules = wire.NewRules([]wire.Rule{
	{At: atCall, HTTP: "401", Class: provider.Account, Hint: hintKey},
	{At: atCall, HTTP: "402", Class: provider.Account, Hint: hintTopUp},
	{At: atCall, HTTP: "403", Says: `user is locked|balance|top_up|top up`, Class: provider.Account, Hint: hintTopUp},
	{At: atCall, HTTP: "403", Class: provider.Account, Hint: hintScope},
	{At: atCall, HTTP: "407", Class: provider.Account,
		Hint: "the HTTP proxy wants a user name and password (HTTPS_PROXY)"},

	{At: atSubmit, HTTP: "404", Plain: true, Class: provider.Invalid, Hint: hintBase},
	{At: atSubmit, HTTP: "404", Class: provider.Account, Hint: hintRoute},
	{At: atSubmit, HTTP: "429", Class: provider.Busy},
	{At: atSubmit, HTTP: "425", Class: provider.Busy}, // by its definition not processed
	{At: atSubmit, HTTP: "408", Class: provider.Lost, Hint: hintLost},
	{At: atSubmit, HTTP: "409", Class: provider.Lost, Hint: hintLost},
	{At: atSubmit, HTTP: "499", Class: provider.Lost, Hint: hintLost},
	{At: atSubmit, HTTP: "4xx", Class: provider.Invalid, Hint: hintField},
	{At: atSubmit, HTTP: "302", Class: provider.Lost, Hint: hintLost}, // "see the result over there"
	{At: atSubmit, HTTP: "303", Class: provider.Lost, Hint: hintLost},
	{At: atSubmit, HTTP: "3xx", Class: provider.Account, Hint: hintRedirect},
	{At: atSubmit, Class: provider.Lost, Hint: hintLost}, // 5xx, a 2xx without an id, a status that HTTP does not know

	{At: atRead, HTTP: "404", Plain: true, Class: provider.Busy, Hint: hintBase}, // must not make a paid clip "gone"
	{At: atRead, HTTP: "404", Class: provider.Gone, Hint: hintGone},
	{At: atRead, HTTP: "410", Class: provider.Gone, Hint: hintGone},
	{At: atRead, HTTP: "408", Class: provider.Busy},
	{At: atRead, HTTP: "425", Class: provider.Busy},
	{At: atRead, HTTP: "429", Class: provider.Busy},
	{At: atRead, HTTP: "499", Class: provider.Busy},
	{At: atRead, HTTP: "4xx", Class: provider.Invalid, Hint: hintField},
	{At: atRead, Class: provider.Busy, Hint: hintBase},

	{At: atResult, Code: "content_policy_violation", Class: provider.Moderated, Hint: hintRefused},
	{At: atResult, Code: "partner_validation_failed", Class: provider.Moderated, Hint: hintRefused},
	{At: atResult, Code: "face_detection_error", Class: provider.Moderated, Hint: hintRefused},
	{At: atResult, Code: "no_media_generated", Class: provider.Internal},
	{At: atResult, Code: "client_cancelled", Class: provider.Invalid},
	{At: atResult, HTTP: "499", Class: provider.Invalid},
	{At: atResult, Code: "request_timeout", Class: provider.Invalid, Hint: hintStarted},
	{At: atResult, HTTP: "4xx", Class: provider.Invalid, Hint: hintInput},
	{At: atResult, Class: provider.Internal},
}...)

// saidOf reads fal's two shapes, told apart by the type of detail, and the object that clones send.
func saidOf(a wire.Answer) (s wire.Said) {
	var o struct {
		Detail json.RawMessage `json:"detail"`
		Type   string          `json:"error_type"`
		Error  json.RawMessage `json:"error"`
	}
	if json.Unmarshal(a.Body, &o) != nil {
		return s
	}
	type problem struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
		Ctx  struct {
			Extra struct {
				Reason string `json:"reason"`
			} `json:"extra_info"`
		} `json:"ctx"`
		Message string `json:"message"`
	}
	var list []problem
	var one problem
	switch {
	case json.Unmarshal(o.Detail, &s.Message) == nil && s.Message != "":
	case json.Unmarshal(o.Detail, &list) == nil && len(list) > 0:
		one = list[0]
	default:
		_ = json.Unmarshal(o.Detail, &one)
		_ = json.Unmarshal(o.Error, &s.Message)
	}
	s.Code, s.Message = cmp.Or(one.Type, o.Type), cmp.Or(s.Message, cmp.Or(one.Msg, one.Message))
	if reason := one.Ctx.Extra.Reason; reason == "partner_validation_failed" {
		s.Code = cmp.Or(s.Code, reason)
	}
	if n := len(one.Loc); n > 0 {
		s.Param = fmt.Sprint(one.Loc[n-1])
	}
	return s
}

// spoken reports whether an answer is of fal's API: an error of its shapes, or a status word.
func spoken(a wire.Answer) bool {
	var s state
	return saidOf(a) != (wire.Said{}) || json.Unmarshal(a.Body, &s) == nil && s.Status != ""
}

// fault is what an answer that is not the wanted one means.
func (c *Client) fault(at wire.Place, a wire.Answer, secret wire.Redactor) *provider.Fault {
	s := saidOf(a)
	s.Code, s.RequestID = cmp.Or(s.Code, a.Header.Get("X-Fal-Error-Type")), a.Header.Get("X-Fal-Request-Id")
	f := a.Fault(rules.For(at, a.Status, s.Code, s.Message, !spoken(a) && len(a.Body) > 0), s, secret)
	if at == atResult {
		f.Billed = billed(a)
	}
	return f
}

// billed is what a failed result says of its bill: fal never bills what is its own failure, and may bill a refusal.
func billed(a wire.Answer) provider.Answer {
	units, err := strconv.ParseFloat(strings.TrimSpace(a.Header.Get("X-Fal-Billable-Units")), 64)
	switch {
	case err == nil && units > 0:
		return provider.Yes
	case err == nil || a.Status >= 500:
		return provider.No
	}
	return provider.Unknown
}

func requestID(a wire.Answer, secret wire.Redactor) string {
	return wire.Cut(secret.Text(a.Header.Get("X-Fal-Request-Id")), 120)
}

// asFault finds the fault in an error.
func asFault(err error, f **provider.Fault) bool { return errors.As(err, f) }
