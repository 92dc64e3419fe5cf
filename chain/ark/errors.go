package ark

import (
	"path"
	"regexp"
	"strings"

	"shotchain/chain/provider"
)

// place is where a fault was met.
type place uint

const (
	atCreate place = 1 << iota
	atRead         // get, list
	atCancel
	atTask // not a call's answer, but what a task says it failed of

	atAsk  = atRead | atCancel
	atCall = atCreate | atAsk
	atAny  = atCall | atTask
)

// rule is a row of the table of errors. Empty fields match anything.
type rule struct {
	at    place
	http  string // "409", "4xx"; a task has no status
	code  string // a pattern as of path.Match, in lower case
	says  string // a regular expression for the message, in lower case
	plain bool   // only answers that are not the API's JSON: another program's, on the way
	class provider.Class
	hint  string
}

const (
	hintLost     = "a task may exist and be billed: it is looked for at the service before anything is created again"
	hintNoList   = "this service does not list tasks (or the base URL is another program's): what became of a lost answer cannot be looked up here"
	hintBase     = "check the base URL (ARK_BASE_URL): something else than the API answered"
	hintFace     = "the model refuses realistic faces in input pictures, except untouched outputs of the same account from the last 30 days: continue a generated clip, use a still without a recognisable face, or one that was generated under this key"
	hintText     = "reword the prompt"
	hintPicture  = "use another picture"
	hintInput    = "change the prompt or the pictures"
	hintOutput   = "another seed or another prompt may pass"
	hintSound    = "another seed, or `audio: false`, may pass"
	hintKey      = "check ARK_API_KEY, and that it belongs to this service (Volcengine and BytePlus keys differ)"
	hintOverdue  = "the account's balance is overdue: top it up in the service's console"
	hintAccess   = "the key or account may not use this: check its permissions in the service's console"
	hintModel    = "open the model for this account in the service's console, or choose another one (shotchain models)"
	hintTrial    = "the free trial is used up: enable paid use in the service's console"
	hintWindow   = "the account's usage window is used up: run again when it resets"
	hintCap      = "the account's own spending limit is reached: raise it in the service's console"
	hintRunning  = "only a queued task can be cancelled; a running one goes on and is billed if it succeeds, so its clip is kept"
	hintGone     = "the service keeps tasks for 7 days, and shows them only to the account that made them"
	hintField    = "change what the message names; nothing was created"
	hintTaskCfg  = "change what the message names"
	hintURL      = "the clip is paid, and the next run asks for its URL again; a service that keeps its files on this machine or in a private network must be spoken to there: check ARK_BASE_URL"
	hintLapsed   = "the URL has lapsed: signed URLs live 24 hours and 100 downloads; reading the task again may give a new one"
	hintRedirect = "the service answers elsewhere: set ARK_BASE_URL to where it points"
)

// rules are read from the top; the first that matches decides. They follow the vendor's error codes (July to October
// 2026). What may have made a task comes before any word of the service: a 5xx that says "overloaded" may still have
// been written by a proxy after the task was made.
var rules = []rule{
	{at: atCreate, http: "5xx", class: provider.Lost, hint: hintLost},
	{at: atCreate, http: "2xx", class: provider.Lost, hint: hintLost}, // without an id: cut off, empty, HTML
	{at: atCreate, http: "302", class: provider.Lost, hint: hintLost}, // "see the result over there"
	{at: atCreate, http: "303", class: provider.Lost, hint: hintLost},
	{at: atCreate, http: "3xx", class: provider.Account, hint: hintRedirect},
	{at: atCreate, http: "408", class: provider.Lost, hint: hintLost}, // of a proxy that gave up on the service
	{at: atCreate, http: "409", class: provider.Lost, hint: hintLost}, // not the vendor's: perhaps "made already"
	{at: atCreate, http: "499", class: provider.Lost, hint: hintLost},
	{at: atCreate, http: "425", class: provider.Busy}, // by its definition not processed
	{at: atAsk, http: "2xx", class: provider.Busy, hint: hintBase},
	{at: atAsk, http: "3xx", class: provider.Busy, hint: hintRedirect},
	{at: atAsk, http: "5xx", class: provider.Busy},
	{at: atAsk, http: "408", class: provider.Busy},
	{at: atAsk, http: "425", class: provider.Busy},
	{at: atAsk, http: "499", class: provider.Busy},
	{at: atAsk, http: "404", plain: true, class: provider.Busy, hint: hintBase}, // must not make a paid clip "gone"

	{at: atAny, code: "input*sensitivecontentdetected.privacyinformation*", class: provider.Moderated, hint: hintFace},
	{at: atAny, code: "inputtext*sensitivecontentdetected*", class: provider.Moderated, hint: hintText},
	{at: atAny, code: "inputimage*sensitivecontentdetected*", class: provider.Moderated, hint: hintPicture},
	{at: atAny, code: "input*sensitivecontentdetected*", class: provider.Moderated, hint: hintInput},
	{at: atAny, code: "outputaudio*sensitivecontentdetected*", class: provider.Moderated, hint: hintSound},
	{at: atAny, code: "output*sensitivecontentdetected*", class: provider.Moderated, hint: hintOutput},
	{at: atAny, code: "sensitivecontentdetected*", class: provider.Moderated, hint: hintInput},
	{at: atAny, code: "input*riskdetection*", class: provider.Moderated, hint: hintInput},
	{at: atAny, code: "output*riskdetection*", class: provider.Moderated, hint: hintOutput},

	{at: atAny, code: "accountoverdue*", class: provider.Account, hint: hintOverdue},
	{at: atAny, code: "setlimitexceeded*", class: provider.Account, hint: hintCap},
	{at: atAny, code: "authenticationerror*", class: provider.Account, hint: hintKey},
	{at: atAny, code: "accessdenied*", class: provider.Account, hint: hintAccess},
	{at: atAny, code: "operationdenied*", class: provider.Account, hint: hintAccess},
	{at: atAny, code: "modelnotopen*", class: provider.Account, hint: hintModel},
	{at: atAny, code: "invalidendpointormodel*", class: provider.Account, hint: hintModel},
	{at: atCreate, code: "notfound*", class: provider.Account, hint: hintModel},
	{at: atAny, code: "quotaexceeded*", says: `free[ -]?(trial|quota|token|credit)|\btrial\b`, class: provider.Account,
		hint: hintTrial},
	{at: atCall, code: "quotaexceeded*", says: `queue|in[ -]?flight|concurren`, class: provider.Busy},
	{at: atAny, code: "quotaexceeded*", class: provider.Quota, hint: hintWindow},

	{at: atTask, code: "internal*", class: provider.Internal},
	{at: atTask, code: "*ratelimitexceeded*", class: provider.Internal},
	{at: atTask, code: "inflightbatchsizeexceeded*", class: provider.Internal},
	{at: atTask, code: "serveroverloaded*", class: provider.Internal},
	{at: atTask, code: "requestbursttoofast*", class: provider.Internal},
	{at: atTask, code: "", says: `^$`, plain: true, class: provider.Internal}, // failed without a word
	{at: atTask, class: provider.Invalid, hint: hintTaskCfg},
	{at: atCall, code: "*ratelimitexceeded*", class: provider.Busy},
	{at: atCall, code: "inflightbatchsizeexceeded*", class: provider.Busy},
	{at: atCall, code: "serveroverloaded*", class: provider.Busy},
	{at: atCall, code: "requestbursttoofast*", class: provider.Busy},

	{at: atCall, http: "429", class: provider.Busy},
	{at: atCall, http: "401", class: provider.Account, hint: hintKey},
	{at: atCall, http: "402", class: provider.Account, hint: hintOverdue},
	{at: atCall, http: "403", class: provider.Account, hint: hintAccess},
	{at: atCall, http: "407", class: provider.Account,
		hint: "the HTTP proxy wants a user name and password (HTTPS_PROXY)"},
	{at: atCancel, http: "409", class: provider.Invalid, hint: hintRunning},
	{at: atAsk, http: "404", class: provider.Gone, hint: hintGone},
	{at: atAsk, http: "410", class: provider.Gone, hint: hintGone},
	{at: atCreate, http: "404", plain: true, class: provider.Invalid, hint: hintBase},
	{at: atCancel, http: "4xx", class: provider.Invalid, hint: hintRunning},
	{at: atCall, http: "4xx", class: provider.Invalid, hint: hintField},
	{at: atCreate, class: provider.Lost, hint: hintLost}, // a status that HTTP does not know
	{at: atAsk, class: provider.Busy, hint: hintBase},
}

// saysPatterns are the compiled says of the rules.
var saysPatterns = func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, r := range rules {
		if r.says != "" {
			m[r.says] = regexp.MustCompile(r.says)
		}
	}
	return m
}()

// ruleFor returns the row that decides. plain says that the answer was not the API's JSON.
func ruleFor(at place, status int, s said, plain bool) rule {
	code, message := strings.ToLower(s.code), strings.ToLower(s.message)
	for _, r := range rules {
		switch {
		case r.at&at == 0, r.plain && !plain, r.http != "" && !matchStatus(r.http, status):
		case r.code != "" && !matchCode(r.code, code):
		case r.says != "" && !saysPatterns[r.says].MatchString(message):
		default:
			return r
		}
	}
	return rule{class: provider.Invalid} // not reached: the last rows match everything
}

func matchStatus(pattern string, status int) bool {
	if pattern[1:] == "xx" {
		return int(pattern[0]-'0') == status/100
	}
	return pattern == itoa(status)
}

func matchCode(pattern, code string) bool {
	ok, _ := path.Match(pattern, strings.ReplaceAll(code, "/", "."))
	return ok
}
