package chain

import (
	"time"

	"shotchain/chain/models"
	"shotchain/storyboard"
)

// Graph is a storyboard compiled for one provider: its takes and the seams between them. Immutable after Compile.
type Graph struct {
	Film      *storyboard.Storyboard
	Namespace string  // of the provider's clips; part of every key
	Takes     []*Take // every take stands behind the one it grows from; otherwise in film order
	shots     map[string]*Take
}

// Take is one intended generation, a node of the graph.
type Take struct {
	Index  int // in Graph.Takes
	Order  int // of its first shot in the film
	Shot   *storyboard.Shot
	Also   []*storyboard.Shot // further shots that ask for exactly the same clip: it is made once for all
	Number int                // 1 is a shot's first take

	From  *Take   // it starts from this take's last frame; nil opens on its own
	Grows []*Take // the takes that grow from it

	Model    *models.Model
	Request  Request // without the bytes of frames; those of a still are read when it is sent
	Size     models.Size
	Seconds  int   // billed at most
	Tokens   int64 // billed at most
	Price    models.Price
	Cost     Money  // at most
	Identity string // equal for takes that will have equal keys, known before anything is made

	kept string // the key, where it is known otherwise than from the request: of a take read back from the store

	Expected  time.Duration // of its own task
	Remaining time.Duration // of the longest chain that begins with it
}

// Name is the take's name in messages: its shot's, with the number where it is not the first.
func (t *Take) Name() string { return t.Shot.Name() }

// Take returns the take that the film uses for a shot, by the shot's full name.
func (g *Graph) Take(shot string) *Take { return g.shots[shot] }

// Limit names what a take competes for at the provider and how many may run there at once.
func (t *Take) Limit() (class string, n int) {
	n = t.Model.Concurrency
	if r, ok := t.Model.Resolution(t.Request.Resolution); ok && r.Concurrency > 0 {
		return t.Request.Model + "@" + r.Name, r.Concurrency
	}
	return t.Request.Model, max(n, 1)
}
