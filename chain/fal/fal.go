// Package fal speaks to fal.ai's queue. [New] makes a [Client], which is a provider.Provider. A submit is sent at most
// once: fal knows no idempotency key, and its own clients, which repeat one, can buy twice. COMPLETED says only that a
// request ended; whether it made a clip is read from the result. A task's id is the path of its URL, which fal chose and
// which is used at the configured host only: the key goes to the queue, the platform and the storage that were
// configured, and nowhere else. A submit whose answer was lost is looked for in fal's history, by the marker that it was
// sent with; the history may leave out what has not ended, so that it proves only late that nothing was made.
//
// fal gives no last frame, so that frames are decoded from clips. It tells no price with a clip: the unit of its header
// x-fal-billable-units is not documented, and its bills are for keys of the ADMIN scope. So the worst case is booked.
package fal

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

// fal's own hosts.
const (
	BaseURL     = "https://queue.fal.run"
	PlatformURL = "https://api.fal.ai/v1"
	StorageURL  = "https://rest.fal.ai"
)

// Options say which service is called and how.
type Options struct {
	// BaseURL is the queue's, "" for fal's own. Of any other the platform is expected below /v1 and the storage below
	// /rest, as shotchain's simulator has them; a gateway that has neither cannot look anything up, and is sent pictures
	// inside its requests.
	BaseURL   string
	Key       string            // <key_id>:<key_secret>; white space around it is taken off
	Models    *models.Catalogue // what a request to each model may hold; nil: models.Default()
	AllowHTTP bool              // plain http also to hosts other than this machine: the key then travels in the clear
	Version   string            // of the program, for the User-Agent; "": dev
	HTTP      *http.Client      // the client beneath; nil: an own one. See ark.Options

	Patience       time.Duration // how long a read may take, and how long a download may stand still; 0: 60 s
	CreatePatience time.Duration // how long a submit may stand still, and then its answer may take; 0: 3 min
}

// String leaves out the key.
func (o Options) String() string { return "fal options" }

// GoString leaves out the key.
func (o Options) GoString() string { return o.String() }

// Client is a provider.Provider for one key. It is safe for concurrent use.
type Client struct {
	base, platform, storage *url.URL

	about    provider.About
	models   *models.Catalogue
	secret   wire.Redactor
	line     wire.Line
	loads    wire.Loads
	patience time.Duration
	hooks    hooks
}

var (
	_ provider.Provider = (*Client)(nil)
	_ provider.Lister   = (*Client)(nil)
)

// String names the service, not the key.
func (c *Client) String() string { return "fal client for " + c.base.Host }

// GoString names the service, not the key.
func (c *Client) GoString() string { return c.String() }

// New checks the options and makes a client. It sends nothing.
func New(o Options) (*Client, error) {
	key, err := checkKey(o.Key)
	if err != nil {
		return nil, err
	}
	c := &Client{models: o.Models, patience: cmp.Or(o.Patience, time.Minute)}
	if c.models == nil {
		c.models = models.Default()
	}
	if c.about, err = Service(o.BaseURL); err != nil {
		return nil, err
	}
	if err := c.places(o.BaseURL, o.AllowHTTP); err != nil {
		return nil, err
	}
	_, half, _ := strings.Cut(key, ":")
	c.secret = wire.NewRedactor(key).With(half)
	c.line = wire.Line{Sign: func(h http.Header) { h.Set("Authorization", "Key "+key) }, Agent: wire.Agent(o.Version),
		Secret:   c.secret,
		Patience: c.patience, Upload: cmp.Or(o.CreatePatience, 3*time.Minute), BaseEnv: "FAL_BASE_URL", LostHint: hintLost}
	c.loads = wire.Loads{Base: c.base, Inside: guard.New(c.base), Agent: c.line.Agent, Secret: c.secret,
		Patience: c.patience,
		BadHint:  hintURL, GoneHint: hintLapsed}
	c.line.Create, c.line.API, c.loads.Client = wire.Clients(o.HTTP, c.loads.Inside, c.loads.May)
	return c, nil
}

// checkKey returns the key without white space around it, and refuses what cannot be one, without showing it.
func checkKey(key string) (string, error) {
	key = strings.TrimSpace(key)
	id, secret, pair := strings.Cut(key, ":")
	switch {
	case key == "":
		return "", errors.New("the API key is empty: set FAL_KEY")
	case !pair || id == "" || secret == "" || !wire.Visible(key):
		return "", errors.New("the API key is not of the form <key_id>:<key_secret>: check FAL_KEY")
	}
	return key, nil
}

// Service is what plans and keys know of fal by the queue's URL, "" for fal's own; every other is named with its host.
func Service(base string) (provider.About, error) {
	return wire.Named(provider.About{Namespace: "fal", Region: models.Fal, Can: abilities}, base, BaseURL)
}

// About says which service this is; see provider.Provider.
func (c *Client) About() provider.About { return c.about }

// places finds the three hosts.
func (c *Client) places(base string, allowHTTP bool) error {
	base = strings.TrimRight(cmp.Or(base, BaseURL), "/")
	u, err := wire.Base(base, BaseURL, allowHTTP)
	if err != nil {
		return err
	}
	c.base, c.platform, c.storage = u, u.JoinPath("v1"), u.JoinPath("rest")
	if base == BaseURL {
		c.platform, _ = url.Parse(PlatformURL)
		c.storage, _ = url.Parse(StorageURL)
	}
	return nil
}

// Fetch copies what a clip's URL names into w, without the key; see provider.Provider.
func (c *Client) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	return c.loads.Fetch(ctx, u, w, limit)
}

// away is the fault of a call that fal cannot have read.
func (c *Client) away(secret wire.Redactor, err error) *provider.Fault {
	return wire.Unreachable(secret, err, c.line.BaseEnv)
}
