package ark

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/provider"
)

var update = flag.Bool("update", false, "write the golden files; read the diff")

func ptr[T any](v T) *T { return &v }

func full() provider.Request {
	return provider.Request{
		Label: "storm/wave", Model: "doubao-seedance-2-0-260128", Prompt: `A wave <breaks> & "turns" – 海`,
		FirstFrame: &provider.Frame{Digest: "d1", MediaType: "image/PNG", Data: []byte("first"),
			URL: "https://tos.example/last.png?X-Tos-Signature=1"},
		LastFrame:  &provider.Frame{MediaType: "Image/JPEG", Data: []byte("last")},
		References: []provider.Frame{{Web: "https://example.com/a.png"}, {Data: []byte("\x89PNG\r\n\x1a\n")}},
		Resolution: "720p", Ratio: "adaptive", Duration: -1, Seed: ptr(int64(0)), CameraFixed: ptr(false),
		Watermark: ptr(false), Audio: ptr(false), ServiceTier: "flex", Priority: ptr(0), ExpiresAfter: 86400,
		SafetyIdentifier: "u-1", CallbackURL: "https://example.com/cb/token",
	}
}

func TestEncodeGolden(t *testing.T) {
	for name, r := range map[string]provider.Request{
		"full":    full(),
		"minimal": {Model: "m"},
		"text":    {Model: "m", Prompt: "a boat", Duration: 5},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := encode(r)
			require.NoError(t, err)
			var indented any
			require.NoError(t, json.Unmarshal(body, &indented))
			got, err := json.MarshalIndent(indented, "", "  ")
			require.NoError(t, err)
			path := filepath.Join("testdata", "request_"+name+".json")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got))
		})
	}
}

// Only what the request says is sent, besides return_last_frame; and what it says with a pointer is sent even when
// zero.
func TestEncodeSendsOnlyWhatIsSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := provider.Request{
			Model: "m", Prompt: rapid.SampledFrom([]string{"", "p"}).Draw(t, "prompt"),
			Resolution: rapid.SampledFrom([]string{"", "480p"}).Draw(t, "resolution"),
			Ratio:      rapid.SampledFrom([]string{"", "1:1"}).Draw(t, "ratio"),
			Duration:   rapid.SampledFrom([]int{0, 5, -1}).Draw(t, "duration"),
			Seed:       rapid.Ptr(rapid.Int64Range(-1, 1<<31-1), true).Draw(t, "seed"),
			Audio:      rapid.Ptr(rapid.Bool(), true).Draw(t, "audio"),
			Watermark:  rapid.Ptr(rapid.Bool(), true).Draw(t, "watermark"),
			Priority:   rapid.Ptr(rapid.IntRange(0, 9), true).Draw(t, "priority"),
		}
		body, err := encode(r)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(body, &got))
		want := map[string]bool{
			"model": true, "content": true, "return_last_frame": true, "resolution": r.Resolution != "",
			"ratio": r.Ratio != "", "duration": r.Duration != 0, "seed": r.Seed != nil, "generate_audio": r.Audio != nil,
			"watermark": r.Watermark != nil, "priority": r.Priority != nil,
		}
		for key := range got {
			require.True(t, want[key], key)
			delete(want, key)
		}
		for key, set := range want {
			require.False(t, set, key)
		}
		require.Equal(t, byte('}'), body[len(body)-1], "the closing brace comes last")
	})
}

func TestEncodeRefuses(t *testing.T) {
	for name, r := range map[string]provider.Request{
		"a picture of nothing": {Model: "m", FirstFrame: &provider.Frame{MediaType: "image/png"}},
		"text as a picture":    {Model: "m", LastFrame: &provider.Frame{Data: []byte("hello")}},
		"a film as a picture":  {Model: "m", References: []provider.Frame{{MediaType: "video/mp4", Data: []byte("x")}}},
		"too large a picture": {Model: "m",
			FirstFrame: &provider.Frame{MediaType: "image/png", Data: make([]byte, 50<<20)}},
		"too large by the rest": {Model: "m", Prompt: string(make([]byte, 11<<20)),
			FirstFrame: &provider.Frame{MediaType: "image/png", Data: make([]byte, 8<<20)}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, "http://127.0.0.1:1") // where sending would be class Busy
			_, err := c.Create(t.Context(), r)
			f := faultOf(t, err)
			require.Equal(t, provider.Invalid, f.Class)
			require.NotEmpty(t, f.Param)
		})
	}
}
