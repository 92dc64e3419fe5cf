package vet

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"
)

// Limits of the search for a watermark. Two clips of different scenes that have the same edges at the same place of a
// corner, throughout, have something laid over them. The probe's own stills are even in their corners, so that what
// stands still there is not theirs.
//
// Measured on 480p at CRF 26: the stills, at rest or dissolving, against an animatic, a photograph that stands still, a
// film and a test picture, with ffmpeg's noise at 0 and 12. Without a mark 0 edges stand still. With words or a box of
// white at 20 to 100 percent it is 90 to 900: the other clip has 98 to 100 percent of them, and 0 to 33 percent beside
// them. 72 of 80 such marks are seen; the others were lost in what the other clip shows below them. At noise 30 grain
// passes for edges: both clips share 23 to 99 percent, but at most 9 points fewer beside them, so that no mark is seen and
// nobody is accused.
const (
	markEdge   = 16   // luma that neighbouring pixels of a mean differ by where something has an edge
	markFrames = 12   // frames of a clip that are looked at
	markMeans  = 3    // means of them that must all have an edge: grain fades in a mean, what moves is in none of them twice
	markPixels = 40   // edge pixels that stand still, as many as the smallest mark has
	markShared = 0.60 // of the clip's edges that stand still in a corner, in that of its control, too
	markChance = 0.30 // by which those must be more than in places beside it: texture is alike anywhere
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
		o := overlap(mine, other, i)
		evidence = append(evidence, name, o.String())
		if o.mark() {
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

// still is where a clip has edges in all means of frames that are spread over it.
func (j *judge) still(ctx context.Context, clip string, frames int) (*mask, error) {
	var numbers []int
	n := min(markFrames, frames)
	for i := range n {
		numbers = append(numbers, i*(frames-1)/max(n-1, 1))
	}
	all, err := j.in.Frames(ctx, clip, numbers, j.m.Width, j.m.Height)
	if err != nil {
		return nil, err
	}
	m := edgesOf(mean(all, 0))
	for g := 1; g < min(markMeans, n); g++ {
		m.and(edgesOf(mean(all, g)))
	}
	return m, nil
}

// mean is that of every third picture, from one of the first on. They are of one size.
func mean(all []*image.Gray, from int) *image.Gray {
	out := image.NewGray(all[from].Rect)
	sums, n := make([]int, len(out.Pix)), 0
	for i := from; i < len(all); i += markMeans {
		n++
		for k, v := range all[i].Pix {
			sums[k] += int(v)
		}
	}
	for k, sum := range sums {
		out.Pix[k] = uint8(sum / n)
	}
	return out
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

// shared is what a corner of two clips has in common.
type shared struct {
	mine, other, both int     // edges that stand still: the clip's, its control's, those of the first that the second has too
	chance            float64 // of the clip's, those that the control has as far beside them, 0 to 1
}

func (s shared) String() string {
	return fmt.Sprintf("edges that stand still: %d, in the other clip %d, in both %d; beside them %.0f%%", s.mine, s.other,
		s.both, 100*s.chance)
}

// mark reports whether it is more than two scenes have in common by chance.
func (s shared) mark() bool {
	part := float64(s.both) / float64(max(s.mine, 1))
	return s.both >= markPixels && part >= markShared && part >= s.chance+markChance
}

// overlap compares a corner of two clips: as it is, and with the second moved into the picture by up to a tenth of its
// height, as a control.
func overlap(a, b *mask, corner int) (s shared) {
	r := cornerOf(corner, a.r)
	step, beside := max(a.r.Dy()/20, 1), 0
	inward := image.Pt(step*(1-corner%2*2), step*(1-corner/2*2))
	a.each(r, func(x, y int) {
		s.mine++
		if b.near(x, y) {
			s.both++
		}
		for k := 1; k < 9; k++ {
			if b.near(x+k%3*inward.X, y+k/3*inward.Y) {
				beside++
			}
		}
	})
	b.each(r, func(int, int) { s.other++ })
	s.chance = float64(beside) / float64(8*max(s.mine, 1))
	return s
}
