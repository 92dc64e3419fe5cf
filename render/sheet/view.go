package sheet

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"shotchain/internal/say"
)

// pageView is a page as the template reads it: texts, and links that are ready.
type pageView struct {
	*Page
	Ledger []fact     // money, time and tokens of all films together; on a film's own page, of it
	Grid   []filmView // every film, where there are several and this page is not one film's alone
	Films  []filmView // that are shown whole
	Count  int        // of all films
	Links  bool       // the grid leads to other pages
	Home   bool       // this page is one film's, and leads back to all
	Index  template.URL
	Before *filmView // of Home, nil for none; with Name and Page only, as After
	After  *filmView
	Flips  bool // a seam's pictures are there
	Style  template.URL
	Script template.URL
}

// fact is a name with its value.
type fact struct {
	Name, Value string
	Note        string // "" for none
}

type filmView struct {
	Key        string // part of ids in the page
	Page       template.URL
	Poster     template.URL // "" for none
	Price      string       // of its clips, shared ones too; "" for none
	Length     string
	Name       string // of its tab
	Shared     string // in short, what it shares with the other variants
	Sharing    []sharing
	Own        string // what it has for itself, and what that cost; "" where there are no variants
	Facts      []fact // of the film
	Problems   []problemView
	Cuts       []cutView
	Strip      []*shotView // in film order
	ScenesNote string
	Joins      []joinView
	Chains     []chainView
	Graph      drawing
	Shots      int
}

// sharing is shots that a variant has in common with the same others.
type sharing struct {
	With  string
	Shots []*shotView
	More  int // shots that are not listed
}

type cutView struct {
	Key           string // of the page's element
	ID, Length    string
	Link, Poster  template.URL
	Width, Height int
	Chapters      []chapterView
	Lanes         []laneView
	Words         []wordView
	Many          bool // chapters leave no room between them
}

type chapterView struct {
	Shot, Anchor, At string
	Link             template.URL
	Seconds, Length  string // numbers for the script
}

type shotView struct {
	Number           int // in film order, from 1
	Name, Scene, ID  string
	Anchor           string
	Caption, Prompt  string
	Notes, Todo      string
	Long             bool // the prompt is to be opened
	From, FromAnchor string
	FromAt           string // the moment of From that it continues, "" for its end
	To, ToAnchor     string // whose first frame it ends on
	Opens, Ends      string
	Still            template.URL // the picture that it begins with, where it has no clip yet and that is known
	Footage          string
	Shares           string
	At               string // where it begins in the first cut that shows it, "" for nowhere
	AtLink           template.URL
	AtSeconds, AtCut string
	Take             takeView
	Takes            []takeView // all of them, where there are several
	Other            string     // the command that picks another take, "" for none
	Width, Height    int
}

type takeView struct {
	Shot, Name                 string
	Number                     int
	Picked                     bool
	State                      string
	Tone                       Tone
	Reason                     string
	Draft                      string
	Facts                      []fact
	Clip, First, Last, Preview template.URL // "" for none
	Width, Height              int
	Pick, Task                 string
	Failure                    *Failure
	Seconds                    string
	Expected                   string // seconds, for the script
}

type problemView struct {
	Anchor, Name, State string
	*Failure
}

type joinView struct {
	From, To             string
	FromAnchor, ToAnchor string
	Kind                 string // how they meet, in words
	Seam                 bool   // they share a frame; otherwise the film cuts from one to the other
	Last, First          template.URL
	Width, Height        int
	Measured             *seamView // nil where nothing was
}

// maxChapters is how many chapters stand apart: more would be wider than a phone.
const maxChapters = 80

// longPrompt is the number of characters from which a prompt is shown in part.
const longPrompt = 190

// view makes the view of one of the pages. refer turns an absolute path into what the page refers to it by.
func (p *Page) view(name string, refer func(string) string) pageView {
	link := func(path string) template.URL { return template.URL(refer(path)) } // ours, or escaped by whoever refers
	v := pageView{Page: p, Flips: p.flips(), Style: link(styleName), Script: link(scriptName), Count: len(p.Films),
		Index: link(First), Links: len(p.Films) > together}
	only := slices.Index(p.Pages(), name) - 1
	named := func(i int) *filmView {
		if i < 0 || i >= len(p.Films) {
			return nil
		}
		return &filmView{Name: p.Films[i].Variant, Page: link(filmPage(i))}
	}
	if v.Home = only >= 0; v.Home {
		alone := *p
		alone.Films = p.Films[only : only+1]
		v.Ledger = alone.ledger()
		v.Films, v.Before, v.After = []filmView{p.film(only, link)}, named(only-1), named(only+1)
		return v
	}
	v.Ledger = p.ledger()
	for i := range p.Films {
		v.Grid = append(v.Grid, p.film(i, link))
	}
	if !v.Links {
		v.Films = v.Grid
	}
	return v
}

// problems are the takes of a film that failed.
func (f *Film) problems(film int) (all []problemView) {
	for s := range f.Shots {
		shot := &f.Shots[s]
		for t := range shot.Takes {
			take := &shot.Takes[t]
			if take.Failure == nil {
				continue
			}
			name := shot.Name()
			if len(shot.Takes) > 1 {
				name += fmt.Sprintf(", take %d", take.Number)
			}
			all = append(all, problemView{anchor(film, shot.Name()), name, take.State, take.Failure})
		}
	}
	return all
}

func anchor(film int, shot string) string {
	return "shot-" + strconv.Itoa(film) + "-" + strings.ReplaceAll(shot, "/", "--")
}

// facts tell what the film is. Several cuts tell their lengths themselves.
func (f *Film) facts() []fact {
	seconds, drafts := 0, 0
	for i := range f.Shots {
		if t := f.Shots[i].Picked(); t != nil {
			seconds += t.Seconds
			if t.Draft != "" {
				drafts++
			}
		}
	}
	all := []fact{{Name: "Shots", Value: strconv.Itoa(len(f.Shots))}}
	if drafts > 0 {
		all = append(all, fact{Name: "Drafts", Value: strconv.Itoa(drafts)})
	}
	switch len(f.Cuts) {
	case 0:
		all = append(all, fact{Name: "Length", Value: clock(float64(seconds))})
	case 1:
		all = append(all, fact{Name: "Length", Value: clock(math.Round(f.Cuts[0].Seconds))},
			fact{Name: "Picture", Value: fmt.Sprintf("%d × %d", f.Cuts[0].Width, f.Cuts[0].Height)})
	default:
		all = append(all, fact{Name: "Cuts", Value: strconv.Itoa(len(f.Cuts))})
	}
	return all
}

func (p *Page) film(i int, link func(string) template.URL) filmView {
	f := &p.Films[i]
	v := filmView{Key: strconv.Itoa(i), Name: f.Variant, Shots: len(f.Shots)}
	shots := make([]shotView, len(f.Shots))
	at := map[string]*shotView{}
	for s := range f.Shots {
		shots[s] = p.shot(i, s, link)
		at[shots[s].Name] = &shots[s]
	}
	v.Facts, v.Problems = f.facts(), f.problems(i)
	if len(p.Films) > 1 {
		v.share(f, at)
	}
	for c := range f.Cuts {
		v.Cuts = append(v.Cuts, f.cut(i, c, at, link))
	}
	scenes := map[string]bool{}
	for s := range shots {
		sh := &shots[s]
		if up := at[sh.From]; up != nil {
			sh.FromAnchor = up.Anchor
		}
		if up := at[sh.From]; up != nil && sh.FromAt == "" && sh.Still == "" && sh.Take.Clip == "" {
			sh.Still = up.Take.Last
		}
		if end := at[sh.To]; end != nil {
			sh.ToAnchor = end.Anchor
		}
		scenes[sh.Scene] = true
		v.Strip = append(v.Strip, sh)
	}
	v.ScenesNote = fmt.Sprintf("%d in %s", len(shots), say.Count(len(scenes), "scene"))
	v.Joins = f.joins(shots, at, link)
	for _, c := range f.Chains {
		v.Chains = append(v.Chains, c.view())
	}
	v.Graph = lay2D(shots)
	v.Page = link(filmPage(i))
	v.summary(f)
	return v
}

// joins are the places where one shot meets another: each shot with the one before it in the film, with the one it
// grows from and with the one that ends on its first frame, where those stand elsewhere.
func (f *Film) joins(shots []shotView, at map[string]*shotView, link func(string) template.URL) (all []joinView) {
	meet := func(a, b *shotView) {
		if a.Take.Last == "" && b.Take.First == "" {
			return
		}
		j := joinView{From: a.Name, To: b.Name, FromAnchor: a.Anchor, ToAnchor: b.Anchor, Kind: "cuts to",
			Last: a.Take.Last, First: b.Take.First, Width: b.Width, Height: b.Height}
		switch {
		case b.From == a.Name && b.FromAt != "":
			j.Kind, j.Seam = "at "+b.FromAt+" grows into", true
		case b.From == a.Name:
			j.Kind, j.Seam = "grows into", true
		case a.To == b.Name:
			j.Kind, j.Seam = "ends on the first frame of", true
		}
		j.Measured = f.measured(a.Name, b.Name, link)
		all = append(all, j)
	}
	for i := range shots {
		b := &shots[i]
		if i > 0 {
			meet(&shots[i-1], b)
		}
		if up := at[b.From]; up != nil && (i == 0 || up != &shots[i-1]) {
			meet(up, b)
		}
		if end := at[b.To]; end != nil && (i+1 == len(shots) || end != &shots[i+1]) {
			meet(b, end)
		}
	}
	return all
}

func (f *Film) cut(film, i int, at map[string]*shotView, link func(string) template.URL) cutView {
	c := &f.Cuts[i]
	v := cutView{Key: fmt.Sprintf("player-%d-%d", film, i), ID: c.ID, Link: link(c.Path),
		Length: clock(math.Round(c.Seconds)), Width: c.Width, Height: c.Height, Many: len(c.Chapters) > maxChapters}
	c.lanes(&v)
	for n, ch := range c.Chapters {
		end := c.Seconds
		if n+1 < len(c.Chapters) {
			end = c.Chapters[n+1].At
		}
		begin := strconv.FormatFloat(ch.At, 'f', 3, 64)
		v.Chapters = append(v.Chapters,
			chapterView{Shot: ch.Shot, Anchor: anchor(film, ch.Shot), Link: v.Link + template.URL("#t="+begin),
				At: clock(ch.At), Seconds: begin, Length: strconv.FormatFloat(end-ch.At, 'f', 3, 64)})
		s := at[ch.Shot]
		if s == nil {
			continue
		}
		if v.Poster == "" {
			v.Poster = s.Take.First
		}
		if s.At == "" {
			s.At, s.AtSeconds, s.AtCut, s.AtLink = clock(ch.At), begin, v.Key, v.Link+template.URL("#t="+begin)
		}
	}
	return v
}

func (p *Page) shot(film, i int, link func(string) template.URL) shotView {
	s := &p.Films[film].Shots[i]
	v := shotView{Number: i + 1, Name: s.Name(), Scene: s.Scene, ID: s.ID, Anchor: anchor(film, s.Name()),
		Caption: s.Caption, Prompt: s.Prompt, Notes: s.Notes, Todo: s.Todo,
		Long: len([]rune(s.Prompt)) > longPrompt, From: s.From, FromAt: s.At, To: s.To, Opens: s.Opens, Ends: s.Ends,
		Footage: s.Footage, Width: 16, Height: 9}
	if s.Still != "" {
		v.Still = link(s.Still)
	}
	if len(s.Shares) > 0 {
		v.Shares = "same clip as in " + strings.Join(s.Shares, ", ")
	}
	picked := s.Picked()
	for t := range s.Takes {
		tv := p.take(s, &s.Takes[t], link)
		tv.Picked = &s.Takes[t] == picked
		if tv.Picked {
			v.Take = tv
		}
		v.Takes = append(v.Takes, tv)
		if !tv.Picked && tv.Clip != "" && v.Other == "" {
			v.Other = tv.Pick
		}
	}
	if len(v.Takes) < 2 {
		v.Takes = nil
	}
	if v.Take.Width > 0 {
		v.Width, v.Height = v.Take.Width, v.Take.Height
	}
	return v
}

func (p *Page) take(s *Shot, t *Take, link func(string) template.URL) takeView {
	v := takeView{Shot: s.Name(), Name: fmt.Sprintf("take %d", t.Number), Number: t.Number, State: t.State, Tone: t.Tone,
		Reason: t.Reason, Draft: t.Draft, Pick: t.Pick,
		Task: t.Task, Failure: t.Failure, Expected: strconv.FormatFloat(t.Expected.Seconds(), 'f', 0, 64),
		Seconds: fmt.Sprintf("%d s", t.Seconds)}
	if c := t.Clip; c != nil {
		v.Clip, v.Width, v.Height = link(c.Video), c.Width, c.Height
		if c.first != "" {
			v.First = link(c.first)
		}
		if c.last != "" {
			v.Last = link(c.last)
		}
		if c.preview != "" {
			v.Preview = link(c.preview)
		}
	}
	add := func(name, value, note string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{name, value, note})
		}
	}
	if t.Model == "" {
		add("Picture", t.Size, "")
	} else {
		add("Model", t.Model, t.Size)
	}
	add("Draft", t.Draft, "")
	if t.Seed != nil {
		add("Seed", strconv.FormatInt(*t.Seed, 10), "")
	}
	if t.Tokens > 0 {
		add("Tokens", grouped(t.Tokens), "")
	}
	if t.Cost.Micros > 0 {
		add(p.priceName(t.Clip != nil), t.Cost.String(), "")
	}
	if t.Clip == nil {
		add("Task", t.Task, "")
	}
	return v
}

// priceName says what a take's price is.
func (p *Page) priceName(made bool) string {
	switch {
	case p.Charged && made:
		return "Price"
	case p.Charged:
		return "At most"
	case made:
		return "Would cost"
	}
	return "Would cost at most"
}

// clock writes a time in a film: 0:05, 1:02:03.
func clock(seconds float64) string {
	s := int(seconds)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
