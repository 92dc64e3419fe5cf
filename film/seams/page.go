package seams

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

// Shown is a seam on the contact sheet, with its pictures kept in the work folder dir.
func (s Seam) Shown(ctx context.Context, dir string) sheet.Seam {
	v := sheet.Seam{Shot: s.Shot, From: s.From, Why: s.Link.Why(), Words: wordsOf(s.Link), Done: s.done()}
	v.Numbers = s.numbers()
	if v.Why == "" {
		v.Last, v.First, v.Difference = s.pictures(ctx, dir)
		v.Before, v.After = s.halves(ctx, dir)
	}
	return v
}

// numbers are what was measured of the seam, and what the film has of it.
func (s Seam) numbers() (all []sheet.Number) {
	l, seen := s.Link, map[string]bool{}
	for _, f := range l.Flags() {
		seen[f.Field] = true
	}
	for _, f := range []struct {
		field, format string
		of            func(seam.Link) any
	}{
		{"luma", "%+.1f codes", func(l seam.Link) any { return l.Luma }},
		{"chroma", "%.1f codes", func(l seam.Link) any { return l.Chroma }},
		{"contrast", "%+.1f %%", func(l seam.Link) any { return l.Contrast }},
		{"saturation", "%+.1f %%", func(l seam.Link) any { return l.Saturation }},
		{"sharpness", "%+.1f octaves", func(l seam.Link) any { return l.Sharpness }},
		{"shift", "%.1f px", func(l seam.Link) any { return l.Shift }},
		{"held", "%d frames", func(l seam.Link) any { return l.Held }},
		{"join", "%.1f×", func(l seam.Link) any { return l.Join }},
	} {
		if !l.Has(f.field) {
			continue
		}
		n := sheet.Number{Name: f.field, Value: written(f.format, f.of(l)), Seen: seen[f.field]}
		if s.After != nil && s.After.Has(f.field) {
			if after := written(f.format, f.of(*s.After)); after != n.Value {
				n.After = after
			}
		}
		all = append(all, n)
	}
	if why := l.Sound.Why; why != "" {
		return append(all, sheet.Number{Name: "sound", Value: "not measured: " + why})
	}
	return append(all, sheet.Number{Name: "gap", Value: fmt.Sprintf("%d ms", l.Sound.Gap), Seen: seen["gap"]},
		sheet.Number{Name: "loudness", Value: fmt.Sprintf("%+.1f dB", l.Sound.Level)})
}

// written is a measure with its unit. What is rounded to nothing has no sign.
func written(format string, of any) string {
	s := fmt.Sprintf(format, of)
	if digits, _, _ := strings.Cut(s, " "); strings.Trim(digits, "+-0.") == "" {
		return strings.TrimLeft(s, "+-")
	}
	return s
}

// pictures are those that were compared, and their difference: made once, and kept by what they show. "" for those
// that cannot be made.
func (s Seam) pictures(ctx context.Context, dir string) (last, first, difference string) {
	all := s.drawn(ctx, dir, "", []string{"last", "first", "difference"}, func(a, b seam.Picture) []image.Image {
		diff := seam.Difference(a, b)
		if diff == nil {
			return nil
		}
		return []image.Image{a.Image(), b.Image(), diff}
	})
	return all[0], all[1], all[2]
}

// halves are the seam as the clips are, and as the film has it: the left half of what it grew from beside the right half
// of its own first frame. "" where nothing was corrected.
func (s Seam) halves(ctx context.Context, dir string) (before, after string) {
	if s.After == nil {
		return "", ""
	}
	done := fmt.Sprint(s.Seam.From.Correction.Done(), s.Correction.Done())
	all := s.drawn(ctx, dir, done, []string{"before", "after"}, func(a, b seam.Picture) []image.Image {
		was, is := seam.Halves(a, b), seam.Halves(s.corrected(a, b))
		if was == nil || is == nil {
			return nil
		}
		return []image.Image{was, is}
	})
	return all[0], all[1]
}

// drawn are pictures made of the echo pair, kept by what they show.
func (s Seam) drawn(ctx context.Context, dir, of string, names []string,
	draw func(a, b seam.Picture) []image.Image) []string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %s|%s %s|%d %dx%d%s", s.Seam.From.Digest, s.Seam.From.Path, s.Seam.To.Digest,
		s.Seam.To.Path, s.End, s.target.Width, s.target.Height, of))
	none, paths := make([]string, len(names)), make([]string, len(names))
	made := true
	for i, name := range names {
		paths[i] = filepath.Join(dir, "sheet-"+hex.EncodeToString(h[:])+"-seam-"+name+".jpg")
		made = made && ffmpeg.Made(paths[i])
	}
	if made {
		return paths
	}
	a, b, err := s.EchoPair(ctx, s.target, work.Options{Dir: dir, Workers: 1})
	if err != nil {
		return none
	}
	images := draw(a, b)
	if len(images) != len(paths) {
		return none
	}
	for i, img := range images {
		err := durable.Write(durable.OS(dir), filepath.Base(paths[i]), func(w io.Writer) error {
			return jpeg.Encode(w, img, &jpeg.Options{Quality: 88})
		})
		if err != nil {
			return none
		}
	}
	return paths
}

// Shown is a chain's drift on the contact sheet.
func (c Chain) Shown() sheet.Chain {
	v := sheet.Chain{Opening: c.Opening}
	for _, d := range c.Shots {
		v.Drift = append(v.Drift, sheet.Drift{Shot: d.Shot, Before: d.Before.Luma, After: d.After.Luma})
	}
	if n := len(c.Shots); n > 0 {
		last := c.Shots[n-1]
		if words := last.After.Words(); len(words) > 0 {
			v.Words = fmt.Sprintf("%s in %s: %s", last.Shot, say.Count(last.After.Links, "link"), strings.Join(words, ", "))
		}
	}
	return v
}

// corrected is the echo pair as the film has it.
func (s Seam) corrected(a, b seam.Picture) (was, is seam.Picture) {
	end := s.Seam.From.Length
	if s.End > 0 {
		end = s.End
	}
	return s.Seam.From.Correction.Shown(a, end-1), s.Correction.Shown(b, 0)
}
