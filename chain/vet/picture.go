package vet

import (
	"fmt"
	"image"
	"math"
	"math/bits"
	"strconv"
)

// psnr is how near two pictures of one size are, in dB of luma; +Inf for the same.
func psnr(a, b *image.Gray) float64 {
	var sum float64
	n := 0
	eachRow(a, b, func(x, y []uint8) {
		for i := range x {
			d := float64(x[i]) - float64(y[i])
			sum += d * d
		}
		n += len(x)
	})
	if sum == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(255*255*float64(n)/sum)
}

// eachRow calls f with each row of two pictures of one size.
func eachRow(a, b *image.Gray, f func(x, y []uint8)) {
	for y := range a.Rect.Dy() {
		f(a.Pix[y*a.Stride:][:a.Rect.Dx()], b.Pix[y*b.Stride:][:b.Rect.Dx()])
	}
}

// ssim is the structural similarity of two pictures of one size: the mean over blocks of 8 × 8 pixels, half a block
// apart, with the usual constants (Wang et al. 2004). 1 for the same.
func ssim(a, b *image.Gray) float64 {
	const block, step = 8, 4
	const c1, c2 = (0.01 * 255) * (0.01 * 255), (0.03 * 255) * (0.03 * 255)
	var sum float64
	n := 0
	for y := 0; y+block <= a.Rect.Dy(); y += step {
		for x := 0; x+block <= a.Rect.Dx(); x += step {
			var sa, sb, saa, sbb, sab float64
			for j := range block {
				ra, rb := a.Pix[(y+j)*a.Stride+x:][:block], b.Pix[(y+j)*b.Stride+x:][:block]
				for i := range ra {
					p, q := float64(ra[i]), float64(rb[i])
					sa, sb, saa, sbb, sab = sa+p, sb+q, saa+p*p, sbb+q*q, sab+p*q
				}
			}
			const m = block * block
			ma, mb := sa/m, sb/m
			va, vb, cov := saa/m-ma*ma, sbb/m-mb*mb, sab/m-ma*mb
			sum += (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// resized is a picture of another size: the mean of what each pixel covers, or the nearest where it covers less.
func resized(a *image.Gray, w, h int) *image.Gray {
	if a.Rect.Dx() == w && a.Rect.Dy() == h {
		return a
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := span(y, h, a.Rect.Dy())
		for x := range w {
			x0, x1 := span(x, w, a.Rect.Dx())
			sum := 0
			for j := y0; j < y1; j++ {
				for i := x0; i < x1; i++ {
					sum += int(a.Pix[j*a.Stride+i])
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / ((y1 - y0) * (x1 - x0)))
		}
	}
	return out
}

// span is what pixel i of n covers of a side of length of: at least one pixel.
func span(i, n, of int) (from, to int) {
	from = i * of / n
	return from, max(from+1, (i+1)*of/n)
}

// hashSide is the height of the picture that a perceptual hash sees: 8 rows of 8 differences.
const hashSide = 8

// perceptual is a difference hash: near for pictures that look the same.
func perceptual(a *image.Gray) string {
	small := resized(a, hashSide+1, hashSide)
	var h uint64
	for y := range hashSide {
		for x := range hashSide {
			h <<= 1
			if small.Pix[y*small.Stride+x] < small.Pix[y*small.Stride+x+1] {
				h |= 1
			}
		}
	}
	return fmt.Sprintf("%016x", h)
}

// alike reports whether two clips' hashes are near at every place: at most 4 of 64 bits differ.
func alike(a, b []string) bool {
	if len(a) == 0 || len(a) != len(b) {
		return false
	}
	for i := range a {
		x, err1 := strconv.ParseUint(a[i], 16, 64)
		y, err2 := strconv.ParseUint(b[i], 16, 64)
		if err1 != nil || err2 != nil || bits.OnesCount64(x^y) > 4 {
			return false
		}
	}
	return true
}
