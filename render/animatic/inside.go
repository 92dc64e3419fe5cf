package animatic

// This file draws the worlds that have walls, or nothing at all around them.

import "math"

// room is an interior: a wall with a window on the world outside, and a floor.
func (w world) room(c *canvas) {
	l := w.Palette
	wall := l.Far.to(tone{196, 156, 120}, 0.55).to(l.Near, 0.25)
	if l.Dark {
		wall = wall.times(0.62)
	}
	c.rows(c.top, func(y float64) tone { return wall.times(0.72 + 0.3*smooth((y+0.7)/0.9)) })
	x := -0.42 + 0.84*hash(w.Seed, 250)
	outside := world{Place: "field", Mood: w.Mood, Seed: w.Seed, Palette: l}
	frame := l.Near.to(tone{60, 44, 34}, 0.6)
	c.box(frame, 1, x-0.215, -0.455, x+0.215, -0.025)
	for i := range 60 {
		y := -0.44 + 0.4*float64(i)/60
		c.box(outside.Palette.skyAt(y-0.05), 1, x-0.2, y, x+0.2, y+0.4/60+0.001)
	}
	c.polygon(l.Far, 1, point{x - 0.2, -0.12}, point{x - 0.05, -0.17}, point{x + 0.08, -0.13}, point{x + 0.2, -0.16},
		point{x + 0.2, -0.04}, point{x - 0.2, -0.04})
	c.box(frame, 1, x-0.006, -0.44, x+0.006, -0.04)
	c.box(frame, 1, x-0.2, -0.246, x+0.2, -0.236)
	floor := tone{110, 76, 54}.to(l.Near, 0.45)
	c.rows(0.14, func(y float64) tone { return floor.times(1.05 - 0.9*(y-0.14)) })
	c.box(frame, 1, c.left, 0.13, c.right(), 0.146)
	c.cells(0.2, func(i int, px float64) {
		c.line(floor.times(0.75), 0.6, px, 0.146, px*1.6, 0.6, 0.003)
	})
	c.polygon(l.Light, 0.12, point{x - 0.2, 0.146}, point{x + 0.2, 0.146}, point{x + 0.42, 0.5},
		point{x - 0.14, 0.5}) // light on the floor
	c.glow(l.Light, 0.25, x, -0.2, 0.6)
}

// table stands under what would be silly on the floor.
func table(c *canvas, l look, t thing) {
	wood := tone{126, 86, 58}.to(l.Near, 0.35)
	for _, x := range []float64{-0.24, 0.21} {
		c.box(wood.times(0.7), 1, t.X+x, t.Y+0.02, t.X+x+0.03, t.Y+0.26)
	}
	c.box(wood.times(0.82), 1, t.X-0.27, t.Y+0.012, t.X+0.27, t.Y+0.045)
	c.ellipse(wood, 1, t.X, t.Y+0.012, 0.29, 0.018)
}

// studio is a seamless backdrop with a pedestal.
func (w world) studio(c *canvas) {
	l := w.Palette
	back := l.Sky.to(l.Far, 0.4)
	c.rows(c.top, func(y float64) tone {
		if y < 0.12 {
			return back.times(0.62 + 0.42*smooth((y+0.8)/0.9))
		}
		return back.times(1.04 - 0.5*smooth((y-0.12)/0.4))
	})
	c.glow(l.Light, 0.7, 0, -0.12, 0.62)
	c.ellipse(l.Near, 0.35, 0, 0.29, 0.36, 0.035)
	c.box(back.to(l.Light, 0.35), 1, -0.24, 0.17, 0.24, 0.28)
	c.ellipse(back.to(l.Light, 0.35), 1, 0, 0.28, 0.24, 0.028)
	c.ellipse(back.to(l.Light, 0.75), 1, 0, 0.17, 0.24, 0.028)
}

// backdrop is plain: soft light on a seamless ground, with discs out of focus that show how the camera moves.
func (w world) backdrop(c *canvas) {
	l := w.Palette
	c.rows(c.top, func(y float64) tone {
		if y < 0.16 {
			return l.Zenith.to(l.Sky, smooth((y+0.75)/0.6)).to(l.Horizon, 0.6*smooth((y+0.25)/0.41))
		}
		return l.Horizon.to(l.Near, 0.4+0.6*smooth((y-0.16)/0.34))
	})
	c.glow(l.Light, 0.3, 0.9*hash(w.Seed, 280)-0.45, -0.2, 0.8)
	c.cells(0.31, func(i int, x float64) {
		x += 0.3 * hash(w.Seed, 281, i)
		y := -0.62 + 0.7*hash(w.Seed, 282, i)
		r := 0.025 + 0.075*hash(w.Seed, 283, i)
		t := l.Horizon.to(l.Light, 0.35+0.5*hash(w.Seed, 284, i))
		c.ellipse(t, 0.1+0.12*hash(w.Seed, 285, i), x, y, r, r)
		c.ellipse(t, 0.07, x, y, 0.82*r, 0.82*r)
	})
}

// space is the dark with a planet in it.
func (w world) space(c *canvas) {
	deep := tone{6, 8, 22}
	c.rows(c.top, func(y float64) tone { return deep.to(tone{22, 16, 46}, smooth((y+0.6)/1.2)) })
	for i := range 5 {
		x, y := 1.6*hash(w.Seed, 260, i)-0.8, 0.9*hash(w.Seed, 261, i)-0.5
		c.glow([...]tone{{70, 60, 140}, {130, 60, 120}, {40, 90, 140}}[i%3], 0.3, x, y, 0.3+0.25*hash(w.Seed, 262, i))
	}
	w.stars(c, 1.3)
	x, y, r := 0.3-0.6*hash(w.Seed, 263), -0.12, 0.2
	planet := [...]tone{{196, 128, 92}, {104, 150, 190}, {176, 160, 126}}[int(3*hash(w.Seed, 264))]
	c.glow(planet, 0.35, x, y, 2*r)
	c.ellipse(planet, 1, x, y, r, r)
	for i := range 7 {
		d := r * (float64(i)/3.5 - 0.9)
		half := math.Sqrt(max(0, r*r-d*d))
		c.ellipse(planet.times(0.8+0.3*hash(w.Seed, 265, i)), 0.5, x, y+d, half*0.98, 0.012)
	}
	for i := range 14 { // night side
		k := float64(i) / 14
		c.polygon(deep, 0.14,
			append(arc(x, y, r*1.003, r*1.003, -math.Pi/2, math.Pi/2),
				arc(x, y, r*(0.1+0.85*k), r*1.003, math.Pi/2, -math.Pi/2)...)...)
	}
}
