package storyboard

func (c *cutter) captions(cut *Cut, f field) {
	fs, ok := c.part(f.value, inCaptions)
	if !ok {
		return
	}
	cut.Captions = &Captions{}
	for _, f := range fs {
		if f.key.name == "style" {
			cut.Captions.Style = c.style(f)
			continue
		}
		if v, ok := c.scalar(f); ok {
			cut.Captions.Mode, cut.Captions.Pos = v.text, v.at
		}
	}
}

// captionFile refuses captions in a file where no file takes them.
func (c *cutter) captionFile(cut *Cut) {
	if cut.Captions == nil || cut.Captions.Mode == "" {
		return
	}
	words, film := false, len(cut.Outputs) == 0
	for _, o := range cut.Outputs {
		words = words || o.Format == "srt" || o.Format == "vtt"
		film = film || o.Format == "mp4" || o.Format == "mov"
	}
	switch {
	case cut.Captions.Mode == "file" && !words:
		c.report(cut.Captions.Pos, advise("add one that ends with .srt or .vtt"), "captions go into a file, but no output of the cut is one")
	case cut.Captions.Mode == "soft" && !film:
		c.report(cut.Captions.Pos, advise("burn them, or add an mp4"), "no output of the cut can hold soft captions")
	}
}

func (c *cutter) titles(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, _, ok := c.mapping(n, inTitle)
		if !ok {
			continue
		}
		var t Title
		for _, f := range fs {
			if f.key.name == "style" {
				t.Style = c.style(f)
				continue
			}
			v, ok := c.scalar(f)
			if !ok {
				continue
			}
			switch f.key.name {
			case "text":
				t.Text, t.Pos = v.text, v.at
			case "at":
				t.At = c.anchored(cut, v.anchor)
			case "duration":
				if t.Duration = v.time; v.time.At(slowest) < 1 {
					c.report(v.at, nil, "a title stands for at least a frame")
				}
			}
		}
		cut.Titles = append(cut.Titles, t)
	}
}

func (c *cutter) style(f field) (s Style) {
	fs, ok := c.part(f.value, inStyle)
	if !ok {
		return s
	}
	for _, f := range fs {
		switch f.key.name {
		case "font":
			setString(c.reader, &s.Font, f)
		case "size":
			setDecimal(c.reader, &s.Size, f)
		case "color":
			setString(c.reader, &s.Color, f)
		case "outline":
			setString(c.reader, &s.Outline, f)
		case "background":
			setString(c.reader, &s.Background, f)
		case "position":
			setString(c.reader, &s.Position, f)
		case "bold":
			setToggle(c.reader, &s.Bold, f)
		case "italic":
			setToggle(c.reader, &s.Italic, f)
		}
	}
	return s
}
