package wire

import (
	"errors"
	"net"
	"net/http"
	"time"

	"shotchain/internal/guard"
)

const (
	maxRedirects      = 5
	maxAnswerHeader   = 1 << 20 // bytes
	connectTimeout    = 15 * time.Second
	handshakeTimeout  = 15 * time.Second
	headerTimeout     = 60 * time.Second // of reads and downloads
	createTimeout     = 10 * time.Minute // of a create's header; the client's own patience is shorter
	idleConnTimeout   = 60 * time.Second
	idleConnsPerHost  = 16
	pingUnusedTimeout = 15 * time.Second // HTTP/2: find dead connections
)

// Clients returns the clients beneath a provider: of creates, other API calls and downloads. given is copied, nil for own
// ones; mayFetch judges where a download begins and where a redirect leads.
func Clients(given *http.Client, inside *guard.Guard,
	mayFetch func(*http.Request) error) (create, api, loads *http.Client) {
	if given == nil {
		create = &http.Client{Transport: createTransport()}
		api = &http.Client{Transport: newTransport()}
		loads = &http.Client{Transport: inside.Transport(newTransport())}
	} else {
		create, api, loads = clone(given), clone(given), clone(given)
		loads.Jar = nil
	}
	create.CheckRedirect = stay
	api.CheckRedirect = sameHost
	loads.CheckRedirect = followFetch(mayFetch)
	return create, api, loads
}

func clone(c *http.Client) *http.Client {
	copied := *c
	return &copied
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingUnusedTimeout},
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleConnTimeout,
		MaxIdleConnsPerHost:    idleConnsPerHost,
		MaxResponseHeaderBytes: maxAnswerHeader,
	}
}

// createTransport never reuses a connection: one that the service has just closed is the commonest way to lose the
// answer of a POST, and a handshake costs nothing beside a clip. HTTP/1 keeps one request to one connection.
func createTransport() *http.Transport {
	t := newTransport()
	t.DisableKeepAlives = true
	t.ForceAttemptHTTP2 = false
	t.HTTP2 = nil
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ResponseHeaderTimeout = createTimeout
	return t
}

// stay follows nothing: the redirect is the answer.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// sameHost follows reads within the service only, since the key goes along.
func sameHost(r *http.Request, via []*http.Request) error {
	first := via[0]
	same := r.URL.Scheme == first.URL.Scheme && r.URL.Host == first.URL.Host
	if first.Method != http.MethodGet || !same || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// followFetch follows downloads to where one might also begin. net/http would tell the next host the signed URL in
// a Referer.
func followFetch(may func(*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(r *http.Request, via []*http.Request) error {
		r.Header.Del("Referer")
		if first := via[0].URL; r.URL.Scheme != first.Scheme || r.URL.Host != first.Host { // net/http lets subdomains have it
			r.Header.Del("Authorization")
		}
		if len(via) > maxRedirects {
			return errors.New("too many redirects")
		}
		return may(r)
	}
}
