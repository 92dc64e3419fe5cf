package guard

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

// connectTimeout is how long a connection may take to come about.
const connectTimeout = 15 * time.Second

// Transport is an http.RoundTripper that goes nowhere that its guard refuses. Without a proxy the dialer judges each
// address. With one – as the environment says, HTTPS_PROXY and its like – the connection is the proxy's to make, and
// its own address the user's choice: then names and addresses in URLs are judged as they are written.
type Transport struct {
	guard   *Guard
	proxy   func(*http.Request) (*url.URL, error)
	direct  *http.Transport
	proxied *http.Transport
}

// Transport makes a transport like the given one, but for its way of dialling and its proxy.
func (g *Guard) Transport(like *http.Transport) *Transport {
	t := &Transport{guard: g, proxy: http.ProxyFromEnvironment, direct: like.Clone(), proxied: like.Clone()}
	free := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	guarded := &net.Dialer{Timeout: free.Timeout, KeepAlive: free.KeepAlive, ControlContext: g.Control}
	t.proxied.DialContext = free.DialContext
	t.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return t.proxy(r) }
	t.direct.DialContext, t.direct.Proxy = guarded.DialContext, nil
	return t
}

// RoundTrip sends a request, of a redirect too. Its error wraps a *Refused where the guard was in the way; then
// nothing was sent.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	via, err := t.proxy(r)
	if err != nil {
		return nil, err
	}
	if via == nil {
		return t.direct.RoundTrip(r)
	}
	if err := t.guard.Host(r.Context(), r.URL); err != nil {
		return nil, err
	}
	return t.proxied.RoundTrip(r)
}

// CloseIdleConnections is what http.Client asks for by that name.
func (t *Transport) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}
