package ark

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/providertest"
)

func TestProvider(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
		s := newService(t)
		return newClient(t, s.base+"/api/v3/"), s
	})
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		says string
	}{
		"no key":           {Options{}, "empty"},
		"a line break":     {Options{Key: testKey + "\n"}, "line break"},
		"a space within":   {Options{Key: "sk 6f1c0ffee"}, "white space"},
		"not ASCII":        {Options{Key: "sk–6f1c0ffee"}, "non-ASCII"},
		"no URL":           {Options{Key: testKey, BaseURL: "ark"}, "absolute"},
		"no host":          {Options{Key: testKey, BaseURL: "https:///api"}, "absolute"},
		"only a port":      {Options{Key: testKey, BaseURL: "https://:80/api"}, "absolute"},
		"another scheme":   {Options{Key: testKey, BaseURL: "ftp://example.com"}, "neither"},
		"plain http":       {Options{Key: testKey, BaseURL: "http://example.com/api"}, "use https"},
		"like a loopback":  {Options{Key: testKey, BaseURL: "http://127.0.0.1.example.com"}, "use https"},
		"a user":           {Options{Key: testKey, BaseURL: "https://u:sk-6f1c0ffee@example.com"}, "user name"},
		"a query":          {Options{Key: testKey, BaseURL: "https://example.com/?key=sk-6f1c0ffee"}, "query"},
		"a fragment":       {Options{Key: testKey, BaseURL: "https://example.com/#sk-6f1c0ffee"}, "fragment"},
		"control in a URL": {Options{Key: testKey, BaseURL: "https://sk-6f1c0ffee\x7f"}, "absolute"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.o)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "6f1c0ffee")
		})
	}
}

func TestNewAccepts(t *testing.T) {
	for base, want := range map[string]string{
		"":                                BaseURLArk,
		BaseURLBytePlus + "/":             BaseURLBytePlus,
		"http://127.0.0.1:8080/api/v3//":  "http://127.0.0.1:8080/api/v3",
		"http://[::1]:8080":               "http://[::1]:8080",
		"http://localhost:8080":           "http://localhost:8080",
		"https://gateway.example/ark/v3/": "https://gateway.example/ark/v3",
	} {
		c, err := New(Options{BaseURL: base, Key: testKey})
		require.NoError(t, err, base)
		require.Equal(t, want, c.base.String())
	}
	_, err := New(Options{BaseURL: "http://gateway.lan/v3", Key: testKey, AllowHTTP: true})
	require.NoError(t, err)
}

func TestNothingPrintsTheKey(t *testing.T) {
	o := Options{Key: testKey}
	c, err := New(o)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, c), testKey)
		require.NotContains(t, fmt.Sprintf(verb, o), testKey)
	}
}

func TestHeaders(t *testing.T) {
	var got http.Header
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		reply(w, 200, map[string]any{"id": "cgt-1", "status": "queued"})
	})
	_, err := c.Create(t.Context(), provider.Request{Model: "m", Label: "storm/wave\r\n#2 é"})
	require.NoError(t, err)
	require.Equal(t, "Bearer "+testKey, got.Get("Authorization"))
	require.Equal(t, "storm/wave__#2 _", got.Get("X-Client-Request-Id"))
	require.Equal(t, "shotchain/1.2.3", got.Get("User-Agent"))
	require.Equal(t, "application/json", got.Get("Content-Type"))
	require.NotContains(t, got, "Idempotency-Key")

	_, err = c.Get(t.Context(), ref("cgt-1"))
	require.NoError(t, err)
	require.NotContains(t, got, "X-Client-Request-Id")
	require.Equal(t, "Bearer "+testKey, got.Get("Authorization"))
}
