package storyboard

func (r *reader) soundFile(to *File, f field, what string) {
	if v, ok := r.scalar(f); ok {
		if file := r.sourceFile(v, what); file != nil {
			*to = *file
		}
	}
}

func (c *cutter) narration(f field) {
	for _, n := range c.list(f) {
		if fs, _, ok := c.mapping(n, inNarration); ok {
			var line Narration
			c.fill(&line, fs)
			c.anchored(line.At)
			c.cut.Narration = append(c.cut.Narration, line)
		}
	}
}
