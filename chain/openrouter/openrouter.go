// Package openrouter speaks to OpenRouter's video API, /api/v1/videos. [New] makes a [Client], which is a
// provider.Provider. OpenRouter has no list of jobs, no idempotency key and no cancel: a create call is sent at most once,
// and what became of one whose answer was lost nobody can look up. What a job costs it says itself, in usage.cost. A job's
// handle is the polling URL that came with it, which is used at the configured host only; the key goes there, also for a
// clip's bytes where those are behind it, and nowhere else.
//
// It gives no last frame that a caller could rely on: frames are decoded from clips.
package openrouter

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
	"shotchain/internal/guard"
)

// BaseURL is OpenRouter's own.
const BaseURL = "https://openrouter.ai/api/v1"

// EnvKey and EnvBase are the environment variables of the key and of the base URL.
const (
	EnvKey  = "OPENROUTER_API_KEY"
	EnvBase = "OPENROUTER_BASE_URL"
)

// Options say which service is called and how.
type Options struct {
	BaseURL   string       // up to and without /videos; "": BaseURL
	Key       string       // white space around it is taken off
	AllowHTTP bool         // plain http also to hosts other than this machine: the key then travels in the clear
	Version   string       // of the program, for the User-Agent; "": dev
	HTTP      *http.Client // the client beneath; nil: an own one. See ark.Options

	Patience       time.Duration // how long a read may take, and how long a download may stand still; 0: 60 s
	CreatePatience time.Duration // how long a create call may stand still, and then its answer may take; 0: 3 min
}

// String leaves out the key.
func (o Options) String() string { return "openrouter options" }

// GoString leaves out the key.
func (o Options) GoString() string { return o.String() }

// Client is a provider.Provider for one key. It is immutable after New and safe for concurrent use.
type Client struct {
	base   *url.URL
	about  provider.About
	secret wire.Redactor
	line   wire.Line
	loads  wire.Loads
}

var _ provider.Provider = (*Client)(nil)

// String names the service, not the key.
func (c *Client) String() string { return "openrouter client for " + c.base.Host }

// GoString names the service, not the key.
func (c *Client) GoString() string { return c.String() }

// New checks the options and makes a client. It sends nothing.
func New(o Options) (*Client, error) {
	key := strings.TrimSpace(o.Key)
	switch {
	case key == "":
		return nil, errors.New("the API key is empty: set " + EnvKey)
	case !wire.Visible(key):
		return nil, errors.New("the API key holds white space, a control or a non-ASCII character: check " + EnvKey)
	}
	base, err := wire.Base(cmp.Or(o.BaseURL, BaseURL), BaseURL, o.AllowHTTP)
	if err != nil {
		return nil, err
	}
	about, err := Service(o.BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, about: about, secret: wire.NewRedactor(key)}
	sign := func(h http.Header) { h.Set("Authorization", "Bearer "+key) }
	c.line = wire.Line{Sign: sign, Agent: wire.Agent(o.Version), Secret: c.secret,
		Patience: cmp.Or(o.Patience, time.Minute),
		Upload:   cmp.Or(o.CreatePatience, 3*time.Minute), BaseEnv: EnvBase, LostHint: hintLost}
	c.loads = wire.Loads{Base: base, Inside: guard.New(base), Agent: c.line.Agent, Secret: c.secret,
		Patience: c.line.Patience,
		Sign:     sign, BadHint: hintURL, GoneHint: hintLapsed}
	c.line.Create, c.line.API, c.loads.Client = wire.Clients(o.HTTP, c.loads.Inside, c.loads.May)
	return c, nil
}

// abilities are what OpenRouter can do. What a failed job costs is told by usage.cost, where there is one.
var abilities = provider.Abilities{
	Lookup:    provider.NoLookup,
	Cancel:    provider.NoCancel,
	LastFrame: provider.No,
	OwnFrames: provider.No,
	Seed:      provider.Yes,
	Bill:      provider.ByAmount,
}

// Service is what plans and keys know of OpenRouter by its base URL, "" for its own; every other is named with its host.
func Service(base string) (provider.About, error) {
	return wire.Named(provider.About{Namespace: "openrouter", Region: models.OpenRouter, Can: abilities}, base, BaseURL)
}

// About says which service this is; see provider.Provider.
func (c *Client) About() provider.About { return c.about }

// Mark is empty: no field of a job comes back.
func (c *Client) Mark(provider.Request) string { return "" }

// Find says that it cannot know, and sends nothing; see provider.Provider.
func (c *Client) Find(context.Context, provider.Attempt) (provider.Finding, error) {
	return provider.Finding{Verdict: provider.Unable,
		Why: errors.New("OpenRouter lists no jobs, and so cannot be asked for it")}, nil
}

// Cancel says that nothing can be cancelled, and sends nothing; see provider.Provider.
func (c *Client) Cancel(context.Context, provider.Ref) error {
	return &provider.Fault{Class: provider.Invalid, Code: "NoCancel", Message: "OpenRouter cancels no jobs",
		Hint: "it goes on and may be billed, so its clip is kept"}
}

// Fetch copies what a URL names into w, with the key where it is the configured host's; see provider.Provider.
func (c *Client) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	return c.loads.Fetch(ctx, u, w, limit)
}
