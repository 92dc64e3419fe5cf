package sheet

// This file is about films that are shown together: how many on one page, and what the grid says of each.

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"shotchain/chain/money"
	"shotchain/internal/durable"
	"shotchain/internal/say"
)

// together is how many films are shown on one page. More have a page each, and the first page leads to them.
const together = 8

// Pages are the names of the sheet's pages: the first, and where the films are many, one for each.
func (p *Page) Pages() []string {
	all := []string{First}
	if len(p.Films) > together {
		for i := range p.Films {
			all = append(all, filmPage(i))
		}
	}
	return all
}

func filmPage(i int) string { return fmt.Sprintf("film-%d.html", i+1) }

// summary is what the grid says of a film.
func (v *filmView) summary(f *Film) {
	seen, cost, seconds := map[string]bool{}, money.Sums{}, 0.0
	for i := range f.Shots {
		if t := f.Shots[i].Picked(); t != nil {
			seconds += float64(t.Seconds)
		}
		for _, t := range f.Shots[i].Takes {
			if t.Clip != nil && f.Shots[i].Footage == "" && !seen[t.Clip.Video] {
				seen[t.Clip.Video] = true
				cost = cost.Add(t.Cost)
			}
		}
	}
	if len(seen) > 0 {
		v.Price = cost.String()
	}
	if len(f.Cuts) > 0 {
		seconds, v.Poster = math.Round(f.Cuts[0].Seconds), v.Cuts[0].Poster
	}
	v.Length = clock(seconds)
	for _, s := range v.Strip {
		if v.Poster == "" {
			v.Poster = cmp.Or(s.Take.First, s.Still)
		}
	}
}

// maxShared is how many shots that variants share are listed one by one.
const maxShared = 12

// share says what a variant has in common with which others, and what it has for itself.
func (v *filmView) share(f *Film, at map[string]*shotView) {
	with, seen := map[string]int{}, map[string]bool{}
	shared, own, cost := 0, 0, money.Sums{}
	for i := range f.Shots {
		s := &f.Shots[i]
		if len(s.Shares) == 0 {
			for _, t := range s.Takes {
				if t.Clip != nil && s.Footage == "" && !seen[t.Clip.Video] {
					seen[t.Clip.Video] = true
					own, cost = own+1, cost.Add(t.Cost)
				}
			}
			continue
		}
		shared++
		who := strings.Join(s.Shares, ", ")
		n, known := with[who]
		if !known {
			n = len(v.Sharing)
			with[who] = n
			v.Sharing = append(v.Sharing, sharing{With: who})
		}
		if len(v.Sharing[n].Shots) < maxShared {
			v.Sharing[n].Shots = append(v.Sharing[n].Shots, at[s.Name()])
		} else {
			v.Sharing[n].More++
		}
	}
	v.Shared = fmt.Sprintf("%d of %s shared", shared, say.Count(len(f.Shots), "shot"))
	v.Own = say.Count(own, "clip")
	if own > 0 {
		v.Own += ", " + cost.String()
	}
}

// filmPages are the names of films' pages.
var filmPages = regexp.MustCompile(`^film-[1-9][0-9]*\.html$`)

// sweepPages removes the pages of an earlier sheet that had more films.
func sweepPages(disk durable.FS, pages []string) {
	entries, _ := disk.ReadDir(".")
	for _, e := range entries {
		if filmPages.MatchString(e.Name()) && !slices.Contains(pages, e.Name()) {
			_ = disk.Remove(e.Name()) // nothing leads to it
		}
	}
}
