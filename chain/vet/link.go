package vet

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Lifetime is what a result's URL says of itself, without what would let anyone use it.
type Lifetime struct {
	Host   string     `json:"host"`
	Digest string     `json:"sha256"` // of the whole URL: tells whether it is the same later
	Until  *time.Time `json:"until,omitempty"`
	By     string     `json:"by,omitempty"` // the parameters that say so
}

// vendorHosts are where the vendor keeps results itself.
var vendorHosts = []string{".volces.com", ".bytepluses.com"}

// LifetimeOf reads a URL. ok is false where it is none.
func LifetimeOf(raw string) (l Lifetime, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return l, false
	}
	sum := sha256.Sum256([]byte(raw))
	l = Lifetime{Host: u.Hostname(), Digest: hex.EncodeToString(sum[:])}
	q := map[string]string{}
	for k, v := range u.Query() {
		q[strings.ToLower(k)] = v[0]
	}
	for _, vendor := range []string{"x-tos", "x-amz", "x-goog"} {
		from, err := time.Parse("20060102T150405Z", q[vendor+"-date"])
		n, err2 := strconv.ParseInt(q[vendor+"-expires"], 10, 32)
		if err == nil && err2 == nil && n >= 0 {
			return l.until(from.Add(time.Duration(n)*time.Second), vendor+"-date + "+vendor+"-expires"), true
		}
	}
	if n, err := strconv.ParseInt(q["expires"], 10, 64); err == nil && n > 1e9 && n < 1e11 {
		return l.until(time.Unix(n, 0).UTC(), "expires"), true
	}
	if t, err := time.Parse(time.RFC3339, q["se"]); err == nil {
		return l.until(t.UTC(), "se"), true
	}
	return l, true
}

func (l Lifetime) until(t time.Time, by string) Lifetime {
	l.Until, l.By = &t, by
	return l
}

// retention says how long a result is there for, by its URL.
func retention(l Lifetime, finished time.Time) []Finding {
	host := finding("host", Retention, NotTested,
		"%s is not the vendor's own storage: what is kept there, and for how long, is the seller's word", l.Host)
	for _, h := range vendorHosts {
		if strings.HasSuffix(strings.ToLower(l.Host), h) {
			host = finding("host", Retention, Claimed, "%s is the vendor's own storage by its name", l.Host)
		}
	}
	if l.Until == nil {
		return []Finding{host.with("host", l.Host),
			finding("retention", Retention, NotTested, "the URL does not state how long it lives")}
	}
	f := finding("retention", Retention, Claimed, "the URL says that it lives until %s", l.Until.Format(time.RFC3339))
	if !finished.IsZero() {
		f.Found += ", " + l.Until.Sub(finished).Round(time.Minute).String() + " from completion"
	}
	return []Finding{host.with("host", l.Host),
		f.with("parameters", l.By, "until", l.Until.Format(time.RFC3339), "url sha256", l.Digest)}
}
