package guard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// at is the guard of a base; names are what the resolver knows.
func at(t testing.TB, base string, names map[string]string) *Guard {
	t.Helper()
	u, err := url.Parse(base)
	require.NoError(t, err)
	g := New(u)
	g.resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		if ip, ok := names[host]; ok {
			return []netip.Addr{netip.MustParseAddr(ip)}, nil
		}
		return nil, errors.New("no such host")
	}
	return g
}

var names = map[string]string{"ark.example.com": "203.208.0.1", "sim.lan": "192.168.1.5",
	"vpn.example.com":     "198.18.0.7",
	"gateway.example.com": "10.1.2.3"}

func TestAddressesByWhereTheyLead(t *testing.T) {
	for addr, is := range map[string]kind{
		"1.1.1.1": internet, "101.126.0.1": internet, "172.32.0.1": internet, "100.128.0.1": internet, "198.20.0.1": internet,
		"2606:4700::1111": internet, "2408:8700::1": internet, "::ffff:1.1.1.1": internet, "64:ff9b::101:101": internet,

		"127.0.0.1": loopback, "127.255.0.3": loopback, "::1": loopback, "::ffff:127.0.0.1": loopback,
		"64:ff9b::7f00:1": loopback,
		"10.0.0.1":        private, "172.16.0.1": private, "172.31.255.255": private, "192.168.0.1": private,
		"::ffff:10.0.0.1": private, "64:ff9b::a00:1": private, "64:ff9b:1::a00:1": private,
		"fc00::1": private, "fd12:3456::1": private, "fec0::1": private,
		"100.64.0.1": carrier, "100.127.255.255": carrier,
		"169.254.0.1": linkLocal, "fe80::1": linkLocal, "fe80::1%eth0": linkLocal, "::ffff:169.254.1.1": linkLocal,
		"169.254.169.254": metadata, "::ffff:169.254.169.254": metadata, "64:ff9b::a9fe:a9fe": metadata,
		"169.254.170.2": metadata,
		"fd00:ec2::254": metadata, "100.100.100.200": metadata, "100.96.0.96": metadata, "168.63.129.16": metadata,
		"0.0.0.0": nowhere, "0.1.2.3": nowhere, "::": nowhere, "::ffff:0.0.0.0": nowhere,
		"224.0.0.1": multicast, "239.255.255.250": multicast, "ff02::1": multicast,
		"198.18.0.1": bench, "255.255.255.255": reserved, "240.0.0.1": reserved, "192.0.2.1": reserved,
		"203.0.113.9": reserved,
		"::127.0.0.1": reserved, "2001:0:7f00:1::": reserved, "2002:7f00:1::": reserved, "2001:db8::1": reserved,
		"100::1": reserved, "4000::1": reserved,
	} {
		require.Equal(t, is, kindOf(netip.MustParseAddr(addr)), addr)
	}
}

func TestABaseOpensItsOwnKindOfNetworkAlone(t *testing.T) {
	for base, may := range map[string]map[string]bool{
		"https://ark.example.com": {"1.1.1.1": true, "127.0.0.1": false, "10.0.0.1": false, "169.254.169.254": false,
			"::1": false},
		"https://8.8.8.8": {"1.1.1.1": true, "127.0.0.1": false},
		"http://127.0.0.1:8300": {"1.1.1.1": true, "127.0.0.9": true, "::1": true, "10.0.0.1": false,
			"169.254.169.254": false, "0.0.0.0": false},
		"http://[::1]:8300":      {"127.0.0.1": true, "192.168.0.1": false},
		"http://LocalHost.:8300": {"127.0.0.1": true, "fd00::1": false},
		"http://sim.lan": {"192.168.1.5": true, "10.0.0.1": true, "127.0.0.1": false, "fd00:ec2::254": false,
			"169.254.0.1": false},
		"https://vpn.example.com": {"198.18.0.9": true, "10.0.0.1": false},
		"https://unknown.example": {"1.1.1.1": true, "10.0.0.1": false},
	} {
		g := at(t, base, names)
		for addr, ok := range may {
			ip := netip.MustParseAddr(addr)
			err := g.Control(t.Context(), "tcp", netip.AddrPortFrom(ip, 443).String(), nil)
			require.Equal(t, ok, err == nil, "%s from %s: %v", addr, base, err)
			if !ok {
				require.ErrorAs(t, err, new(*Refused))
				require.Contains(t, err.Error(), addr)
			}
		}
	}
	require.Error(t, at(t, "https://ark.example.com", names).Control(t.Context(), "unix", "/run/docker.sock", nil))
}

func TestHostsAreJudgedAsTheyAreWritten(t *testing.T) {
	for base, may := range map[string]map[string]bool{
		"https://ark.example.com": {
			"https://tos.volces.com/x": true, "https://1.1.1.1/": true, "https://[2606:4700::1111]/": true,
			"http://127.0.0.1/": false, "http://[::1]/": false, "http://[::ffff:169.254.169.254]/": false,
			"http://localhost/":    false,
			"http://a.localhost./": false, "http://127.1/": false, "http://2130706433/": false, "http://0x7f.0.0.1/": false,
			"http://0x7f000001/": false, "http://metadata/": false, "http://metadata.google.internal/": false,
			"http://nas.local/": false,
		},
		"http://localhost:1": {"http://127.0.0.1/": true, "http://localhost:9/": true, "http://10.0.0.1/": false},
		"http://sim:8300": {"http://sim:8300/files/": true, "http://minio:9000/": true,
			"http://169.254.169.254/": false},
		"https://gateway.example.com": {"https://gateway.example.com/x": true, "http://10.9.9.9/": true,
			"http://localhost/": false},
	} {
		g := at(t, base, names)
		for s, ok := range may {
			u, err := url.Parse(s)
			require.NoError(t, err)
			err = g.Host(t.Context(), u)
			require.Equal(t, ok, err == nil, "%s from %s: %v", s, base, err)
		}
	}
}

// A name that turns out to be this machine is refused when it is dialled, whatever it was a moment before.
func TestTheDialledAddressDecides(t *testing.T) {
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	c := http.Client{Transport: at(t, "https://ark.example.com", names).Transport(&http.Transport{})}
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"} {
		_, err := c.Get("http://" + host + ":" + port + "/secret")
		require.Error(t, err, host)
		if host != "127.1" { // not every resolver knows that one
			require.ErrorAs(t, err, new(*Refused), host)
		}
	}
	require.False(t, reached)

	c.Transport = at(t, inside.URL, names).Transport(&http.Transport{})
	res, err := c.Get(inside.URL)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.True(t, reached)
}

// A proxy is the user's: it may be anywhere, but is not asked for the inside.
func TestAProxyMayBeInsideAndWhatItIsAskedForNot(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		if r.URL.Path == "/turn" {
			w.Header().Set("Location", "http://169.254.169.254/latest")
			w.WriteHeader(http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "by way of the proxy")
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	base, err := url.Parse("https://ark.example.com")
	require.NoError(t, err)
	transport := New(base).Transport(&http.Transport{})
	transport.proxy = http.ProxyURL(at)
	c := http.Client{Transport: transport}

	res, err := c.Get("http://files.example.com/v.mp4")
	require.NoError(t, err)
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "by way of the proxy", string(b))
	for _, u := range []string{"http://169.254.169.254/", "http://files.example.com/turn",
		"http://metadata.google.internal/", proxy.URL} {
		_, err := c.Get(u)
		require.ErrorAs(t, err, new(*Refused), u)
	}
	require.Equal(t, []string{"http://files.example.com/v.mp4", "http://files.example.com/turn"}, asked)
}
