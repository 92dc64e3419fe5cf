package openrouter_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/money"
	"shotchain/chain/openrouter"
	"shotchain/chain/provider"
)

// at is a client of a server that gives one answer.
func at(t *testing.T, answer http.HandlerFunc) (*openrouter.Client, string) {
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	p, err := openrouter.New(openrouter.Options{BaseURL: server.URL + "/api/v1", Key: testKey})
	require.NoError(t, err)
	return p, server.URL
}

// What a job cost is what usage.cost says, rounded up; what it does not say is not known.
func TestTheBillIsTheServicesOwn(t *testing.T) {
	usd := func(n int64) money.Amount { return money.Amount{Micros: n, Currency: "USD"} }
	for _, c := range []struct {
		body   string
		cost   money.Amount
		billed provider.Answer
	}{
		{`{"id":"a","status":"completed","usage":{"cost":0.1420790001}}`, usd(142_080), provider.Yes},
		{`{"id":"a","status":"completed","usage":{"cost":2.5e-1}}`, usd(250_000), provider.Yes},
		{`{"id":"a","status":"completed"}`, money.Amount{}, provider.Yes},
		{`{"id":"a","status":"completed","usage":{"cost":0.01,"is_byok":true}}`, money.Amount{}, provider.Yes},
		{`{"id":"a","status":"completed","usage":{"cost":1e999}}`, money.Amount{}, provider.Yes},
		{`{"id":"a","status":"failed","usage":{"cost":0}}`, money.Amount{}, provider.No},
		{`{"id":"a","status":"failed","usage":{"cost":0.2}}`, usd(200_000), provider.Yes},
		{`{"id":"a","status":"failed","error":"boom"}`, money.Amount{}, provider.Unknown},
		{`{"id":"a","status":"expired"}`, money.Amount{}, provider.Unknown},
		{`{"id":"a","status":"dreaming"}`, money.Amount{}, provider.Unknown},
	} {
		p, _ := at(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.body)) })
		task, err := p.Get(t.Context(), provider.Ref{Task: "a"})
		require.NoError(t, err, c.body)
		require.Equal(t, c.cost, task.Cost, c.body)
		require.Equal(t, c.billed, task.Billed, c.body)
	}
}

// A polling URL is kept and used, at the configured host and below its API only: the key goes along.
func TestThePollingURLIsUsedAtTheConfiguredHostOnly(t *testing.T) {
	var polling, asked string
	p, base := at(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
			_ = json.NewEncoder(w).Encode(map[string]string{"id": "a", "polling_url": polling, "status": "pending"})
			return
		}
		asked = r.URL.Path
		_, _ = w.Write([]byte(`{"id":"a","status":"pending"}`))
	})
	for given, want := range map[string]string{
		"/api/v1/videos/a/state": "/api/v1/videos/a/state", base + "/api/v1/jobs/a": "/api/v1/jobs/a",
		"https://evil.example/api/v1/videos/a": "/api/v1/videos/a", "/api/v1/../../elsewhere": "/api/v1/videos/a",
		"//evil.example/api/v1/videos/a": "/api/v1/videos/a", "": "/api/v1/videos/a",
	} {
		polling = given
		made, err := p.Create(t.Context(), provider.Request{Model: mini, Prompt: "p", Duration: 4})
		require.NoError(t, err)
		_, err = p.Get(t.Context(), provider.Ref{Task: made.Task, Handle: made.Handle})
		require.NoError(t, err)
		require.Equal(t, want, asked, given)
		_, err = p.Get(t.Context(),
			provider.Ref{Task: made.Task, Handle: provider.Handle(given)}) // of a store for another base
		require.NoError(t, err)
		require.Equal(t, want, asked, given)
	}
}
