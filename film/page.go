package film

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/film/seams"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/sheet"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// sheetDir is the folder of a film's contact sheet, "" for none: beside the film, unless told otherwise. It refuses one
// that holds something else, or leads where a stranger's storyboard may not write.
func sheetDir(o Output, f *Film, outs []Delivery) (string, error) {
	if o.NoSheet {
		return "", nil
	}
	out := outs[0].Cuts[0].Outputs[0].Path
	if len(outs) > 1 || len(outs[0].Cuts) > 1 { // one sheet for all variants and cuts
		out = filepath.Join(common(outs), f.fileName()+".mp4")
		if o.Aside && o.Path == "" {
			out = aside(out)
		}
	}
	dir := cmp.Or(o.Sheet, strings.TrimSuffix(out, filepath.Ext(out))+"-sheet")
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if info, err := os.Lstat(abs); err == nil && !info.IsDir() {
		return "", fmt.Errorf("%s is no folder of its own: name one for the contact sheet", say.Path(abs))
	}
	if below(within(f.Store.Dir(), ""), within(filepath.Dir(abs), filepath.Base(abs))) {
		return "", fmt.Errorf("%s is inside the store: choose another folder for the contact sheet", say.Path(abs))
	}
	return abs, sheet.IsSheet(abs)
}

// common is the innermost folder that all files of all films are in.
func common(outs []Delivery) string {
	dir := filepath.Dir(outs[0].Cuts[0].Outputs[0].Path)
	for _, d := range outs {
		for _, c := range d.Cuts {
			for _, o := range c.Outputs {
				for !below(dir, o.Path) && dir != filepath.Dir(dir) {
					dir = filepath.Dir(dir)
				}
			}
		}
	}
	return dir
}

// below reports whether a path is in a folder, however deep.
func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// page fills a contact sheet.
type page struct {
	*Film
	plan  *Plan
	reel  *chain.Reel     // of the run that has just ended, nil for none
	seams []*seams.Report // that were measured with the films, or with earlier ones
}

// Page is the plan's contact sheet, as data: every shot, take and join, what is missing and why. reel is of a run that
// has just ended, nil for what the store holds.
func (f *Film) Page(ctx context.Context, p *Plan, reel *chain.Reel) *sheet.Page {
	return page{f, p, reel, p.Seams}.fill(ctx)
}

// fill fills it.
func (f page) fill(ctx context.Context) *sheet.Page {
	p := &sheet.Page{Title: cmp.Or(strings.TrimSpace(f.Title), filepath.Base(f.Path)), File: f.File, By: f.Service.By(),
		Charged: !f.Service.Simulated(),
		Run:     f.lastRun()}
	for _, d := range f.plan.Films {
		if f.plan.Seams == nil {
			f.seams = append(f.seams, f.keptSeams(ctx, d)...)
		}
		one := sheet.Film{Variant: d.Variant}
		for _, shot := range d.Shots() {
			one.Shots = append(one.Shots, f.shot(ctx, d.Film, shot))
		}
		for _, spec := range d.Cuts {
			if c, ok := f.cut(ctx, d.Film, spec); ok {
				one.Cuts = append(one.Cuts, c)
			}
		}
		one.Seams, one.Chains = f.seamsOf(ctx, d.Variant)
		p.Films = append(p.Films, one)
	}
	return p
}

// lastRun is the newest run of this film in the store.
func (f page) lastRun() *sheet.Run {
	for _, r := range slices.Backward(f.Store.Runs()) {
		if r.Film == f.Name() && r.Provider == f.Service.About.Namespace && r.Draft == f.Draft {
			return &sheet.Run{Began: r.Began.Local(), Took: r.Ended.Sub(r.Began), Bought: r.Bought, Reused: r.Reused,
				Spent: r.Spent, Saved: r.Saved}
		}
	}
	return nil
}

// shot tells what there is of a shot of one variant.
func (f page) shot(ctx context.Context, of *Film, s *storyboard.Shot) sheet.Shot {
	v := sheet.Shot{Scene: s.Scene, ID: s.ID, Caption: s.Caption, Prompt: strings.TrimSpace(s.Prompt), From: s.From,
		Notes: s.Notes, Todo: s.Todo,
		To:   s.To,
		Pick: s.Pick.Value}
	if t := of.Take(s); t != nil && t.At != 0 {
		v.At = s.At.Value.String()
	}
	if s.Clip != nil {
		v.Footage, v.Shares = s.Clip.Name, f.footageIn(of, s)
		v.Takes = []sheet.Take{f.footageTake(ctx, s)}
		return v
	}
	picked := of.Take(s)
	if s.FirstFrame != nil {
		v.Opens, v.Still = of.GrowsFrom(picked), s.FirstFrame.Path
	}
	if s.To == "" {
		v.Ends = of.EndsOn(picked)
	}
	for _, id := range f.VariantsOf(picked) {
		if id != of.Variant {
			v.Shares = append(v.Shares, id)
		}
	}
	pick := "shotchain pick " + say.ShellWord(f.File)
	for i, t := range of.Takes(s) {
		take := f.take(t)
		take.Number = i + 1
		take.Pick = fmt.Sprintf("%s %s %d", pick, s.Name(), i+1)
		if t == picked && take.Clip == nil {
			f.standIn(&take, of, t)
		}
		v.Takes = append(v.Takes, take)
	}
	return v
}

// standIn shows the draft that stands in for a take without a clip, where there is one.
func (f page) standIn(v *sheet.Take, of *Film, t *graph.Take) {
	if of.fallback == nil {
		return
	}
	for _, u := range t.Uses {
		if o := of.fallback.Of(u.Shot); u.Film == of.number && o.Ok() {
			f.show(v, t, o.Clip, f.Store.Take(o.Dir.Key))
			v.State, v.Tone, v.Reason = "draft", sheet.Todo, "stands in for a clip that is not there"
			return
		}
	}
}

// footageIn are the other variants with the same footage for a shot.
func (f page) footageIn(of *Film, s *storyboard.Shot) (ids []string) {
	for _, d := range f.plan.Films {
		if other, ok := d.Shot(s.Name()); ok && d.Variant != of.Variant && other.Clip != nil &&
			other.Clip.Path == s.Clip.Path {
			ids = append(ids, d.Variant)
		}
	}
	return ids
}

// take tells what there is of a take: what became of it in the run that has just ended, else what the plan says.
func (f page) take(t *graph.Take) sheet.Take {
	v := sheet.Take{Number: t.Number, Model: t.Model.Alias,
		Size:    fmt.Sprintf("%s %d×%d", t.Request.Resolution, t.Size.Width, t.Size.Height),
		Seconds: t.Seconds, Seed: t.Request.Seed, Cost: t.Cost, Expected: t.Expected}
	pt := f.plan.Of(t)
	v.State, v.Tone, v.Reason = string(pt.Standing), ToneOf(pt.Standing), pt.Reason
	clip, key := pt.Clip, pt.Key
	if pt.Standing == chain.Unclear {
		v.Failure = &sheet.Failure{Message: pt.Reason, Hint: unclearHint, Command: f.Command("run")}
	}
	if pt.Fault != nil { // an earlier run's, and nothing has been made of it since
		v.State, v.Tone, v.Reason = string(chain.Failed), ToneOf(chain.Failed), ""
		v.Failure = &sheet.Failure{Message: pt.Fault.Error(), Hint: pt.Fault.Hint, Command: f.Command("run")}
	}
	if f.reel != nil {
		o := f.reel.Outcomes[t.Index]
		clip, key, v.Task = o.Clip, o.Dir.Key, o.Task
		f.became(&v, o)
	} else if f.plan.Earlier != nil && clip == nil {
		f.became(&v, f.plan.Earlier.Outcomes[t.Index])
	}
	if clip != nil {
		f.show(&v, t, clip, f.Store.Take(key))
		v.Tone, v.Failure = sheet.Done, nil
	}
	return v
}

// became tells what became of a take in a run. One that the run did not try keeps what is known of it already.
func (f page) became(v *sheet.Take, o chain.Outcome) {
	switch o.Standing {
	case chain.Left, chain.Stopped, chain.Skipped, chain.Unpicked:
		if v.Failure != nil {
			return
		}
	}
	var held *chain.Held
	v.State, v.Tone, v.Failure, v.Reason = string(o.Standing), ToneOf(o.Standing), nil, ""
	switch o.Standing {
	case chain.Failed, chain.Unclear:
		v.Failure = f.failure(o)
	case chain.Stopped:
		if errors.As(o.Fault, &held) {
			v.Failure = f.held(o.Take, held)
		}
	case chain.Skipped:
		v.Reason = fmt.Sprintf("%s is not there", o.Behind.Name())
	case chain.InFlight:
		v.Reason = "the next run picks it up"
	}
}

// show puts a clip in a take's place.
func (f page) show(v *sheet.Take, t *graph.Take, clip *store.Clip, dir store.Take) {
	v.Clip = &sheet.Clip{Video: dir.Path(clip.Video.Name), LastFrame: dir.Path(clip.LastFrame.Name),
		Digest:     clip.Video.Digest,
		LastDigest: clip.LastFrame.Digest, Width: clip.Width, Height: clip.Height, Frames: clip.Frames}
	v.Size = fmt.Sprintf("%d×%d", clip.Width, clip.Height)
	if v.Draft = clip.Draft; v.Draft == "" {
		v.Size = t.Request.Resolution + " " + v.Size
	}
	v.Seed, v.Tokens, v.Cost, v.Task, v.Seconds = clip.Seed, clip.Tokens, clip.Cost, clip.Task, clip.Seconds
}

// unclearHint says what helps where nobody knows what became of a take.
const unclearHint = "look for it in the service's console; a run looks it up once more, --resubmit buys it again"

// held says why a take was not bought, and what lets it pass.
func (f page) held(t *graph.Take, h *chain.Held) *sheet.Failure {
	v := &sheet.Failure{Message: h.Error(), Hint: h.Hint, Command: f.Command("run")}
	if h.At != "" {
		v.Grow = &sheet.Grow{Shot: t.Shot.Name(), From: h.From.Shot.Name(), At: h.At}
	}
	return v
}

// failure says why a take has no clip, and what helps.
func (f page) failure(o chain.Outcome) *sheet.Failure {
	v := &sheet.Failure{Message: fmt.Sprint(o.Fault), Command: f.Command("run")}
	var fault *provider.Fault
	if errors.As(o.Fault, &fault) {
		v.Hint = fault.Hint
	}
	if o.Standing == chain.Unclear {
		v.Hint = unclearHint
	}
	return v
}

// ToneOf is how a standing looks, on the contact sheet and on the board.
func ToneOf(s chain.Standing) sheet.Tone {
	switch s {
	case chain.Cached, chain.Kept:
		return sheet.Done
	case chain.Failed, chain.Unclear:
		return sheet.Bad
	case chain.New, chain.Stale, chain.Waits, chain.Left, chain.Unpicked, chain.Skipped, chain.Stopped:
		return sheet.Todo
	}
	return sheet.Live
}

// footageTake tells of a shot that is the user's own footage.
func (f page) footageTake(ctx context.Context, s *storyboard.Shot) sheet.Take {
	ctx = ffmpeg.For(ctx, s.Name())
	v := sheet.Take{Number: 1, State: "own footage", Tone: sheet.Done}
	clip, seconds, err := f.footageClip(ctx, s.Clip.Path)
	if err != nil {
		v.Tone, v.Failure = sheet.Bad, &sheet.Failure{Message: fmt.Sprintf("%s: %v", s.Clip.Name, err)}
		return v
	}
	v.Clip, v.Seconds, v.Size = clip, seconds, fmt.Sprintf("%d×%d", clip.Width, clip.Height)
	return v
}

// footageClip is own footage as a clip, and how many seconds of it there are.
func (f page) footageClip(ctx context.Context, path string) (*sheet.Clip, int, error) {
	facts, err := ffmpeg.Probe(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	if err := os.MkdirAll(f.Store.WorkDir(), 0o755); err != nil {
		return nil, 0, err
	}
	frame, err := lastFrame(ctx, path, filepath.Join(f.Store.Dir(), store.FootageName), f.Store.WorkDir())
	if err != nil {
		return nil, 0, err
	}
	c := &sheet.Clip{Video: path, LastFrame: frame.Path, Width: facts.Width, Height: facts.Height, Frames: facts.Frames}
	if c.Digest, err = work.Digest(path); err == nil {
		c.LastDigest, err = work.Digest(frame.Path)
	}
	seconds := 0
	if facts.Rate.Num > 0 {
		seconds = int((int64(facts.Frames)*facts.Rate.Den + facts.Rate.Num/2) / facts.Rate.Num)
	}
	return c, seconds, err
}

// corrected are clips as the film was made of them: corrections may leave frames out.
func (f page) corrected(of *Film, clips []timeline.Clip) []timeline.Clip {
	for _, s := range f.seams {
		for _, l := range s.Links {
			for i := range clips {
				if s.Variant == of.Variant && clips[i].Shot == l.Shot {
					clips[i].Correction = l.Correction
				}
			}
		}
	}
	return clips
}

// playable are the kinds of file that a page can play.
var playable = map[string]bool{"mp4": true, "webm": true}

// cut is an assembled film, where it is there and made of these clips: of as many frames.
func (f page) cut(ctx context.Context, of *Film, spec *storyboard.Cut) (sheet.Cut, bool) {
	i := slices.IndexFunc(spec.Outputs, func(o storyboard.Output) bool { return playable[o.Format] })
	reel := f.reel
	if reel == nil {
		reel = chain.Stored(f.plan.Plan, f.Store)
	}
	if i < 0 || len(of.missing(reel, []*storyboard.Cut{spec})) > 0 {
		return sheet.Cut{}, false
	}
	path := spec.Outputs[i].Path
	ctx = forCut(ctx, spec)
	facts, err := ffmpeg.Probe(ctx, path)
	if err != nil {
		return sheet.Cut{}, false
	}
	tl, err := of.edit(ctx, spec, f.corrected(of, of.clips(reel)))
	if err != nil || tl.Frames != facts.Frames {
		return sheet.Cut{}, false
	}
	c := sheet.Cut{ID: spec.ID, Path: path, Width: tl.Width, Height: tl.Height,
		Seconds: float64(tl.Frames) / float64(tl.Rate)}
	for _, it := range tl.Items {
		c.Chapters = append(c.Chapters, sheet.Chapter{Shot: it.Shot, At: float64(it.At) / float64(tl.Rate)})
	}
	c.Lanes = lanes(tl)
	return c, true
}
