// Package sheet makes the contact sheet of a film: a folder with one HTML page that shows every shot, every take and
// every seam. Start with a [Page], which says what is shown; [Write] makes the folder, [Prepare] and [Page.Render]
// are its two halves for whoever serves the page instead.
//
// The page needs no network and works from a file: what it shows are links to the clips themselves, with small
// pictures and previews that are made once and kept by the digest of what they show. Whatever a storyboard or a
// service wrote appears as text. The package knows nothing of providers, stores or plans: what a state is called, and
// which command helps, is decided by whoever fills the page.
package sheet

import (
	"time"

	"shotchain/chain/money"
)

// Page is everything that a contact sheet shows.
type Page struct {
	Title   string
	File    string // the storyboard, as commands name it
	By      string // who made the clips
	Charged bool   // false: prices are what the real service would charge
	Films   []Film // one for each variant; one alone where there are none
	Run     *Run   // the last run, nil where none is known
	Board   *Board // nil for a page that is a file
}

// Run is what one run did, in totals.
type Run struct {
	Began        time.Time
	Took         time.Duration
	Bought       int // clips
	Reused       int // clips
	Spent, Saved money.Amount
}

// Board is what a served page knows beyond the film.
type Board struct {
	Running bool // a run is under way
	Buys    int  // clips that a run would make now
	Cost    money.Amount
	Picks   bool // takes can be picked by a click
	Takes   int  // of the whole film, made or not
}

// Film is one variant: its shots, and the films that were cut of them.
type Film struct {
	Variant string // "" where there are no variants
	Cuts    []Cut
	Shots   []Shot  // in film order
	Seams   []Seam  // that were measured
	Chains  []Chain // whose drift was
}

// Cut is a film that was assembled.
type Cut struct {
	ID            string // "" where there is only one
	Path          string
	Width, Height int
	Seconds       float64
	Chapters      []Chapter
	Lanes         []Lane // what is heard and read, those that hold nothing left out
}

// Lane is one kind of what is heard or read in a cut.
type Lane struct {
	Name  string
	Words bool // its texts are what is read, and listed
	Spans []Span
}

// Span is a stretch of a lane, in seconds of the cut.
type Span struct {
	From, To float64
	Text     string
}

// Chapter is where a shot begins in a cut.
type Chapter struct {
	Shot string // full name
	At   float64
}

// Shot is one shot with all its takes.
type Shot struct {
	Scene, ID string
	Caption   string
	Prompt    string
	Notes     string // for people, as is Todo
	Todo      string
	From      string   // full name of the shot that it continues, "" where it opens on its own
	At        string   // the moment of From's clip that it continues, as it is written; "" for its end
	Opens     string   // the still that it opens on, "" for none
	Still     string   // that still's file, absolute; "" where it is not here
	To        string   // full name of the shot whose first frame it ends on, "" for none
	Ends      string   // the still that it ends on, "" for none
	Footage   string   // the file, where the shot is the user's own footage; "" for a shot that is made
	Shares    []string // other variants that use the same take, or footage
	Takes     []Take
	Pick      int // number of the take that the film uses
}

// Name is the shot's full name.
func (s *Shot) Name() string { return s.Scene + "/" + s.ID }

// Picked is the take that the film uses; the first where the number names none, nil where there is none at all.
func (s *Shot) Picked() *Take {
	for i := range s.Takes {
		if s.Takes[i].Number == s.Pick {
			return &s.Takes[i]
		}
	}
	if len(s.Takes) > 0 {
		return &s.Takes[0]
	}
	return nil
}

// Tone is how a state looks.
type Tone string

const (
	Done Tone = "done" // there is a clip
	Todo Tone = "todo" // there will be one
	Live Tone = "live" // it is being made
	Bad  Tone = "bad"  // it failed, or the user must decide
)

// Take is one take of a shot.
type Take struct {
	Number   int
	State    string // in words
	Tone     Tone
	Reason   string // "" for nothing to say
	Model    string
	Size     string // as 720p 1280×720
	Seconds  int
	Expected time.Duration // of its making
	Seed     *int64        // nil where none is known
	Tokens   int64         // 0 where none were counted
	Cost     money.Amount  // of the clip; at most, where there is none
	Draft    string        // how the clip was made cheaply, "" for a final one
	Task     string        // the service's id, "" for none
	Pick     string        // the command that picks it, "" for none
	Clip     *Clip         // nil where there is none
	Failure  *Failure      // nil where nothing failed
}

// Failure says why a take has no clip, and what helps.
type Failure struct {
	Message string
	Hint    string // "" for none
	Command string // to run next, "" for none
	Grow    *Grow  // a change of the storyboard that helps: a board makes it by a click. nil for none
}

// Grow is a change of the storyboard: Shot grows from a moment of From's clip instead of its last frame.
type Grow struct {
	Shot, From string // full names
	At         string // as the storyboard writes it: "-5f"
}

// Clip is a finished take's files.
type Clip struct {
	Video, LastFrame string // absolute paths
	Digest           string // sha256 of the video, hex
	LastDigest       string // sha256 of the last frame, hex
	Width, Height    int
	Frames           int

	first, last, preview string // paths that Prepare made, "" where it could not
}
