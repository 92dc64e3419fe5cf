package storyboard

import (
	"path"
	"strings"
)

// styleFont reads a family, or a file of the storyboard's folder.
func (r *reader) styleFont(s *Style, f field) {
	v, ok := r.scalar(f)
	if !ok {
		return
	}
	if ending := strings.ToLower(path.Ext(v.text)); ending == ".ttf" || ending == ".otf" {
		file := r.sourceFile(v, "a font")
		if file == nil {
			return
		}
		v.text = file.Path
	}
	s.Font = Setting[string]{v.text, true, v.at}
}

func (r *reader) captionMode(c *Captions, f field) {
	if v, ok := r.scalar(f); ok {
		c.Mode, c.Pos = v.text, v.at
	}
}

// captionFile refuses captions in a file where no file takes them.
func (c *cutter) captionFile() {
	cut := c.cut
	if cut.Captions == nil || cut.Captions.Mode == "" {
		return
	}
	words, film := false, len(cut.Outputs) == 0
	for _, o := range cut.Outputs {
		words = words || o.Format == "srt" || o.Format == "vtt"
		film = film || o.Format == "mp4" || o.Format == "mov" || o.Format == "webm"
	}
	switch {
	case cut.Captions.Mode == "file" && !words:
		c.report(cut.Captions.Pos, advise("add one that ends with .srt or .vtt"),
			"captions go into a file, but no output of the cut is one")
	case cut.Captions.Mode == "soft" && !film:
		c.report(cut.Captions.Pos, advise("burn them, or add an mp4"), "no output of the cut can hold soft captions")
	}
}

func (c *cutter) titles(f field) {
	for _, n := range c.list(f) {
		if fs, _, ok := c.mapping(n, inTitle); ok {
			var t Title
			c.fill(&t, fs)
			c.anchored(t.At)
			c.cut.Titles = append(c.cut.Titles, t)
		}
	}
}

func (r *reader) titleText(t *Title, f field) {
	if v, ok := r.scalar(f); ok {
		t.Text, t.Pos = v.text, v.at
	}
}

func (r *reader) titleLength(t *Title, f field) {
	v, ok := r.scalar(f)
	if !ok {
		return
	}
	if t.Duration = v.time; v.time.At(slowest) < 1 {
		r.report(v.at, nil, "a title stands for at least a frame")
	}
}
