// Package wire is what every provider's client does beneath its own protocol: it sends a paid request once and knows how
// much of it went out ([Upload], [Clients]), gives up what stands still ([Watch]), reads bounded answers ([Read]), loads
// what a service's URLs name from where the guard allows ([Loads]), and takes keys and signed URLs out of every text
// ([Redactor]). It knows no service.
package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxAnswer is the largest answer of an API that is read, bytes; a full list page of 500 tasks is about 1.5 MB.
const MaxAnswer = 8 << 20

// Answer is what a service said to one call.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most 8 MB
	Err    error  // why the body is not all there, nil where it is
}

// Page reports whether an answer is a page for people: where a base URL leads that is none, or a call that a gateway does
// not have.
func (a Answer) Page() bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Header.Get("Content-Type"))), "text/html") ||
		bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

// Read reads a response and closes it. What is compressed is unpacked by how its bytes begin: gateways were met whose
// header says gzip over plain JSON, which would cost the answer of a paid create.
func Read(res *http.Response) Answer {
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if len(body) > MaxAnswer {
		body, err = nil, errors.New("the answer is larger than 8 MB")
	}
	if err == nil && bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		body, err = unpack(body)
	}
	return Answer{res.StatusCode, res.Header, body, err}
}

// unpack is the plain form of a compressed answer.
func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxAnswer+1))
	if len(plain) > MaxAnswer {
		return nil, errors.New("the answer is larger than 8 MB")
	}
	return plain, err
}

// Explain returns what lies behind a transport's error: that the caller's context has ended, or that our own
// patience has.
func Explain(callers, ours context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case callers.Err() != nil:
		return callers.Err()
	case context.Cause(ours) == ErrStalled:
		return ErrStalled
	}
	return err
}

// RetryAfter is what a Retry-After header asks for: seconds, or a date, which is read by the service's own clock
// where it tells it. At most a day; 0 for none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseFloat(s, 64); err == nil && n == n {
		return time.Duration(min(max(n, 0), 86400) * float64(time.Second))
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), 24*time.Hour)
}

// Loopback reports whether a host name means this machine.
func Loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
