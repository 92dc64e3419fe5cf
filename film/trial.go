package film

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"shotchain/render/seam"
	"shotchain/storyboard"
)

// Try has the plan's films made with another setting of their seams, in the storyboard's words –
// "colour=level,align=true,still=skip" – for every shot. The storyboard's file is not touched. To be called behind Into.
func (p *Plan) Try(setting string) error {
	for _, d := range p.Films {
		for _, s := range d.Shots() {
			now, err := s.Look.Seam.With(setting)
			if wrong := (*storyboard.Problem)(nil); errors.As(err, &wrong) {
				return misused(wrong.Hint, "--seams: %s", wrong.Message)
			}
			if err != nil {
				return err
			}
			s.Look.Seam = now
		}
	}
	return nil
}

// aside is a file's name for a trial: beside the film that stays.
func aside(path string) string {
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-seams" + ext
}

// Done says of each link that something was done about what it was and what is left of it.
func (s *Seams) Done() (lines []string) {
	for _, l := range s.Links {
		if l.After == nil {
			continue
		}
		parts := []string{}
		for _, n := range l.numbers() {
			if n.After != "" && n.After != n.Value && (n.Seen || n.Name == "luma") {
				parts = append(parts, fmt.Sprintf("%s %s → %s", n.Name, n.Value, n.After))
			}
		}
		if done := l.done(); done != "" || len(parts) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", l.Shot, strings.Join(append(parts, done), "; ")))
		}
	}
	return lines
}

// corrected is the echo pair as the film has it.
func (s Seam) corrected(a, b seam.Picture) (was, is seam.Picture) {
	end := s.Seam.From.Length
	if s.End > 0 {
		end = s.End
	}
	return s.Seam.From.Correction.Shown(a, end-1), s.Correction.Shown(b, 0)
}
