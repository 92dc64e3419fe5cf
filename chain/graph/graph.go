package graph

import (
	"slices"
	"strconv"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// Graph is a storyboard compiled for one provider: its takes and the seams between them. Immutable after Compile.
type Graph struct {
	Film    *storyboard.Storyboard
	Films   []*storyboard.Storyboard // one for each variant; Film alone where there are none
	Service provider.About           // who is to make the clips
	Takes   []*Take                  // every take stands behind the one it grows from; otherwise in film order

	shots map[*storyboard.Shot][]*Take // all takes of a shot, by number
}

// Take is one intended generation, a node of the graph. What comes out the same in several variants, or for several
// shots, is one take.
type Take struct {
	Index  int // in Graph.Takes
	Order  int // of its first shot in the film
	Shot   *storyboard.Shot
	Also   []*storyboard.Shot // further shots of its film that ask for exactly the same clip: it is made once for all
	Number int                // 1 is a shot's first take
	Uses   []Use              // every place that it is made for: Shot's first

	From    *Take   // it starts from a frame of this take; nil opens on its own
	At      int     // of From's clip: the number of that frame, below 0 from its end as Last is; 0 for its last
	To      *Take   // it ends on a frame of this take; nil where a still, or nothing, says how it ends
	ToFrame int     // of To's clip: the number of that frame, from 0, or below 0 as At; Last for its last
	Grows   []*Take // the takes that grow from it, or end on a frame of it
	Links   int     // from the chain's opening to here
	Depth   int     // as Links, from where its chain began anew; 0 for a take that opens on its own
	Draft   bool    // made to be looked at, not for the film
	Fits    []Fit   // the stills that are cropped and scaled for it

	Model    *models.Model
	Request  provider.Request // without the bytes of frames; those of a still are read when it is sent
	Size     models.Size
	Seconds  int   // billed at most
	Tokens   int64 // billed at most
	Price    models.Price
	Cost     money.Amount // at most
	Identity string       // equal for takes that will have equal keys, known before anything is made

	root  *Take // the take that opens the chain: itself where it grows from none
	fresh *Take // the one that its Depth is counted from: the opening, or one that was led to a keyframe

	Ending *storyboard.Still   // what Request.LastFrame is made of, where it is a still
	Looks  []*storyboard.Still // what Request.References are made of

	StoredKey string // the key, where it is known otherwise than from the request: of a take read back from the store
	variant   string // its first film's, where not all films of the graph use it

	Expected  time.Duration // of its own task
	Remaining time.Duration // of the longest chain that begins with it
}

// Last is the ToFrame of a clip's last frame; the one before it is Last-1.
const Last = -1

// Needs are the takes that must be there before it can be asked for.
func (t *Take) Needs() []*Take {
	switch {
	case t.From == nil && t.To == nil:
		return nil
	case t.To == nil || t.To == t.From:
		return []*Take{t.From}
	case t.From == nil:
		return []*Take{t.To}
	}
	return []*Take{t.From, t.To}
}

// Use is one place that a take is made for.
type Use struct {
	Film    int    // in Graph.Films
	Variant string // of that film, "" where there are none
	Shot    *storyboard.Shot
	Number  int // of the take among the shot's
}

// Name is the take's name in messages: its shot's, with the number where it is not the first and the variant where
// it belongs to some only.
func (t *Take) Name() string { return NameOf(t.variant, t.Shot, t.Number) }

// Variant is the id of the first film that uses the take, "" where all films of the graph do.
func (t *Take) Variant() string { return t.variant }

func NameOf(variant string, s *storyboard.Shot, number int) string {
	name := s.Name()
	if number > 1 {
		name += "#" + strconv.Itoa(number)
	}
	if variant != "" {
		name = variant + ":" + name
	}
	return name
}

// Picked reports whether the film of the take, or that of another use of it, shows it.
func (t *Take) Picked() bool {
	return slices.ContainsFunc(t.Uses, func(u Use) bool { return u.Shot.Pick.Value == u.Number })
}

// Take returns the take that the first film uses for a shot, by the shot's full name.
func (g *Graph) Take(shot string) *Take {
	if s, ok := g.Film.Shot(shot); ok {
		return g.Pick(s)
	}
	return nil
}

// Pick is the take that a shot's film shows and that later shots continue from. The shot is one of Films.
func (g *Graph) Pick(s *storyboard.Shot) *Take {
	takes := g.shots[s]
	if n := s.Pick.Value; n >= 1 && n <= len(takes) {
		return takes[n-1]
	}
	return nil
}

// TakesOf are all takes of a shot by number. The shot is one of Films.
func (g *Graph) TakesOf(s *storyboard.Shot) []*Take { return g.shots[s] }

// Limit names what a take competes for at the provider and how many may run there at once.
func (t *Take) Limit() (class string, n int) {
	n = t.Model.Concurrency
	if r, ok := t.Model.Resolution(t.Request.Resolution); ok && r.Concurrency > 0 {
		return t.Request.Model + "@" + r.Name, r.Concurrency
	}
	return t.Request.Model, max(n, 1)
}

// Roots are the takes that open on their own, whatever they end on.
func (g *Graph) Roots() []*Take {
	var roots []*Take
	for _, t := range g.Takes {
		if t.From == nil {
			roots = append(roots, t)
		}
	}
	return roots
}

// Twin is the same take in another service's graph of the same storyboard; nil where that has none.
func (g *Graph) Twin(t *Take) *Take {
	u := t.Uses[0]
	if u.Film >= len(g.Films) {
		return nil
	}
	s, ok := g.Films[u.Film].Shot(u.Shot.Name())
	if takes := g.shots[s]; ok && u.Number <= len(takes) {
		return takes[u.Number-1]
	}
	return nil
}
