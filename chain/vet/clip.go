package vet

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"shotchain/chain/models"
)

// Clip is a clip to judge, with what is claimed of it and what it was given. Empty fields are not looked at.
type Clip struct {
	Name      string // of the probe, "" for a file that somebody sent
	Path      string
	Claims    Claims
	First     string // the still that it was to begin with, a path
	End       string // the still that it was to end on
	LastFrame string // the picture that the service returned as its last frame
	URL       string // that it came from; never shown
	Tokens    int64  // billed; 0 where it is not known
	Task      string
	Created   time.Time // of the task, zero where it is not known
	Finished  time.Time
	Control   string // a clip without these stills, for comparison
	Claps     bool   // it was to have three claps in its sound, then silence
}

// Judge judges a clip. earlier are prints of clips in other reports. The error is of a file that cannot be read at all;
// one that does not decode is a finding.
func Judge(ctx context.Context, in Inspector, c Clip, cat *models.Catalogue,
	earlier []Print) ([]Finding, Print, error) {
	p, err := look(c.Path)
	if err != nil {
		return nil, Print{}, err
	}
	print := Print{Probe: c.Name, Task: c.Task, Digest: p.digest}
	if p.logID != "" {
		print.LogIDs = []string{p.logID}
	}
	j := judge{in: in, c: c, cat: cat, p: p}
	j.origin(earlier)
	j.encoder()
	if l, ok := LifetimeOf(c.URL); ok {
		print.Link = &l
		j.add(retention(l, c.Finished)...)
	}
	if j.m, err = in.Clip(ctx, c.Path); err != nil {
		if ctx.Err() != nil {
			return nil, Print{}, ctx.Err()
		}
		j.add(finding("decodes", "", Refuted, "the clip does not decode: %s", printable(err.Error(), 300)))
		return j.found, print, nil
	}
	j.size()
	j.length()
	j.codec()
	j.tokens()
	for _, step := range []func(context.Context) error{j.sound, j.firstFrame, j.endFrame, j.lastFrame, j.watermark} {
		if err := step(ctx); err != nil {
			return nil, Print{}, err
		}
	}
	if print.Perceptual, err = j.hashes(ctx); err != nil {
		return nil, Print{}, err
	}
	j.again(print, earlier)
	return j.found, print, nil
}

// judge is one clip on trial.
type judge struct {
	in    Inspector
	c     Clip
	cat   *models.Catalogue
	p     provenance
	m     Media
	found []Finding
}

func (j *judge) add(all ...Finding) {
	for _, f := range all {
		f.Probe = j.c.Name
		j.found = append(j.found, f)
	}
}

// model is the one that is claimed, nil for none.
func (j *judge) model() *models.Model {
	if m, ok := j.cat.Find(j.c.Claims.Model); ok && j.c.Claims.Model != "" {
		return m
	}
	return nil
}

func (j *judge) size() {
	m, cl := j.model(), j.c.Claims
	got := models.Size{Width: j.m.Width, Height: j.m.Height}
	shown := fmt.Sprintf("%d×%d", got.Width, got.Height)
	if m == nil || cl.Resolution == "" || cl.Ratio == "" || cl.Ratio == models.Adaptive {
		j.add(finding("size", ModelID, NotTested, "it is %s; without model, resolution and ratio that says nothing",
			shown).with("size", shown))
		return
	}
	want, ok := m.Pixels(cl.Resolution, cl.Ratio, models.Size{})
	if !ok {
		j.add(finding("size", ModelID, NotTested, "%s has no size for %s at %s", m.Alias, cl.Resolution, cl.Ratio))
		return
	}
	wanted := fmt.Sprintf("%d×%d", want.Width, want.Height)
	if got != want {
		j.add(finding("size", ModelID, Refuted, "it is %s, and %s makes %s of %s at %s: %s", shown, m.Alias, wanted,
			cl.Resolution, cl.Ratio,
			j.whose(got, want)).with("size", shown, "expected", wanted))
		return
	}
	others := j.sizesOf(got, cl.Resolution, m)
	j.add(finding("size", ModelID, Proven,
		"it is %s, as %s makes it; a clip scaled to exactly that cannot be told from it", shown, m.Alias).with("size", shown))
	if len(others) > 0 {
		j.add(finding("model_size", ModelID, NotTested, "%s make that size too: it does not tell the model",
			strings.Join(others, ", ")))
		return
	}
	j.add(finding("model_size", ModelID, Proven, "only %s makes that size at %s", m.Alias, cl.Resolution))
}

// whose says where a wrong size may come from.
func (j *judge) whose(got, want models.Size) string {
	if x, y := float64(got.Width)/float64(want.Width), float64(got.Height)/float64(want.Height); x > 1.2 &&
		math.Abs(x-y) < 0.02*x {
		return fmt.Sprintf("it is scaled up %.2f times, or another model's", x)
	}
	var names []string
	for i := range j.cat.Models {
		for _, r := range j.cat.Models[i].Resolutions {
			if ratio, ok := r.Ratio(got); ok {
				names = append(names, fmt.Sprintf("%s at %s %s", j.cat.Models[i].Alias, r.Name, ratio))
			}
		}
	}
	if len(names) > 0 {
		return "that is the size of " + strings.Join(names[:min(3, len(names))], ", ")
	}
	return "no model makes that"
}

// sizesOf are the other models that make the size at the resolution.
func (j *judge) sizesOf(s models.Size, resolution string, but *models.Model) (names []string) {
	for i := range j.cat.Models {
		m := &j.cat.Models[i]
		if r, ok := m.Resolution(resolution); ok && m != but {
			if _, ok := r.Ratio(s); ok {
				names = append(names, m.Alias)
			}
		}
	}
	return names
}

func (j *judge) length() {
	rate := strings.TrimSuffix(j.m.Rate, "/1")
	evidence := []any{"decoded frames", j.m.Frames, "rate", j.m.Rate}
	want := models.Frames(j.c.Claims.Seconds)
	switch {
	case rate != fmt.Sprint(models.Rate):
		j.add(finding("length", ModelID, Refuted,
			"%s frames per second, where every model makes %d: re-encoded, or another model", rate,
			models.Rate).with(evidence...))
	case j.c.Claims.Seconds == 0 && j.m.Frames%models.Rate == 1:
		j.add(finding("length", ModelID, Claimed, "%d frames at %d per second, as a clip of %d s has", j.m.Frames,
			models.Rate, j.m.Frames/models.Rate).with(evidence...))
	case j.c.Claims.Seconds == 0:
		j.add(finding("length", ModelID, NotTested,
			"%d frames, which is no whole number of seconds and one; 1.0 makes such where it is asked for frames",
			j.m.Frames).with(evidence...))
	case j.m.Frames != want:
		j.add(finding("length", ModelID, Refuted, "%d frames, where %d s are %d: re-encoded, or another model", j.m.Frames,
			j.c.Claims.Seconds, want).with(evidence...))
	default:
		j.add(finding("length", ModelID, Proven, "%d frames at %d per second, as %d s are", j.m.Frames, models.Rate,
			j.c.Claims.Seconds).with(evidence...))
	}
}

func (j *judge) codec() {
	got := j.m.Codec + " " + j.m.PixFmt
	m := j.model()
	if m == nil {
		j.add(finding("codec", ModelID, NotTested, "it is %s; without a model that says nothing", got).with("codec", got))
		return
	}
	r, ok := m.Resolution(j.c.Claims.Resolution)
	if !ok {
		j.add(finding("codec", ModelID, NotTested, "it is %s; without a resolution that says nothing", got).with("codec",
			got))
		return
	}
	want := map[string]string{"hevc-10": "hevc yuv420p10le"}[r.Codec]
	if want == "" {
		want = "h264 yuv420p"
	}
	if got != want {
		j.add(finding("codec", ModelID, Refuted, "it is %s, where %s makes %s at %s: re-encoded, or another model", got,
			m.Alias, want, r.Name).with("codec", got, "expected", want))
		return
	}
	j.add(finding("codec", ModelID, Proven, "it is %s, as %s makes it", got, m.Alias).with("codec", got))
}

func (j *judge) tokens() {
	want := models.FrameTokens(models.Size{Width: j.m.Width, Height: j.m.Height}, j.m.Frames)
	evidence := []any{"billed tokens", j.c.Tokens, "width × height × frames / 1024", want}
	switch got := j.c.Tokens; {
	case got == 0:
		j.add(finding("tokens", Billing, NotTested, "no tokens were told; the clip as it is would be %d", want))
	case got == want:
		j.add(finding("tokens", Billing, Claimed, "%d tokens were told, exactly what size and length come to",
			got).with(evidence...))
	default:
		j.add(finding("tokens", Billing, Refuted, "%d tokens were told, %.2f times what size and length come to (%d)", got,
			float64(got)/float64(max(want, 1)), want).with(evidence...))
	}
}

// hashes are of three frames of the clip.
func (j *judge) hashes(ctx context.Context) (all []string, err error) {
	at := []int{0, j.m.Frames / 2, max(j.m.Frames-1, 0)}
	at = slices.Compact(at)
	imgs, err := j.in.Frames(ctx, j.c.Path, at, 8*(hashSide+1), 8*hashSide)
	for _, img := range imgs {
		all = append(all, perceptual(img))
	}
	return all, err
}

// again looks for the clip in earlier reports.
func (j *judge) again(p Print, earlier []Print) {
	f := finding("duplicate", "", NotTested, "there is no earlier report to compare with")
	compared := 0
	for _, e := range earlier {
		if e.Task != "" && e.Task == p.Task {
			continue // the very same task
		}
		compared++
		switch {
		case e.Digest == p.Digest:
			f = finding("duplicate", "", Refuted,
				"the same clip, byte by byte, was delivered for another task: it comes from a cache").with("task", e.Task, "sha256",
				e.Digest)
			j.add(f)
			return
		case alike(e.Perceptual, p.Perceptual):
			f = finding("duplicate", "", NotTested,
				"it looks as an earlier clip does, in other bytes: the same seed may do that, a cache too").with("task", e.Task)
		case f.Verdict == NotTested && len(f.Evidence) == 0:
			f = finding("duplicate", "", Proven, "it is none of the clips of earlier reports")
		}
	}
	if f.Verdict == Proven {
		f = f.with("clips compared", compared)
	}
	j.add(f.with("sha256", p.Digest))
}
