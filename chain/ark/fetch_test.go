package ark

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

const signature = "?X-Tos-Algorithm=TOS4&X-Tos-Signature=00decafbad"

// files starts a storage that is not the API, and a client of some API.
func files(t *testing.T, h http.HandlerFunc) (*Client, provider.SignedURL) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(t, "http://127.0.0.1:1"), provider.SignedURL(s.URL + "/v.mp4" + signature)
}

func TestFetchCarriesNothingOfOurs(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Authorization", "Referer", "Cookie"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s was sent", name)
			}
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(other.Close)
	c, u := files(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("headers %v", r.Header)
		}
		if r.URL.RawQuery != strings.TrimPrefix(signature, "?") {
			t.Errorf("the signature was changed")
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	var b bytes.Buffer
	require.NoError(t, c.Fetch(t.Context(), u, &b, int64(len(content))))
	require.True(t, bytes.Equal(content, b.Bytes()))
}

func TestFetchFaults(t *testing.T) {
	status := func(code int, body string) http.HandlerFunc { return constant(code, body) }
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}
	for name, c := range map[string]struct {
		h     http.HandlerFunc
		class provider.Class
		wrote string
	}{
		"lapsed":                   {status(403, "<Error><Code>AccessDenied</Code></Error>"), provider.Gone, ""},
		"not there":                {status(404, ""), provider.Gone, ""},
		"no longer there":          {status(410, ""), provider.Gone, ""},
		"refused":                  {status(400, ""), provider.Invalid, ""},
		"too fast":                 {status(429, ""), provider.Busy, ""},
		"broken":                   {status(503, ""), provider.Busy, ""},
		"a part that nobody asked": {status(206, "x"), provider.Busy, ""},
		"nothing":                  {status(204, ""), provider.Busy, ""},
		"shorter than it said":     {raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), provider.Busy, "abc"},
		"a chunk missing": {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), provider.Busy,
			"abc"},
		"too large, said so": {raw("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + strings.Repeat("x", 101)),
			provider.Invalid, ""},
		"a redirect to a file": {raw("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
			provider.Invalid, ""},
		"a redirect to itself": {
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
			provider.Busy, ""},
		"no HTTP": {raw("hello"), provider.Busy, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, u := files(t, c.h)
			var b bytes.Buffer
			f := faultOf(t, client.Fetch(t.Context(), u, &b, 100))
			require.Equal(t, c.class, f.Class, "%v", f)
			require.Equal(t, c.wrote, b.String())
		})
	}
}

func TestFetchTooLargeUnsaid(t *testing.T) {
	c, u := files(t, func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			_, _ = w.Write(make([]byte, 1000))
			w.(http.Flusher).Flush()
		}
	})
	var b bytes.Buffer
	f := faultOf(t, c.Fetch(t.Context(), u, &b, 50_000))
	require.Equal(t, "DownloadTooLarge", f.Code)
	require.LessOrEqual(t, b.Len(), 50_000)
}

func TestFetchRefusesURLs(t *testing.T) {
	c, err := New(Options{Key: testKey}) // an https service
	require.NoError(t, err)
	for _, u := range []provider.SignedURL{
		"", "v.mp4", "http://example.com/v.mp4?X-Tos-Signature=00decafbad", "file:///etc/passwd", "https:///v.mp4",
		"https://%zz/?X-Tos-Signature=00decafbad", "ftp://example.com/v.mp4", "data:video/mp4;base64,AAAA",
	} {
		err := c.Fetch(t.Context(), u, io.Discard, 100)
		f := faultOf(t, err)
		require.Equal(t, provider.Invalid, f.Class)
		require.NotContains(t, f.Error(), "decafbad")
	}
}

// What a service on the internet names is not looked for on this machine or beside it: nothing is even sent there.
func TestFetchStaysOnTheInternet(t *testing.T) {
	inside := httptest.NewUnstartedServer(http.NotFoundHandler())
	inside.Config.ErrorLog = quiet
	inside.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			t.Error("the inside was connected to")
		}
	}
	inside.StartTLS()
	t.Cleanup(inside.Close)
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	require.NoError(t, err)
	c, err := New(Options{BaseURL: "https://93.184.216.34/api/v3", Key: testKey})
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "127.1", "2130706433",
		"0.0.0.0", "10.0.0.1",
		"192.168.1.1", "[fd00::1]", "169.254.169.254", "[64:ff9b::7f00:1]", "metadata.google.internal"} {
		f := faultOf(t,
			c.Fetch(t.Context(), provider.SignedURL("https://"+host+":"+port+"/v.mp4"+signature), io.Discard, 100))
		require.Equal(t, "InvalidURL", f.Code, "%s: %v", host, f)
		require.Equal(t, provider.Invalid, f.Class, "%s: %v", host, f)
		require.NotContains(t, f.Error(), "decafbad")
	}
}

// A service on this machine hands out files of this machine, and still leads nobody into the network around it.
func TestFetchFollowsNoRedirectInside(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fe80::1]/",
		"http://0.0.0.0/"} {
		c, u := files(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to+signature, http.StatusFound) })
		f := faultOf(t, c.Fetch(t.Context(), u, io.Discard, 100))
		require.Equal(t, "InvalidURL", f.Code, "%s: %v", to, f)
		require.Contains(t, f.Message, "it leads to ")
		require.NotContains(t, f.Error(), "decafbad")
	}
}

// A simulator's files may be http where the API is.
func TestFetchOverHTTPWhereTheServiceIs(t *testing.T) {
	c := newClient(t, "http://sim.lan/api/v3", func(o *Options) {
		o.AllowHTTP = true
		o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: 3, Body: io.NopCloser(strings.NewReader("abc"))}, nil
		})}
	})
	var b bytes.Buffer
	require.NoError(t, c.Fetch(t.Context(), "http://sim.lan/files/v.mp4?x=1", &b, 3))
	require.Equal(t, "abc", b.String())
}

// A transport that believes itself done is held to the length it told.
func TestFetchCountsForItself(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1", func(o *Options) {
		o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: 5, Body: io.NopCloser(strings.NewReader("abc"))}, nil
		})}
	})
	f := faultOf(t, c.Fetch(t.Context(), "https://v.example/v.mp4", io.Discard, 100))
	require.Equal(t, provider.Busy, f.Class)
	require.Contains(t, f.Message, "3 of 5 bytes")
}

func TestFetchWriterFails(t *testing.T) {
	c, u := files(t, constant(200, "abcdef"))
	for name, w := range map[string]io.Writer{"with an error": failing{}, "short": short{}} {
		t.Run(name, func(t *testing.T) {
			err := c.Fetch(t.Context(), u, w, 100)
			f := faultOf(t, err)
			require.Equal(t, "WriteFailed", f.Code)
			require.NotEqual(t, provider.Internal, f.Class, "a full disk buys nothing again")
		})
	}
	require.ErrorIs(t, c.Fetch(t.Context(), u, failing{}, 100), errDisk)
}

var errDisk = errors.New("no space left on device")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

// A download may take for hours, as long as enough of it comes.
func TestFetchPatience(t *testing.T) {
	for name, c := range map[string]struct {
		gap   time.Duration
		chunk int
		n     int
		after time.Duration
		err   error
	}{
		"slow":           {59 * time.Second, 60_000, 100, 100 * 59 * time.Second, nil},
		"small and slow": {time.Second, 1, 59, 59 * time.Second, nil},
		"in bursts":      {50 * time.Second, 200_000, 10, 500 * time.Second, nil},
		"stalled":        {61 * time.Second, 60_000, 10, 60 * time.Second, wire.ErrStalled},
		"a trickle":      {time.Second, 1, 100_000, time.Minute, wire.ErrSlow},
		"too slow":       {30 * time.Second, 29_000, 100, time.Minute, wire.ErrSlow},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := pipeClient(t, func(conn net.Conn) {
					_, _ = conn.Read(make([]byte, 4096))
					fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", c.n*c.chunk)
					for range c.n {
						_ = conn.SetReadDeadline(time.Now().Add(c.gap)) // wait, unless the client hangs up
						if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
							return
						}
						if _, err := conn.Write(make([]byte, c.chunk)); err != nil {
							return
						}
					}
				})
				var b bytes.Buffer
				start := time.Now()
				err := client.Fetch(t.Context(), "http://127.0.0.1/v.mp4?x=1", &b, 1<<30)
				require.Equal(t, c.after, time.Since(start))
				if c.err == nil {
					require.NoError(t, err)
					require.Equal(t, c.n*c.chunk, b.Len())
					return
				}
				require.Equal(t, provider.Busy, faultOf(t, err).Class)
				require.ErrorIs(t, err, c.err)
			})
		})
	}
}

func TestReadPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := pipeClient(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
		start := time.Now()
		_, err := client.Get(t.Context(), ref("cgt-1"))
		require.Equal(t, provider.Busy, faultOf(t, err).Class)
		require.ErrorIs(t, err, wire.ErrStalled)
		require.Equal(t, 60*time.Second, time.Since(start))
	})
}
