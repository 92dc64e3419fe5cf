package ark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

var small = provider.Request{Model: "m", Prompt: "a boat", Duration: 5}

// large does not fit into the buffers between two programs.
func large() provider.Request {
	return provider.Request{Model: "m", FirstFrame: &provider.Frame{MediaType: "image/png", Data: make([]byte, 24<<20)}}
}

func faultOf(t testing.TB, err error) *provider.Fault {
	t.Helper()
	var f *provider.Fault
	require.ErrorAs(t, err, &f)
	return f
}

// Whatever becomes of the answer, the request arrives exactly once, and the fault says whether a task may exist.
func TestCreateOnce(t *testing.T) {
	const html = "<html><body>502 Bad Gateway</body></html>"
	ok := func(body string, status string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
	}
	for name, c := range map[string]struct {
		answer string
		class  provider.Class
	}{
		"closed without a word":      {"", provider.Lost},
		"half a status line":         {"HTTP/1.1 20", provider.Lost},
		"no HTTP":                    {"SSH-2.0-OpenSSH_9\r\n\r\n", provider.Lost},
		"half the headers":           {"HTTP/1.1 200 OK\r\nContent-Le", provider.Lost},
		"half the body":              {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"id\":\"cgt-1", provider.Lost},
		"a body short of its length": {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"id\":\"cgt-1\"}", provider.Lost},
		"an empty 200":               {ok("", "200 OK"), provider.Lost},
		"a 204":                      {"HTTP/1.1 204 No Content\r\n\r\n", provider.Lost},
		"HTML with 200":              {ok(html, "200 OK"), provider.Lost},
		"JSON without an id":         {ok(`{"ok":true}`, "200 OK"), provider.Lost},
		"an empty id":                {ok(`{"id":""}`, "200 OK"), provider.Lost},
		"an id of several segments":  {ok(`{"id":".."}`, "200 OK"), provider.Lost},
		"an error with 200":          {ok(`{"error":{"code":"InvalidParameter","message":"no"}}`, "200 OK"), provider.Lost},
		"500": {ok(`{"error":{"code":"InternalServiceError","message":"sorry"}}`, "500 Internal"),
			provider.Lost},
		"502 in HTML": {ok(html, "502 Bad Gateway"), provider.Lost},
		"503 that says overloaded": {ok(`{"error":{"code":"ServerOverloaded","message":"busy"}}`, "503 Unavailable"),
			provider.Lost},
		"504 in HTML":           {ok(html, "504 Gateway Timeout"), provider.Lost},
		"408 of a proxy":        {ok(html, "408 Request Timeout"), provider.Lost},
		"409":                   {ok(`{}`, "409 Conflict"), provider.Lost},
		"499":                   {ok(``, "499 Client Closed Request"), provider.Lost},
		"303":                   {"HTTP/1.1 303 See Other\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", provider.Lost},
		"302":                   {"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", provider.Lost},
		"a status nobody knows": {ok("", "999 What"), provider.Lost},
		"307 is not followed": {"HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
			provider.Account},
		"308 is not followed": {"HTTP/1.1 308 Permanent Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
			provider.Account},
		"a redirect to nowhere": {"HTTP/1.1 307 Temporary Redirect\r\nLocation: ::%\r\nContent-Length: 0\r\n\r\n",
			provider.Account},
		"425":         {ok("", "425 Too Early"), provider.Busy},
		"429 in HTML": {ok(html, "429 Too Many Requests"), provider.Busy},
		"400 cut off": {"HTTP/1.1 400 Bad Request\r\nContent-Length: 300\r\n\r\n{\"error\":",
			provider.Invalid},
		"400 in HTML":                 {ok(html, "400 Bad Request"), provider.Invalid},
		"404 in HTML":                 {ok(html, "404 Not Found"), provider.Invalid},
		"413 of a proxy":              {ok(html, "413 Too Large"), provider.Invalid},
		"401 without a word":          {ok("", "401 Unauthorized"), provider.Account},
		"too much of an answer":       {ok(strings.Repeat(" ", wire.MaxAnswer+1), "200 OK"), provider.Lost},
		"429 with too much of answer": {ok(strings.Repeat(" ", wire.MaxAnswer+1), "429 Slow"), provider.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			base, requests := rawServer(t, func(int) string { return c.answer })
			made, err := newClient(t, base).Create(t.Context(), small)
			f := faultOf(t, err)
			require.Equal(t, c.class, f.Class, "%v", f)
			require.Empty(t, made)
			require.NotEmpty(t, f.Message)
			require.Equal(t, 1, requests())
		})
	}
}

// net/http repeats requests that it finds replayable when a kept connection turns out dead. Ours must not be, also
// over a client that was given and that keeps its connections.
func TestCreateOnceOverKeptConnections(t *testing.T) {
	kept := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	for name, given := range map[string]*http.Client{"own": nil, "given": kept} {
		t.Run(name, func(t *testing.T) {
			var creates atomic.Int32
			var reused atomic.Bool
			first := make(chan string, 8)
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					first <- r.RemoteAddr
					reply(w, 200, map[string]any{"id": "cgt-1", "status": "queued"})
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				creates.Add(1)
				select {
				case a := <-first:
					reused.Store(a == r.RemoteAddr)
				default:
				}
				conn, _, _ := w.(http.Hijacker).Hijack()
				reset(conn)
			}, func(o *Options) { o.HTTP = given })
			_, err := c.Get(t.Context(), ref("cgt-1")) // leaves a connection behind
			require.NoError(t, err)
			_, err = c.Create(t.Context(), small)
			require.Equal(t, provider.Lost, faultOf(t, err).Class)
			require.EqualValues(t, 1, creates.Load())
			require.Equal(t, given != nil, reused.Load(), "the own client takes a fresh connection for what is paid")
		})
	}
}

// The same over HTTP/2, where a given client might retry on a stream's reset.
func TestCreateOnceOverHTTP2(t *testing.T) {
	var creates atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		creates.Add(1)
		require.Equal(t, 2, r.ProtoMajor)
		panic(http.ErrAbortHandler) // resets the stream
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, s.URL, func(o *Options) { o.HTTP = s.Client() })
	_, err := c.Create(t.Context(), small)
	require.Equal(t, provider.Lost, faultOf(t, err).Class)
	require.EqualValues(t, 1, creates.Load())
}

func TestCreateUnreachable(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, dead.Close())

	var arrived atomic.Int32
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	untrusted.Config.ErrorLog = quiet
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(plain.Close)

	for name, c := range map[string]*Client{
		"nobody listens":        newClient(t, "http://"+dead.Addr().String()),
		"no such host":          newClient(t, "https://nowhere.invalid", failDNS),
		"untrusted certificate": newClient(t, untrusted.URL),
		"no TLS there":          newClient(t, "https://"+strings.TrimPrefix(plain.URL, "http://")),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Create(t.Context(), small)
			f := faultOf(t, err)
			require.Equal(t, provider.Busy, f.Class)
			require.Equal(t, "Unreachable", f.Code)
			require.NotEmpty(t, f.Hint)
		})
	}
	require.Zero(t, arrived.Load())
}

// failDNS stands in for a resolver that knows nothing.
func failDNS(o *Options) {
	o.HTTP = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial",
			Err: &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}}
	}}}
}

// A request whose end never left cannot have made a task.
func TestCreateBrokenUpload(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.CopyN(io.Discard, conn, 100_000)
		reset(conn)
	}()
	_, err = newClient(t, "http://"+listener.Addr().String()).Create(t.Context(), large())
	f := faultOf(t, err)
	require.Equal(t, provider.Busy, f.Class)
	require.Equal(t, "Unreachable", f.Code)
}

// The context's end is told by what had been sent by then.
func TestCreateContextEnds(t *testing.T) {
	t.Run("while it waits for its turn", func(t *testing.T) {
		c := newClient(t, "http://127.0.0.1:1", func(o *Options) { o.Paces.Create = Pace{PerSecond: 0.001, Burst: 1} })
		require.NoError(t, c.pace.create.wait(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		_, err := c.Create(ctx, small)
		require.Equal(t, context.Canceled, err)
	})
	t.Run("while it connects", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := newClient(t, "http://127.0.0.1:1", func(o *Options) {
			o.HTTP = &http.Client{
				Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					cancel()
					<-ctx.Done()
					return nil, ctx.Err()
				}}}
		})
		_, err := c.Create(ctx, small)
		require.Equal(t, context.Canceled, err)
	})
	t.Run("while it is answered", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel(errors.New("ctrl-c"))
			<-r.Context().Done()
		})
		_, err := c.Create(ctx, small)
		require.Equal(t, provider.Lost, faultOf(t, err).Class)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("while it is sent", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			cancel()
			_, err := io.Copy(io.Discard, r.Body)
			require.Error(t, err)
		})
		_, err := c.Create(ctx, large())
		require.Equal(t, provider.Busy, faultOf(t, err).Class)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// A service that takes the request and never answers, and one that stops taking it.
func TestCreatePatience(t *testing.T) {
	for name, c := range map[string]struct {
		request provider.Request
		reads   bool
		class   provider.Class
	}{
		"never answered":    {small, true, provider.Lost},
		"never read to end": {large(), false, provider.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := pipeClient(t, func(conn net.Conn) {
					if c.reads {
						_, _ = io.Copy(io.Discard, conn)
					}
				})
				start := time.Now()
				_, err := client.Create(t.Context(), c.request)
				f := faultOf(t, err)
				require.Equal(t, c.class, f.Class)
				require.ErrorIs(t, err, wire.ErrStalled)
				require.Equal(t, 3*time.Minute, time.Since(start))
			})
		})
	}
}

// pipeClient speaks over pipes, whose other ends the function gets, in a synctest bubble.
func pipeClient(t *testing.T, other func(net.Conn)) *Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			t.Cleanup(func() { _ = there.Close() })
			go other(there)
			return here, nil
		}}
	return newClient(t, "http://127.0.0.1", func(o *Options) { o.HTTP = &http.Client{Transport: transport} })
}

// A transport that takes the body and then fails before it connects is believed to have sent it: only what is
// certain is called unreachable.
func TestCreateBufferingTransport(t *testing.T) {
	c := newClient(t, "http://127.0.0.1", func(o *Options) {
		o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		})}
	})
	_, err := c.Create(t.Context(), small)
	require.Equal(t, provider.Lost, faultOf(t, err).Class)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestUploadStops(t *testing.T) {
	u := wire.NewUpload([]byte("abc"), func() {})
	none, all := u.Stop()
	require.True(t, none)
	require.False(t, all)
	_, err := u.Read(make([]byte, 3))
	require.Error(t, err, "nothing leaves after stop")
	require.NotEqual(t, io.EOF, err)

	u = wire.NewUpload([]byte("abc"), func() {})
	_, err = io.Copy(&bytes.Buffer{}, u)
	require.NoError(t, err)
	none, all = u.Stop()
	require.False(t, none)
	require.True(t, all)
}
