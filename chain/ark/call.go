package ark

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"shotchain/chain/provider"
)

const tasksPath = "/contents/generations/tasks"

// answer is what the service said to one call.
type answer struct {
	status int
	header http.Header
	body   []byte // at most maxAnswer bytes
	err    error  // why the body is not all there, nil where it is
}

// Create asks for one clip; see chain.Provider. The context's end before the request has been sent creates nothing;
// after that the answer is lost.
func (c *Client) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	body, err := encode(r)
	if err != nil {
		return provider.Created{}, err
	}
	if err := c.pace.create.wait(ctx); err != nil {
		return provider.Created{}, err
	}
	secret := c.secret.with(requestSecrets(r)...)
	a, err := c.post(ctx, body, r.Label, secret)
	if err != nil {
		return provider.Created{}, err
	}
	if a.status/100 == 2 && a.err == nil {
		if id := decodeCreated(a.body); id != "" {
			return provider.Created{Task: id, RequestID: requestID(a, secret)}, nil
		}
	}
	return provider.Created{}, c.fault(atCreate, a, secret)
}

// requestSecrets are the URLs of a request that nobody else should learn, should the service echo them.
func requestSecrets(r provider.Request) []string {
	secrets := []string{r.CallbackURL}
	_ = frames(r, func(_ string, f provider.Frame) error {
		secrets = append(secrets, string(f.URL))
		return nil
	})
	return secrets
}

// post sends the one paid request, once.
func (c *Client) post(ctx context.Context, body []byte, label string, secret redactor) (answer, error) {
	w := newWatch(ctx, c.createPatience)
	defer w.stop()
	up := newUpload(body, w.touch)
	req, err := c.request(w, http.MethodPost, tasksPath, nil)
	if err != nil {
		return answer{}, unreachable(secret, err)
	}
	req.Body, req.ContentLength = up, int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	if id := header(label, 128); id != "" {
		req.Header.Set("X-Client-Request-Id", id)
	}
	res, err := c.create.Do(req)
	if err == nil {
		return read(res), nil
	}
	none, all := up.stop()
	switch {
	case all:
		return answer{}, lost(secret, explain(ctx, w, err))
	case none && ctx.Err() != nil:
		return answer{}, ctx.Err()
	}
	return answer{}, unreachable(secret, explain(ctx, w, err))
}

// ask makes a call that may be repeated. Its errors are the context's before anything was sent, else faults.
func (c *Client) ask(ctx context.Context, p pacer, method, path string, query url.Values) (answer, error) {
	if err := p.wait(ctx); err != nil {
		return answer{}, err
	}
	patient, cancel := context.WithTimeoutCause(ctx, c.patience, errStalled)
	defer cancel()
	req, err := c.request(patient, method, path, query)
	if err != nil {
		return answer{}, unreachable(c.secret, err)
	}
	res, err := c.api.Do(req)
	if err != nil {
		return answer{}, unreachable(c.secret, explain(ctx, patient, err))
	}
	a := read(res)
	a.err = explain(ctx, patient, a.err)
	return a, nil
}

// explain returns what lies behind a transport's error: that the caller's context has ended, or that our own
// patience has.
func explain(callers, ours context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case callers.Err() != nil:
		return callers.Err()
	case context.Cause(ours) == errStalled:
		return errStalled
	}
	return err
}

// request carries the key. path is escaped already.
func (c *Client) request(ctx context.Context, method, path string, query url.Values) (*http.Request, error) {
	u := c.base.String() + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", c.auth)
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "application/json")
	return req, nil
}

func read(res *http.Response) answer {
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if len(body) > maxAnswer {
		body, err = nil, errors.New("the answer is larger than 8 MB")
	}
	return answer{res.StatusCode, res.Header, body, err}
}

// retryAfter is what a Retry-After header asks for: seconds, or a date, which is read by the service's own clock
// where it tells it. At most a day; 0 for none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	s := h.Get("Retry-After")
	if n, ok := number(s); ok {
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
