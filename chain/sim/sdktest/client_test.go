package sdktest

import (
	"encoding/base64"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/volcengine/volcengine-go-sdk/service/arkruntime"

	"shotchain/chain/ark"
	"shotchain/chain/provider"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// swift are paces that do not slow tests down.
var swift = func() ark.Paces {
	free := ark.Pace{PerSecond: math.Inf(1)}
	return ark.Paces{Create: free, Get: free, List: free, Delete: free}
}()

func client(t *testing.T, base string) *ark.Client {
	t.Helper()
	c, err := ark.New(ark.Options{BaseURL: base, Key: "key", Paces: swift})
	require.NoError(t, err)
	return c
}

// Our requests say what the vendor's own client would say.
func TestOurRequestsAreTheSDKs(t *testing.T) {
	const seen = "https://ark.example/last_frame.png?X-Tos-Signature=1"
	still := stillURL(t, 320, 320)
	data := pngData(t, still)
	for name, x := range map[string]struct {
		ours provider.Request
		sdks createRequest
	}{
		"text": {
			provider.Request{Model: m20, Prompt: "a <boat> & 灯塔", Duration: 5, Resolution: "720p", Ratio: "16:9"},
			request(bare, func(r *createRequest) { *r.Content[0].Text = "a <boat> & 灯塔" }),
		},
		"everything": {
			provider.Request{Model: m20, Prompt: "a boat at dusk", Duration: 5, Resolution: "720p", Ratio: "16:9", Audio: new(true),
				Seed: new(int64(11)), ExpiresAfter: 7200, Priority: new(2), SafetyIdentifier: "someone", Watermark: new(false),
				ServiceTier: "default"},
			request(),
		},
		"other models' fields": {
			provider.Request{Model: "doubao-seedance-1-0-pro-250528", Prompt: "a boat at dusk", Duration: 5, Resolution: "720p", Ratio: "16:9",
				CameraFixed: new(true), CallbackURL: "https://here.example/hook"},
			request(bare, func(r *createRequest) {
				r.Model, r.CameraFixed, r.CallbackUrl = "doubao-seedance-1-0-pro-250528", new(true), new("https://here.example/hook")
			}),
		},
		"continuing": {
			provider.Request{Model: m20, Prompt: "a boat at dusk", Duration: 5, Resolution: "720p", Ratio: "adaptive",
				FirstFrame: &provider.Frame{URL: seen, Data: data, MediaType: "image/png"}},
			request(bare, func(r *createRequest) {
				r.Ratio, r.Content = new("adaptive"), append(r.Content, picture(seen, "first_frame"))
			}),
		},
		"first and last frame": {
			provider.Request{Model: m20, Prompt: "a boat at dusk", Duration: 5, Resolution: "720p", Ratio: "adaptive",
				FirstFrame: &provider.Frame{Data: data, MediaType: "image/png"},
				LastFrame:  &provider.Frame{Data: data, MediaType: "image/png"}},
			request(bare, func(r *createRequest) {
				r.Ratio, r.Content = new("adaptive"), append(r.Content, picture(still, "first_frame"), picture(still, "last_frame"))
			}),
		},
		"references": {
			provider.Request{Model: m20, Prompt: "a boat at dusk", Duration: -1, Resolution: "720p", Ratio: "16:9",
				References: []provider.Frame{{Data: data, MediaType: "image/png"}, {Web: "https://example.org/a.png"}}},
			request(bare, func(r *createRequest) {
				r.Duration = new(int64(-1))
				r.Content = append(r.Content, picture(still, "reference_image"), picture("https://example.org/a.png", "reference_image"))
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []sent
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = append(got, sent{r.Method + " " + r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
				_, _ = io.WriteString(w, `{"id":"cgt-20260606160057-6bbjd"}`)
			}))
			defer s.Close()
			ours, err := client(t, s.URL+sim.Prefix).Create(t.Context(), x.ours)
			require.NoError(t, err)
			theirs, err := arkruntime.NewClientWithApiKey("key", arkruntime.WithBaseUrl(s.URL+sim.Prefix), arkruntime.WithRetryTimes(0)).
				CreateContentGenerationTask(t.Context(), x.sdks)
			require.NoError(t, err)
			require.Equal(t, theirs.ID, ours.Task)
			require.Len(t, got, 2)
			require.JSONEq(t, got[1].body, got[0].body)
			got[0].body, got[1].body = "", ""
			require.Equal(t, got[1], got[0])
		})
	}
}

type sent struct{ call, auth, media, body string }

// bare takes away what the plain request of ours does not send.
func bare(r *createRequest) {
	*r = createRequest{Model: r.Model, Content: r.Content, Duration: r.Duration, Resolution: r.Resolution, Ratio: r.Ratio,
		ReturnLastFrame: r.ReturnLastFrame}
}

// Our client and the SDK read the same task alike.
func TestOurClientReadsTasksAsTheSDKDoes(t *testing.T) {
	s := simtest.NewServer(t, sim.Options{Limits: sim.NoRates})
	theirs := sdk(s, "key")
	ours := client(t, s.BaseURL())
	r := provider.Request{Label: "sea/boat#1", Model: m20, Prompt: "a boat", Duration: 5, Resolution: "720p", Ratio: "9:16",
		Seed: new(int64(3)), ExpiresAfter: 5000, SafetyIdentifier: "someone"}
	made, err := ours.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "sea/boat", s.Sim.Stats().Tasks[0].Label)
	sdks := finished(t, theirs, made.Task)
	task, err := ours.Get(t.Context(), provider.Ref{Task: made.Task})
	require.NoError(t, err)
	require.Equal(t, sdks.ID, task.ID)
	require.Equal(t, sdks.Model, task.Model)
	require.Equal(t, sdks.Status, string(task.Status))
	require.Equal(t, sdks.Content.VideoURL, string(task.Video))
	require.Equal(t, sdks.Content.LastFrameURL, string(task.LastFrame))
	require.EqualValues(t, sdks.Usage.CompletionTokens, task.Tokens)
	require.Equal(t, *sdks.Seed, *task.Seed)
	require.Equal(t, *sdks.Resolution+*sdks.Ratio, task.Resolution+task.Ratio)
	require.EqualValues(t, *sdks.Duration, task.Duration)
	require.Equal(t, sdks.GenerateAudio, task.Audio)
	require.EqualValues(t, *sdks.ExecutionExpiresAfter, task.ExpiresAfter)
	require.Equal(t, *sdks.SafetyIdentifier, task.SafetyIdentifier)
	require.Equal(t, sdks.CreatedAt, task.Created.Unix())
	require.Equal(t, sdks.UpdatedAt, task.Updated.Unix())

	list, complete, err := ours.List(t.Context(), provider.Filter{})
	require.NoError(t, err)
	require.True(t, complete)
	require.Len(t, list, 1)
	require.Equal(t, task.ID, list[0].ID)
}

func pngData(t *testing.T, dataURL string) []byte {
	t.Helper()
	_, encoded, _ := strings.Cut(dataURL, ",")
	data, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	return data
}
