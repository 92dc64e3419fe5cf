package models

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// measured are the published token counts of real clips.
var measured = []struct {
	size    Size
	seconds int
	tokens  int64
}{
	{Size{1280, 720}, 4, 87300},
	{Size{1280, 720}, 5, 108900},
	{Size{1280, 720}, 15, 324900},
	{Size{864, 496}, 5, 50638},
	{Size{854, 480}, 4, 38830},
	{Size{1920, 1080}, 4, 196425},
	{Size{1920, 1088}, 5, 246840},
	{Size{1088, 1920}, 6, 295800},
}

func TestTokensAreThoseThatWereMeasured(t *testing.T) {
	for _, m := range measured {
		require.Equal(t, m.tokens, Tokens(m.size, m.seconds), "%s %d s", m.size, m.seconds)
	}
	require.Equal(t, 121, Frames(5))
}

func TestPrices(t *testing.T) {
	for _, c := range []struct {
		alias, resolution string
		audio             bool
		cny, usd          int64 // millionths
	}{
		{"seedance-2.5", "480p", true, 70_000_000, 10_700_000},
		{"seedance-2.5", "720p", false, 70_000_000, 10_700_000},
		{"seedance-2.5", "1080p", true, 77_000_000, 11_700_000},
		{"seedance-2.0", "480p", true, 46_000_000, 7_000_000},
		{"seedance-2.0", "720p", true, 46_000_000, 7_000_000},
		{"seedance-2.0", "1080p", true, 51_000_000, 7_700_000},
		{"seedance-2.0", "4k", true, 26_000_000, 4_000_000},
		{"seedance-2.0-fast", "720p", true, 37_000_000, 5_600_000},
		{"seedance-2.0-mini", "480p", false, 23_000_000, 3_500_000},
		{"seedance-1.5-pro", "1080p", true, 16_000_000, 2_400_000},
		{"seedance-1.5-pro", "480p", false, 8_000_000, 1_200_000},
		{"seedance-1.0-pro", "1080p", false, 15_000_000, 2_500_000},
		{"seedance-1.0-pro-fast", "720p", false, 4_200_000, 1_000_000},
	} {
		m := find(t, c.alias)
		for r, want := range map[Region]Price{Ark: {PerMillion: c.cny, Currency: "CNY"},
			BytePlus: {PerMillion: c.usd, Currency: "USD"}} {
			p, ok := m.Price(r, c.resolution, c.audio, false)
			require.True(t, ok)
			require.Equal(t, want.PerMillion, p.PerMillion, "%s %s at %s", c.alias, c.resolution, r)
			require.Equal(t, want.Currency, p.Currency)
			half, ok := m.Price(r, c.resolution, c.audio, true)
			require.Equal(t, m.Flex, ok, "flex of %s", c.alias)
			if ok {
				require.Equal(t, want.PerMillion/2, half.PerMillion)
			}
		}
		_, ok := m.Price("mars", c.resolution, c.audio, false)
		require.False(t, ok)
	}
}

func TestModelsHaveTheVendorsIDsAndEnds(t *testing.T) {
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v.UTC()
	}
	for _, c := range []struct{ alias, ark, arkEnds, byteplus, byteplusEnds string }{
		{"seedance-2.5", "doubao-seedance-2-5-260628", "", "dreamina-seedance-2-5-260628", ""},
		{"seedance-2.0", "doubao-seedance-2-0-260128", "", "dreamina-seedance-2-0-260128", ""},
		{"seedance-2.0-fast", "doubao-seedance-2-0-fast-260128", "", "dreamina-seedance-2-0-fast-260128", ""},
		{"seedance-2.0-mini", "doubao-seedance-2-0-mini-260615", "", "dreamina-seedance-2-0-mini-260615", ""},
		{"seedance-1.5-pro", "doubao-seedance-1-5-pro-251215", "2026-09-20T16:00:00Z", "seedance-1-5-pro-251215",
			"2026-11-11T00:00:00Z"},
		{"seedance-1.0-pro", "doubao-seedance-1-0-pro-250528", "2026-11-23T16:00:00Z", "seedance-1-0-pro-250528", ""},
		{"seedance-1.0-pro-fast", "doubao-seedance-1-0-pro-fast-251015", "2026-11-23T16:00:00Z",
			"seedance-1-0-pro-fast-251015", ""},
	} {
		m := find(t, c.alias)
		require.Equal(t, c.ark, m.Regions[Ark].ID)
		require.Equal(t, c.byteplus, m.Regions[BytePlus].ID)
		require.Equal(t, at(c.arkEnds), m.Regions[Ark].Ends)
		require.Equal(t, at(c.byteplusEnds), m.Regions[BytePlus].Ends)
		require.Same(t, m, find(t, c.ark))
		require.Same(t, m, find(t, c.byteplus))
	}
	end := find(t, "seedance-1.5-pro").Regions[Ark]
	require.True(t, end.Served(end.Ends.Add(-1)))
	require.False(t, end.Served(end.Ends))
	require.Len(t, Default().Aliases(), 8)
	_, ok := Default().Find("ep-20260101-abcde")
	require.False(t, ok)
}

func TestTheCatalogueOfNovember(t *testing.T) {
	v25, flash := find(t, "seedance-2.5"), find(t, "dreamina-seedance-2-5-flash-261115")
	require.Equal(t, []string{"480p", "720p", "1080p"}, v25.SoldAt(Ark))
	require.Equal(t, []string{"480p", "720p", "1080p", "4k"}, v25.SoldAt(BytePlus))
	p, ok := v25.Price(BytePlus, "4k", true, false)
	require.True(t, ok)
	require.Equal(t, Price{Resolutions: []string{"4k"}, PerMillion: 11_700_000, Currency: "USD", Unconfirmed: true}, p)
	_, ok = v25.Price(Ark, "4k", true, false)
	require.False(t, ok)
	p, ok = v25.Price(BytePlus, "1080p", true, false)
	require.True(t, ok)
	require.False(t, p.Unconfirmed)

	require.Equal(t, "seedance-2.5-flash", flash.Alias)
	require.NotContains(t, flash.Regions, Ark)
	p, ok = flash.Price(BytePlus, "720p", true, false)
	require.True(t, ok)
	require.Equal(t, Price{PerMillion: 7_000_000, Currency: "USD", Unconfirmed: true}, p)

	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, m := range Default().Models {
		for r, o := range m.Regions {
			require.NotEmpty(t, o.Source, "%s at %s", m.Alias, r)
			_, err := time.Parse(time.DateOnly, o.Date)
			require.NoError(t, err, "%s at %s", m.Alias, r)
			require.Equal(t, m.Alias != "seedance-1.5-pro" || r == Fal, o.Served(now), "%s at %s", m.Alias, r)
			require.Equal(t, r == Ark && strings.HasPrefix(m.Alias, "seedance-1.0"), o.Unsure, "%s at %s", m.Alias, r)
		}
	}
	require.Equal(t, "2026-11-25", flash.Regions[BytePlus].Date)
	require.Equal(t, Default().Date, find(t, "seedance-2.0").Regions[Ark].Date, "a row without a date has the file's")
}

// Where a region names a price by the second too, a plan holds the dearer.
func TestTheWorstPriceIsTheDearer(t *testing.T) {
	v25 := find(t, "bytedance/seedance-2.5")
	require.Equal(t, "seedance-2.5", v25.Alias)
	p, ok := v25.Price(Fal, "720p", true, false)
	require.True(t, ok)
	wide, _ := v25.Pixels("720p", "16:9", Size{})
	require.EqualValues(t, 2_330_460, p.Cost(Tokens(wide, 5)).Micros, "108,900 tokens at $21.40 a million")
	require.EqualValues(t, 2_365_000, p.Worst(Tokens(wide, 5), 5).Micros, "5 s at $0.4730")
	v20, _ := find(t, "seedance-2.0").Price(Fal, "720p", true, false)
	require.EqualValues(t, 1_524_600, v20.Worst(Tokens(wide, 5), 5).Micros, "5 s at $0.3024 are less than its tokens at $14")
	mini, _ := find(t, "seedance-2.0-mini").Price(BytePlus, "480p", true, false)
	require.Equal(t, mini.Cost(40_594), mini.Worst(40_594, 4))
}

// A region may sell less of a model than there is.
func TestAModelIsWhatTheRegionSellsOfIt(t *testing.T) {
	v25 := find(t, "seedance-2.5")
	there := v25.At(Fal)
	require.Same(t, there, v25.At(Fal))
	require.True(t, there.TakesSeed(true))
	require.False(t, there.TakesSeed(false))
	require.False(t, there.Draft || there.Watermark || there.Priority)
	require.Equal(t, []string{"jpeg", "png", "webp"}, there.Images.Formats)
	require.Equal(t, 2, there.Concurrency)
	require.Equal(t, []string{"end_user_id", "bitrate_mode"}, there.Regions[Fal].Fields)
	require.True(t, v25.Draft && v25.Watermark && v25.Priority && v25.TakesSeed(false), "elsewhere it is whole")
	require.Same(t, v25, v25.At(BytePlus))
	v15 := find(t, "seedance-1.5-pro").At(Fal)
	require.True(t, v15.TakesSeed(false) && v15.CameraFixed && !v15.AutoDuration)
	require.Zero(t, v15.References)
}

func TestCapabilities(t *testing.T) {
	type able struct {
		min, max                                                int
		auto, last, audio, draft, flex, camera, priority, count bool
		refs                                                    References
		resolutions                                             []string
	}
	three := []string{"480p", "720p", "1080p"}
	for alias, want := range map[string]able{
		"seedance-2.5": {4, 30, true, true, true, true, false, false, true, false, References{30, 10, 10},
			append(three[:3:3], "4k")},
		"seedance-2.5-flash": {4, 30, true, true, true, false, false, false, true, false, References{10, 5, 5}, three[:2]},
		"seedance-2.0": {4, 15, true, true, true, false, false, false, true, false, References{9, 3, 3},
			append(three[:3:3], "4k")},
		"seedance-2.0-fast":     {4, 15, true, true, true, false, false, false, true, false, References{9, 3, 3}, three[:2]},
		"seedance-2.0-mini":     {4, 15, true, true, true, false, false, false, true, false, References{9, 3, 3}, three[:2]},
		"seedance-1.5-pro":      {4, 12, true, true, true, true, true, true, false, false, References{}, three},
		"seedance-1.0-pro":      {2, 12, false, true, false, false, true, true, false, true, References{}, three},
		"seedance-1.0-pro-fast": {2, 12, false, false, false, false, true, true, false, true, References{}, three},
	} {
		m := find(t, alias)
		require.Equal(t, want, able{m.MinDuration, m.MaxDuration, m.AutoDuration, m.LastFrame, m.Audio, m.Draft, m.Flex,
			m.CameraFixed, m.Priority, m.FrameCount, m.References, m.ResolutionNames()}, alias)
		require.True(t, m.FirstFrame && m.Seed && m.Watermark, alias)
		require.Equal(t, strings.HasPrefix(alias, "seedance-2.5"), m.AdaptiveFirstFrame)
		require.Equal(t, strings.HasPrefix(alias, "seedance-2"), m.RefusesFaces)
		require.Equal(t, 10, m.ConcurrencyAt("720p"))
	}
	require.Equal(t, 1, find(t, "seedance-2.0").ConcurrencyAt("4k"))
	require.Equal(t, 105*time.Second, find(t, "seedance-2.0").ExpectedTime(5))
	require.Equal(t, 60*time.Second+30*9*time.Second, find(t, "seedance-2.5").ExpectedTime(-1))
}

func TestPixels(t *testing.T) {
	for _, c := range []struct {
		alias, resolution, ratio string
		frame, want              Size
	}{
		{"seedance-2.5", "480p", "16:9", Size{}, Size{854, 480}},
		{"seedance-2.0", "480p", "16:9", Size{}, Size{864, 496}},
		{"seedance-1.5-pro", "480p", "9:16", Size{}, Size{496, 864}},
		{"seedance-1.0-pro", "480p", "16:9", Size{}, Size{864, 480}},
		{"seedance-1.0-pro", "720p", "21:9", Size{}, Size{1504, 640}},
		{"seedance-1.0-pro", "1080p", "9:16", Size{}, Size{1088, 1920}},
		{"seedance-2.0", "4k", "3:4", Size{}, Size{2494, 3326}},
		{"seedance-2.0", "720p", "adaptive", Size{}, Size{1280, 720}},
		{"seedance-2.0", "720p", "adaptive", Size{6000, 300}, Size{1470, 630}},
		{"seedance-2.0", "720p", "adaptive", Size{1000, 1010}, Size{960, 960}},
		{"seedance-2.0", "720p", "adaptive", Size{300, 700}, Size{720, 1280}},
	} {
		got, ok := find(t, c.alias).Pixels(c.resolution, c.ratio, c.frame)
		require.True(t, ok)
		require.Equal(t, c.want, got)
	}
	_, ok := find(t, "seedance-2.5-flash").Pixels("4k", "16:9", Size{})
	require.False(t, ok)
	_, ok = find(t, "seedance-2.5").Pixels("720p", "5:4", Size{})
	require.False(t, ok)
}

// A chain of shots keeps its shape: the last frame of a clip finds the clip's own ratio again.
func TestOwnLastFrameFindsItsRatio(t *testing.T) {
	for _, m := range Default().Models {
		for _, r := range m.Resolutions {
			for name, s := range r.Pixels {
				require.Equal(t, name, m.NearestRatio(r.Name, s), "%s %s", m.Alias, r.Name)
				back, ok := r.Ratio(s)
				require.True(t, ok)
				require.Equal(t, name, back)
				turned := Size{s.Height, s.Width}
				if _, ok := r.Ratio(turned); name != "21:9" {
					require.True(t, ok, "%s %s %s has no portrait twin", m.Alias, r.Name, name)
				}
			}
		}
	}
}

func TestNearestRatioIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(Default().Models).Draw(t, "model")
		r := rapid.SampledFrom(m.Resolutions).Draw(t, "resolution")
		s := Size{rapid.IntRange(1, 9000).Draw(t, "w"), rapid.IntRange(1, 9000).Draw(t, "h")}
		far := func(p Size) float64 { return math.Abs(math.Log(float64(p.Width*s.Height) / float64(p.Height*s.Width))) }
		got := r.Pixels[m.NearestRatio(r.Name, s)]
		for _, p := range r.Pixels {
			if far(p) < far(got)-1e-12 {
				t.Fatalf("%s is nearer to %s than %s", p, s, got)
			}
		}
	})
}

func TestCostRoundsUp(t *testing.T) {
	p := Price{PerMillion: 10_700_000}
	require.EqualValues(t, 1_165_230, p.Cost(108_900).Micros) // 108900 × 10.70 / 1e6 = 1.16523
	require.EqualValues(t, 11, p.Cost(1).Micros)              // 10.7
	require.EqualValues(t, 0, p.Cost(0).Micros)
	require.EqualValues(t, 0, p.Cost(-5).Micros)
	require.EqualValues(t, math.MaxInt64, Price{PerMillion: math.MaxInt64}.Cost(math.MaxInt64).Micros)
	rapid.Check(t, func(t *rapid.T) {
		p := Price{PerMillion: rapid.Int64Range(0, 1_000_000_000).Draw(t, "price")}
		n := rapid.Int64Range(0, 1_000_000_000).Draw(t, "tokens")
		exact, got := n*p.PerMillion, p.Cost(n).Micros
		if got*million < exact || (got-1)*million >= exact && got > 0 {
			t.Fatalf("%d tokens at %d cost %d", n, p.PerMillion, got)
		}
	})
}

func TestDraftsCostLess(t *testing.T) {
	d := find(t, "seedance-1.5-pro").Drafts
	require.EqualValues(t, 30382, d.DraftTokens(50638, true))
	require.EqualValues(t, 35446, d.DraftTokens(50638, false))
}

func find(t *testing.T, name string) *Model {
	t.Helper()
	m, ok := Default().Find(name)
	require.True(t, ok, name)
	return m
}
