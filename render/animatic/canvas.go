package animatic

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// canvas is a picture that is drawn on in world units: one is the height of a frame at zoom 1, y goes down from the
// horizon.
type canvas struct {
	img       *image.RGBA
	scale     float64 // pixels per unit
	left, top float64 // world, of the corner
	raster    vector.Rasterizer
}

// newCanvas covers all that the camera sees on its way, with the first view in whole pixels.
func newCanvas(p path, w, h int) *canvas {
	l0, t0, r0, b0 := p.bounds(p.from)
	l1, t1, r1, b1 := p.bounds(p.to)
	c := &canvas{scale: float64(h) * p.from.Zoom}
	before := func(d float64) int { return 2 * int(math.Ceil(max(0, d)*c.scale/2)) }
	x, y := before(l0-l1), before(t0-t1)
	c.left, c.top = l0-float64(x)/c.scale, t0-float64(y)/c.scale
	c.img = image.NewRGBA(image.Rect(0, 0, x+w+before(r1-r0), y+h+before(b1-b0)))
	return c
}

// tone is a colour of the sRGB cube, 0 to 255.
type tone struct{ R, G, B float64 }

func (a tone) to(b tone, k float64) tone {
	k = min(1, max(0, k))
	return tone{a.R + (b.R-a.R)*k, a.G + (b.G-a.G)*k, a.B + (b.B-a.B)*k}
}

func (a tone) times(k float64) tone { return tone{a.R * k, a.G * k, a.B * k} }

func (a tone) alpha(k float64) color.NRGBA {
	b := func(v float64) uint8 { return uint8(min(255, max(0, v)) + 0.5) }
	return color.NRGBA{b(a.R), b(a.G), b(a.B), b(255 * min(1, max(0, k)))}
}

func (a tone) light() float64 { return 0.3*a.R + 0.59*a.G + 0.11*a.B }

type point struct{ X, Y float64 }

// right and bottom are the far edges in world units.
func (c *canvas) right() float64  { return c.left + float64(c.img.Rect.Dx())/c.scale }
func (c *canvas) bottom() float64 { return c.top + float64(c.img.Rect.Dy())/c.scale }

// rows fills every row from y on by its height in the world.
func (c *canvas) rows(from float64, at func(y float64) tone) {
	for py := max(0, int((from-c.top)*c.scale)); py < c.img.Rect.Dy(); py++ {
		t := at(c.top + (float64(py)+0.5)/c.scale)
		row := c.img.Pix[py*c.img.Stride : py*c.img.Stride+4*c.img.Rect.Dx()]
		for x := 0; x < len(row); x += 4 {
			// A hair of ordered noise keeps slow gradients from showing steps.
			d := dither[(py&3)<<2|(x>>2)&3]
			row[x], row[x+1], row[x+2], row[x+3] = byte8(t.R+d), byte8(t.G+d), byte8(t.B+d), 255
		}
	}
}

var dither = [16]float64{0, .5, .125, .625, .75, .25, .875, .375, .1875, .6875, .0625, .5625, .9375, .4375, .8125,
	.3125}

func byte8(v float64) byte { return byte(min(255, max(0, v))) }

// polygon fills a closed outline.
func (c *canvas) polygon(t tone, alpha float64, outline ...point) {
	if len(outline) < 3 || alpha <= 0 {
		return
	}
	box := image.Rectangle{Min: image.Pt(1<<30, 1<<30), Max: image.Pt(-1<<30, -1<<30)}
	for _, p := range outline {
		x, y := (p.X-c.left)*c.scale, (p.Y-c.top)*c.scale
		box.Min.X, box.Max.X = min(box.Min.X, int(math.Floor(x))), max(box.Max.X, int(math.Ceil(x)))
		box.Min.Y, box.Max.Y = min(box.Min.Y, int(math.Floor(y))), max(box.Max.Y, int(math.Ceil(y)))
	}
	visible := box.Intersect(c.img.Rect)
	if visible.Empty() {
		return
	}
	c.raster.Reset(visible.Dx(), visible.Dy())
	for i, p := range outline {
		x := float32((p.X-c.left)*c.scale - float64(visible.Min.X))
		y := float32((p.Y-c.top)*c.scale - float64(visible.Min.Y))
		if i == 0 {
			c.raster.MoveTo(x, y)
		} else {
			c.raster.LineTo(x, y)
		}
	}
	c.raster.ClosePath()
	c.raster.Draw(c.img, visible, image.NewUniform(t.alpha(alpha)), image.Point{})
}

func (c *canvas) box(t tone, alpha, x0, y0, x1, y1 float64) {
	c.polygon(t, alpha, point{x0, y0}, point{x1, y0}, point{x1, y1}, point{x0, y1})
}

// ellipse fills one, smooth at any size.
func (c *canvas) ellipse(t tone, alpha, x, y, rx, ry float64) {
	c.polygon(t, alpha, arc(x, y, rx, ry, 0, 2*math.Pi)...)
}

// arc is a piece of an ellipse's outline.
func arc(x, y, rx, ry, from, to float64) []point {
	const n = 40
	ps := make([]point, n)
	for i := range ps {
		s, k := math.Sincos(from + (to-from)*float64(i)/(n-1))
		ps[i] = point{x + rx*k, y + ry*s}
	}
	return ps
}

// line is a stroke of even width.
func (c *canvas) line(t tone, alpha, x0, y0, x1, y1, width float64) {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l == 0 {
		return
	}
	nx, ny := -dy/l*width/2, dx/l*width/2
	c.polygon(t, alpha, point{x0 + nx, y0 + ny}, point{x1 + nx, y1 + ny}, point{x1 - nx, y1 - ny}, point{x0 - nx, y0 - ny})
}

// glow adds light around a place, strongest in the middle.
func (c *canvas) glow(t tone, strength, x, y, radius float64) {
	cx, cy, r := (x-c.left)*c.scale, (y-c.top)*c.scale, radius*c.scale
	box := image.Rect(int(cx-r), int(cy-r), int(cx+r)+1, int(cy+r)+1).Intersect(c.img.Rect)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		row := c.img.Pix[py*c.img.Stride:]
		for px := box.Min.X; px < box.Max.X; px++ {
			d := math.Hypot(float64(px)-cx, float64(py)-cy) / r
			if d >= 1 {
				continue
			}
			k := strength * (1 - d) * (1 - d)
			o := row[4*px : 4*px+3]
			o[0] = byte8(float64(o[0]) + (t.R-float64(o[0]))*k + 0.5)
			o[1] = byte8(float64(o[1]) + (t.G-float64(o[1]))*k + 0.5)
			o[2] = byte8(float64(o[2]) + (t.B-float64(o[2]))*k + 0.5)
		}
	}
}

// beam adds a cone of light that widens by half an angle to each side and thins out with the distance.
func (c *canvas) beam(t tone, strength, x, y, angle, half, length float64) {
	cx, cy, r := (x-c.left)*c.scale, (y-c.top)*c.scale, length*c.scale
	sin, cos := math.Sincos(angle)
	box := image.Rect(int(cx-r), int(cy-r), int(cx+r)+1, int(cy+r)+1).Intersect(c.img.Rect)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		row := c.img.Pix[py*c.img.Stride:]
		for px := box.Min.X; px < box.Max.X; px++ {
			dx, dy := float64(px)-cx, float64(py)-cy
			along, across := dx*cos+dy*sin, math.Abs(dy*cos-dx*sin)
			wide := along*half + 0.01*c.scale
			if along <= 0 || along >= r || across >= wide {
				continue
			}
			k := 1 - along/r
			k = strength * k * k * smooth(2*(1-across/wide))
			o := row[4*px : 4*px+3]
			o[0] = byte8(float64(o[0]) + (t.R-float64(o[0]))*k + 0.5)
			o[1] = byte8(float64(o[1]) + (t.G-float64(o[1]))*k + 0.5)
			o[2] = byte8(float64(o[2]) + (t.B-float64(o[2]))*k + 0.5)
		}
	}
}

// hash is a number in [0,1) for a seed and a place: the world is the same wherever the camera comes from.
func hash(seed uint64, n ...int) float64 {
	x := seed*0x9e3779b97f4a7c15 + 0x7f4a7c15
	for _, v := range n {
		x ^= uint64(v) + 0x9e3779b97f4a7c15 + x<<6 + x>>2
		x ^= x >> 31
		x *= 0x7fb5d329728ea185
		x ^= x >> 27
		x *= 0x81dadef4bc2dd44d
		x ^= x >> 33
	}
	return float64(x>>11) / (1 << 53)
}

// noise is a smooth line through hashes, in [-1,1], with finer octaves.
func noise(seed uint64, x float64, octaves int) float64 {
	sum, amp, total := 0.0, 1.0, 0.0
	for o := range octaves {
		i := math.Floor(x)
		k := smooth(x - i)
		a, b := hash(seed, o, int(i)), hash(seed, o, int(i)+1)
		sum += amp * (2*(a+(b-a)*k) - 1)
		total += amp
		amp, x = amp/2, x*2.1+17
	}
	return sum / total
}

// ridge fills the ground below a line.
func (c *canvas) ridge(t tone, alpha float64, height func(x float64) float64) {
	ps := []point{{c.left, c.bottom()}}
	for px := 0; px <= c.img.Rect.Dx(); px += 3 {
		x := c.left + float64(px)/c.scale
		ps = append(ps, point{x, height(x)})
	}
	ps = append(ps, point{c.right(), height(c.right())}, point{c.right(), c.bottom()})
	c.polygon(t, alpha, ps...)
}

// cells calls f for each cell of a grid along x that is in sight.
func (c *canvas) cells(width float64, f func(i int, x float64)) {
	for i := int(math.Floor(c.left/width)) - 1; float64(i)*width < c.right()+width; i++ {
		f(i, float64(i)*width)
	}
}
