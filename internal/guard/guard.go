// Package guard keeps what strangers' URLs name away from the inside of the user's network: this machine, the
// networks behind its router, a cloud's metadata service. [Transport] refuses by the address that is really dialled,
// so neither a name's second answer nor a redirect leads there. What the user named – the base of a service, the
// address of a store – is trusted, and with it the kind of network that it is in: a simulator on loopback hands out
// URLs on loopback.
package guard

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Guard knows which kinds of networks downloads may lead to: the internet, and the kinds that its base is in. It is
// immutable and safe for concurrent use.
type Guard struct {
	host    string // of the base
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
}

// New makes the guard of downloads that a service at base, or a server there, gives the addresses of.
func New(base *url.URL) *Guard {
	return &Guard{plain(base.Hostname()), func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
}

// Refused is the error of a download that would leave the internet.
type Refused struct {
	Where string // the address or name that it leads to
	Kind  string // of network
}

func (r *Refused) Error() string { return fmt.Sprintf("it leads to %s, %s", r.Where, r.Kind) }

// Control is a net.Dialer's ControlContext: it is called with each address that a name has turned out to be, after
// the last look-up and before the connection.
func (g *Guard) Control(ctx context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("guard: %s address %q cannot be judged", network, address)
	}
	return g.address(ctx, at.Addr())
}

// address judges where a connection would go.
func (g *Guard) address(ctx context.Context, at netip.Addr) error {
	k := kindOf(at)
	if k == internet || g.in(ctx, k) {
		return nil
	}
	return &Refused{at.WithZone("").String(), string(k)}
}

// lookUp bounds the question where the base is; a resolver that does not answer makes it nowhere inside.
const lookUp = 10 * time.Second

// in reports whether the base is in networks of that kind.
func (g *Guard) in(ctx context.Context, k kind) bool {
	if at, err := netip.ParseAddr(g.host); err == nil {
		return kindOf(at) == k
	}
	if local(g.host) {
		return k == loopback
	}
	ctx, cancel := context.WithTimeout(ctx, lookUp)
	defer cancel()
	all, err := g.resolve(ctx, g.host)
	for _, at := range all {
		if err == nil && kindOf(at) == k {
			return true
		}
	}
	return false
}

// Host judges a URL by its host alone, for connections that somebody else makes (a proxy looks names up itself): no
// address of the inside, and no name that only the inside knows. The base's own host is as good as the base.
func (g *Guard) Host(ctx context.Context, u *url.URL) error {
	host := plain(u.Hostname())
	if host == g.host {
		return nil
	}
	if at, err := netip.ParseAddr(host); err == nil {
		return g.address(ctx, at)
	}
	switch {
	case local(host):
		if !g.in(ctx, loopback) {
			return &Refused{host, string(loopback)}
		}
	case numeric(host):
		return &Refused{host, "an address in disguise"}
	case inner(host) && !inner(g.host):
		return &Refused{host, "a name of a private network"}
	}
	return nil
}

// plain is a host as it is compared.
func plain(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// local reports whether a name means this machine (RFC 6761 §6.3).
func local(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }

// numeric reports whether a host that is no address may still be read as one, as 127.1, 2130706433 and 0x7f.1 are by
// C libraries: its last label begins with a digit, which no top-level domain does.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && last[0] >= '0' && last[0] <= '9'
}

// inner reports whether a name exists only inside a network: one label (as metadata), or an ending that is reserved
// for it (RFC 6762, RFC 8375, ICANN's .internal).
func inner(host string) bool {
	if !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return true
	}
	for _, end := range []string{".local", ".internal", ".home.arpa", ".lan", ".intranet", ".localdomain"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}
