package animatic

// This file moves the camera as the words of a prompt say.

import (
	"math"
	"math/rand/v2"
)

// view is what the camera sees of the world: the middle of the picture in picture heights from the world's centre
// and horizon (y goes down), and the magnification.
type view struct {
	X, Y, Zoom float64
}

// path is a camera's move from one view to another.
type path struct {
	from, to view
	w, h     int // of a frame

	scale     float64 // canvas pixels per world unit
	left, top float64 // world, of the canvas
}

// move is a kind of camera move: how far the view goes, in pictures, and what it magnifies by.
type move struct {
	x, y, zoom float64
	words      []string
}

// moves are tried in order; the first whose words the prompt holds is made.
var moves = []move{
	{0, 0, 1, []string{"static shot", "static camera", "locked-off", "locked off", "fixed camera", "camera is still",
		"固定镜头", "镜头固定", "静止镜头"}},
	{0, 0, 1.24,
		[]string{"push in", "pushes in", "pushing in", "zoom in", "zooms in", "dolly in", "close in", "closes in",
			"moves closer", "推近", "推进", "推镜", "推向", "拉近"}},
	{0, 0, 1 / 1.3,
		[]string{"pull back", "pulls back", "pulling back", "pull out", "pulls out", "zoom out", "zooms out", "dolly out",
			"reveals", "拉远", "拉开", "拉镜", "后拉"}},
	{-0.5, 0, 1, []string{"pan left", "pans left", "to the left", "truck left", "向左摇", "左摇", "左移", "向左"}},
	{0.5, 0, 1, []string{"pan right", "pans right", "pan across", "pans across", "to the right", "truck right", "向右摇",
		"右摇", "右移", "向右", "横摇", "摇镜", "横移"}},
	{0, -0.32, 1, []string{"tilt up", "tilts up", "crane up", "rises", "looks up", "上摇", "上移", "仰拍", "升起"}},
	{0, 0.16, 1, []string{"tilt down", "tilts down", "crane down", "descends", "looks down", "下摇", "下移", "俯拍"}},
	{0.34, -0.02, 1.04, []string{"follows", "follow", "tracking", "tracks", "sweeps", "walks", "跟随", "跟拍", "跟着", "移动"}},
	{0, 0, 1.18, []string{"close-up", "close up", "closeup", "特写"}},
	{0, 0, 1 / 1.16, []string{"wide shot", "establishing", "aerial", "远景", "全景"}},
}

// Limits of a view, that a chain of moves in one direction does not end in front of nothing.
const (
	minZoom, maxZoom = 0.62, 2.3
	highest, lowest  = -0.85, 0.12
)

// direct chooses the camera's move from the words of the prompt; where they say nothing it drifts by chance.
func direct(s Shot, w world, r *rand.Rand) path {
	m, ok := chosen(s.Prompt)
	switch {
	case s.CameraFixed:
		m = move{zoom: 1}
	case !ok:
		m = move{x: 0.14 * side(r), y: -0.02, zoom: 1.06 + 0.06*r.Float64()}
	}
	aspect := float64(s.Width) / float64(s.Height)
	p := path{from: w.View, w: s.Width, h: s.Height}
	p.to = view{
		X:    p.from.X + m.x*aspect/p.from.Zoom,
		Y:    min(lowest, max(highest, p.from.Y+m.y/p.from.Zoom)),
		Zoom: min(maxZoom, max(minZoom, p.from.Zoom*m.zoom)),
	}
	if m.zoom > 1 && len(w.Things) > 0 { // towards what the shot is about
		t := w.Things[len(w.Things)-1]
		p.to.X += 0.35 * (t.X - p.to.X)
		p.to.Y += 0.2 * (t.Y - t.Size/2 - p.to.Y)
	}
	return p
}

func chosen(prompt string) (move, bool) {
	for _, m := range moves {
		if mentions(prompt, m.words) {
			return m, true
		}
	}
	return move{}, false
}

func side(r *rand.Rand) float64 {
	if r.IntN(2) == 0 {
		return -1
	}
	return 1
}

// bounds is the part of the world that a view shows.
func (p path) bounds(v view) (left, top, right, bottom float64) {
	h := 1 / v.Zoom
	w := h * float64(p.w) / float64(p.h)
	return v.X - w/2, v.Y - h/2, v.X + w/2, v.Y + h/2
}

// fit ties the path to the canvas that was drawn for it.
func (p *path) fit(c *canvas) { p.scale, p.left, p.top = c.scale, c.left, c.top }

// origin is the corner of the first view on the canvas, in whole even pixels.
func (p path) origin() (x, y int) {
	l, t, _, _ := p.bounds(p.from)
	return int(math.Round((l - p.left) * p.scale)), int(math.Round((t - p.top) * p.scale))
}

// at is the window at a share of the shot. The camera takes up and ends its move softly.
func (p path) at(t float64) window {
	k := glide(t)
	zoom := p.from.Zoom * math.Pow(p.to.Zoom/p.from.Zoom, k)
	// A zoom to a place keeps that place still: the middle goes with what is left of the picture's width.
	travel := k
	if p.to.Zoom != p.from.Zoom {
		travel = (1/zoom - 1/p.from.Zoom) / (1/p.to.Zoom - 1/p.from.Zoom)
	}
	l, top, _, _ := p.bounds(view{p.from.X + (p.to.X-p.from.X)*travel, p.from.Y + (p.to.Y-p.from.Y)*travel, zoom})
	return window{(l - p.left) * p.scale, (top - p.top) * p.scale, p.from.Zoom / zoom}
}

// glide goes from 0 to 1: a fifth of the way to gather speed, a fifth to lose it. It sets out and arrives at a part of its
// speed: a picture that stood where two clips meet would be taken for a flaw of one of them.
func glide(t float64) float64 {
	const (
		ramp = 0.2
		edge = 0.5                              // at both ends, of the speed in between
		top  = 1 / (1 - 2*ramp + ramp*(1+edge)) // speed in between, for a total of 1
	)
	ramped := func(t float64) float64 { return top * (edge*t + (1-edge)*t*t/(2*ramp)) }
	switch {
	case t <= 0:
		return 0
	case t < ramp:
		return ramped(t)
	case t <= 1-ramp:
		return ramped(ramp) + top*(t-ramp)
	case t < 1:
		return 1 - ramped(1-t)
	}
	return 1
}
