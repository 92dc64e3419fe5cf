package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"shotchain/chain/provider"
	"shotchain/internal/guard"
)

var storageCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,80})</Code>`)

// Loads are the downloads of a provider: of what strangers' URLs name.
type Loads struct {
	Client *http.Client // of Clients, with May
	Base   *url.URL     // of the service that gives the URLs
	Inside *guard.Guard
	Agent  string // the User-Agent
	Secret Redactor

	Sign func(http.Header) // puts the key in, where the service keeps files behind it; nil: never

	Patience time.Duration // how long one may stand still
	BadHint  string        // what to do about a URL that leads to where nothing is fetched from
	GoneHint string        // and about one that has lapsed
}

// Fetch copies what a URL names into w; see provider.Provider. There is no limit on the total time, only on silence and
// on trickles. After an error w holds a part. An error of w itself is class Busy, code WriteFailed, and wraps it: the
// clip is still there to be fetched.
func (l *Loads) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	target, err := url.Parse(string(u))
	if err != nil {
		return l.badURL("it cannot be read")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	watch := NewWatch(ctx, l.Patience)
	defer watch.Stop()
	secret := l.Secret.With(string(u), target.RawQuery)
	req, err := http.NewRequestWithContext(watch, http.MethodGet, target.String(), nil)
	if err != nil {
		return l.badURL("it cannot be read")
	}
	if err := l.May(req); err != nil {
		return l.badURL(err.Error())
	}
	if l.Sign != nil && l.Own(req.URL) {
		l.Sign(req.Header)
	}
	req.Header.Set("User-Agent", l.Agent)
	req.Header.Set("Accept-Encoding", "identity") // the length must be that of the file
	res, err := l.Client.Do(req)
	if why := refusal(err); why != nil {
		return l.badURL(secret.Text(why.Error()))
	} else if err != nil {
		return fetchFault(secret.Cause(Explain(ctx, watch, err)))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return l.storageFault(res, secret)
	}
	why := func(err error) error { return secret.Cause(Explain(ctx, watch, err)) }
	return copyAll(w, watch.Reader(res.Body), res.ContentLength, limit, why)
}

// May allows https, and http to this machine or where the API itself is spoken to by http (a local simulator); both
// only to where the guard lets them.
func (l *Loads) May(r *http.Request) error {
	u := r.URL
	switch {
	case u.Hostname() == "":
		return &misled{"it names no host"}
	case u.Scheme != "https" && !(u.Scheme == "http" && (l.Base.Scheme == "http" || Loopback(u.Hostname()))):
		return &misled{"it is not https"}
	}
	return l.Inside.Host(r.Context(), u)
}

// Own reports whether a URL is below that of the API itself, at the same host and by the same scheme: only there may the key
// go.
func (l *Loads) Own(u *url.URL) bool {
	return u.Scheme == l.Base.Scheme && strings.EqualFold(u.Host, l.Base.Host) && u.User == nil &&
		strings.HasPrefix(path.Clean(u.Path), l.Base.Path+"/")
}

// misled is why a URL is not fetched.
type misled struct{ why string }

func (m *misled) Error() string { return m.why }

// refusal is what kept a download, or a redirect of it, from being followed; nil where it failed of something else.
func refusal(err error) error {
	if m := (*misled)(nil); errors.As(err, &m) {
		return m
	}
	if r := (*guard.Refused)(nil); errors.As(err, &r) {
		return r
	}
	return nil
}

func (l *Loads) badURL(why string) *provider.Fault {
	return &provider.Fault{Class: provider.Invalid, Code: "InvalidURL", Hint: l.BadHint,
		Message: "the service gave a URL that is not fetched: " + why}
}

// copyAll copies a body of the given length (-1: unknown), and knows whether it came whole. why explains errors of
// reading.
func copyAll(w io.Writer, body io.Reader, length, limit int64, why func(error) error) error {
	if length > limit {
		return beyond(limit)
	}
	sink := &sink{w: w, left: limit}
	n, err := io.Copy(sink, body)
	switch {
	case sink.full:
		return beyond(limit)
	case sink.err != nil:
		return &provider.Fault{Class: provider.Busy, Code: "WriteFailed",
			Message: "what was downloaded could not be kept: " + sink.err.Error(), Err: sink.err}
	case err != nil:
		return fetchFault(why(err))
	case length >= 0 && n != length:
		return fetchFault(fmt.Errorf("%d of %d bytes came", n, length))
	}
	return nil
}

// sink passes on at most left bytes, and tells its writer's errors from the reader's.
type sink struct {
	w    io.Writer
	left int64
	full bool  // more came than was left
	err  error // of w
}

func (s *sink) Write(p []byte) (int, error) {
	if int64(len(p)) > s.left {
		s.full = true
		return 0, errors.New("too much")
	}
	n, err := s.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.left -= int64(n)
	s.err = err
	return n, err
}

func beyond(limit int64) *provider.Fault {
	return &provider.Fault{Class: provider.Invalid, Code: "DownloadTooLarge",
		Message: fmt.Sprintf("the file is larger than the %d bytes it may have", limit)}
}

func fetchFault(err error) *provider.Fault {
	return &provider.Fault{Class: provider.Busy, Code: "DownloadFailed", Message: "the download broke off: " + err.Error(),
		Err: err}
}

// storageFault reads the object storage's answer. Of its body (XML) only the code is of use, and safe.
func (l *Loads) storageFault(res *http.Response, secret Redactor) *provider.Fault {
	head, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	f := &provider.Fault{
		Class: fetchClass(res.StatusCode), HTTPStatus: res.StatusCode,
		RequestID: Cut(secret.Text(res.Header.Get("X-Request-Id")), 120),
		Message:   fmt.Sprintf("the download was answered %d %s", res.StatusCode, http.StatusText(res.StatusCode)),
	}
	if m := storageCode.FindSubmatch(head); m != nil {
		f.Code = secret.Text(string(m[1]))
	}
	if f.Class == provider.Gone {
		f.Hint = l.GoneHint
	}
	return f
}

func fetchClass(status int) provider.Class {
	switch {
	case status == 401 || status == 403 || status == 404 || status == 410:
		return provider.Gone
	case status == 408 || status == 425 || status == 429 || status/100 != 4:
		return provider.Busy
	}
	return provider.Invalid
}
