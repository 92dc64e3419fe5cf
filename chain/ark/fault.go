package ark

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

func itoa(n int) string { return strconv.Itoa(n) }

var (
	requestIDWords = regexp.MustCompile(`(?i)[\s.,;(]*\brequest ?id:?\s*([0-9A-Za-z_-]+)\)?[\s.]*$`)
	paramWords     = regexp.MustCompile("(?i)\\bparameter [`'\"]([A-Za-z0-9_.\\[\\]]+)[`'\"]")
)

// fault is what an answer that is not the wanted one means.
func (c *Client) fault(at place, a wire.Answer, secret wire.Redactor) *provider.Fault {
	s, ok := decodeError(a.Body)
	r := ruleFor(at, a.Status, s, !ok && len(a.Body) > 0)
	f := &provider.Fault{
		Class:      r.class,
		Code:       wire.Cut(secret.Text(s.code), 120),
		Message:    message(a, s, secret),
		Param:      paramOf(s, secret),
		HTTPStatus: a.Status,
		RequestID:  requestID(a, secret),
		RetryAfter: wire.RetryAfter(a.Header, time.Now()),
		Hint:       r.hint,
	}
	if a.Err != nil {
		f.Err = secret.Cause(a.Err)
	}
	if a.Err != nil && r.hint == hintBase {
		f.Hint = "" // it was cut off, not someone else's
	}
	return f
}

// message are the service's words without the request id, or what can be said without any.
func message(a wire.Answer, s said, secret wire.Redactor) string {
	if m := secret.Text(requestIDWords.ReplaceAllString(s.message, "")); m != "" {
		return m
	}
	what := fmt.Sprintf("the service answered %d %s", a.Status, http.StatusText(a.Status))
	switch {
	case a.Err != nil:
		return what + ", cut off: " + secret.Cause(a.Err).Error()
	case len(a.Body) == 0:
		return strings.TrimSpace(what) + " without a word"
	case a.Page():
		return strings.TrimSpace(what) + " with a web page, not with JSON"
	case parseObject(a.Body) == nil:
		return strings.TrimSpace(what) + " with something that is not JSON"
	}
	return strings.TrimSpace(what) + " without what was asked for"
}

func paramOf(s said, secret wire.Redactor) string {
	if s.param == "" {
		if m := paramWords.FindStringSubmatch(s.message); m != nil {
			s.param = m[1]
		}
	}
	return wire.Cut(secret.Text(s.param), 120)
}

// requestID is the service's name for a call: a header's, the body's, or the one at the end of the message.
func requestID(a wire.Answer, secret wire.Redactor) string {
	id := a.Header.Get("X-Request-Id")
	if id == "" && a.Status/100 != 2 {
		s, _ := decodeError(a.Body)
		id = s.request
		if m := requestIDWords.FindStringSubmatch(s.message); m != nil && id == "" {
			id = m[1]
		}
	}
	for _, h := range []string{"X-Tt-Logid", "X-Client-Request-Id"} {
		id = cmp.Or(id, a.Header.Get(h))
	}
	return wire.Cut(secret.Text(id), 120)
}

// taskFault is why a task failed, nil for one that did not.
func (d decoder) taskFault(status provider.Status, o object) *provider.Fault {
	s := taskSaid(o)
	if status != provider.Failed &&
		(status == provider.Queued || status == provider.Running || status == provider.Succeeded || s == said{}) {
		return nil
	}
	r := ruleFor(atTask, 0, s, s == said{})
	f := &provider.Fault{
		Class: r.class,
		Code:  wire.Cut(d.secret.Text(s.code), 120),
		Message: cmp.Or(d.secret.Text(requestIDWords.ReplaceAllString(s.message, "")),
			"the task "+string(status)+", and the service gave no reason"),
		Param: paramOf(s, d.secret),
		Hint:  r.hint,
	}
	if m := requestIDWords.FindStringSubmatch(s.message); m != nil {
		f.RequestID = d.secret.Text(m[1])
	}
	return f
}

// taskSaid reads a task's error, or failure_reason, as an object or a string.
func taskSaid(o object) said {
	for _, key := range []string{"error", "failure_reason"} {
		if e := o.object(key); e != nil {
			s := said{code: e.first("code", "Code"), message: e.first("message", "Message"), param: e.text("param")}
			if s != (said{}) {
				return s
			}
		}
		if o.has(key) && o.text(key) != "" {
			return said{message: o.text(key)}
		}
	}
	return said{}
}
