package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const tiny = `source: a gateway
date: 2026-11-01
models:
  - alias: tiny
    regions:
      ark:
        id: tiny-1
        ends: "2027-01-02"
        currency: CNY
        prices: [{ per_million: 1.5 }]
    duration: { min: 2, max: 4 }
    default_resolution: 480p
    resolutions:
      - { name: 480p, pixels: { "16:9": 864x480 } }
    ratios: ["16:9", adaptive]
    takes: [first_frame]
    images: { formats: [png], max_bytes: 1000, min_side: 1, max_side: 10, min_ratio: 0.5, max_ratio: 2 }
    concurrency: 2
    expected: { base: 1s, per_second: 500ms }
    service: { resolution: 480p, ratio: "16:9", duration: 3 }
`

func TestLoadLaysAFileOverTheBase(t *testing.T) {
	c, err := Load(write(t, tiny), Default())
	require.NoError(t, err)
	require.Equal(t, "a gateway", c.Source)
	require.Equal(t, "2026-11-01", c.Date)
	require.Equal(t, append(Default().Aliases(), "tiny"), c.Aliases())
	m, ok := c.Find("tiny-1")
	require.True(t, ok)
	require.Equal(t, time.Date(2027, 1, 1, 16, 0, 0, 0, time.UTC), m.Regions[Ark].Ends)
	require.EqualValues(t, 1_500_000, m.Regions[Ark].Prices[0].PerMillion)
	require.Equal(t, "h264", m.Resolutions[0].Codec)
	require.Equal(t, "a gateway 2026-11-01", m.Regions[Ark].Source+" "+m.Regions[Ark].Date)
	kept := find(t, "seedance-2.0").Regions[Ark]
	m, _ = c.Find("seedance-2.0")
	require.Equal(t, kept, m.Regions[Ark], "the rows beneath keep their own source")

	replaced, err := Load(write(t, strings.Replace(tiny, "alias: tiny", "alias: seedance-2.0", 1)), Default())
	require.NoError(t, err)
	require.Equal(t, Default().Aliases(), replaced.Aliases())
	m, _ = replaced.Find("seedance-2.0")
	require.Equal(t, 4, m.MaxDuration)
	_, ok = replaced.Find("doubao-seedance-2-0-260128")
	require.False(t, ok, "the model is replaced whole")
	require.Equal(t, 15, find(t, "seedance-2.0").MaxDuration, "the base does not change")

	alone, err := Load(write(t, tiny), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"tiny"}, alone.Aliases())
}

func TestBadCataloguesAreRefusedAtTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":      {"alias: tiny", "alias: tiny\n    colour: red", ":5: field colour not found"},
		"no alias":         {"alias: tiny", "alias: ''", `:4: alias "" is no name`},
		"size":             {"864x480", "864 by 480", `:14: "864 by 480" is no size`},
		"zero size":        {"864x480", "0x0", `:14: tiny: 0x0 is no size`},
		"turned size":      {"864x480", "480x864", `:14: tiny: 480x864 does not have the shape 16:9`},
		"missing pixels":   {`"16:9", adaptive`, `"16:9", "4:3"`, `:14: tiny: no pixels for 4:3 at 480p`},
		"unknown ratio":    {"adaptive", "wide", `:15: tiny: unknown ratio "wide"`},
		"no prices":        {"[{ per_million: 1.5 }]", "[]", ":10: tiny: no price at 480p"},
		"negative price":   {"1.5", "-1.5", `:10: "-1.5" is no price`},
		"fine price":       {"1.5", "1.1234567", `:10: "1.1234567" is no price`},
		"price of nothing": {"per_million: 1.5", "per_million: 1.5, resolutions: [8k]", `:10: tiny: a price for "8k"`},
		"currency":         {"CNY", "yuan", `:9: tiny: currency "yuan"`},
		"row's date":       {"id: tiny-1", "id: tiny-1\n        date: soon", `:8: tiny: date "soon"`},
		"no end":           {"ends: \"2027-01-02\"", "unsure: true", `:8: tiny: unsure of an end`},
		"sold nowhere": {"{ name: 480p, pixels", "{ name: 480p, regions: [byteplus], pixels",
			`:14: tiny: 480p is sold at "byteplus"`},
		"region": {"ark:", "mars:", `:7: tiny: unknown region "mars"`},
		"lacks":  {"id: tiny-1", "id: tiny-1\n        lacks: [wings]", `:8: tiny: lacks "wings" is unknown`},
		"seed beside": {"id: tiny-1", "id: tiny-1\n        seed_beside: wings",
			`:8: tiny: seed_beside "wings" is unknown`},
		"id":               {"id: tiny-1", "id: tiny//1", `:7: tiny: id "tiny//1" is no model id`},
		"end":              {"2027-01-02", "soon", `:8: tiny: ends "soon"`},
		"ability":          {"[first_frame]", "[first_frame, flying]", `:16: tiny: takes "flying" is unknown`},
		"durations":        {"min: 2", "min: 9", `:11: tiny: durations from 9 to 4 s`},
		"default":          {"default_resolution: 480p", "default_resolution: 720p", `:12: tiny: default_resolution "720p"`},
		"concurrency":      {"concurrency: 2", "concurrency: 0", `:18: tiny: concurrency 0`},
		"images":           {"min_ratio: 0.5", "min_ratio: .nan", `:17: images: ratios from NaN`},
		"expected":         {"base: 1s, per_second: 500ms", "base: -1s", `:19: tiny: expected time -1s`},
		"service":          {"duration: 3", "duration: -1", `:20: tiny: the service's duration -1`},
		"date":             {"2026-11-01", "yesterday", `:2: date "yesterday"`},
		"source":           {"a gateway", "''", ":1: source is missing"},
		"type":             {"concurrency: 2", "concurrency: many", ":18: cannot unmarshal !!str `many`"},
		"syntax":           {"models:", "models: [", ": "},
		"other's id":       {"tiny-1", "doubao-seedance-2-0-260128", `names both seedance-2.0 and tiny`},
		"endpoint":         {"tiny-1", "ep-123", `:7: tiny: "ep-123" is an endpoint`},
		"two documents":    {"source:", "--- {}\n---\nsource:", ": "},
		"lines in a value": {"concurrency: 2", "concurrency: \"2\\n\\e[31m3\"", ": cannot unmarshal !!str `2  [31m3`"},
		"draft":            {"[first_frame]", "[draft]", `drafts: "" is none of its resolutions`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, tiny, c.old)
			path := write(t, strings.Replace(tiny, c.old, c.new, 1))
			_, err := Load(path, Default())
			require.Error(t, err)
			require.Contains(t, err.Error(), c.want)
			for _, line := range strings.Split(err.Error(), "\n") {
				require.True(t, strings.HasPrefix(line, path+":"), line)
			}
			require.NotContains(t, err.Error(), "models.file", "speaks of Go types")
		})
	}
}

func TestAllFactsAreReportedTogether(t *testing.T) {
	src := strings.NewReplacer("concurrency: 2", "concurrency: 0", "CNY", "yuan", "min: 2", "min: 0").Replace(tiny)
	_, err := Load(write(t, src), nil)
	require.Len(t, strings.Split(err.Error(), "\n"), 3)
}

func TestUnreadableFiles(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Load(write(t, ""), nil)
	require.ErrorContains(t, err, ":1: source is missing")
	_, err = Load(write(t, strings.Repeat("# 1234567\n", maxFile/10+1)), nil)
	require.ErrorContains(t, err, ":1: larger than 4 MB")
}

func FuzzDecode(f *testing.F) {
	// Not the built-in file: each new input is made smaller for seconds when it has 18 kB, and nothing else is tried.
	f.Add([]byte(tiny))
	f.Add([]byte("models: [{<<, {0}}]"))
	f.Add([]byte("0\n\n0"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("models: [{<<: {alias: x}}]"))
	f.Add([]byte("models:\n - &x {alias: y}\n - *x\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := decode("f.yaml", src)
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f.yaml:") {
					t.Fatalf("no place: %q", line)
				}
			}
			return
		}
		for i := range c.Models { // what was accepted can be used
			m := &c.Models[i]
			for _, r := range m.Resolutions {
				s, ok := m.Pixels(r.Name, Adaptive, Size{16, 9})
				if !ok || Tokens(s, m.MaxDuration) < 0 {
					t.Fatalf("%s at %s is %s", m.Alias, r.Name, s)
				}
				for region := range m.Regions {
					if !r.Sold(region) {
						continue
					}
					if _, ok := m.Price(region, r.Name, m.Audio, false); !ok {
						t.Fatalf("%s at %s has no price", m.Alias, r.Name)
					}
				}
			}
		}
	})
}

func write(t *testing.T, src string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "models.yaml")
	require.NoError(t, os.WriteFile(path, []byte(src), 0o600))
	return path
}
