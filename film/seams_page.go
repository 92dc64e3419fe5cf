package film

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"path/filepath"
	"strings"

	"shotchain/internal/durable"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/sheet"
	"shotchain/render/work"
)

// seamsOf is what the contact sheet shows of a film's seams; nothing where they were not measured.
func (f page) seamsOf(ctx context.Context, variant string) (seams []sheet.Seam, chains []sheet.Chain) {
	for _, s := range f.plan.Seams {
		if s.Variant != variant {
			continue
		}
		for _, l := range s.Links {
			seams = append(seams, l.shown(ctx, f.Store.WorkDir()))
		}
		for _, c := range s.Chains {
			chains = append(chains, c.shown())
		}
	}
	return seams, chains
}

// shown is a seam on the contact sheet.
func (s Seam) shown(ctx context.Context, dir string) sheet.Seam {
	v := sheet.Seam{Shot: s.Shot, From: s.From, Why: s.Link.Why(), Words: wordsOf(s.Link), Done: s.done()}
	seen := map[string]bool{}
	for _, f := range s.Link.Flags() {
		seen[f.Field] = true
	}
	add := func(field, format string, value any) {
		if s.Link.Has(field) {
			v.Numbers = append(v.Numbers, sheet.Number{Name: field, Value: fmt.Sprintf(format, value), Seen: seen[field]})
		}
	}
	l := s.Link
	add("luma", "%+.1f codes", l.Luma)
	add("chroma", "%.1f codes", l.Chroma)
	add("contrast", "%+.1f %%", l.Contrast)
	add("saturation", "%+.1f %%", l.Saturation)
	add("sharpness", "%+.1f octaves", l.Sharpness)
	add("shift", "%.1f px", l.Shift)
	add("held", "%d frames", l.Held)
	add("join", "%.1f×", l.Join)
	if sound := l.Sound; sound.Why != "" {
		v.Numbers = append(v.Numbers, sheet.Number{Name: "sound", Value: "not measured: " + sound.Why})
	} else {
		v.Numbers = append(v.Numbers, sheet.Number{Name: "gap", Value: fmt.Sprintf("%d ms", sound.Gap), Seen: seen["gap"]},
			sheet.Number{Name: "loudness", Value: fmt.Sprintf("%+.1f dB", sound.Level)})
	}
	if v.Why != "" {
		return v
	}
	v.Last, v.First, v.Difference = s.pictures(ctx, dir)
	return v
}

// done says what was done about a seam, and what it came to.
func (s Seam) done() string {
	var parts []string
	if words := s.Correction.Words(); words != "" {
		parts = append(parts, words)
	}
	if s.Correction.Move != (seam.Move{}) {
		parts = append(parts, "moved back")
	}
	if n := s.Correction.Skip; n > 0 {
		parts = append(parts, say.Count(n, "frame")+" left out")
	}
	if s.After != nil && len(parts) > 0 && s.After.Has("luma") {
		parts = append(parts, fmt.Sprintf("leaves %+.1f codes", s.After.Luma))
	}
	return strings.Join(append(parts, s.Correction.Notes...), "; ")
}

// pictures are those that were compared, and their difference: made once, and kept by what they show. "" for those
// that cannot be made.
func (s Seam) pictures(ctx context.Context, dir string) (last, first, difference string) {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %s|%s %s|%d %dx%d", s.Seam.From.Digest, s.Seam.From.Path, s.Seam.To.Digest,
		s.Seam.To.Path, s.End, s.target.Width, s.target.Height))
	path := func(what string) string {
		return filepath.Join(dir, "sheet-"+hex.EncodeToString(h[:])+"-seam-"+what+".jpg")
	}
	last, first, difference = path("last"), path("first"), path("difference")
	if ffmpeg.Made(last) && ffmpeg.Made(first) && ffmpeg.Made(difference) {
		return last, first, difference
	}
	a, b, err := s.EchoPair(ctx, s.target, work.Options{Dir: dir, Workers: 1})
	diff := seam.Difference(a, b)
	if err != nil || diff == nil {
		return "", "", ""
	}
	for _, p := range []struct {
		path string
		img  image.Image
	}{{last, a.Image()}, {first, b.Image()}, {difference, diff}} {
		err := durable.Write(durable.OS(dir), filepath.Base(p.path), func(w io.Writer) error {
			return jpeg.Encode(w, p.img, &jpeg.Options{Quality: 88})
		})
		if err != nil {
			return "", "", ""
		}
	}
	return last, first, difference
}

// shown is a chain's drift on the contact sheet.
func (c Chain) shown() sheet.Chain {
	v := sheet.Chain{Opening: c.Opening}
	for _, d := range c.Shots {
		v.Drift = append(v.Drift, sheet.Drift{Shot: d.Shot, Before: d.Before.Luma, After: d.After.Luma})
	}
	if n := len(c.Shots); n > 0 {
		v.Words = strings.Join(c.Shots[n-1].After.Words(), ", ")
	}
	return v
}
