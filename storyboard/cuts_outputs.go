package storyboard

import (
	"path/filepath"
	"strconv"
	"strings"
)

// inputs are the files that no output may be.
func (c *cutter) inputs() {
	use := func(path string) {
		if path != "" {
			c.taken[fold(path)] = true
		}
	}
	if real, err := filepath.EvalSymlinks(c.stills.dir); err == nil {
		use(filepath.Join(real, filepath.Base(c.source.file)))
	}
	for _, s := range c.sb.Shots() {
		if s.FirstFrame != nil {
			use(s.FirstFrame.Path)
		}
		if s.Clip != nil {
			use(s.Clip.Path)
		}
	}
	for _, cut := range c.sb.Cuts {
		for _, s := range cut.Shots {
			if s.Shot.Card != nil {
				use(s.Shot.Card.Still.Path)
			}
		}
		if cut.Music != nil {
			use(cut.Music.File.Path)
		}
		for _, n := range cut.Narration {
			use(n.File.Path)
		}
	}
}

// fold makes names equal that some file systems take for the same.
func fold(path string) string { return strings.ToLower(path) }

// outputDraft is an output that is being read.
type outputDraft struct {
	file  value
	ok    bool // there is a file
	codec Setting[string]
}

func (c *cutter) outputs(f field) {
	for _, n := range c.list(f) {
		fs, ok := c.line(n, inOutput)
		if !ok {
			continue
		}
		var o outputDraft
		if c.fill(&o, fs); o.ok {
			c.output(o.file, o.codec)
		}
	}
}

// one reads a cut's single output.
func (c *cutter) one(f field) {
	if v, ok := c.scalar(f); ok {
		c.output(v, Setting[string]{})
	}
}

func (c *cutter) output(v value, codec Setting[string]) {
	o, ok := c.target(v)
	if !ok {
		return
	}
	if o.Codec = codec; codec.Set && o.Format != "mp4" {
		c.report(codec.Pos, nil, "`codec` is for mp4 outputs")
		return
	}
	if first, twice := c.made[fold(o.Path)]; twice {
		c.report(v.at, nil, "%s is the output of %s already", quote(o.Name), c.lineOf(first))
		return
	}
	c.made[fold(o.Path)] = v.at
	c.cut.Outputs = append(c.cut.Outputs, o)
}

func (c *cutter) encoder(f field) {
	fs, ok := c.part(f.value, inEncoder)
	if !ok {
		return
	}
	c.fill(c, fs)
	_, crf := fs.get("crf")
	if rate, both := fs.get("bitrate"); crf && both {
		c.report(position(rate.name), advise("keep one of the two"), "`bitrate` beside `crf`")
	}
}

// option notes one option of the encoder, numbers as they are.
func (c *cutter) option(f field) {
	v, ok := c.scalar(f)
	if !ok {
		return
	}
	if f.key.kind != choice {
		v.text = strconv.FormatInt(v.number, 10)
	}
	c.cut.Encoder = append(c.cut.Encoder, EncoderOption{f.key.name, v.text, v.at})
}
