package fal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// place is where a fault was met.
type place uint

const (
	atSubmit place = 1 << iota
	atRead         // status, history, uploads, cancel; and a result that is not the model's word
	atResult       // the model's own word on a task that has ended

	atCall = atSubmit | atRead
)

// rule is a row of the table of errors. Empty fields match anything.
type rule struct {
	at    place
	http  string // "409", "4xx"
	code  string // of error_type, as of path.Match
	says  string // a regular expression for the message, in lower case
	plain bool   // only answers that are not JSON of fal's shapes
	class provider.Class
	hint  string
}

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
var rules = []rule{
	{at: atCall, http: "401", class: provider.Account, hint: hintKey},
	{at: atCall, http: "402", class: provider.Account, hint: hintTopUp},
	{at: atCall, http: "403", says: `user is locked|balance|top_up|top up`, class: provider.Account, hint: hintTopUp},
	{at: atCall, http: "403", class: provider.Account, hint: hintScope},
	{at: atCall, http: "407", class: provider.Account, hint: "the HTTP proxy wants a user name and password (HTTPS_PROXY)"},

	{at: atSubmit, http: "404", plain: true, class: provider.Invalid, hint: hintBase},
	{at: atSubmit, http: "404", class: provider.Account, hint: hintRoute},
	{at: atSubmit, http: "429", class: provider.Busy},
	{at: atSubmit, http: "425", class: provider.Busy}, // by its definition not processed
	{at: atSubmit, http: "408", class: provider.Lost, hint: hintLost},
	{at: atSubmit, http: "409", class: provider.Lost, hint: hintLost},
	{at: atSubmit, http: "499", class: provider.Lost, hint: hintLost},
	{at: atSubmit, http: "4xx", class: provider.Invalid, hint: hintField},
	{at: atSubmit, http: "302", class: provider.Lost, hint: hintLost}, // "see the result over there"
	{at: atSubmit, http: "303", class: provider.Lost, hint: hintLost},
	{at: atSubmit, http: "3xx", class: provider.Account, hint: hintRedirect},
	{at: atSubmit, class: provider.Lost, hint: hintLost}, // 5xx, a 2xx without an id, a status that HTTP does not know

	{at: atRead, http: "404", plain: true, class: provider.Busy, hint: hintBase}, // must not make a paid clip "gone"
	{at: atRead, http: "404", class: provider.Gone, hint: hintGone},
	{at: atRead, http: "410", class: provider.Gone, hint: hintGone},
	{at: atRead, http: "408", class: provider.Busy},
	{at: atRead, http: "425", class: provider.Busy},
	{at: atRead, http: "429", class: provider.Busy},
	{at: atRead, http: "499", class: provider.Busy},
	{at: atRead, http: "4xx", class: provider.Invalid, hint: hintField},
	{at: atRead, class: provider.Busy, hint: hintBase},

	{at: atResult, code: "content_policy_violation", class: provider.Moderated, hint: hintRefused},
	{at: atResult, code: "partner_validation_failed", class: provider.Moderated, hint: hintRefused},
	{at: atResult, code: "face_detection_error", class: provider.Moderated, hint: hintRefused},
	{at: atResult, code: "no_media_generated", class: provider.Internal},
	{at: atResult, code: "client_cancelled", class: provider.Invalid},
	{at: atResult, http: "499", class: provider.Invalid},
	{at: atResult, code: "request_timeout", class: provider.Invalid, hint: hintStarted},
	{at: atResult, http: "4xx", class: provider.Invalid, hint: hintInput},
	{at: atResult, class: provider.Internal},
}

// said is what an error answer says.
type said struct{ code, message, param string }

// saidOf reads fal's two shapes, told apart by the type of detail, and the object that clones send.
func saidOf(a wire.Answer) (s said) {
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
	case json.Unmarshal(o.Detail, &s.message) == nil && s.message != "":
	case json.Unmarshal(o.Detail, &list) == nil && len(list) > 0:
		one = list[0]
	default:
		_ = json.Unmarshal(o.Detail, &one)
		_ = json.Unmarshal(o.Error, &s.message)
	}
	s.code, s.message = orElse(one.Type, o.Type), orElse(s.message, orElse(one.Msg, one.Message))
	if reason := one.Ctx.Extra.Reason; reason == "partner_validation_failed" {
		s.code = orElse(s.code, reason)
	}
	if n := len(one.Loc); n > 0 {
		s.param = fmt.Sprint(one.Loc[n-1])
	}
	return s
}

// spoken reports whether an answer is of fal's API: an error of its shapes, or a status word.
func spoken(a wire.Answer) bool {
	var s state
	return saidOf(a) != said{} || json.Unmarshal(a.Body, &s) == nil && s.Status != ""
}

// fault is what an answer that is not the wanted one means.
func (c *Client) fault(at place, a wire.Answer, secret wire.Redactor) *provider.Fault {
	s := saidOf(a)
	s.code = orElse(s.code, a.Header.Get("X-Fal-Error-Type"))
	r := ruleFor(at, a.Status, s, !spoken(a) && len(a.Body) > 0)
	f := &provider.Fault{Class: r.class, Code: wire.Cut(secret.Text(s.code), 120), Message: message(a, s, secret),
		Param: wire.Cut(secret.Text(s.param), 120), HTTPStatus: a.Status, RequestID: requestID(a, secret),
		RetryAfter: wire.RetryAfter(a.Header, time.Now()), Hint: r.hint}
	if at == atResult {
		f.Billed = billed(a)
	}
	if a.Err != nil {
		f.Err = secret.Cause(a.Err)
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

// message are the service's words, or what can be said without any.
func message(a wire.Answer, s said, secret wire.Redactor) string {
	if m := secret.Text(s.message); m != "" {
		return m
	}
	what := strings.TrimSpace(fmt.Sprintf("the service answered %d %s", a.Status, http.StatusText(a.Status)))
	switch {
	case a.Err != nil:
		return what + ", cut off: " + secret.Cause(a.Err).Error()
	case len(a.Body) == 0:
		return what + " without a word"
	case a.Page():
		return what + " with a web page, not with JSON"
	case !json.Valid(a.Body):
		return what + " with something that is not JSON"
	}
	return what + " without what was asked for"
}

// patterns are the compiled says of the rules.
var patterns = func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, r := range rules {
		m[r.says] = regexp.MustCompile(r.says)
	}
	return m
}()

// ruleFor returns the row that decides.
func ruleFor(at place, status int, s said, plain bool) rule {
	for _, r := range rules {
		code, _ := path.Match(r.code, s.code)
		switch {
		case r.at&at == 0, r.plain && !plain, r.http != "" && !matches(r.http, status):
		case r.code != "" && !code, !patterns[r.says].MatchString(strings.ToLower(s.message)):
		default:
			return r
		}
	}
	return rule{class: provider.Invalid} // not reached: the last rows of each place match everything
}

func matches(pattern string, status int) bool {
	if pattern[1:] == "xx" {
		return int(pattern[0]-'0') == status/100
	}
	return pattern == strconv.Itoa(status)
}

func requestID(a wire.Answer, secret wire.Redactor) string {
	return wire.Cut(secret.Text(a.Header.Get("X-Fal-Request-Id")), 120)
}

// asFault finds the fault in an error.
func asFault(err error, f **provider.Fault) bool { return errors.As(err, f) }

// unreachable: what was asked cannot have been read by the service.
func unreachable(secret wire.Redactor, err error) *provider.Fault {
	err = secret.Cause(err)
	return &provider.Fault{Class: provider.Busy, Code: "Unreachable", Message: "the service was not reached: " + err.Error(), Err: err,
		Hint: "check the network, and the base URL"}
}

// lost: a submit was sent whole, and there is no answer.
func lost(secret wire.Redactor, err error) *provider.Fault {
	err = secret.Cause(err)
	return &provider.Fault{Class: provider.Lost, Code: "AnswerLost", Message: "the answer to the submit was lost: " + err.Error(), Err: err,
		Hint: hintLost}
}
