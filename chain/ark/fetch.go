package ark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"

	"shotchain/chain/provider"
	"shotchain/internal/guard"
)

var storageCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,80})</Code>`)

// Fetch copies what a signed URL names into w; see chain.Provider. There is no limit on the total time, only on
// silence and on trickles. After an error w holds a part. An error of w itself is class Busy, code WriteFailed, and wraps it: the
// clip is still there to be fetched.
func (c *Client) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	target, err := url.Parse(string(u))
	if err != nil {
		return badURL("it cannot be read")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	watch := newWatch(ctx, c.patience)
	defer watch.stop()
	secret := c.secret.with(string(u), target.RawQuery)
	req, err := http.NewRequestWithContext(watch, http.MethodGet, target.String(), nil)
	if err != nil {
		return badURL("it cannot be read")
	}
	if err := c.mayFetch(req); err != nil {
		return badURL(err.Error())
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept-Encoding", "identity") // the length must be that of the file
	res, err := c.loads.Do(req)
	if why := refusal(err); why != nil {
		return badURL(secret.text(why.Error()))
	} else if err != nil {
		return fetchFault(secret.cause(explain(ctx, watch, err)))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return storageFault(res, secret)
	}
	why := func(err error) error { return secret.cause(explain(ctx, watch, err)) }
	return copyAll(w, watch.reader(res.Body), res.ContentLength, limit, why)
}

// mayFetch allows https, and http to this machine or where the API itself is spoken to by http (a local simulator);
// both only to where the guard lets them.
func (c *Client) mayFetch(r *http.Request) error {
	u := r.URL
	switch {
	case u.Hostname() == "":
		return &misled{"it names no host"}
	case u.Scheme != "https" && !(u.Scheme == "http" && (c.base.Scheme == "http" || loopback(u.Hostname()))):
		return &misled{"it is not https"}
	}
	return c.inside.Host(r.Context(), u)
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

func badURL(why string) *provider.Fault {
	return &provider.Fault{Class: provider.Invalid, Code: "InvalidURL", Hint: hintURL,
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
		return &provider.Fault{Class: provider.Busy, Code: "WriteFailed", Message: "what was downloaded could not be kept: " + sink.err.Error(), Err: sink.err}
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
	return &provider.Fault{Class: provider.Invalid, Code: "DownloadTooLarge", Message: fmt.Sprintf("the file is larger than the %d bytes it may have", limit)}
}

func fetchFault(err error) *provider.Fault {
	return &provider.Fault{Class: provider.Busy, Code: "DownloadFailed", Message: "the download broke off: " + err.Error(), Err: err}
}

// storageFault reads the object storage's answer. Of its body (XML) only the code is of use, and safe.
func storageFault(res *http.Response, secret redactor) *provider.Fault {
	head, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	a := answer{status: res.StatusCode, header: res.Header}
	f := &provider.Fault{
		Class: fetchClass(res.StatusCode), HTTPStatus: res.StatusCode, RequestID: requestID(a, secret),
		Message: fmt.Sprintf("the download was answered %d %s", res.StatusCode, http.StatusText(res.StatusCode)),
	}
	if m := storageCode.FindSubmatch(head); m != nil {
		f.Code = secret.text(string(m[1]))
	}
	if f.Class == provider.Gone {
		f.Hint = "the URL has lapsed: signed URLs live 24 hours and 100 downloads; reading the task again may give a new one"
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
