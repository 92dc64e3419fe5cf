package storyboard

// sound lays what is written over what there is.
func (r *reader) sound(s *Sound, f field) {
	fs, ok := r.part(f.value, inSound)
	if !ok {
		return
	}
	for _, f := range fs {
		switch f.key.name {
		case "lead":
			setTime(r, &s.Lead, f)
		case "lag":
			setTime(r, &s.Lag, f)
		case "gain":
			setDecimal(r, &s.Gain, f)
		case "mute":
			setToggle(r, &s.Mute, f)
		}
	}
}

func (c *cutter) music(f field) *Music {
	fs, ok := c.part(f.value, inMusic)
	if !ok {
		return nil
	}
	m := &Music{}
	for _, f := range fs {
		v, ok := c.scalar(f)
		if !ok {
			continue
		}
		switch f.key.name {
		case "file":
			if file := c.sourceFile(v, "music"); file != nil {
				m.File = *file
			}
		case "gain":
			m.Gain = Setting[float64]{float64(v.number) / 1000, true, v.at}
		case "duck":
			m.Duck = v.yes
		case "loop":
			m.Loop = v.yes
		case "fade_in":
			m.FadeIn = v.time
		case "fade_out":
			m.FadeOut = v.time
		}
	}
	return m
}

func (c *cutter) narration(cut *Cut, f field) {
	for _, n := range c.list(f) {
		fs, _, ok := c.mapping(n, inNarration)
		if !ok {
			continue
		}
		var line Narration
		for _, f := range fs {
			v, ok := c.scalar(f)
			if !ok {
				continue
			}
			switch f.key.name {
			case "file":
				if file := c.sourceFile(v, "narration"); file != nil {
					line.File = *file
				}
			case "at":
				line.At = c.anchored(cut, v.anchor)
			case "gain":
				line.Gain = Setting[float64]{float64(v.number) / 1000, true, v.at}
			}
		}
		cut.Narration = append(cut.Narration, line)
	}
}
