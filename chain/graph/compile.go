package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// Target is what a storyboard is compiled for.
type Target struct {
	Models  *models.Catalogue
	Service provider.About // the provider's own word on what it is
	Prices  float64        // of the region's, times this; 0 is 1: a gateway adds to them
	Ended   bool           // models that have ended are served all the same (the simulator does)
	Now     time.Time      // decides which models have ended

	Draft    bool     // compile drafts: cheap takes to look at before the film is made
	Variants []string // ids of the variants that are wanted; nil for all, as is a list that names none of them
}

// Compile turns a storyboard, or all its variants, into one graph of takes. The error is storyboard.Problems:
// everything that the chosen models cannot do, each at the line that asks for it; or the context's, once that is done.
// It reads the stills' bytes, and nothing else. Its time grows with the shots and their takes, however long the chains.
func Compile(ctx context.Context, sb *storyboard.Storyboard, to Target) (*Graph, error) {
	films := to.films(sb)
	c := compiler{to: to,
		g:          &Graph{Film: films[0], Films: films, Service: to.Service, shots: map[*storyboard.Shot][]*Take{}},
		identities: map[string]*Take{}, digests: map[string]string{}, told: map[string]*told{}}
	c.able = c.names()
	order := 0
	for i, film := range films {
		c.sb, c.film = film, i
		shots := film.Shots()
		c.shots, c.order = make(map[string]*storyboard.Shot, len(shots)), make(map[*storyboard.Shot]int, len(shots))
		for _, s := range shots {
			c.shots[s.Name()], c.order[s] = s, order
			order++
		}
		c.before, c.roots = map[*storyboard.Shot]*storyboard.Shot{}, map[*storyboard.Shot]*storyboard.Shot{}
		for i := 1; i < len(shots); i++ {
			c.before[shots[i]] = shots[i-1]
		}
		for _, s := range shots {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			c.compile(s)
		}
	}
	if len(c.problems) > 0 {
		c.problems.Sort()
		return nil, c.problems
	}
	c.g.finish()
	return c.g, nil
}

// films are those that are compiled.
func (to Target) films(sb *storyboard.Storyboard) []*storyboard.Storyboard {
	if to.Variants == nil {
		return sb.Films()
	}
	var wanted []*storyboard.Storyboard
	for _, film := range sb.Films() {
		if slices.Contains(to.Variants, film.Variant) {
			wanted = append(wanted, film)
		}
	}
	if len(wanted) == 0 {
		return sb.Films()
	}
	return wanted
}

type compiler struct {
	to         Target
	able       []string // aliases that can be had at the target
	g          *Graph
	identities map[string]*Take
	digests    map[string]string // of stills, by path
	problems   storyboard.Problems
	told       map[string]*told // by place and message
	faults     int              // how often a problem was found, told or not

	// Of the film that is being compiled.
	sb    *storyboard.Storyboard
	film  int
	shots map[string]*storyboard.Shot
	order map[*storyboard.Shot]int

	before map[*storyboard.Shot]*storyboard.Shot // the one before each, in film order
	roots  map[*storyboard.Shot]*storyboard.Shot // that open the chains of some, as far as anybody asked
}

// compile makes the takes of a shot, those that it grows from first.
func (c *compiler) compile(s *storyboard.Shot) {
	// Upstream shots may stand later in the film. The stack stands in for a recursion: chains are long.
	for stack := []*storyboard.Shot{s}; len(stack) > 0; {
		at := stack[len(stack)-1]
		ready := true
		for _, name := range []string{at.To, at.From} {
			if up := c.shots[name]; up != nil && c.g.shots[up] == nil {
				stack, ready = append(stack, up), false
			}
		}
		if !ready {
			continue
		}
		if stack = stack[:len(stack)-1]; c.g.shots[at] == nil {
			c.add(at)
		}
	}
}

// add makes the takes of a shot.
func (c *compiler) add(s *storyboard.Shot) {
	t := &Take{Shot: s, Number: 1, Order: c.order[s]}
	c.origin(t)
	found := c.faults
	c.fill(t)
	takes := make([]*Take, s.Takes)
	for i := range takes {
		takes[i] = t.numbered(i + 1)
		if c.faults == found { // else only there so that what grows from it is checked too
			takes[i] = c.unique(takes[i])
		}
	}
	c.g.shots[s] = takes
}

// numbered is the take's sibling of that number: the same question, another seed. A seed that the film names is
// counted up; otherwise the service chooses, and only the number tells the takes apart.
func (t *Take) numbered(n int) *Take {
	if n == 1 {
		return t
	}
	sibling := *t
	sibling.Number, sibling.Uses, sibling.Also = n, nil, nil
	if seed := t.Request.Seed; seed != nil && *seed >= 0 {
		sibling.Request.Seed = new(*seed + int64(n-1))
	}
	return &sibling
}

// unique is the node of the graph that a take is: itself, or one that asks for exactly the same.
func (c *compiler) unique(t *Take) *Take {
	t.Identity = t.Key(c.to.Service.Namespace, t.expected())
	use := Use{c.film, c.sb.Variant, t.Shot, t.Number}
	same := c.identities[t.Identity]
	if same == nil {
		same = t
		c.identities[t.Identity] = t
		c.g.Takes = append(c.g.Takes, t)
	} else if same.Shot.Name() != t.Shot.Name() && !slices.ContainsFunc(same.Also,
		func(s *storyboard.Shot) bool { return s.Name() == t.Shot.Name() }) {
		same.Also = append(same.Also, t.Shot)
	}
	same.Uses = append(same.Uses, use)
	return same
}

// fill decides everything about a take but its place in the graph.
func (c *compiler) fill(t *Take) {
	if !c.model(t) {
		return
	}
	c.prompt(t)
	c.picture(t)
	c.frames(t)
	c.options(t)
	c.price(t)
}

func (c *compiler) problem(at storyboard.Pos, s *storyboard.Shot, hint, format string, args ...any) {
	if at.Line == 0 {
		at = s.Pos
	}
	c.faults++
	message := fmt.Sprintf(format, args...)
	p := c.sb.Problem(at, hint, "%s", message)
	old := c.told[p.Error()]
	if old == nil {
		old = &told{at: len(c.problems)}
		c.told[p.Error()], c.problems = old, append(c.problems, p)
	}
	if name := s.Name(); !slices.Contains(old.shots, name) {
		old.shots = append(old.shots, name)
	}
	c.problems[old.at].Message = c.sb.Problem(at, hint, "%s: %s", shotsTold(old.shots), message).Message
}

// told is a problem of a setting that several shots may have inherited: it is told once, with all of them.
type told struct {
	at    int // among the problems
	shots []string
}

// shotsTold names shots, not too many of them.
func shotsTold(names []string) string {
	const most = 3
	if len(names) == 1 {
		return fmt.Sprintf("shot %q", names[0])
	}
	quoted := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		quoted = append(quoted, strconv.Quote(name))
	}
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("shots %s and %d more", strings.Join(quoted, ", "), more)
	}
	last := len(quoted) - 1
	return fmt.Sprintf("shots %s and %s", strings.Join(quoted[:last], ", "), quoted[last])
}

// model finds the shot's model at the region it is to be bought in.
func (c *compiler) model(t *Take) bool {
	want := t.Shot.Look.Model
	if draft := t.Shot.Look.Draft; c.to.Draft && draft.Value != "" {
		want = draft
	}
	name := cmp.Or(want.Value, c.first())
	m, ok := c.to.Models.Find(name)
	if !ok {
		hint := "`shotchain models` lists them"
		if strings.HasPrefix(name, "ep-") {
			hint = "describe the endpoint in a models file (--models): its price and abilities are not known otherwise"
		}
		c.problem(want.Pos, t.Shot, say.DidYouMean(name, c.to.Models.Aliases(), hint), "no model is called %q", name)
		return false
	}
	offer, sold := m.Regions[c.to.Service.Region]
	if !sold {
		c.problem(want.Pos, t.Shot, c.served(m), "%s is not served at %s", m.Alias, c.to.Service.Region)
		return false
	}
	if !c.to.Ended && !offer.Served(c.to.Now) {
		c.problem(want.Pos, t.Shot, c.served(m), "%s has ended at %s on %s", m.Alias, c.to.Service.Region,
			offer.EndDate(c.to.Service.Region))
		return false
	}
	t.Model, t.Request.Model = m.At(c.to.Service.Region), offer.ID
	return true
}

// first is the model of a film that names none: the catalogue's first that is still served.
func (c *compiler) first() string {
	if len(c.able) == 0 {
		return ""
	}
	return c.able[0]
}

// names are the aliases that can be had at the target.
func (c *compiler) names() []string {
	var names []string
	for _, m := range c.to.Models.Models {
		if o, ok := m.Regions[c.to.Service.Region]; ok && (c.to.Ended || o.Served(c.to.Now)) {
			names = append(names, m.Alias)
		}
	}
	return names
}

// served is what is served in place of a model, and who else has it.
func (c *compiler) served(m *models.Model) string {
	return c.can("served there: "+strings.Join(c.able, ", "), m, func(*models.Model, models.Region) bool { return true })
}

// prompt joins what the shot says, the film's style and what is to be avoided.
func (c *compiler) prompt(t *Take) {
	s := t.Shot
	parts := []string{strings.TrimSpace(s.Prompt)}
	if style := strings.TrimSpace(s.Look.Style.Value); style != "" {
		parts = append(parts, "Style: "+strings.TrimRight(style, ". ")+".")
	}
	if avoid := strings.TrimSpace(s.Negative); avoid != "" {
		parts = append(parts, "Avoid: "+strings.TrimRight(avoid, ". ")+".")
	}
	t.Request.Prompt = strings.Join(parts, " ")
}

// picture decides resolution, ratio and length.
func (c *compiler) picture(t *Take) {
	t.Request.Resolution = cmp.Or(t.Shot.Look.Resolution.Value, t.Model.DefaultResolution)
	if c.to.Draft {
		c.draft(t)
	}
	c.resolution(t)
	c.length(t)
	c.ratio(t)
}

// resolution refuses one that the model does not make.
func (c *compiler) resolution(t *Take) {
	s, m, r := t.Shot, t.Model, &t.Request
	region := c.to.Service.Region
	sold := func(m *models.Model, at models.Region) bool {
		res, ok := m.Resolution(r.Resolution)
		return ok && res.Sold(at)
	}
	if !sold(m, region) {
		c.problem(s.Look.Resolution.Pos, s, c.can("it makes "+strings.Join(m.SoldAt(region), ", "), m, sold),
			"%s does not make %s%s", m.Alias, r.Resolution, c.here(m, sold))
		r.Resolution = m.DefaultResolution
	}
}

// unsaidDuration is the length of a shot that says none, in seconds: the API's own default but for 2.5, whose
// default leaves it to the model and so has no certain price (ark-api.md §2).
const unsaidDuration = 5

func (c *compiler) length(t *Take) {
	s, m := t.Shot, t.Model
	said := s.Look.Duration.Value
	d := said.Seconds
	switch {
	case !s.Look.Duration.Set:
		d = min(max(unsaidDuration, m.MinDuration), m.MaxDuration)
	case said.Tenths > 0: // the film shows less than what is bought
		d = max(d, m.MinDuration)
	}
	t.Request.Duration, t.Seconds = d, d
	makes := func(m *models.Model, _ models.Region) bool {
		return d == storyboard.Auto && m.AutoDuration || d >= m.MinDuration && d <= m.MaxDuration
	}
	switch {
	case d == storyboard.Auto && !m.AutoDuration:
		c.problem(s.Look.Duration.Pos, s, c.can(lengths(m), m, makes), "%s cannot choose the duration itself", m.Alias)
		t.Seconds = m.MaxDuration
	case d == storyboard.Auto:
		t.Seconds = m.MaxDuration
	case d < m.MinDuration || d > m.MaxDuration:
		hint := c.can(lengths(m), m, makes)
		if d < m.MinDuration {
			hint += fmt.Sprintf("; `%d.0s` buys %d s and shows %d", d, m.MinDuration, d)
		}
		c.problem(s.Look.Duration.Pos, s, hint, "%s does not make clips of %ds", m.Alias, d)
	}
}

func (c *compiler) price(t *Take) {
	m, r := t.Model, &t.Request
	audio := r.Audio != nil && *r.Audio
	p, ok := m.Price(c.to.Service.Region, r.Resolution, audio, r.ServiceTier == "flex")
	if !ok {
		c.problem(t.Shot.Look.Model.Pos, t.Shot, "give it one in a models file (--models)", "%s has no price at %s for %s",
			m.Alias, c.to.Service.Region, r.Resolution)
		return
	}
	t.Tokens = models.Tokens(t.Size, t.Seconds)
	if r.Draft {
		t.Tokens = m.Drafts.DraftTokens(t.Tokens, audio)
	}
	p = p.Times(c.to.Prices)
	t.Price = p
	t.Cost = p.Worst(t.Tokens, t.Seconds)
	t.Expected = m.ExpectedTime(t.Seconds)
}

// finish numbers the takes, links them forward and finds each one's longest chain.
func (g *Graph) finish() {
	for i, t := range g.Takes {
		t.Index = i
		for _, up := range t.Needs() {
			up.Grows = append(up.Grows, t)
		}
	}
	for _, t := range g.Takes {
		if films := t.Films(); films < len(g.Films) {
			t.variant = g.Films[t.Uses[0].Film].Variant
		}
	}
	for _, t := range slices.Backward(g.Takes) {
		longest := time.Duration(0)
		for _, next := range t.Grows {
			longest = max(longest, next.Remaining)
		}
		t.Remaining = t.Expected + longest
	}
}

// Films is the number of films that use the take.
func (t *Take) Films() (n int) {
	last := -1
	for _, u := range t.Uses { // in the order of films
		if u.Film != last {
			last = u.Film
			n++
		}
	}
	return n
}
