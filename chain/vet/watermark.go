package vet

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"
)

// Limits of the search for a watermark. Two clips of different scenes that have the same edges at the same place of a
// corner, throughout, have something laid over them.
const (
	markEdge   = 24   // luma that neighbouring pixels differ by where something has an edge
	markFrames = 6    // frames of a clip that are looked at
	markPixels = 40   // edge pixels that stand still, as many as the smallest mark has
	markShared = 0.60 // of the edges that stand still in a corner, in that of the other clip, too
	markDense  = 0.15 // of a corner: where more of it is edges, anything is near one
)

// corners are where marks are put: a quarter of the width and a fifth of the height each.
var corners = []string{"top left", "top right", "bottom left", "bottom right"}

// cornerOf is a corner's place in a picture.
func cornerOf(i int, r image.Rectangle) image.Rectangle {
	w, h := r.Dx()/4, r.Dy()/5
	x, y := i%2*(r.Dx()-w), i/2*(r.Dy()-h)
	return image.Rect(x, y, x+w, y+h)
}

// watermark looks into the corners of a clip and of its control, which is another scene.
func (j *judge) watermark(ctx context.Context) error {
	if j.c.Control == "" {
		return nil
	}
	mine, err := j.still(ctx, j.c.Path, j.m.Frames)
	if err != nil {
		return err
	}
	other, err := j.still(ctx, j.c.Control, j.m.Frames)
	if err != nil { // it is of another length, or does not decode, which its own probe says
		return ctx.Err()
	}
	var seen []string
	var evidence []any
	for i, name := range corners {
		a, b, both := overlap(mine, other, i)
		evidence = append(evidence, name,
			fmt.Sprintf("edges that stand still: %d, in the other clip %d, in both %d", a, b, both))
		most := float64(max(a, b))
		r := cornerOf(i, mine.r)
		if both >= markPixels && float64(both) >= markShared*most && most <= markDense*float64(r.Dx()*r.Dy()) {
			seen = append(seen, name)
		}
	}
	if len(seen) == 0 {
		j.add(finding("watermark", "", NotTested,
			"not seen: two clips have nothing in common in their corners; what is faint, moves or is elsewhere would not show").
			with(evidence...))
		return nil
	}
	f := finding("watermark", "", Refuted, "seen: none was asked for, and two clips have the same mark at the %s",
		strings.Join(seen, " and the "))
	if j.c.LastFrame != "" {
		has, err := j.marked(mine, other, seen)
		if err != nil {
			return err
		}
		f.Found += map[bool]string{true: "; the returned last frame has it, too",
			false: "; the returned last frame is without"}[has]
	}
	j.add(f.with(evidence...))
	return nil
}

// still is where a clip has edges in all of some frames that are spread over it.
func (j *judge) still(ctx context.Context, clip string, frames int) (*mask, error) {
	var numbers []int
	for i := range min(markFrames, frames) {
		numbers = append(numbers, i*(frames-1)/max(min(markFrames, frames)-1, 1))
	}
	all, err := j.in.Frames(ctx, clip, numbers, j.m.Width, j.m.Height)
	if err != nil {
		return nil, err
	}
	m := edgesOf(all[0])
	for _, f := range all[1:] {
		m.and(edgesOf(f))
	}
	return m, nil
}

// marked reports whether a returned last frame has the edges that two clips share.
func (j *judge) marked(mine, other *mask, seen []string) (bool, error) {
	pic, _, err := j.in.Picture(j.c.LastFrame)
	if err != nil || pic.Rect.Dx() != j.m.Width || pic.Rect.Dy() != j.m.Height {
		return false, err
	}
	last := edgesOf(pic)
	shared, found := 0, 0
	for i, name := range corners {
		if !slices.Contains(seen, name) {
			continue
		}
		mine.each(cornerOf(i, mine.r), func(x, y int) {
			if other.near(x, y) {
				shared++
				if last.near(x, y) {
					found++
				}
			}
		})
	}
	return float64(found) >= markShared*float64(shared), nil
}

// mask says of each pixel whether something has an edge there.
type mask struct {
	r  image.Rectangle
	on []bool
}

// edgesOf is where a picture's luma jumps.
func edgesOf(a *image.Gray) *mask {
	m := &mask{image.Rect(0, 0, a.Rect.Dx(), a.Rect.Dy()), make([]bool, a.Rect.Dx()*a.Rect.Dy())}
	for y := range m.r.Dy() - 1 {
		row, below := a.Pix[y*a.Stride:], a.Pix[(y+1)*a.Stride:]
		for x := range m.r.Dx() - 1 {
			dx, dy := int(row[x])-int(row[x+1]), int(row[x])-int(below[x])
			m.on[y*m.r.Dx()+x] = max(dx, -dx) >= markEdge || max(dy, -dy) >= markEdge
		}
	}
	return m
}

// and keeps what the other has, too, give or take a pixel: coding moves edges a little.
func (m *mask) and(o *mask) {
	for i, on := range m.on {
		m.on[i] = on && o.near(i%m.r.Dx(), i/m.r.Dx())
	}
}

// near reports an edge at a pixel or beside it.
func (m *mask) near(x, y int) bool {
	for v := max(y-1, 0); v <= min(y+1, m.r.Dy()-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, m.r.Dx()-1); u++ {
			if m.on[v*m.r.Dx()+u] {
				return true
			}
		}
	}
	return false
}

// each calls f with the edges in a rectangle.
func (m *mask) each(r image.Rectangle, f func(x, y int)) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.on[y*m.r.Dx()+x] {
				f(x, y)
			}
		}
	}
}

// overlap counts the edges in a corner of two clips, and those of the first that the second has, too.
func overlap(a, b *mask, corner int) (ofA, ofB, both int) {
	r := cornerOf(corner, a.r)
	a.each(r, func(x, y int) {
		ofA++
		if b.near(x, y) {
			both++
		}
	})
	b.each(r, func(int, int) { ofB++ })
	return ofA, ofB, both
}
