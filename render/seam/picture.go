package seam

import (
	"image"
	"image/color"
	"math"
)

// Picture is a small 4:2:0 frame in tv range. U and V are nil where only the light was kept.
type Picture struct {
	W, H    int
	Y, U, V []byte
}

// plane is a picture of one channel, in codes.
type plane struct {
	w, h int
	v    []float64
}

// shrink averages squares of a channel; what does not fill a square at the right and the bottom is left out. A
// channel smaller than a square is taken as it is.
func shrink(b []byte, w, h, by int) plane {
	if w < by || h < by {
		by = 1
	}
	p := plane{w / by, h / by, make([]float64, (w/by)*(h/by))}
	scale := 1 / float64(by*by)
	for y := range p.h {
		row := p.v[y*p.w : (y+1)*p.w]
		for dy := range by {
			line := b[(y*by+dy)*w:]
			for x := range row {
				sum := 0
				for _, c := range line[x*by : x*by+by] {
					sum += int(c)
				}
				row[x] += float64(sum)
			}
		}
		for x := range row {
			row[x] *= scale
		}
	}
	return p
}

// mean of a channel; 0 for none.
func mean(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	return float64(sum) / float64(len(b))
}

// distance is the mean difference of two channels of one size, in codes.
func distance(a, b []byte) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return 0
	}
	sum := 0
	for i, c := range a {
		sum += max(int(c)-int(b[i]), int(b[i])-int(c))
	}
	return float64(sum) / float64(len(a))
}

// detail is the variance of a channel's 4-neighbour Laplacian.
func detail(b []byte, w, h int) float64 {
	n, sum, squares := 0, 0, 0
	for y := 1; y < h-1; y++ {
		above, row, below := b[(y-1)*w:y*w], b[y*w:(y+1)*w], b[(y+1)*w:(y+2)*w]
		for x := 1; x < w-1; x++ {
			d := int(above[x]) + int(below[x]) + int(row[x-1]) + int(row[x+1]) - 4*int(row[x])
			sum += d
			squares += d * d
		}
		n += max(0, w-2)
	}
	if n == 0 {
		return 0
	}
	m := float64(sum) / float64(n)
	return max(0, float64(squares)/float64(n)-m*m)
}

// spread is a channel's standard deviation, in codes.
func spread(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	sum, squares := 0, 0
	for _, c := range b {
		sum += int(c)
		squares += int(c) * int(c)
	}
	n := float64(len(b))
	m := float64(sum) / n
	return math.Sqrt(max(0, float64(squares)/n-m*m))
}

// percentile of a channel: the code below which that share (0 … 1) of its pixels lies.
func percentile(b []byte, share float64) int {
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	left := int(share * float64(len(b)))
	for code, n := range count {
		if left -= n; left < 0 {
			return code
		}
	}
	return 255
}

// Image is the picture for people to look at: BT.709, full range.
func (p Picture) Image() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, p.W, p.H))
	for y := range p.H {
		for x := range p.W {
			u, v := p.chroma(x, y)
			img.SetNRGBA(x, y, rgb(float64(p.Y[y*p.W+x]), u, v))
		}
	}
	return img
}

// chroma is a pixel's, about 0.
func (p Picture) chroma(x, y int) (u, v float64) {
	if len(p.U) == 0 || len(p.V) == 0 {
		return 0, 0
	}
	i := min(y/2, p.H/2-1)*(p.W/2) + min(x/2, p.W/2-1)
	return float64(p.U[i]) - 128, float64(p.V[i]) - 128
}

// rgb is BT.709 in tv range, chroma about 0.
func rgb(y, u, v float64) color.NRGBA {
	y = 255.0 / 219 * (y - 16)
	u, v = 255.0/224*u, 255.0/224*v
	return color.NRGBA{code(y + 1.5748*v), code(y - 0.1873*u - 0.4681*v), code(y + 1.8556*u), 255}
}

func code(x float64) uint8 { return uint8(max(0, min(255, math.Round(x)))) }

// amplified is by how much a difference is drawn larger than it is: a step of one code is seen.
const amplified = 12

// Difference is the picture of what an echo pair does not share: grey where the two are equal, lighter where the second
// is, twelve times as strong as it is. nil where they differ in size.
func Difference(a, b Picture) *image.NRGBA {
	if a.W != b.W || a.H != b.H || len(a.Y) != len(b.Y) {
		return nil
	}
	img := image.NewNRGBA(image.Rect(0, 0, a.W, a.H))
	for y := range a.H {
		for x := range a.W {
			au, av := a.chroma(x, y)
			bu, bv := b.chroma(x, y)
			d := float64(b.Y[y*b.W+x]) - float64(a.Y[y*a.W+x])
			img.SetNRGBA(x, y, rgb(126+amplified*d, amplified*(bu-au), amplified*(bv-av)))
		}
	}
	return img
}
