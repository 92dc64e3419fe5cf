package ark

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"shotchain/chain/lookup"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

const tasksPath = "/contents/generations/tasks"

// Create asks for one clip; see chain.Provider. The context's end before the request has been sent creates nothing;
// after that the answer is lost.
func (c *Client) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	r.Model = c.gate.Their(r.Model)
	body, err := encode(lookup.Marked(r))
	if err != nil {
		return provider.Created{}, err
	}
	if err := c.pace.create.wait(ctx); err != nil {
		return provider.Created{}, err
	}
	secret := c.secret.With(requestSecrets(r)...)
	a, err := c.post(ctx, body, r.Label, secret)
	if err != nil {
		return provider.Created{}, err
	}
	if a.Status/100 == 2 && a.Err == nil {
		if id := decodeCreated(a.Body); id != "" {
			return provider.Created{Task: id, RequestID: requestID(a, secret)}, nil
		}
	}
	f := c.fault(atCreate, a, secret)
	if f.Class == provider.Invalid && f.Names("safety_identifier") {
		f.Remark = lookup.Unnamed(r.Mark)
	}
	return provider.Created{}, f
}

// Mark makes an expiry and an identifier that no other attempt has; see provider.Provider.
func (c *Client) Mark(r provider.Request) string { return c.marks.For(r) }

// Find looks for a lost task in the service's list; see provider.Provider.
func (c *Client) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	is, err := lookup.Find(ctx, c, a, c.about.Can.TaskLife)
	if f := (*provider.Fault)(nil); errors.As(err, &f) && f.Code == codeNoList {
		return provider.Finding{Verdict: provider.Unable, Why: f}, nil
	}
	return is, err
}

// codeNoList is the code of the fault of a service that has no list.
const codeNoList = "NoList"

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
func (c *Client) post(ctx context.Context, body []byte, label string, secret wire.Redactor) (wire.Answer, error) {
	w := wire.NewWatch(ctx, c.createPatience)
	defer w.Stop()
	up := wire.NewUpload(body, w.Touch)
	req, err := c.request(w, http.MethodPost, tasksPath, nil)
	if err != nil {
		return wire.Answer{}, unreachable(secret, err)
	}
	req.Body, req.ContentLength = up, int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	if id := wire.Header(label, 128); id != "" {
		req.Header.Set("X-Client-Request-Id", id)
	}
	res, err := c.create.Do(req)
	if err == nil {
		return wire.Read(res), nil
	}
	none, all := up.Stop()
	switch {
	case all:
		return wire.Answer{}, lost(secret, wire.Explain(ctx, w, err))
	case none && ctx.Err() != nil:
		return wire.Answer{}, ctx.Err()
	}
	return wire.Answer{}, unreachable(secret, wire.Explain(ctx, w, err))
}

// ask makes a call that may be repeated. Its errors are the context's before anything was sent, else faults.
func (c *Client) ask(ctx context.Context, p pacer, method, path string, query url.Values) (wire.Answer, error) {
	if err := p.wait(ctx); err != nil {
		return wire.Answer{}, err
	}
	patient, cancel := context.WithTimeoutCause(ctx, c.patience, wire.ErrStalled)
	defer cancel()
	req, err := c.request(patient, method, path, query)
	if err != nil {
		return wire.Answer{}, unreachable(c.secret, err)
	}
	res, err := c.api.Do(req)
	if err != nil {
		return wire.Answer{}, unreachable(c.secret, wire.Explain(ctx, patient, err))
	}
	a := wire.Read(res)
	a.Err = wire.Explain(ctx, patient, a.Err)
	return a, nil
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
	if c.key != "" {
		req.Header.Set("X-Api-Key", c.key)
	} else {
		req.Header.Set("Authorization", c.auth)
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity") // bodies are small, and one gateway's gzip is none: see wire.Read
	return req, nil
}
