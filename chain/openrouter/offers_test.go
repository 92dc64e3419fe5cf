package openrouter_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/openrouter"
	"shotchain/chain/provider"
)

// The list tells what each model takes there, and its price in millionths of a dollar per million tokens.
func TestTheListOfModelsIsRead(t *testing.T) {
	p, _ := open(t, false)
	offers, err := p.(*openrouter.Client).Offers(t.Context())
	require.NoError(t, err)
	o := offers[mini]
	require.Equal(t, []string{"480p", "720p"}, o.Resolutions)
	require.Equal(t, []string{"first_frame", "last_frame"}, o.Frames)
	require.Equal(t, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, o.Durations)
	require.Equal(t, provider.Yes, o.Audio)
	require.Equal(t, map[string]int64{"480p": 3_500_000, "720p": 3_500_000}, o.PerMillion)

	q, err := p.(*openrouter.Client).Quote(t.Context(), mini)
	require.NoError(t, err)
	require.Equal(t, int64(3_500_000), q.PerMillion)
	require.Equal(t, "USD", q.Currency)
	require.Contains(t, string(q.Answer), `"video-token-480p"`)
	_, err = p.(*openrouter.Client).Quote(t.Context(), "bytedance/none")
	require.ErrorContains(t, err, "the list of models has no bytedance/none")
}

// A list of a stranger's is read as far as it is one: nothing of it is taken for a price that is none, and what it does not
// say refuses nothing.
func TestOddListsOfModelsAreReadAsFarAsTheyGo(t *testing.T) {
	for body, want := range map[string]map[string]provider.Offer{
		`{"data":[]}`: {},
		`{"data":[{"id":"a"},{"id":7},null,"b",{"name":"nameless"}]}`: {"a": {PerMillion: map[string]int64{}}},
		`{"data":[{"id":"a","supported_durations":"4-8","supported_resolutions":["480p"],"generate_audio":false,` +
			`"pricing_skus":{"video-token-480p":"0.0000035","video-token-720p":0.0000035,"image":"1"}}]}`: {"a": {
			Resolutions: []string{"480p"}, Audio: provider.No, PerMillion: map[string]int64{"480p": 3_500_000}}},
		`{"data":[{"id":"a","pricing_skus":{"video-token-480p":"1e-6","video-token-1":"-0.1","video-token-2":"2",` +
			`"video-token-3":"1/3","video-token-4":"free","video-token-5":"` + strings.Repeat("0", 99) +
			`","video-token-6":"0.00000350000000001"}}]}`: {"a": {PerMillion: map[string]int64{"6": 3_500_001}}},
	} {
		offers, err := listing(t, http.StatusOK, body).Offers(t.Context())
		require.NoError(t, err, body)
		for id, o := range offers {
			require.NotEmpty(t, o.Answer)
			o.Answer = nil
			offers[id] = o
		}
		require.Equal(t, want, offers, body)
	}
	for body, status := range map[string]int{"<html>": http.StatusOK, "{}": http.StatusOK, `{"data":7}`: http.StatusOK,
		"[]": http.StatusOK, `{"data":null}`: http.StatusOK, `{"data":[]}`: http.StatusNotFound} {
		_, err := listing(t, status, body).Offers(t.Context())
		var f *provider.Fault
		require.ErrorAs(t, err, &f, body)
	}
}

// listing is a client of a service that answers all with one text.
func listing(t *testing.T, status int, body string) *openrouter.Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	p, err := openrouter.New(openrouter.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	return p
}
