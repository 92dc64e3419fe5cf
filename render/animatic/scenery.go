package animatic

// This file draws what is around: sky, weather and the land of each place.

import (
	"cmp"
	"math"
	"slices"
)

// draw paints the world onto the canvas, far to near.
func (w world) draw(c *canvas) {
	l := w.Palette
	switch w.Place {
	case "room":
		w.room(c)
	case "studio":
		w.studio(c)
	case "space":
		w.space(c)
	case nowhere:
		w.backdrop(c)
	default:
		w.sky(c)
		w.land(c)
	}
	things := slices.Clone(w.Things)
	slices.SortStableFunc(things, func(a, b thing) int { return cmp.Compare(a.Y, b.Y) }) // what stands lower is nearer
	for _, t := range things {
		if k := kindOf(t.Kind); k != nil {
			if w.Place == "room" && (k.home == "studio" || k.home == "room") {
				table(c, l, t)
			}
			k.draw(c, l, t)
		}
	}
	w.foreground(c)
	switch w.Weather {
	case "rain":
		w.rain(c)
	case "snow":
		w.snowfall(c)
	}
}

// skyAt is the sky's colour at a height.
func (l look) skyAt(y float64) tone {
	switch {
	case y < -0.45:
		return l.Zenith.to(l.Sky, smooth((y+1)/0.55))
	default:
		return l.Sky.to(l.Horizon, smooth((y+0.45)/0.45))
	}
}

// sun is where the light stands: low at the day's ends, high at night and noon.
func (w world) sun() (x, y, r float64) {
	x = 0.2 + 0.35*hash(w.Seed, 1)
	if hash(w.Seed, 2) < 0.5 {
		x = -x
	}
	switch w.Mood {
	case "sunrise", "dusk":
		return x, -0.07 - 0.06*hash(w.Seed, 3), 0.055
	case "night":
		return x, -0.36 - 0.06*hash(w.Seed, 3), 0.042
	}
	return x, -0.34, 0.045
}

func (w world) sky(c *canvas) {
	l := w.Palette
	c.rows(c.top, l.skyAt)
	if w.Mood == "night" {
		w.stars(c, -0.02)
	}
	x, y, r := w.sun()
	switch w.Mood {
	case "storm", "overcast":
		c.glow(l.Light, 0.25, x, y, 0.5)
	case "fog":
		c.glow(l.Light, 0.5, x, y+0.1, 0.4)
	default:
		c.glow(l.Light, 0.55, x, y, 0.62)
		c.glow(l.Light, 0.5, x, y, 0.16)
		c.ellipse(l.Light, 1, x, y, r, r)
		if w.Mood == "night" { // the moon's seas
			c.ellipse(l.Light.times(0.9), 0.7, x-0.3*r, y-0.2*r, 0.3*r, 0.26*r)
			c.ellipse(l.Light.times(0.9), 0.6, x+0.35*r, y+0.3*r, 0.22*r, 0.2*r)
		}
	}
	w.clouds(c)
}

func (w world) stars(c *canvas, below float64) {
	c.cells(0.05, func(i int, x float64) {
		for j := -26; j < 26; j++ {
			h := hash(w.Seed, 40, i, j)
			y := float64(j)*0.05 + 0.05*hash(w.Seed, 41, i, j)
			if h < 0.6 || y > below {
				continue
			}
			size := 0.0008 + 0.0018*math.Pow(hash(w.Seed, 42, i, j), 3)
			c.ellipse(tone{236, 240, 255}, 0.35+0.6*hash(w.Seed, 43, i, j), x+0.05*hash(w.Seed, 44, i, j), y, size, size)
		}
	})
}

// clouds are heaps of ellipses on flat bottoms, lit from the horizon.
func (w world) clouds(c *canvas) {
	l := w.Palette
	share, alpha := 0.4, 0.16
	switch w.Mood {
	case "storm":
		share, alpha = 0.95, 0.3
	case "overcast", "fog":
		share, alpha = 0.85, 0.2
	case "night":
		share, alpha = 0.25, 0.1
	}
	c.cells(0.42, func(i int, x float64) {
		for row := range 3 {
			if hash(w.Seed, 20, i, row) > share {
				continue
			}
			y := -0.16 - 0.17*float64(row) - 0.1*hash(w.Seed, 21, i, row)
			cx := x + 0.4*hash(w.Seed, 22, i, row)
			size := (0.05 + 0.06*hash(w.Seed, 23, i, row)) * (0.7 + 0.3*float64(row))
			body := l.Horizon.to(tone{255, 255, 255}, 0.3)
			if w.Mood == "storm" {
				body = l.Zenith.times(0.75)
			}
			for k := range 7 {
				d := (float64(k) - 3) / 3
				rx := size * (1.5 - math.Abs(d)) * (0.8 + 0.5*hash(w.Seed, 24, i, row, k))
				ry := 0.42 * rx
				c.polygon(body, alpha, arc(cx+d*size*2.1, y, rx, ry, math.Pi, 2*math.Pi)...)
				c.ellipse(body, alpha*0.7, cx+d*size*2.3, y, rx*1.2, ry*0.16)
			}
		}
	})
}

// land paints the place's ground and what rises behind it.
func (w world) land(c *canvas) {
	switch w.Place {
	case "sea":
		w.sea(c)
	case "forest":
		w.hills(c, 0.05, 1.2, 2)
		w.ground(c, 0.02)
		w.woods(c)
	case "desert":
		w.dunes(c)
	case "snow":
		w.peaks(c, 0.26, tone{232, 238, 246})
		w.snowfield(c)
	case "city":
		w.city(c)
	case "mountain":
		w.peaks(c, 0.36, tone{236, 238, 242})
		w.hills(c, 0.07, 1.6, 2)
		w.ground(c, 0.05)
	default:
		w.hills(c, 0.08, 0.9, 3)
		w.ground(c, 0.03)
		w.meadow(c)
	}
}

func (w world) hills(c *canvas, height, width float64, layers int) {
	l := w.Palette
	for i := range layers {
		k := float64(i+1) / float64(layers+1)
		seed := w.Seed + uint64(100+i)
		c.ridge(l.Horizon.to(l.Far, 0.35+0.6*k), 1, func(x float64) float64 {
			return 0.012*float64(i) - height*(1.15-0.6*k)*(0.55+0.6*noise(seed, x*(1+k)/width*2, 3))
		})
	}
}

func (w world) peaks(c *canvas, height float64, snow tone) {
	l := w.Palette
	for i := range 2 {
		k := float64(i) / 2
		seed := w.Seed + uint64(120+i)
		line := func(x float64) float64 {
			return 0.02 - height*(1-0.45*k)*(0.32+0.68*math.Abs(noise(seed, x*(1.3+k), 5)+0.25))
		}
		body := l.Horizon.to(l.Far, 0.55+0.45*k)
		c.ridge(body, 1, line)
		cap := snow.to(l.Horizon, 0.35).to(body, 0.25+0.3*k)
		if w.Palette.Dark {
			cap = cap.to(body, 0.55)
		}
		top := []point{}
		for x := c.left; x <= c.right()+0.01; x += 0.004 {
			top = append(top, point{x, line(x)})
		}
		under := make([]point, 0, len(top))
		for j := len(top) - 1; j >= 0; j-- {
			p := top[j]
			depth := max(0, -p.Y-height*0.42) * (0.6 + 0.35*noise(seed+7, p.X*24, 2))
			under = append(under, point{p.X, p.Y + depth})
		}
		c.polygon(cap, 0.9, append(top, under...)...)
	}
}

// ground is land that darkens towards the eye.
func (w world) ground(c *canvas, from float64) {
	l := w.Palette
	far := l.Far.to(l.Near, 0.35)
	c.rows(from, func(y float64) tone { return far.to(l.Near, (y-from)/0.4) })
	c.ridge(far, 1, func(x float64) float64 { return from - 0.006*(1+noise(w.Seed+140, x*6, 2)) })
	c.rows(from+0.004, func(y float64) tone { return far.to(l.Near, (y-from)/0.4) })
}

func (w world) meadow(c *canvas) {
	l := w.Palette
	path := l.Horizon.to(l.Near, 0.45)
	bend := 0.5*hash(w.Seed, 150) - 0.25
	var left, right []point
	for k := 0.0; k <= 1.001; k += 0.04 { // a way that leads out of the picture
		y := 0.035 + 0.6*k
		mid := 0.12*math.Sin(2.4*k+6*bend) + bend*(1-k)
		width := 0.006 + 0.14*k*k
		left, right = append(left, point{mid - width, y}), append(right, point{mid + width, y})
	}
	for i := len(right) - 1; i >= 0; i-- {
		left = append(left, right[i])
	}
	c.polygon(path, 0.5, left...)
	c.cells(0.035, func(i int, x float64) {
		for j := range 6 {
			y := 0.07 + 0.07*float64(j) + 0.06*hash(w.Seed, 151, i, j)
			h := (0.008 + 0.02*(y/0.4)) * (0.6 + hash(w.Seed, 152, i, j))
			px := x + 0.035*hash(w.Seed, 153, i, j)
			c.polygon(l.Near.to(l.Far, 0.25*hash(w.Seed, 154, i, j)), 0.8, point{px - 0.0025, y}, point{px + h*0.3, y - h},
				point{px + 0.0025, y})
		}
	})
}

func (w world) sea(c *canvas) {
	l := w.Palette
	top := l.Horizon.to(l.Far, 0.45)
	deep := l.Near.to(l.Zenith, 0.3)
	if hash(w.Seed, 160) < 0.6 { // a coast far off
		c.ridge(l.Horizon.to(l.Far, 0.6), 0.9, func(x float64) float64 {
			return 0.004 - 0.05*max(0, noise(w.Seed+161, x*0.9, 4)-0.05)
		})
	}
	c.rows(0, func(y float64) tone { return top.to(deep, math.Sqrt(max(0, y)/0.5)) })
	sx, _, _ := w.sun()
	shine := l.Light.to(l.Horizon, 0.3)
	rough := 1.0
	if w.Mood == "storm" {
		rough = 2.2
	}
	for j := range 46 { // rows of ripples that grow towards the eye
		k := float64(j) / 45
		y := 0.006 + 0.52*k*k
		length := 0.02 + 0.16*k
		c.cells(length*1.7, func(i int, x float64) {
			h := hash(w.Seed, 162, i, j)
			px := x + length*1.4*hash(w.Seed, 163, i, j)
			thick := (0.0007 + 0.0042*k*k) * rough
			c.ellipse(l.Horizon, 0.1+0.16*h, px, y, length*(0.3+0.5*h), thick)
			c.ellipse(deep.times(0.8), 0.14, px+length*0.3, y+2.2*thick, length*0.6, thick)
			if d := math.Abs(px - sx); d < 0.05+0.22*k && hash(w.Seed, 164, i, j) > d*2 {
				c.ellipse(shine, 0.55*(1-d/(0.06+0.25*k)), px, y, length*(0.2+0.4*h), thick*1.1)
			}
		})
	}
	if w.Mood == "storm" {
		w.breakers(c)
	}
}

// breakers are crests with foam.
func (w world) breakers(c *canvas) {
	l := w.Palette
	for j := range 4 {
		y := 0.1 + 0.1*float64(j)
		amp := 0.018 + 0.012*float64(j)
		seed := w.Seed + uint64(170+j)
		line := func(x float64) float64 { return y - amp*(0.5+noise(seed, x*(5-float64(j)), 3)) }
		c.ridge(l.Near.to(l.Far, 0.5-0.1*float64(j)), 0.75, line)
		c.cells(0.03, func(i int, x float64) {
			if hash(seed, 1, i) > 0.45 {
				d := 0.03 * hash(seed, 2, i)
				c.ellipse(tone{236, 242, 244}, 0.5, x+d, line(x+d)+0.004, 0.016+0.01*float64(j)/2, 0.003+0.0012*float64(j))
			}
		})
	}
}

func (w world) woods(c *canvas) {
	l := w.Palette
	for j := range 4 {
		k := float64(j) / 3
		y := 0.015 + 0.26*k*k
		size := 0.2 + 0.34*k
		step := size * 0.28
		c.cells(step, func(i int, x float64) {
			if k > 0.6 && hash(w.Seed, 180, i, j) < 0.55 { // leave gaps to see through
				return
			}
			px := x + step*hash(w.Seed, 181, i, j)
			h := size * (0.65 + 0.5*hash(w.Seed, 182, i, j))
			fir(c, l.Horizon.to(l.Far, 0.5+0.5*k).to(l.Near, k), px, y+0.01*hash(w.Seed, 183, i, j), h)
		})
		if k < 1 {
			c.rows(y+0.02, func(v float64) tone {
				return l.Far.to(l.Near, 0.35+0.5*k+(v-y)/0.6)
			})
		}
	}
}

// fir is a tree of stacked skirts.
func fir(c *canvas, t tone, x, y, h float64) {
	c.box(t.times(0.8), 1, x-0.018*h, y-0.16*h, x+0.018*h, y)
	for i := range 5 {
		k := float64(i) / 5
		half := 0.2 * h * (1 - 0.8*k)
		foot := y - 0.1*h - 0.78*h*k
		c.polygon(t.times(0.92+0.1*k), 1, point{x - half, foot}, point{x, foot - 0.3*h}, point{x + half, foot})
	}
}

func (w world) dunes(c *canvas) {
	l := w.Palette
	sand := tone{222, 178, 122}.to(l.Horizon, 0.4)
	if l.Dark {
		sand = sand.to(l.Near, 0.5)
	}
	for j := range 4 {
		k := float64(j) / 3
		seed := w.Seed + uint64(190+j)
		line := func(x float64) float64 {
			return -0.03 + 0.36*k*k - (0.045+0.05*k)*(0.5+0.5*math.Sin(x*(3.4-1.4*k)+7*hash(seed, 1))+0.4*noise(seed, x*1.2, 2))
		}
		body := l.Horizon.to(sand, 0.55+0.45*k).to(l.Near, 0.22*k)
		c.ridge(body, 1, line)
		for i := range 9 { // the side away from the light
			d := 0.008 * float64(i)
			c.ridge(l.Near, 0.02+0.012*k, func(x float64) float64 {
				return line(x) + d + 0.02*k + 0.02*noise(seed+3, x*9, 2)
			})
		}
	}
}

func (w world) snowfield(c *canvas) {
	l := w.Palette
	white := tone{238, 243, 250}.to(l.Horizon, 0.25)
	if l.Dark {
		white = white.to(l.Zenith, 0.5)
	}
	for j := range 3 {
		k := float64(j) / 2
		seed := w.Seed + uint64(200+j)
		c.ridge(white.to(l.Sky, 0.25*(1-k)).to(l.Zenith, 0.12*k), 1, func(x float64) float64 {
			return 0.01 + 0.2*k - 0.03*noise(seed, x*(1.2+k), 3)
		})
	}
	c.cells(0.22, func(i int, x float64) {
		if hash(w.Seed, 204, i) > 0.45 {
			h := 0.07 + 0.1*hash(w.Seed, 205, i)
			fir(c, l.Far.to(l.Near, 0.6), x+0.2*hash(w.Seed, 206, i), 0.05+0.03*hash(w.Seed, 207, i), h)
		}
	})
}

func (w world) city(c *canvas) {
	l := w.Palette
	for j := range 3 {
		k := float64(j) / 2
		width := 0.06 + 0.05*k
		body := l.Horizon.to(l.Far, 0.4+0.5*k).to(l.Near, 0.75*k*k)
		c.cells(width, func(i int, x float64) {
			h := (0.1 + 0.3*math.Pow(hash(w.Seed, 210, i, j), 1.6)) * (1 - 0.25*k)
			bw := width * (0.72 + 0.26*hash(w.Seed, 211, i, j))
			base := 0.03 + 0.035*float64(j)
			c.box(body, 1, x, base-h, x+bw, base+0.1)
			if hash(w.Seed, 212, i, j) > 0.75 {
				c.line(body, 1, x+bw/2, base-h, x+bw/2, base-h-0.05, 0.004)
			}
			w.windows(c, i, j, x, base-h, bw, h)
		})
	}
	ground := l.Near.to(l.Far, 0.2)
	c.rows(0.1, func(y float64) tone { return ground.to(l.Near.times(0.7), (y-0.1)/0.35) })
	c.cells(0.1, func(i int, x float64) { // wet light on the street
		if l.Dark && hash(w.Seed, 213, i) > 0.4 {
			px := x + 0.1*hash(w.Seed, 214, i)
			for s := range 8 {
				y := 0.12 + 0.045*float64(s)
				c.ellipse(lit(w.Seed, i), 0.16, px, y, 0.02+0.004*float64(s), 0.006)
			}
		}
	})
}

// lit is the colour of a window or a sign.
func lit(seed uint64, i int) tone {
	return [...]tone{{255, 214, 140}, {255, 190, 110}, {250, 236, 190}, {150, 210, 230},
		{236, 120, 140}}[int(hash(seed, 215, i)*5)]
}

func (w world) windows(c *canvas, i, j int, x, top, width, height float64) {
	share, glass := 0.55, w.Palette.Horizon
	if w.Palette.Dark {
		share = 0.38
	}
	if j == 0 {
		return
	}
	const step = 0.016
	for a := 1; float64(a)*step < width-0.006; a++ {
		for b := 1; float64(b)*step < height; b++ {
			if hash(w.Seed, 216, i, j, a, b) > share {
				continue
			}
			alpha := 0.16
			if w.Palette.Dark {
				glass, alpha = lit(w.Seed, a*31+b*7+i), 0.75
			}
			px, py := x+float64(a)*step-0.006, top+float64(b)*step-0.004
			c.box(glass, alpha, px, py, px+0.007, py+0.009)
		}
	}
}

// foreground frames the picture with something near and dark.
func (w world) foreground(c *canvas) {
	l := w.Palette
	near := l.Near.times(0.72)
	switch w.Place {
	case "sea":
		c.ridge(near, 1, func(x float64) float64 {
			return 0.47 - 0.16*max(0, noise(w.Seed+220, x*1.1, 4)-0.12) + 0.05*noise(w.Seed+221, x*7, 2)
		})
	case "field", "mountain", "forest":
		c.ridge(near, 1, func(x float64) float64 { return 0.43 - 0.03*noise(w.Seed+222, x*1.4, 2) })
		c.cells(0.012, func(i int, x float64) {
			h := 0.03 + 0.05*hash(w.Seed, 223, i)
			y := 0.44 - 0.03*noise(w.Seed+222, x*1.4, 2)
			c.polygon(near, 1, point{x - 0.003, y}, point{x + h*(hash(w.Seed, 224, i)-0.4), y - h}, point{x + 0.003, y})
		})
	}
}

func (w world) rain(c *canvas) {
	c.cells(0.018, func(i int, x float64) {
		for j := -18; j < 12; j++ {
			if hash(w.Seed, 230, i, j) > 0.4 {
				continue
			}
			y := 0.05*float64(j) + 0.05*hash(w.Seed, 231, i, j)
			c.line(tone{226, 234, 240}, 0.16, x, y, x-0.012, y+0.04, 0.0013)
		}
	})
}

func (w world) snowfall(c *canvas) {
	c.cells(0.03, func(i int, x float64) {
		for j := -30; j < 20; j++ {
			s := 0.0015 + 0.0035*math.Pow(hash(w.Seed, 240, i, j), 2)
			c.ellipse(tone{250, 252, 255}, 0.7, x+0.03*hash(w.Seed, 241, i, j), 0.03*float64(j)+0.03*hash(w.Seed, 242, i, j), s,
				s)
		}
	})
}
