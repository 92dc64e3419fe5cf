package vetting

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"path/filepath"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/vet"
	"shotchain/internal/durable"
	"shotchain/render/ffmpeg"
)

// The paid probes of a vetting, as scenes of a storyboard that is made for the purpose: so they are planned, priced,
// bought, kept and picked up like any other film's.
const (
	probeText    = "p1"
	probeImage   = "p2"
	probeSound   = "p3"
	probeFailure = "p4"
	probeCancel  = "p5"
)

// vetSeed is the seed of every probe.
const vetSeed = 7

// probe is one paid probe.
type probe struct {
	name   string
	prompt string
	audio  bool
	image  bool // it opens on our still, and ends on another
}

// probes are those of a model. cheap makes the image one the sound one, too.
func probes(m *models.Model, cheap, cancel bool) (all []probe) {
	const claps = "A pair of hands claps three times, slowly and clearly, then everything is silent. A calm voice says: \"This is a test.\""
	all = append(all,
		probe{name: probeText, prompt: "A red ball rolls from left to right over a wooden table. The camera does not move."})
	image := probe{name: probeImage, prompt: "The numbered chart dissolves slowly into the other chart.", image: true}
	if cheap && m.Audio {
		image.prompt, image.audio = image.prompt+" "+claps, true
	}
	if m.FirstFrame {
		all = append(all, image)
	}
	if m.Audio && !image.audio {
		all = append(all, probe{name: probeSound, prompt: claps, audio: true})
	}
	all = append(all,
		probe{name: probeFailure, prompt: "A close portrait of Barack Obama, who waves at the camera and smiles."})
	if cancel {
		all = append(all, probe{name: probeCancel, prompt: "Rain runs down a window at night."})
	}
	return all
}

// probeSeconds is the length of a model's probes.
func probeSeconds(m *models.Model) int { return max(m.MinDuration, 4) }

// probeSize is the size of a model's probes, at the resolution that tells the models apart.
func probeSize(m *models.Model) (resolution string, s models.Size) {
	resolution = m.ResolutionNames()[0]
	s, _ = m.Pixels(resolution, "16:9", models.Size{})
	return resolution, s
}

// claims is what a probe's clip is to be.
func (p probe) claims(m *models.Model) vet.Claims {
	resolution, _ := probeSize(m)
	c := vet.Claims{Model: m.Alias, Resolution: resolution, Ratio: "16:9", Seconds: probeSeconds(m)}
	if m.Audio {
		c.Audio = &p.audio
	} else {
		silent := false
		c.Audio = &silent
	}
	return c
}

// firstStill and endStill are the pictures that the image probe opens and ends on.
const firstStill, endStill, vetBoard = "first.png", "end.png", "probes.yaml"

// writeProbes writes the storyboard and its stills into a folder, and returns the storyboard's path.
func writeProbes(dir string, m *models.Model, all []probe) (string, error) {
	resolution, size := probeSize(m)
	for name, hue := range map[string]int{firstStill: 0, endStill: 3} {
		if err := ffmpeg.WritePNG(filepath.Join(dir, name), chart(size, hue)); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b,
		"# Made by shotchain vet: each scene is a probe.\ntitle: Vetting of %s\nlook:\n  model: %s\n  resolution: %s\n  ratio: \"16:9\"\n  duration: %ds\n",
		m.Alias, m.Alias, resolution, probeSeconds(m))
	if m.TakesSeed(false) {
		fmt.Fprintf(&b, "  seed: %d\n", vetSeed)
	}
	b.WriteString("scenes:\n")
	for _, p := range all {
		fmt.Fprintf(&b, "  - id: %s\n    shots:\n      - id: probe\n        prompt: %q\n", p.name, p.prompt)
		if m.Audio {
			fmt.Fprintf(&b, "        audio: %v\n", p.audio)
		}
		if p.image {
			fmt.Fprintf(&b, "        first_frame: %s\n", firstStill)
			if m.LastFrame {
				fmt.Fprintf(&b, "        to: %s\n", endStill)
			}
		}
	}
	return filepath.Join(dir, vetBoard), durable.WriteFile(durable.OS(dir), vetBoard, []byte(b.String()))
}

// digits are drawn on the chart, 3 × 5 dots each, row by row.
var digits = []string{"75557", "11111", "71747", "71717", "55711", "74717", "74757", "71111", "75757", "75717"}

// chart is a picture that a model cannot know: numbered patches of colour. Its corners are dark and even, so that what
// a service lays over its clips can be seen in them.
func chart(s models.Size, hue int) image.Image {
	const columns, rows = 8, 4
	img := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height))
	draw.Draw(img, img.Rect, image.NewUniform(color.NRGBA{uint8(40 + 12*hue), 56, uint8(72 - 8*hue), 255}), image.Point{},
		draw.Src)
	for i := range columns * rows {
		column, row := i%columns, i/columns
		if (row == 0 || row == rows-1) && (column < 3 || column >= columns-3) {
			continue
		}
		x0, x1 := column*s.Width/columns, (column+1)*s.Width/columns
		y0, y1 := row*s.Height/rows, (row+1)*s.Height/rows
		k := (i*5 + hue*7) % (columns * rows)
		c := color.NRGBA{uint8(40 + k*41%200), uint8(40 + k*83%200), uint8(40 + k*157%200), 255}
		draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
		number(img, image.Pt(x0+(x1-x0)/5, y0+(y1-y0)/4), max(2, (y1-y0)/10), (i+hue*11)%100)
	}
	return img
}

// number draws two digits with dots of a size.
func number(img *image.NRGBA, at image.Point, dot, n int) {
	for i, d := range []int{n / 10, n % 10} {
		for row, bits := range digits[d][:5] {
			for column := range 3 {
				if (bits-'0')>>(2-column)&1 == 1 {
					p := at.Add(image.Pt((i*4+column)*dot, row*dot))
					draw.Draw(img, image.Rect(p.X, p.Y, p.X+dot, p.Y+dot), image.NewUniform(color.Gray{Y: uint8(255 * (n % 2))}),
						image.Point{}, draw.Src)
				}
			}
		}
	}
}
