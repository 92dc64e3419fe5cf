package sheet

import "fmt"

// drawing is the graph of a film, laid out: chains run from left to right, a branch opens a lane below, and a chain
// that is longer than the page is wide goes on below. All measures are pixels at the drawing's natural size.
type drawing struct {
	Width, Height int
	Nodes         []node
	Edges         []edge
	Bands         []band
	Small         bool // nodes are too many for pictures
	Ending        bool // some shot ends on another's frame
}

type node struct {
	Shot                *shotView
	X, Y, Width, Height int
	scene               string
	block, lane, column int
}

// edge is a seam: the last frame of one shot is the first of another, or – where it ends there – one shot ends on the
// first frame of another.
type edge struct {
	From, To string
	Ends     bool
	Path     string // as of SVG
}

// band lies behind neighbours of one scene.
type band struct {
	Scene               string
	X, Y, Width, Height int
}

// Measures of a drawing with pictures, and of one without.
type measures struct{ width, height, gapX, gapY, wide int }

var (
	large = measures{width: 132, height: 92, gapX: 42, gapY: 44, wide: 1200}
	small = measures{width: 84, height: 22, gapX: 26, gapY: 30, wide: 1200}
)

// maxPictured is the number of shots up to which nodes have pictures.
const maxPictured = 48

// Space around a band's nodes, and above them for its name.
const (
	bandPad  = 8
	bandHead = 20
)

// family is the shots that grow out of one, in lanes.
type family struct {
	nodes          []*node // in film order
	lanes, columns int
}

// lay2D lays out the shots of a film.
func lay2D(shots []shotView) drawing {
	m := large
	if len(shots) > maxPictured {
		m = small
	}
	families, all := families(shots)
	d := drawing{Small: m == small}
	perRow := max(1, (m.wide-2*bandPad+m.gapX)/(m.width+m.gapX))
	room := floor{wide: perRow}
	for _, f := range families {
		column, lane := room.place(min(f.columns, perRow), (f.columns+perRow-1)/perRow*f.lanes)
		for _, n := range f.nodes {
			n.block, n.column = n.column/perRow, n.column%perRow
			n.Width, n.Height = m.width, m.height
			n.X = bandPad + (column+n.column)*(m.width+m.gapX)
			n.Y = bandHead + (lane+n.block*f.lanes+n.lane)*(m.height+m.gapY)
			d.Width, d.Height = max(d.Width, n.X+n.Width+bandPad), max(d.Height, n.Y+n.Height+bandPad)
		}
		d.Bands = append(d.Bands, bands(f, m)...)
	}
	for i := range shots {
		d.Nodes = append(d.Nodes, *all[shots[i].Name])
		if from := all[shots[i].From]; from != nil && shots[i].From != shots[i].Name {
			d.Edges = append(d.Edges, connect(from, all[shots[i].Name], m))
		}
	}
	for i := range shots {
		if to := all[shots[i].To]; to != nil && shots[i].To != shots[i].Name {
			d.Edges = append(d.Edges, end(all[shots[i].Name], to, m))
			d.Ending = true
			d.Height = max(d.Height, to.Y+to.Height+below+2)
		}
	}
	return d
}

// floor is the cells of a drawing that are taken, lane by lane.
type floor struct {
	wide  int
	lanes [][]bool
}

// place takes the first free box of a size, from the top and then from the left.
func (f *floor) place(columns, lanes int) (column, lane int) {
	for lane = 0; ; lane++ {
		for len(f.lanes) < lane+lanes {
			f.lanes = append(f.lanes, make([]bool, f.wide))
		}
		for column = 0; column+columns <= f.wide; column++ {
			if f.free(column, lane, columns, lanes) {
				for y := lane; y < lane+lanes; y++ {
					for x := column; x < column+columns; x++ {
						f.lanes[y][x] = true
					}
				}
				return column, lane
			}
		}
	}
}

func (f *floor) free(column, lane, columns, lanes int) bool {
	for y := lane; y < lane+lanes; y++ {
		for x := column; x < column+columns; x++ {
			if f.lanes[y][x] {
				return false
			}
		}
	}
	return true
}

// families sorts shots into trees by what they grow from. A shot that names nothing that is there opens one.
func families(shots []shotView) ([]*family, map[string]*node) {
	all, grows := map[string]*node{}, map[string][]string{}
	for i := range shots {
		all[shots[i].Name] = &node{Shot: &shots[i], scene: shots[i].Scene}
	}
	var roots []string
	for i := range shots {
		if s := &shots[i]; all[s.From] == nil || s.From == s.Name {
			roots = append(roots, s.Name)
		} else {
			grows[s.From] = append(grows[s.From], s.Name)
		}
	}
	var trees []*family
	for _, root := range roots {
		f := &family{}
		f.lay(root, all, grows)
		trees = append(trees, f)
	}
	return trees, all
}

// lay gives a shot and all that grows from it columns and lanes. The first to grow keeps the lane; each further one
// opens one below all that there are. A stack stands in for a recursion: chains are long.
func (f *family) lay(root string, all map[string]*node, grows map[string][]string) {
	type step struct {
		name   string
		column int
		lane   int // -1 opens one
	}
	for stack := []step{{root, 0, -1}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := all[at.name]
		if at.lane < 0 {
			at.lane = f.lanes
			f.lanes++
		}
		n.column, n.lane = at.column, at.lane
		f.columns = max(f.columns, at.column+1)
		f.nodes = append(f.nodes, n)
		next := grows[at.name]
		for i := len(next) - 1; i >= 0; i-- {
			lane := -1
			if i == 0 {
				lane = at.lane
			}
			stack = append(stack, step{next[i], at.column + 1, lane})
		}
	}
}

// bands are the runs of one scene in a lane. The nodes come lane by lane, each from left to right.
func bands(f *family, m measures) (all []band) {
	for i := 0; i < len(f.nodes); {
		first, last := f.nodes[i], f.nodes[i]
		for i++; i < len(f.nodes); i++ {
			n := f.nodes[i]
			if n.scene != first.scene || n.lane != first.lane || n.block != first.block || n.column != last.column+1 {
				break
			}
			last = n
		}
		all = append(all,
			band{Scene: first.scene, X: first.X - bandPad, Y: first.Y - bandHead,
				Width:  last.X + last.Width - first.X + 2*bandPad,
				Height: m.height + bandHead + bandPad})
	}
	return all
}

// connect draws the arrow of a seam.
func connect(from, to *node, m measures) edge {
	e := edge{From: from.Shot.Name, To: to.Shot.Name}
	x1, y1 := from.X+from.Width, from.Y+from.Height/2
	x2, y2 := to.X-6, to.Y+to.Height/2
	switch {
	case to.block != from.block: // around the right end, and back below the lanes to the left
		turn, low, left := x1+bandPad, to.Y-bandHead-4, max(1, to.X-bandPad)
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %dL%d %dC%d %d %d %d %d %d", x1, y1, turn, y1, turn, low, x1, low, to.X,
			low, left, low, left, y2, x2, y2)
	case y1 == y2:
		e.Path = fmt.Sprintf("M%d %dL%d %d", x1, y1, x2, y2)
	default:
		bend := m.gapX / 2
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
	}
	return e
}

// below is how far under a lane an arrow runs that leads along it.
const below = bandPad + 6

// end draws the arrow from a shot to the one whose first frame it ends on. It stays clear of the seams' arrows: beside
// them between neighbours, below the lane between others, and from edge to edge of the pictures between lanes.
func end(from, to *node, m measures) edge {
	e := edge{From: from.Shot.Name, To: to.Shot.Name, Ends: true}
	low := m.height / 5 // below the middle, where seams go
	x1, x2 := from.X+from.Width/2, to.X+to.Width/2
	bottom := from.Y + from.Height
	switch {
	case from.Y == to.Y && to.X == from.X+from.Width+m.gapX:
		y := from.Y + from.Height/2 + low
		e.Path = fmt.Sprintf("M%d %dL%d %d", from.X+from.Width, y, to.X-6, y)
	case from.Y == to.Y:
		turn := m.width / 4
		if x2 < x1 {
			turn = -turn
		}
		dip := bottom + below
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %dL%d %dC%d %d %d %d %d %d", x1, bottom, x1, dip, x1, dip, x1+turn, dip,
			x2-turn, dip, x2, dip, x2, dip, x2, bottom+6)
	case to.Y > from.Y:
		bend := m.gapY
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, bottom, x1, bottom+bend, x2, to.Y-6-bend, x2, to.Y-6)
	default:
		bend, foot := m.gapY, to.Y+to.Height+6
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, from.Y, x1, from.Y-bend, x2, foot+bend, x2, foot)
	}
	return e
}
