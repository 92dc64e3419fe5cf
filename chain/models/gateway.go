package models

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxPace bounds how seldom a gateway's tasks are read.
const maxPace = 10 * time.Minute

// Gateway is a service of Ark's shape that somebody else runs: what it does otherwise than Ark, as data. A zero field is
// Ark's way.
type Gateway struct {
	Name   string `yaml:"name"`
	Base   string `yaml:"base"`   // URL up to and without /contents; "" where everybody has one of their own
	Region Region `yaml:"region"` // whose model ids it takes, and whose prices stand in for its own
	Auth   string `yaml:"auth"`   // bearer, or x-api-key: the header that carries the key

	Models      map[string]string `yaml:"models"`       // the region's ids that it calls otherwise
	Status      map[string]string `yaml:"status"`       // its words for a task's states beside those that many use, in lower case
	List        string            `yaml:"list"`         // ark, or none: what became of a lost answer cannot be looked up
	Cancel      string            `yaml:"cancel"`       // ark, or none
	LastFrame   string            `yaml:"last_frame"`   // whether it gives a clip's last frame: yes, or no; "" where nobody knows
	PriceFactor float64           `yaml:"price_factor"` // of the region's prices, 1.2 for a fifth more; 0 where nobody knows: as the region
	Failed      string            `yaml:"failed"`       // what tasks that end without a clip are: free, or billed; "" where nobody knows
	Pace        GatewayPace       `yaml:"pace"`         // how often a task may be read
	Echo        []string          `yaml:"echo"`         // which of Marking its tasks tell back; nil: both; empty: what is lost cannot be found
	IDPrefix    string            `yaml:"id_prefix"`    // how its tasks' ids begin, where an answer holds other ids too; "" for Ark's cgt-

	Source string `yaml:"source"`
	Date   string `yaml:"date"` // YYYY-MM-DD
}

// GatewayPace is how often a gateway lets a task be read.
type GatewayPace struct {
	First time.Duration `yaml:"first"` // after its creation; 0 to 10 min
	Every time.Duration `yaml:"every"` // between two reads, at least; 0 to 10 min
}

// Marking are the fields of a create call by which its task is told from all others, where the service tells them back.
var Marking = [...]string{MarkExpiry, MarkIdentifier}

// The marking fields.
const (
	MarkExpiry     = "execution_expires_after"
	MarkIdentifier = "safety_identifier"
)

// Echoes reports whether a task tells a field of its create call back.
func (g Gateway) Echoes(field string) bool { return g.Echo == nil || slices.Contains(g.Echo, field) }

// Invented is an id that no task of the gateway has, or ever had.
func (g Gateway) Invented() string { return cmp.Or(g.IDPrefix, "cgt-") + "20000101000000-zzzzz" }

// states are those that a gateway's words may stand for.
var states = []string{"queued", "running", "succeeded", "failed", "cancelled", "expired"}

// Their is the gateway's name for a model id.
func (g Gateway) Their(id string) string { return cmp.Or(g.Models[id], id) }

// Our is the region's id for the gateway's name of a model.
func (g Gateway) Our(name string) string {
	for id, theirs := range g.Models {
		if theirs == name {
			return id
		}
	}
	return name
}

// Gateway returns the one of that name.
func (c *Catalogue) Gateway(name string) (g Gateway, ok bool) {
	i := slices.IndexFunc(c.Gateways, func(g Gateway) bool { return g.Name == name })
	if i < 0 {
		return g, false
	}
	return c.Gateways[i], true
}

// GatewayNames are the names of all gateways, in the catalogue's order.
func (c *Catalogue) GatewayNames() (names []string) {
	for _, g := range c.Gateways {
		names = append(names, g.Name)
	}
	return names
}

func (c *checker) gateways(all []Gateway) {
	seen := map[string]bool{}
	for i, g := range all {
		at := []any{"gateways", i}
		if !word.MatchString(g.Name) || seen[g.Name] {
			c.fail(under(at, "name"), "gateway %q is there twice or has no name of letters, digits, dots and dashes", g.Name)
		}
		seen[g.Name] = true
		if u, err := url.Parse(g.Base); g.Base != "" &&
			(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			c.fail(under(at, "base"), "%s: base %q is no URL such as https://host/api/v3", g.Name, g.Base)
		}
		if g.Region != Ark && g.Region != BytePlus {
			c.fail(under(at, "region"), "%s: region %q: there are ark and byteplus", g.Name, string(g.Region))
		}
		for _, f := range []struct {
			key, value string
			known      []string
		}{{"auth", g.Auth, []string{"bearer", "x-api-key"}}, {"list", g.List, []string{"ark", "none"}},
			{"cancel", g.Cancel, []string{"ark", "none"}}, {"last_frame", g.LastFrame, []string{"yes", "no"}},
			{"failed", g.Failed, []string{"free", "billed"}}} {
			if f.value != "" && !slices.Contains(f.known, f.value) {
				c.fail(under(at, f.key), "%s: %s %q: there are %s", g.Name, f.key, f.value, strings.Join(f.known, " and "))
			}
		}
		if !(g.PriceFactor == 0 || g.PriceFactor >= 0.01 && g.PriceFactor <= 100) {
			c.fail(under(at, "price_factor"), "%s: price_factor %g is not between 0.01 and 100", g.Name, g.PriceFactor)
		}
		for theirs, state := range g.Status {
			if !slices.Contains(states, state) || theirs != strings.ToLower(theirs) {
				c.fail(under(at, "status", theirs), "%s: status %q: %q: a word in lower case for one of %s", g.Name, theirs, state,
					strings.Join(states, " "))
			}
		}
		c.marks(at, g)
		if _, err := time.Parse(time.DateOnly, g.Date); g.Date != "" && err != nil {
			c.fail(under(at, "date"), "%s: date %q is no date such as 2026-10-08", g.Name, g.Date)
		}
	}
}

// idStart is how a task's id may begin.
var idStart = regexp.MustCompile(`^[A-Za-z0-9_-]{0,40}$`)

// marks checks how a gateway's tasks are named, told and read.
func (c *checker) marks(at []any, g Gateway) {
	for _, f := range []struct {
		key string
		is  time.Duration
	}{{"first", g.Pace.First}, {"every", g.Pace.Every}} {
		if f.is < 0 || f.is > maxPace {
			c.fail(under(at, "pace", f.key), "%s: pace: %s %s is not between 0s and 10m", g.Name, f.key, f.is)
		}
	}
	for i, field := range g.Echo {
		if !slices.Contains(Marking[:], field) {
			c.fail(under(at, "echo", i), "%s: echo %q: there are %s", g.Name, field, strings.Join(Marking[:], " and "))
		}
	}
	if !idStart.MatchString(g.IDPrefix) {
		c.fail(under(at, "id_prefix"), "%s: id_prefix %q is not how an id begins, such as cgt-", g.Name, g.IDPrefix)
	}
}
