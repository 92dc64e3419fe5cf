package vetting

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain"
	"shotchain/chain/provider"
	"shotchain/chain/vet"
	"shotchain/film"
)

// Paid says how far the paid stage goes.
type Paid struct {
	Cheap       bool          // the image probe is the sound one, too
	ProbeCancel bool          // a task is made to be cancelled at once; it may cost a clip
	Pause       time.Duration // until a finished task is read once more; 0 for a minute, which the simulator is spared

	only  string        // these probes alone, words; "" for all
	grace time.Duration // how long callbacks are waited for; 0 for grace
}

// Probes is the paid stage, planned.
type Probes struct {
	*film.Plan
	v     *Vetting
	o     Paid
	all   []probe
	board *film.Film
}

// Probes plans the paid stage: what it would buy, at most for how much. Clips that are kept from before are not bought
// again. It spends nothing; it writes the storyboard of the probes.
func (v *Vetting) Probes(ctx context.Context, o Paid) (*Probes, error) {
	p := &Probes{v: v, o: o, all: probes(v.model, o.Cheap, o.ProbeCancel)}
	if o.only != "" {
		p.all = slices.DeleteFunc(p.all, func(pr probe) bool { return !strings.Contains(o.only, pr.name) })
	}
	path, err := writeProbes(v.o.Dir, v.model, p.all)
	if err != nil {
		return nil, err
	}
	p.board, err = film.Open(ctx, path, film.Options{Models: v.o.Models, Service: v.o.Service, Store: v.st.Dir(),
		Disk: v.o.Disk})
	if err != nil {
		return nil, err
	}
	if p.Plan, err = p.board.Plan(ctx, film.PlanOptions{}); err != nil {
		p.board.Close()
		return nil, err
	}
	return p, nil
}

// Close lets go of the storyboard.
func (p *Probes) Close() { p.board.Close() }

// Buy buys the probes and judges what comes. A probe that fails is a finding; the error is of what ended the stage.
func (p *Probes) Buy(ctx context.Context, o film.MakeOptions) error {
	v := p.v
	rec := newRecorder(v.ask, v.o.Service.ArkShaped)
	rec.grace = cmp.Or(p.o.grace, rec.grace)
	around := o.Around
	o.Around = func(inner provider.Provider) provider.Provider {
		if around != nil {
			inner = around(inner)
		}
		rec.Provider = inner
		return rec
	}
	if o.Callbacks.Listen != "" {
		o.Callbacks.Heard, o.Callbacks.Until = rec.heard, func() { rec.settle(ctx) }
	}
	made, err := p.board.Clips(ctx, p.Plan, o)
	var fail *film.Failure
	if err != nil {
		if fail = film.AsFailure(ctx, err); made == nil || fail.Kind != film.Incomplete && fail.Kind != film.Unclear {
			if fail.Kind == film.Interrupted {
				fail.Hint = "the same command goes on with what is under way, and `shotchain collect --store` keeps it"
			}
			return fail
		}
	}
	outcomes := map[string]chain.Outcome{}
	for _, out := range made.Reel.Outcomes {
		for _, s := range p.board.Shots() {
			if p.board.Take(s) == out.Take {
				outcomes[s.Scene] = out
			}
		}
	}
	return p.judge(ctx, rec, outcomes, o.Callbacks.Listen != "")
}

// judge looks at the tasks once more, and at the clips.
func (p *Probes) judge(ctx context.Context, rec *recorder, outcomes map[string]chain.Outcome, calls bool) error {
	v, control := p.v, ""
	if out := outcomes[probeText]; out.Ok() {
		control = out.Dir.Path(out.Clip.Video.Name)
	}
	if err := p.readAgain(ctx, rec, outcomes); err != nil {
		return err
	}
	for _, pr := range p.all {
		out := outcomes[pr.name]
		t := rec.trace(pr.name)
		t.Asked, t.Heard, t.Told = pr.claims(v.model), calls, !v.o.Service.ArkShaped
		if seed := int64(vetSeed); v.model.TakesSeed(false) {
			t.Seed = &seed
		}
		p.ended(t, out)
		v.Report.Findings = append(v.Report.Findings, t.Watched()...)
		if pr.name == probeFailure {
			v.Report.Findings = append(v.Report.Findings, t.Failure()...)
		}
		if !out.Ok() {
			continue
		}
		v.Report.Micros += out.Clip.Cost.Micros
		if pr.name == probeFailure || pr.name == probeCancel {
			continue
		}
		if err := p.judgeClip(ctx, pr, out, control, rec.links[out.Task]); err != nil {
			return err
		}
	}
	return nil
}

// ended says how a probe ended that made no clip.
func (p *Probes) ended(t *vet.Trace, out chain.Outcome) {
	var f *provider.Fault
	switch {
	case out.Standing == chain.Unclear, out.Standing == chain.InFlight:
		words := string(out.Standing)
		if out.Fault != nil {
			words += ": " + out.Fault.Error()
		}
		p.v.Report.Doubts = append(p.v.Report.Doubts, t.Probe+": "+words)
	case out.Ok() || out.Fault == nil:
	case errors.As(out.Fault, &f):
		t.Refused, t.Code, t.Billed = f.Message, f.Code, string(f.Billed)
	default:
		t.Refused = out.Fault.Error()
	}
	if !out.Ok() && t.Probe != probeFailure && t.Probe != probeCancel {
		p.v.Report.Findings = append(p.v.Report.Findings, vet.Finding{Check: "clip", Probe: t.Probe, Verdict: vet.NotTested,
			Found: "there is no clip: " + string(out.Standing) + " " + t.Refused})
	}
}

// readAgain reads every task once more after a pause, and asks the list for it.
func (p *Probes) readAgain(ctx context.Context, rec *recorder, outcomes map[string]chain.Outcome) error {
	pause := p.o.Pause
	if pause == 0 && !p.v.o.Service.Simulated() {
		pause = time.Minute
	}
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, pr := range p.all {
		rec.mu.Lock()
		t := rec.trace(pr.name)
		if t.Task == "" && outcomes[pr.name].Task != "" {
			t.Task = outcomes[pr.name].Task
		}
		task, seen := t.Task, len(t.Seen)
		rec.mu.Unlock()
		if task == "" {
			continue
		}
		s, ok := rec.read(ctx, task)
		listed, why, err := rec.list(ctx, task)
		if err != nil {
			return err
		}
		rec.mu.Lock()
		if t.Listed, t.Unlisted, t.Pause = listed, why, pause; ok {
			t.Again, t.Seen = &s, t.Seen[:seen]
		}
		rec.mu.Unlock()
	}
	return nil
}

func (p *Probes) judgeClip(ctx context.Context, pr probe, out chain.Outcome, control, link string) error {
	v := p.v
	c := vet.Clip{Name: pr.name, Path: out.Dir.Path(out.Clip.Video.Name), Claims: pr.claims(v.model), URL: link,
		Tokens: out.Clip.Tokens,
		Task:   out.Clip.Task, Created: out.Clip.CreatedAt, Finished: out.Clip.FinishedAt, Claps: pr.audio}
	switch {
	case !out.Clip.Decoded:
		c.LastFrame = out.Dir.Path(out.Clip.LastFrame.Name)
	case v.o.Service.About.Can.LastFrame == provider.No:
		v.Report.Findings = append(v.Report.Findings,
			vet.Finding{Check: "last_frame", Probe: pr.name, Line: vet.Contract, Verdict: vet.NotTested,
				Found: "not testable: the service gives no last frame of its own"})
	default:
		v.Report.Findings = append(v.Report.Findings,
			vet.Finding{Check: "last_frame", Probe: pr.name, Line: vet.Contract, Verdict: vet.Refuted,
				Found: "a last frame was asked for, and none that can be used came"})
	}
	if pr.image {
		c.First, c.Control = filepath.Join(v.o.Dir, firstStill), control
		if v.model.LastFrame {
			c.End = filepath.Join(v.o.Dir, endStill)
		}
	}
	found, print, err := vet.Judge(ctx, inspector{}, c, v.cat, v.earlier)
	if err != nil {
		return err
	}
	v.Report.Findings = append(v.Report.Findings, found...)
	v.Report.Clips = append(v.Report.Clips, print)
	return nil
}
