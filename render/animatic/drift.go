package animatic

import (
	"maps"
	"math"
	"slices"
)

// Drift is what a model does to a picture each time that it films on from one: the simulator's stand-in for it, so that
// what a chain of shots suffers can be seen, measured and corrected before anything is paid. The damage is in the clip
// and in its last frame, so the next clip starts from it and it adds up. The zero Drift does nothing.
type Drift struct {
	Cut, Inside float64 // codes of luma: at the clip's first frame, and more until its last
	Contrast    float64 // of middle grey's surroundings: 0.01 is one per cent more
	Saturation  float64 // 0.01 is one per cent more
	U, V        float64 // codes
	Blur        float64 // pixels of a picture 1280 wide, standard deviation; adds up as √n
	Held        int     // frames that stand at the beginning
	Zoom        float64 // 0.01: one per cent larger
	Shift       float64 // pixels of a picture 1280 wide
}

// drifts by name. None of them is Seedance's: no figures of it are known.
//
// mild and strong: luma +2.86 a cut, +1.0 where a lead-in softens it, three quarters of it at the cut
// (roadmaus/ComfyUI-Continuity docs/timeline.md, which also has "brighter and harder"); the cast from blue − red that
// goes from −5.5 to +1.5 in three shots (zenstory-ai/drama-skills#134); "a touch softer each time" (Continuity#44);
// "a pose with no velocity" (PortOS#3765); enlarged and cropped (DiffSynth-Studio#625). Sizes that these do not give
// are assumed.
//
// bright, dark and soft: measured in 120 frames of four clips each, ten pieces that the model grew from one another
// (guoyww/guoyww.github.io resampling-forcing); a tenth of it a link. CausVid: luma +13.4, spread +6.1, stronger
// colours. Self-Forcing: −15.4, −8.2, weaker colours. Pyramid: +6.7, −10.0, sharpness −1.3 octaves.
var drifts = map[string]Drift{
	"none":   {},
	"mild":   {1.0, 0.33, 0.004, 0.008, -0.12, 0.12, 0.40, 2, 0.001, 0.5},
	"strong": {2.86, 0.95, 0.006, 0.015, -0.25, 0.25, 0.56, 3, 0.002, 1},
	"bright": {1.0, 0.34, 0.012, 0.05, 0, 0, 0, 0, 0, 0},
	"dark":   {-1.15, -0.39, -0.016, -0.01, 0, 0, 0, 0, 0, 0},
	"soft":   {0.5, 0.17, -0.02, -0.01, 0, 0, 0.56, 0, 0, 0},
}

// DriftNames are the drifts that there are.
func DriftNames() []string { return slices.Sorted(maps.Keys(drifts)) }

// DriftNamed is the drift of that name, if there is one.
func DriftNamed(name string) (Drift, bool) {
	d, ok := drifts[name]
	return d, ok
}

// grey is the code of luma that contrast turns about.
const grey = 118

// wear is what a picture has suffered: its codes as they were, times Light and plus Lift; its colours about 128, times
// Colour and plus U, V; and blurred. The zero wear is none.
type wear struct {
	Light, Lift, Colour, U, V float64 // Light and Colour less 1
	Blur                      float64 // variance, pixels of a picture 1280 wide
}

// at is the wear of one link at a share of its clip.
func (d Drift) at(share float64) wear {
	return wear{d.Contrast, d.Cut + d.Inside*share - d.Contrast*grey, d.Saturation, d.U, d.V, d.Blur * d.Blur}
}

// then is this wear, and another on top of it.
func (w wear) then(next wear) wear {
	light, colour := 1+next.Light, 1+next.Colour
	return wear{light*(1+w.Light) - 1, light*w.Lift + next.Lift, colour*(1+w.Colour) - 1,
		colour*w.U + next.U, colour*w.V + next.V, min(maxBlur-1, w.Blur+next.Blur)}
}

// maxBlur is the most that a picture's blur may be remembered as: 20 pixels.
const maxBlur = 20 * 20

// sane reports whether a wear can be a chain's; it may come from a stranger's picture.
func (w wear) sane() bool {
	for _, x := range []float64{w.Light, w.Lift, w.Colour, w.U, w.V, w.Blur} {
		if !(math.Abs(x) <= 1e4) {
			return false
		}
	}
	return w.Blur >= 0 && w.Blur < maxBlur
}

// put wears a picture whose frames are that many pixels wide.
func (w wear) put(p *plane, width int) {
	if w == (wear{}) {
		return
	}
	if w.Blur > 0 {
		p.blur(math.Sqrt(w.Blur) * float64(width) / 1280)
	}
	for i, c := range []struct{ gain, offset, middle float64 }{
		{1 + w.Light, w.Lift, 0}, {1 + w.Colour, w.U, 128}, {1 + w.Colour, w.V, 128},
	} {
		var t codes
		for v := range t {
			t[v] = int(math.Round(256 * min(255, max(0, c.gain*(float64(v)-c.middle)+c.middle+c.offset))))
		}
		data, cols, _ := p.channel(i)
		t.put(data, cols)
	}
}

// codes is a map of codes in 256ths, which are spread over neighbours: a step of a third of a code is one.
type codes [256]int

// spread is Bayer's matrix of four, in 256ths of a code.
var spread = [4][4]int{{8, 136, 40, 168}, {200, 72, 232, 104}, {56, 184, 24, 152}, {248, 120, 216, 88}}

//go:norace
func (t *codes) put(data []byte, w int) {
	for y := 0; y < len(data)/w; y++ {
		line, row := &spread[y&3], data[y*w:(y+1)*w]
		for x, v := range row {
			row[x] = byte(min(255, (t[v]+line[x&3])>>8))
		}
	}
}

// blur softens a picture by a Gaussian of that standard deviation, in its pixels; its colours by half of it.
func (p *plane) blur(sigma float64) {
	for i := range 3 {
		data, w, h := p.channel(i)
		s := sigma
		if i > 0 {
			s /= 2
		}
		if k := kernel(s); len(k) > 1 {
			smear(data, w, h, k)
		}
	}
}

// kernel is the half of a Gaussian from its middle on, in 65536ths that add up to 1 with its mirror.
func kernel(sigma float64) []int {
	reach := int(math.Ceil(2.5*sigma + 0.1)) // what lies further has less than a 256th
	all, sum := make([]float64, reach+1), 0.0
	for i := range all { // the share of a pixel, which also holds for σ far below one
		all[i] = math.Erf((float64(i)+0.5)/(sigma*math.Sqrt2)) - math.Erf((float64(i)-0.5)/(sigma*math.Sqrt2))
		if sum += all[i]; i > 0 {
			sum += all[i]
		}
	}
	k := make([]int, len(all))
	left := 1 << 16
	for i := len(all) - 1; i > 0; i-- {
		k[i] = int(math.Round(all[i] / sum * (1 << 16)))
		left -= 2 * k[i]
	}
	k[0] = left // even, as all is
	return k
}

// smear applies half a kernel both ways, edges repeated.
func smear(data []byte, w, h int, k []int) {
	src := make([]byte, len(data))
	sums := make([]int, w)
	for y := range h {
		row, reach := data[y*w:(y+1)*w], len(k)-1
		wide := make([]byte, 0, w+2*reach)
		for i := -reach; i < w+reach; i++ {
			wide = append(wide, row[min(w-1, max(0, i))])
		}
		weigh(sums, wide[reach:], wide[reach:], k[0]/2)
		for j := 1; j < len(k); j++ {
			add(sums, wide[reach-j:], wide[reach+j:], k[j])
		}
		settle(src[y*w:(y+1)*w], sums)
	}
	for y := range h {
		line := func(y int) []byte { return src[min(h-1, max(0, y))*w:][:w] }
		weigh(sums, line(y), line(y), k[0]/2)
		for j := 1; j < len(k); j++ {
			add(sums, line(y-j), line(y+j), k[j])
		}
		settle(data[y*w:(y+1)*w], sums)
	}
}

//go:norace
func weigh(sums []int, a, b []byte, k int) {
	a, b = a[:len(sums)], b[:len(sums)]
	for i := range sums {
		sums[i] = k * (int(a[i]) + int(b[i]))
	}
}

//go:norace
func add(sums []int, a, b []byte, k int) {
	a, b = a[:len(sums)], b[:len(sums)]
	for i := range sums {
		sums[i] += k * (int(a[i]) + int(b[i]))
	}
}

//go:norace
func settle(dst []byte, sums []int) {
	dst = dst[:len(sums)]
	for i, v := range sums {
		dst[i] = byte((v + 1<<15) >> 16)
	}
}

// worn is how a shot that grows from a picture is to look.
func (t *sketch) worn(n int) {
	if t.drift == (Drift{}) {
		return
	}
	share := 0.0
	if last := t.shot.Frames - 1; last > 0 {
		share = float64(n) / float64(last)
	}
	t.drift.at(share).put(t.frame, t.shot.Width)
}

// displace moves the views of a path as the drift moves the picture.
func (d Drift) displace(p *path) {
	for _, v := range []*view{&p.from, &p.to} {
		v.X += d.Shift / 1280 * float64(p.w) / float64(p.h) / v.Zoom
		v.Zoom = min(maxZoom, v.Zoom*(1+d.Zoom))
	}
}
