package openrouter

import (
	"cmp"
	"encoding/json"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// Where a fault was met.
const (
	atCreate wire.Place = 1 << iota
	atRead
	atTask // what a job says that it failed of

	atCall = atCreate | atRead
)

const (
	hintLost     = "a job may exist and be billed, and OpenRouter lists none: look at openrouter.ai/activity before it is bought again"
	hintBase     = "check the base URL (" + EnvBase + "): something else than OpenRouter's API answered"
	hintKey      = "check " + EnvKey
	hintTopUp    = "the key's limit or the account's credits are used up: openrouter.ai/settings/credits"
	hintScope    = "the key or the account may not use this: openrouter.ai/settings"
	hintModel    = "OpenRouter has no such model for this account: its list is at /api/v1/videos/models"
	hintRefused  = "use another prompt or another picture: recognisable faces are refused in pictures, also in frames of earlier clips"
	hintWindow   = "the account's usage window is used up: run again when it resets"
	hintField    = "change what the message names; nothing was created"
	hintInput    = "change what the message names"
	hintGone     = "OpenRouter shows jobs only to the account that made them, and keeps their clips for a while only"
	hintLapsed   = "the URL has lapsed; reading the job again may give a new one"
	hintURL      = "the clip is paid, and the next run asks for its URL again"
	hintRedirect = "the service answers elsewhere: set " + EnvBase + " to where it points"
)

// refused are words by which a model's host refuses what a request holds.
const refused = `moderat|flagged|sensitive|policy|safety|prohibited|real (person|people)|face`

// rules are read from the top; the first that matches decides. What may have made a job comes before any word.
var rules = wire.NewRules([]wire.Rule{
	{At: atCreate, HTTP: "2xx", Class: provider.Lost, Hint: hintLost}, // without an id
	{At: atCreate, HTTP: "302", Class: provider.Lost, Hint: hintLost}, // "see the result over there"
	{At: atCreate, HTTP: "303", Class: provider.Lost, Hint: hintLost},
	{At: atCreate, HTTP: "3xx", Class: provider.Account, Hint: hintRedirect},
	{At: atCreate, HTTP: "408", Class: provider.Lost, Hint: hintLost},
	{At: atCreate, HTTP: "409", Class: provider.Lost, Hint: hintLost},
	{At: atCreate, HTTP: "499", Class: provider.Lost, Hint: hintLost},
	{At: atCreate, HTTP: "425", Class: provider.Busy}, // by its definition not processed

	{At: atCall, HTTP: "401", Class: provider.Account, Hint: hintKey},
	{At: atCall, HTTP: "402", Class: provider.Account, Hint: hintTopUp},
	{At: atCreate, HTTP: "403", Says: refused, Class: provider.Moderated, Hint: hintRefused},
	{At: atCall, HTTP: "403", Class: provider.Account, Hint: hintScope},
	{At: atCall, HTTP: "407", Class: provider.Account,
		Hint: "the HTTP proxy wants a user name and password (HTTPS_PROXY)"},
	{At: atCreate, HTTP: "404", Plain: true, Class: provider.Invalid, Hint: hintBase},
	{At: atCreate, HTTP: "404", Class: provider.Account, Hint: hintModel},
	{At: atCreate, HTTP: "429", Says: `usage limit|daily|monthly|quota`, Class: provider.Quota, Hint: hintWindow},
	{At: atCall, HTTP: "429", Class: provider.Busy},
	{At: atCreate, HTTP: "4xx", Says: refused, Class: provider.Moderated, Hint: hintRefused},
	{At: atCreate, HTTP: "4xx", Class: provider.Invalid, Hint: hintField},
	{At: atCreate, Class: provider.Lost, Hint: hintLost}, // 5xx, a status that HTTP does not know

	{At: atRead, HTTP: "404", Plain: true, Class: provider.Busy, Hint: hintBase}, // must not make a paid clip "gone"
	{At: atRead, HTTP: "404", Class: provider.Gone, Hint: hintGone},
	{At: atRead, HTTP: "410", Class: provider.Gone, Hint: hintGone},
	{At: atRead, HTTP: "408", Class: provider.Busy},
	{At: atRead, HTTP: "425", Class: provider.Busy},
	{At: atRead, HTTP: "499", Class: provider.Busy},
	{At: atRead, HTTP: "4xx", Class: provider.Invalid, Hint: hintField},
	{At: atRead, Class: provider.Busy, Hint: hintBase},

	{At: atTask, Says: refused, Class: provider.Moderated, Hint: hintRefused},
	{At: atTask, Says: `invalid|not supported|unsupported|must be`, Class: provider.Invalid, Hint: hintInput},
	{At: atTask, Class: provider.Internal},
}...)

// saidOf reads an error: {"error":{"code":…,"message":…}}, or {"error":"…"}.
func saidOf(b []byte) (s wire.Said, ok bool) {
	var o struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(b, &o) != nil {
		return s, false
	}
	s = errorOf(o.Error)
	s.Message = cmp.Or(s.Message, o.Message)
	return s, s != wire.Said{}
}

// errorOf reads what stands as an error: an object or a text.
func errorOf(raw json.RawMessage) (s wire.Said) {
	if json.Unmarshal(raw, &s.Message) == nil {
		return s
	}
	var o struct {
		Code     json.RawMessage `json:"code"`
		Message  string          `json:"message"`
		Metadata struct {
			Param string `json:"param"`
		} `json:"metadata"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return s
	}
	s.Message, s.Param = o.Message, o.Metadata.Param
	if json.Unmarshal(o.Code, &s.Code) != nil {
		s.Code = string(o.Code) // a number
	}
	return s
}

// fault is what an answer that is not the wanted one means.
func (c *Client) fault(at wire.Place, a wire.Answer, secret wire.Redactor) *provider.Fault {
	s, ok := saidOf(a.Body)
	s.RequestID = named(a.Header)
	return a.Fault(rules.For(at, a.Status, s.Code, s.Message, !ok && len(a.Body) > 0), s, secret)
}

// taskFault is why a job made no clip.
func (c *Client) taskFault(status provider.Status, raw json.RawMessage) *provider.Fault {
	s := errorOf(raw)
	s.Message = cmp.Or(s.Message, "the job "+string(status)+", and the service gave no reason")
	if r := rules.For(atTask, 0, s.Code, s.Message, false); status == provider.Failed {
		return wire.Answer{}.Fault(r, s, c.secret)
	}
	return wire.Answer{}.Fault(wire.Rule{Class: provider.Invalid}, s, c.secret)
}
