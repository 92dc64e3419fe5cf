package timeline

// This file lays what is heard.

import (
	"context"
	"math/big"
	"sort"

	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// Fades where clips meet, in samples: where the next clip overlaps the seam they cross with equal power, at a hard cut each
// side is faded so that nothing clicks. Neither shifts a sample.
const (
	crossfade = SampleRate * 10 / 1000
	declick   = SampleRate * 5 / 1000
)

// usualDuck takes music back by some 10 dB while somebody speaks: measured, render.md §7.
var usualDuck = Duck{Threshold: 0.015, Ratio: 6, Attack: 50, Release: 600}

// Tail is how much of a narration, in samples, may be cut off at the film's end: encoders pad their last block.
const Tail = SampleRate / 4

// line is a narration with what its file turned out to be.
type line struct {
	storyboard.Narration
	facts  ffmpeg.SoundFacts
	length int64 // samples
}

// samples is a time in samples, exact for frames and for every time that a storyboard can write in milliseconds.
func samples(t storyboard.Time) int64 {
	if t.Frames != 0 {
		return t.Frames * PerFrame
	}
	return t.Micros * (SampleRate / 1000) / 1000
}

// Lasting is a duration in samples; what is left of a sample counts.
func Lasting(d ffmpeg.Ratio) int64 {
	x := new(big.Rat).Mul(d.Rat(), big.NewRat(SampleRate, 1))
	n := new(big.Int).Add(x.Num(), new(big.Int).Sub(x.Denom(), big.NewInt(1)))
	n.Div(n, x.Denom())
	if !n.IsInt64() || n.Int64() > maxFrames*PerFrame {
		return maxFrames * PerFrame
	}
	return n.Int64()
}

// begins is the sample at which a line begins.
func (e *editor) begins(l line) int64 {
	a := l.At
	switch {
	case a.Shot == "":
		return samples(a.Offset)
	case a.Part.Set:
		return int64(e.anchored(a)) * PerFrame
	}
	return int64(e.tl.Items[e.first[a.Shot]].At)*PerFrame + samples(a.Offset)
}

// spoken is the frame of the film by which the narration is over that begins in item i; 0 where none does.
func (e *editor) spoken(i int) int {
	it, end := e.tl.Items[i], int64(0)
	for _, l := range e.lines {
		if l.At.Shot != "" && e.first[l.At.Shot] != i {
			continue
		}
		at := e.begins(l)
		if at >= int64(it.At)*PerFrame && at < int64(it.At+it.Moving())*PerFrame {
			end = max(end, at+l.length)
		}
	}
	return int((end + PerFrame - 1) / PerFrame)
}

// listen lays everything that is heard.
func (e *editor) listen(context.Context) error {
	e.clipSounds()
	e.narration()
	e.music()
	sort.SliceStable(e.tl.Sounds, func(i, j int) bool { return e.tl.Sounds[i].Start < e.tl.Sounds[j].Start })
	return nil
}

// add takes a sound into the film, its fades no longer than it is.
func (e *editor) add(s Sound) {
	n := s.End - s.Start
	if n <= 0 {
		return
	}
	if s.FadeIn+s.FadeOut > n {
		s.FadeIn = s.FadeIn * n / (s.FadeIn + s.FadeOut)
		s.FadeOut = n - s.FadeIn
	}
	e.tl.Sounds = append(e.tl.Sounds, s)
}

// paced is a number of the clip's samples as they sound at the item's speed.
func (it Item) paced(n int64) int64 {
	if it.Plain() {
		return n
	}
	x := new(big.Int).Mul(big.NewInt(n), big.NewInt(it.Speed.Den))
	return x.Div(x, big.NewInt(it.Speed.Num)).Int64()
}

// clipSounds lays the sounds of the clips. Each lasts as long as its picture moves, unless it leads or lags. Across
// a transition both sides fade for as long as it takes.
//
// A clip that continues another repeats the seam's frame, and so brings sound for a frame more than its picture
// shows: it takes over at the start of that frame. Models end their sound a little before the picture, so the seam
// frame's own clip has least to say there. Where it has ended before that frame, what is left is bridged.
func (e *editor) clipSounds() {
	items := e.tl.Items
	sounds := make([]*Sound, len(items))
	for i, it := range items {
		if !it.Source.HasAudio() || e.list[i].Sound.Mute.Value {
			continue
		}
		s := &Sound{Kind: KindClip, Item: i, Path: it.Path, Digest: it.Digest, Name: it.Shot, Speed: it.Speed,
			Channels: it.Source.Channels,
			Gain:     e.list[i].Sound.Gain.Value, From: it.paced(int64(it.In) * PerFrame),
			Start: int64(it.At) * PerFrame, End: int64(it.At+it.Moving()) * PerFrame}
		sounds[i] = s
		if i > 0 {
			s.FadeIn = max(declick, int64(it.Transition.After())*PerFrame)
		}
		if i+1 < len(items) {
			s.FadeOut = max(declick, int64(items[i+1].Transition.Before()-it.Hold)*PerFrame)
		}
		if it.Continues && it.Plain() && items[i-1].Plain() && items[i-1].Hold == 0 {
			s.takeOver(sounds[i-1])
		}
		e.split(i, s)
	}
	for _, s := range sounds {
		if s != nil {
			e.add(*s)
		}
	}
}

// takeOver begins a sound a frame early, and ends the one before it there.
func (s *Sound) takeOver(before *Sound) {
	lead := min(s.From, PerFrame)
	s.Start, s.From, s.FadeIn = s.Start-lead, s.From-lead, crossfade
	if before != nil {
		before.End, before.FadeOut, before.Bridged = s.Start+crossfade, crossfade, true
	}
}

// split lets a sound begin before its picture, or go on after it, from the parts of the clip that are cut away.
func (e *editor) split(i int, s *Sound) {
	it, asked := e.tl.Items[i], e.list[i].Sound
	if n := samples(asked.Lead.Value); n > 0 {
		at := asked.Lead.Pos
		switch {
		case n > int64(it.At)*PerFrame:
			e.problem(at, "", "`lead` of %s would begin before the film", it.Shot)
		case n > s.From:
			e.problem(at, "sound leads from what `trim` cuts away",
				"%s has only %s of sound before its picture, for a `lead` of %s",
				it.Shot, Clock(s.From), asked.Lead.Value)
		default:
			s.Start, s.From = s.Start-n, s.From-n
		}
	}
	if n := samples(asked.Lag.Value); n > 0 {
		at, rest := asked.Lag.Pos, it.paced(int64(it.Length)*PerFrame)-(s.From+s.End-s.Start)
		switch {
		case s.End+n > int64(e.tl.Frames)*PerFrame:
			e.problem(at, "", "`lag` of %s would go on after the film", it.Shot)
		case n > rest:
			e.problem(at, "sound lags from what `trim` cuts away",
				"%s has only %s of sound after its picture, for a `lag` of %s",
				it.Shot, Clock(max(rest, 0)), asked.Lag.Value)
		default:
			s.End += n
		}
	}
}

// Clock writes samples as seconds, to the hundredth.
func Clock(n int64) string {
	return storyboard.Time{Micros: n * 1000 / (SampleRate / 1000) / 10_000 * 10_000}.String()
}

func (e *editor) narration() {
	total := int64(e.tl.Frames) * PerFrame
	for _, l := range e.lines {
		at := e.begins(l)
		end := at + l.length
		switch {
		case at >= total:
			e.problem(l.At.Pos, "", "%s would begin after the film, which is %s long", l.File.Name, seconds(e.tl.Frames))
		case end > total+Tail:
			e.problem(l.At.Pos, "begin it earlier, or let its shot wait with `fit: narration`",
				"%s goes on for %s after the film", l.File.Name, Clock(end-total))
		}
		s := Sound{Kind: KindNarration, Item: -1, Path: l.File.Path, Name: l.File.Name, Speed: ffmpeg.Ratio{Num: 1, Den: 1},
			Channels: l.facts.Channels, Gain: l.Gain.Value, Start: at, End: min(end, total)}
		if end > total {
			s.FadeOut = declick
		}
		e.add(s)
	}
}

func (e *editor) music() {
	m := e.spec.Music
	if m == nil {
		return
	}
	total, length := int64(e.tl.Frames)*PerFrame, Lasting(e.bed.Duration)
	s := Sound{Kind: KindMusic, Item: -1, Path: m.File.Path, Name: m.File.Name, Speed: ffmpeg.Ratio{Num: 1, Den: 1},
		Channels: e.bed.Channels,
		Loop:     m.Loop && length < total, Gain: m.Gain.Value, End: total, FadeIn: samples(m.FadeIn),
		FadeOut: samples(m.FadeOut), Ducked: m.Duck}
	if !s.Loop {
		s.End = min(total, length)
	}
	if s.FadeOut == 0 && (s.Loop || length > total) {
		s.FadeOut = declick
	}
	if n := samples(m.FadeIn) + samples(m.FadeOut); n > s.End {
		e.problem(m.File.Pos, "", "`fade_in` and `fade_out` take %s, but the music plays for %s", Clock(n), Clock(s.End))
	}
	if s.Ducked && len(e.tl.Sounds) > 0 {
		duck := usualDuck
		e.tl.Duck = &duck
	} else {
		s.Ducked = false // there is nothing to step back for
	}
	e.add(s)
}
