package guard

import "net/netip"

// kind is what sort of network an address is in, as people are told it.
type kind string

const (
	internet  kind = "the internet"
	loopback  kind = "this machine"
	private   kind = "a private network"
	carrier   kind = "a carrier's or cloud's own network"
	linkLocal kind = "a link-local address"
	metadata  kind = "a cloud's metadata service"
	nowhere   kind = "an unspecified address"
	multicast kind = "a multicast address"
	bench     kind = "a network for benchmarks" // also the made-up addresses of some VPN programs
	reserved  kind = "a reserved address"
)

// kinds are the ranges that are not the internet, the first match counts: IANA's registries of special-purpose
// addresses (IPv4 and IPv6, 2025), and before them the addresses under which clouds tell machines their secrets.
var kinds = []struct {
	in netip.Prefix
	is kind
}{
	{netip.MustParsePrefix("169.254.169.254/32"), metadata}, // AWS, Google, Azure, Oracle, Volcengine and others
	{netip.MustParsePrefix("169.254.170.0/24"), metadata},   // AWS: credentials of containers
	{netip.MustParsePrefix("fd00:ec2::/32"), metadata},      // AWS
	{netip.MustParsePrefix("fd20:ce::254/128"), metadata},   // Google
	{netip.MustParsePrefix("100.96.0.96/32"), metadata},     // Volcengine
	{netip.MustParsePrefix("100.100.100.200/32"), metadata}, // Alibaba
	{netip.MustParsePrefix("168.63.129.16/32"), metadata},   // Azure; in a public range
	{netip.MustParsePrefix("192.0.0.192/32"), metadata},     // Oracle

	{netip.MustParsePrefix("0.0.0.0/8"), nowhere}, // connects to this machine
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), carrier},
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), linkLocal},
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved},
	{netip.MustParsePrefix("192.0.2.0/24"), reserved},
	{netip.MustParsePrefix("192.88.99.0/24"), reserved},
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("198.18.0.0/15"), bench},
	{netip.MustParsePrefix("198.51.100.0/24"), reserved},
	{netip.MustParsePrefix("203.0.113.0/24"), reserved},
	{netip.MustParsePrefix("224.0.0.0/4"), multicast},
	{netip.MustParsePrefix("240.0.0.0/4"), reserved}, // with broadcast
	{netip.MustParsePrefix("0.0.0.0/0"), internet},

	{netip.MustParsePrefix("::/128"), nowhere},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("64:ff9b:1::/48"), private}, // NAT64 of somebody's own
	{netip.MustParsePrefix("fc00::/7"), private},
	{netip.MustParsePrefix("fec0::/10"), private}, // site-local, before there was fc00::/7
	{netip.MustParsePrefix("fe80::/10"), linkLocal},
	{netip.MustParsePrefix("ff00::/8"), multicast},
	{netip.MustParsePrefix("2001::/23"), reserved}, // Teredo and other experiments
	{netip.MustParsePrefix("2001:db8::/32"), reserved},
	{netip.MustParsePrefix("2002::/16"), reserved}, // 6to4
	{netip.MustParsePrefix("3fff::/20"), reserved},
	{netip.MustParsePrefix("2000::/3"), internet}, // all that has been given out
}

// nat64 is the prefix under which IPv6-only networks reach IPv4 addresses (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// kindOf looks through IPv6 forms of IPv4 addresses.
func kindOf(at netip.Addr) kind {
	at = at.Unmap().WithZone("")
	if nat64.Contains(at) {
		b := at.As16()
		at = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, k := range kinds {
		if k.in.Contains(at) {
			return k.is
		}
	}
	return reserved
}
