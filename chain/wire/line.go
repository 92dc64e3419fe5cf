package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/provider"
)

// Line is a provider's way to its API. Every request carries the key: what is sent by it goes to the configured hosts
// only, which is the caller's to see to. It is immutable and safe for concurrent use.
type Line struct {
	Create *http.Client      // of Clients: for the paid call
	API    *http.Client      // and for the others
	Sign   func(http.Header) // puts the key in
	Agent  string            // the User-Agent
	Secret Redactor

	Patience time.Duration // how long a call may take that may be repeated
	Upload   time.Duration // how long the paid one may stand still, and then its answer may take
	BaseEnv  string        // the environment variable of the base URL, for hints
	LostHint string        // what happens where the paid call's answer is lost
}

// Post sends the one paid request, once. Class Lost: it was sent whole, and there is no answer; with every other error
// the service cannot have read it.
func (l *Line) Post(ctx context.Context, to string, more http.Header, body []byte, secret Redactor) (Answer, error) {
	w := NewWatch(ctx, l.Upload)
	defer w.Stop()
	up := NewUpload(body, w.Touch)
	req, err := l.request(w, http.MethodPost, to)
	if err != nil {
		return Answer{}, l.unreachable(secret, err)
	}
	req.Body, req.ContentLength = up, int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	for name, values := range more {
		req.Header[name] = values
	}
	res, err := l.Create.Do(req)
	if err == nil {
		return Read(res), nil
	}
	none, all := up.Stop()
	switch {
	case all:
		return Answer{}, l.lost(secret, Explain(ctx, w, err))
	case none && ctx.Err() != nil:
		return Answer{}, ctx.Err()
	}
	return Answer{}, l.unreachable(secret, Explain(ctx, w, err))
}

// Ask makes a call that may be repeated; body is JSON, nil for none. Its errors are the context's before anything was
// sent, else class Busy.
func (l *Line) Ask(ctx context.Context, method, to string, body []byte) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	patient, cancel := context.WithTimeoutCause(ctx, l.Patience, ErrStalled)
	defer cancel()
	req, err := l.request(patient, method, to)
	if err != nil {
		return Answer{}, l.unreachable(l.Secret, err)
	}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := l.API.Do(req)
	if err != nil {
		return Answer{}, l.unreachable(l.Secret, Explain(ctx, patient, err))
	}
	a := Read(res)
	a.Err = Explain(ctx, patient, a.Err)
	return a, nil
}

// request carries the key. What it gets is asked for plain: bodies are small, and one gateway's gzip is none; see Read.
func (l *Line) request(ctx context.Context, method, to string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		return nil, err
	}
	l.Sign(req.Header)
	req.Header.Set("User-Agent", l.Agent)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}

// unreachable: what was asked cannot have been read by the service.
func (l *Line) unreachable(secret Redactor, err error) *provider.Fault {
	return Unreachable(secret, err, l.BaseEnv)
}

// Unreachable is the fault of a call that the service cannot have read. env names the base URL's variable.
func Unreachable(secret Redactor, err error, env string) *provider.Fault {
	err = secret.Cause(err)
	return &provider.Fault{Class: provider.Busy, Code: "Unreachable",
		Message: "the service was not reached: " + err.Error(), Err: err,
		Hint: "check the network, and the base URL (" + env + ")"}
}

// lost: the paid call was sent whole, and there is no answer.
func (l *Line) lost(secret Redactor, err error) *provider.Fault {
	err = secret.Cause(err)
	return &provider.Fault{Class: provider.Lost, Code: "AnswerLost",
		Message: "the answer to the create call was lost: " + err.Error(),
		Err:     err, Hint: l.LostHint}
}

// Base is a base URL without a slash at its end, such as the example. The error is fit to be shown.
func Base(s, example string, allowHTTP bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return nil, errors.New("the base URL is not an absolute URL such as " + example)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("the base URL holds a user name or password: the key is all that is sent")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the base URL at %s holds a query or a fragment", u.Host)
	case u.Scheme == "https", u.Scheme == "http" && (allowHTTP || Loopback(u.Hostname())):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("the base URL at %s is plain http, which would show the key to the network: use https", u.Host)
	}
	return nil, fmt.Errorf("the base URL at %s is neither https nor http", u.Host)
}

// Named is a vendor's service by its base URL. The vendor's own, "" or own, is as about says; every other is named with
// its host, so that what it has made is kept apart.
func Named(about provider.About, base, own string) (provider.About, error) {
	base = strings.TrimRight(base, "/")
	if base == "" || base == own {
		return about, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return provider.About{}, errors.New("the base URL is not an absolute URL")
	}
	about.Namespace += "@" + strings.ToLower(u.Host)
	return about, nil
}

// Visible reports whether a key has only the characters that a key may have: no white space, no control character, none
// beyond ASCII. It is at least one.
func Visible(key string) bool {
	return key != "" && strings.IndexFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// Agent is the User-Agent of a version of the program, "" for one under development.
func Agent(version string) string {
	if version == "" {
		version = "dev"
	}
	return "shotchain/" + Header(version, 40)
}
