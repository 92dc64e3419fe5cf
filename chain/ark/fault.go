package ark

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/provider"
)

func itoa(n int) string { return strconv.Itoa(n) }

var (
	requestIDWords = regexp.MustCompile(`(?i)[\s.,;(]*\brequest ?id:?\s*([0-9A-Za-z_-]+)\)?[\s.]*$`)
	paramWords     = regexp.MustCompile("(?i)\\bparameter [`'\"]([A-Za-z0-9_.\\[\\]]+)[`'\"]")
)

// fault is what an answer that is not the wanted one means.
func (c *Client) fault(at place, a answer, secret redactor) *provider.Fault {
	s, ok := decodeError(a.body)
	r := ruleFor(at, a.status, s, !ok && len(a.body) > 0)
	f := &provider.Fault{
		Class:      r.class,
		Code:       cut(secret.text(s.code), 120),
		Message:    message(a, s, secret),
		Param:      paramOf(s, secret),
		HTTPStatus: a.status,
		RequestID:  requestID(a, secret),
		RetryAfter: retryAfter(a.header, time.Now()),
		Hint:       r.hint,
	}
	if a.err != nil {
		f.Err = secret.cause(a.err)
	}
	if a.err != nil && r.hint == hintBase {
		f.Hint = "" // it was cut off, not someone else's
	}
	return f
}

// message are the service's words without the request id, or what can be said without any.
func message(a answer, s said, secret redactor) string {
	if m := secret.text(requestIDWords.ReplaceAllString(s.message, "")); m != "" {
		return m
	}
	what := fmt.Sprintf("the service answered %d %s", a.status, http.StatusText(a.status))
	switch {
	case a.err != nil:
		return what + ", cut off: " + secret.cause(a.err).Error()
	case len(a.body) == 0:
		return strings.TrimSpace(what) + " without a word"
	case parseObject(a.body) == nil:
		return strings.TrimSpace(what) + " with something that is not JSON"
	}
	return strings.TrimSpace(what) + " without what was asked for"
}

func paramOf(s said, secret redactor) string {
	if s.param == "" {
		if m := paramWords.FindStringSubmatch(s.message); m != nil {
			s.param = m[1]
		}
	}
	return cut(secret.text(s.param), 120)
}

// requestID is the service's name for a call: a header's, the body's, or the one at the end of the message.
func requestID(a answer, secret redactor) string {
	id := a.header.Get("X-Request-Id")
	if id == "" && a.status/100 != 2 {
		s, _ := decodeError(a.body)
		id = s.request
		if m := requestIDWords.FindStringSubmatch(s.message); m != nil && id == "" {
			id = m[1]
		}
	}
	for _, h := range []string{"X-Tt-Logid", "X-Client-Request-Id"} {
		id = orElse(id, a.header.Get(h))
	}
	return cut(secret.text(id), 120)
}

// taskFault is why a task failed, nil for one that did not. An unknown status is a fault too.
func (d decoder) taskFault(status provider.Status, o object) *provider.Fault {
	if !known(status) {
		return &provider.Fault{
			Class: provider.Invalid, Code: "UnknownStatus",
			Message: fmt.Sprintf("the service calls the task %q, which this version does not know", cut(d.secret.text(string(status)), 60)),
			Hint:    "the task is kept on record and may be billed: look at it in the service's console, or use a newer shotchain",
		}
	}
	s := taskSaid(o)
	if status != provider.Failed && (status == provider.Queued || status == provider.Running || status == provider.Succeeded || s == said{}) {
		return nil
	}
	r := ruleFor(atTask, 0, s, s == said{})
	f := &provider.Fault{
		Class:   r.class,
		Code:    cut(d.secret.text(s.code), 120),
		Message: orElse(d.secret.text(requestIDWords.ReplaceAllString(s.message, "")), "the task "+string(status)+", and the service gave no reason"),
		Param:   paramOf(s, d.secret),
		Hint:    r.hint,
	}
	if m := requestIDWords.FindStringSubmatch(s.message); m != nil {
		f.RequestID = d.secret.text(m[1])
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

// unreachable: what was asked cannot have been read by the service.
func unreachable(secret redactor, err error) *provider.Fault {
	err = secret.cause(err)
	return &provider.Fault{
		Class: provider.Busy, Code: "Unreachable", Message: "the service was not reached: " + err.Error(), Err: err,
		Hint: "check the network, and the base URL (ARK_BASE_URL)",
	}
}

// lost: a create call was sent whole, and there is no answer.
func lost(secret redactor, err error) *provider.Fault {
	err = secret.cause(err)
	return &provider.Fault{
		Class: provider.Lost, Code: "AnswerLost", Message: "the answer to the create call was lost: " + err.Error(), Err: err,
		Hint: hintLost,
	}
}
