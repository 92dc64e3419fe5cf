package animatic

import (
	"fmt"
	"image"
	"strings"

	"shotchain/internal/say"
	"shotchain/render/font"
	"shotchain/render/timeline"
)

// label is a mask of text, drawn onto frames. Its corner is even: chroma has half the pixels.
type label struct {
	at    image.Rectangle
	text  *image.Alpha // white
	shade float64      // how much of the picture below is taken away before, 0 to 1
}

// draw lays the label over a frame at a strength of 0 to 1.
func (l *label) draw(p *plane, k float64) {
	white(p, l.at, l.text, l.shade*k, k)
}

// white darkens a rectangle of the frame and writes a mask into it in white. Both colours are without chroma, so
// that follows at half the size.
func white(p *plane, at image.Rectangle, text *image.Alpha, shade, k float64) {
	yy, w, h := p.channel(0)
	at2 := at.Intersect(image.Rect(0, 0, w, h))
	keep, ink := int(256*(1-shade)+0.5), int(256*k+0.5)
	for y := at2.Min.Y; y < at2.Max.Y; y++ {
		mask := text.Pix[(y-at.Min.Y)*text.Stride:]
		for x := at2.Min.X; x < at2.Max.X; x++ {
			v := 16 + (int(yy[y*w+x])-16)*keep>>8
			if m := int(mask[x-at.Min.X]); m > 0 {
				v += (235 - v) * m * ink / (255 * 256)
			}
			yy[y*w+x] = byte(v)
		}
	}
	for i := 1; i <= 2; i++ {
		c, cw, _ := p.channel(i)
		for y := (at2.Min.Y + 1) / 2; y < at2.Max.Y/2; y++ {
			mask := text.Pix[(2*y-at.Min.Y)*text.Stride:]
			for x := (at2.Min.X + 1) / 2; x < at2.Max.X/2; x++ {
				v := (int(c[y*cw+x]) - 128) * keep >> 8
				if m := int(mask[2*x-at.Min.X]); m > 0 {
					v -= v * m * ink / (255 * 256)
				}
				c[y*cw+x] = byte(128 + v)
			}
		}
	}
}

// slate is the band that names the shot: name, prompt and a running timecode. It stands at the top, where no captions are.
type slate struct {
	band   label
	clock  image.Rectangle // where the timecode is
	digits map[rune]*image.Alpha
	pitch  int // pixels from digit to digit
	frames int
}

// newSlate sets the text for a frame's size.
func newSlate(s Shot) *slate {
	unit := float64(min(s.Height, s.Width*3/4)) / 40
	name, body, clock := font.NewPen(font.Bold, max(9, 1.5*unit)), font.NewPen(font.Regular,
		max(8, 1.12*unit)), font.NewPen(font.Mono, max(8, 1.12*unit))
	margin := 1.3 * unit
	pitch := int(clock.Width("0") + 0.999)
	clockWidth := float64(pitch * len(timecode(0, s.Frames)))

	lines := body.Wrap(say.Clean(s.Prompt), float64(s.Width)-2*margin, 2)
	if lost := font.Missing(s.Label + s.Prompt); len(lost) > 0 {
		lines = append(lines,
			fmt.Sprintf("(no font on this system has %d of these characters, such as U+%04X)", len(lost), lost[0]))
	}
	height := margin*1.1 + name.Size + float64(len(lines))*1.35*body.Size + 0.7*margin
	low := min((int(height)+1)&^1, s.Height&^1)
	sl := &slate{band: label{at: image.Rect(0, 0, s.Width, low), shade: 0.6}, pitch: pitch, frames: s.Frames}
	mask := image.NewAlpha(image.Rect(0, 0, s.Width, low))
	sl.band.text = mask

	base := margin*0.9 + name.Size*0.8
	title := name.Wrap(say.Clean(s.Label), float64(s.Width)-3*margin-clockWidth, 1)
	name.Draw(mask, margin, base, strings.Join(title, ""))
	for i, l := range lines {
		body.Draw(mask, margin, base+0.35*margin+float64(i+1)*1.35*body.Size, l)
	}
	x, y := s.Width-int(margin+clockWidth), sl.band.at.Min.Y+int(base-clock.Size)
	sl.clock = image.Rect(x, y, s.Width, y+int(1.4*clock.Size))
	sl.digits = map[rune]*image.Alpha{}
	for _, r := range "0123456789:/ " {
		d := image.NewAlpha(image.Rect(0, 0, pitch, sl.clock.Dy()))
		clock.Draw(d, 0, clock.Size, string(r))
		sl.digits[r] = d
	}
	return sl
}

// timecode is minutes:seconds:frames and the frame's number of all.
func timecode(n, frames int) string {
	return fmt.Sprintf("%02d:%02d:%02d  %3d/%d", n/timeline.Rate/60, n/timeline.Rate%60, n%timeline.Rate, n+1, frames)
}

func (s *slate) draw(p *plane, n int, k float64) {
	s.band.draw(p, k)
	x := s.clock.Min.X &^ 1
	for _, r := range timecode(n, s.frames) {
		white(p, image.Rect(x, s.clock.Min.Y, x+s.pitch, s.clock.Max.Y), s.digits[r], 0, k)
		x += s.pitch
	}
}

// newMark is the simulator's watermark.
func newMark(w, h int) *label {
	size := max(8, float64(min(w, h))/34)
	t := font.NewPen(font.Bold, size)
	const text = "simulated"
	width, height := (int(t.Width(text))+3)&^1, (int(1.5*size)+1)&^1
	x, y := (w-width-int(size))&^1, int(size)&^1
	l := &label{at: image.Rect(x, y, x+width, y+height), text: image.NewAlpha(image.Rect(0, 0, width, height)),
		shade: 0.25}
	t.Draw(l.text, 1, 1.1*size, text)
	return l
}
