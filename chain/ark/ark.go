// Package ark speaks to Volcengine Ark, to BytePlus ModelArk and to any gateway of the same shape. [New] makes a
// [Client], which is a [chain.Provider]. It is thin on purpose: it paces its calls to the vendor's limits, encodes
// exactly, decodes leniently, and tells "not created", "created" and "may have been created" apart; waiting,
// retrying and remembering are the caller's. A create call is sent at most once, by this package and by net/http
// beneath it. The key goes to the API and nowhere else: not to the hosts of signed URLs, not across redirects, not
// into an error. The URLs that a service gives lead to the internet, or to the kind of network that the service itself
// is in (see package guard), and nowhere else.
package ark

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/lookup"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
	"shotchain/internal/guard"
)

// Base URLs of the two public services.
const (
	BaseURLArk      = "https://ark.cn-beijing.volces.com/api/v3"       // Volcengine Ark, China
	BaseURLBytePlus = "https://ark.ap-southeast.bytepluses.com/api/v3" // BytePlus ModelArk, international
)

// Sizes that bound what is sent and read.
const (
	maxRequest = 64 << 20 // bytes of a create body; the vendor's limit
)

// Options say which service is called and how.
type Options struct {
	BaseURL   string         // up to and without /contents; "": BaseURLArk
	Key       string         // the API key
	Region    models.Region  // whose ids and prices it has; "": BytePlus at BaseURLBytePlus, else Ark
	Gateway   models.Gateway // what a gateway does otherwise; zero: nothing
	Simulator bool           // it is shotchain's own simulator, which ends with this process
	Camera    string         // the name of the simulator's camera, "" for its plain one
	AllowHTTP bool           // plain http also to hosts other than this machine: the key then travels in the clear
	Version   string         // of the program, for the User-Agent; "": dev

	// HTTP is the client beneath; nil: an own one, with time limits for connecting and for silence but none in
	// total. It is copied, and its redirect policy replaced. Where its downloads connect to is its own affair: only
	// what is written in a URL is judged.
	HTTP *http.Client

	Paces Paces // zero paces: the vendor's limits

	// Turn, where it is not nil, is waited for before each list call, and done called after its answer: the service
	// counts lists by account, and other processes may use the same one.
	Turn func(ctx context.Context) (done func(), err error)

	// Patience is how long a read may take, and how long a download may stand still; 0: 60 s.
	Patience time.Duration
	// CreatePatience is how long an upload may stand still, and then its answer may take; 0: 3 min. An answer that
	// was not waited for is a clip that may have been paid for, so this is long.
	CreatePatience time.Duration
}

// String leaves out the key.
func (o Options) String() string { return "ark options for " + hostOf(o.BaseURL) }

// GoString leaves out the key.
func (o Options) GoString() string { return o.String() }

// Client is a chain.Provider for one key at one service. It is immutable after New and safe for concurrent use; all
// its goroutines share its paces.
type Client struct {
	base   *url.URL
	about  provider.About
	gate   models.Gateway
	secret wire.Redactor
	marks  lookup.Marks
	line   wire.Line
	loads  wire.Loads // of signed URLs: carries no key
	pace   pacers
	turn   func(context.Context) (func(), error)
}

var (
	_ provider.Provider = (*Client)(nil)
	_ provider.Lister   = (*Client)(nil)
	_ provider.Inventor = (*Client)(nil)
)

// String names the service, not the key.
func (c *Client) String() string { return "ark client for " + c.base.Host }

// GoString names the service, not the key.
func (c *Client) GoString() string { return c.String() }

// New checks the options and makes a client. It sends nothing.
func New(o Options) (*Client, error) {
	if err := checkKey(o.Key); err != nil {
		return nil, err
	}
	base, err := wire.Base(cmp.Or(o.BaseURL, BaseURLArk), BaseURLArk, o.AllowHTTP)
	if err != nil {
		return nil, err
	}
	about, err := o.about(base)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, about: about, gate: o.Gateway, secret: wire.NewRedactor(o.Key), pace: newPacers(o.Paces),
		turn: o.Turn}
	sign := func(h http.Header) { h.Set("Authorization", "Bearer "+o.Key) }
	if o.Gateway.Auth == "x-api-key" {
		sign = func(h http.Header) { h.Set("X-Api-Key", o.Key) }
	}
	c.line = wire.Line{Sign: sign, Agent: wire.Agent(o.Version), Secret: c.secret,
		Patience: cmp.Or(o.Patience, time.Minute), Upload: cmp.Or(o.CreatePatience, 3*time.Minute),
		BaseEnv: "ARK_BASE_URL", LostHint: hintLost}
	if c.turn == nil {
		c.turn = func(context.Context) (func(), error) { return func() {}, nil }
	}
	c.loads = wire.Loads{Base: base, Inside: guard.New(base), Agent: c.line.Agent, Secret: c.secret,
		Patience: c.line.Patience,
		BadHint:  hintURL, GoneHint: hintLapsed}
	c.line.Create, c.line.API, c.loads.Client = wire.Clients(o.HTTP, c.loads.Inside, c.loads.May)
	return c, nil
}

// checkKey refuses what cannot be a key, without showing it.
func checkKey(key string) error {
	if key == "" {
		return errors.New("the API key is empty: set ARK_API_KEY")
	}
	if strings.TrimSpace(key) != key {
		return errors.New("the API key begins or ends with white space or a line break: check ARK_API_KEY")
	}
	if !wire.Visible(key) {
		return errors.New("the API key holds white space, a control or a non-ASCII character: check ARK_API_KEY")
	}
	return nil
}

// hostOf names a URL's host for people, "" where it has none.
func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Host
}
