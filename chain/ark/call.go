package ark

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"shotchain/chain/lookup"
	"shotchain/chain/models"
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
	more := http.Header{}
	if id := wire.Header(r.Label, 128); id != "" {
		more.Set("X-Client-Request-Id", id)
	}
	a, err := c.line.Post(ctx, c.base.String()+tasksPath, more, body, secret)
	if err != nil {
		return provider.Created{}, err
	}
	if a.Status/100 == 2 && a.Err == nil {
		if id := c.decoder().created(a.Body); id != "" {
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
func (c *Client) Mark(r provider.Request) string {
	return lookup.Of(c.marks.For(r), c.gate.Echoes(models.MarkExpiry), c.gate.Echoes(models.MarkIdentifier))
}

// Invented is a task id of nobody's; see provider.Inventor.
func (c *Client) Invented() provider.Ref { return provider.Ref{Task: c.gate.Invented()} }

// Find looks for a lost task in the service's list; see provider.Provider.
func (c *Client) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	if c.gate.List != "none" && c.about.Can.Lookup == provider.NoLookup {
		return provider.Finding{Verdict: provider.Unable,
			Why: errors.New(c.gate.Name + " tells nothing back by which a task could be known")}, nil
	}
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

// ask makes a call that may be repeated, at the pace of its kind. path is escaped already. Its errors are the context's
// before anything was sent, else faults.
func (c *Client) ask(ctx context.Context, p pacer, method, path string, query url.Values) (wire.Answer, error) {
	if err := p.wait(ctx); err != nil {
		return wire.Answer{}, err
	}
	to := c.base.String() + path
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	return c.line.Ask(ctx, method, to, nil)
}
