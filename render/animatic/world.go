package animatic

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// world is what an animatic draws. It is remembered in the last frame's file, so that the next shot goes on in it.
type world struct {
	Place, Mood string
	Seed        uint64 // of the scenery
	Palette     look
	View        view
	Things      []thing
	Weather     string // "", rain, snow
	Wear        wear   `json:",omitzero"` // what the chain has done to the picture so far
}

// thing stands in the world. Y is where it stands, Size its height.
type thing struct {
	Kind       string
	X, Y, Size float64
	Coat       string `json:",omitempty"` // of a person, and of who sits in a boat: a colour of coats; "" for a plain one
}

// look are the colours of a mood.
type look struct {
	Zenith, Sky, Horizon tone // from the top of the sky down
	Far, Near            tone // of the land
	Light                tone // of sun, moon or lamp
	Dark                 bool // lamps are lit
}

var looks = map[string]look{
	"sunrise": {tone{84, 108, 158}, tone{214, 160, 150}, tone{255, 214, 160}, tone{128, 110, 138}, tone{44, 46, 74},
		tone{255, 238, 196}, false},
	"day": {tone{78, 138, 198}, tone{146, 192, 222}, tone{216, 234, 238}, tone{126, 158, 172}, tone{52, 84, 80},
		tone{255, 250, 226}, false},
	"dusk": {tone{40, 46, 92}, tone{148, 82, 108}, tone{250, 166, 100}, tone{88, 68, 104}, tone{26, 24, 46},
		tone{255, 214, 150}, true},
	"night": {tone{8, 13, 34}, tone{18, 32, 62}, tone{40, 64, 98}, tone{22, 36, 62}, tone{7, 12, 26},
		tone{236, 238, 220}, true},
	"storm": {tone{44, 52, 64}, tone{84, 94, 104}, tone{146, 154, 156}, tone{78, 90, 100}, tone{26, 34, 44},
		tone{226, 230, 226}, true},
	"fog": {tone{150, 162, 170}, tone{178, 186, 190}, tone{206, 210, 208}, tone{160, 170, 176}, tone{92, 104, 112},
		tone{246, 244, 234}, false},
	"overcast": {tone{104, 122, 138}, tone{146, 160, 170}, tone{196, 202, 202}, tone{118, 134, 144}, tone{46, 58, 66},
		tone{244, 242, 230}, false},
}

// ordinaryMoods are those of shots whose words say no time of day: what they show is daylight.
var ordinaryMoods = []string{"day", "overcast"}

// nowhere is the place of a shot whose words name none that is known: a picture drawn for the wrong words would be worse
// than a plain one.
const nowhere = "nowhere"

// backdrops are the colours of plain pictures: dark enough for words, and no time of day.
var backdrops = []look{
	{tone{46, 58, 78}, tone{70, 86, 110}, tone{112, 128, 148}, tone{84, 98, 120}, tone{30, 38, 54}, tone{214, 222, 232}, false},
	{tone{62, 54, 74}, tone{94, 80, 104}, tone{142, 122, 140}, tone{106, 92, 114}, tone{38, 32, 48}, tone{232, 220, 226}, false},
	{tone{44, 64, 64}, tone{72, 96, 94}, tone{118, 140, 132}, tone{86, 108, 104}, tone{28, 42, 42}, tone{218, 230, 222}, false},
	{tone{76, 62, 52}, tone{110, 92, 78}, tone{156, 136, 116}, tone{120, 102, 88}, tone{46, 38, 32}, tone{238, 226, 208}, false},
}

// imagine makes the world of a shot: what its words name, and for the rest the world that its first frame
// remembers, the colours of that frame, or chance.
func imagine(s Shot, known *world, first image.Image, r *rand.Rand) world {
	var w world
	s.Prompt = wanted(s.Prompt)
	mood, place := firstOf(moods, s.Prompt), firstOf(places, s.Prompt)
	if known != nil && (place == "" || place == known.Place) {
		w = *known
		w.Things = slices.Clone(known.Things)
	} else {
		w = world{Place: place, Seed: r.Uint64(), View: view{X: 0, Y: -0.08, Zoom: 1}}
		if known != nil {
			w.Wear = known.Wear
			if !slices.Contains(backdrops, known.Palette) { // which is no time of day
				w.Mood, w.Palette = known.Mood, known.Palette
			}
		}
	}
	// A weak word – the style names it in every shot – does not end the dusk that a shot before has set.
	if mood != "" && (w.Mood == "" || mood != "overcast" && mood != "day") {
		w.Mood, w.Palette = mood, looks[mood]
	}
	w.add(s.Prompt, r)
	if w.Place == "" {
		w.Place = nowhere
	}
	if w.Mood == "" {
		w.Mood = ordinaryMoods[r.IntN(len(ordinaryMoods))]
		w.Palette = looks[w.Mood]
		if w.Place == nowhere {
			w.Palette = backdrops[r.IntN(len(backdrops))]
		}
		if first != nil {
			w.Mood, w.Palette = "picture", lookOf(first)
		}
	}
	if w.View.Zoom > 0.85*maxZoom || w.View.Zoom < 1.15*minZoom { // nothing left to go to: take a new stand
		w.View.Zoom = 1
	}
	w.weather(s.Prompt, known != nil && w.Mood != known.Mood)
	return w
}

// wanted is a prompt without what it says is to be avoided, as prompts end where a storyboard has a `negative`.
func wanted(prompt string) string {
	if i := strings.LastIndex(prompt, "Avoid: "); i >= 0 {
		return prompt[:i]
	}
	return prompt
}

// maxThings keeps a long chain from filling the world up: the oldest make room.
const maxThings = 7

// add puts the things that the prompt names into sight, in the order it names them.
func (w *world) add(prompt string, r *rand.Rand) {
	type found struct {
		kind *kind
		at   int
	}
	var all []found
	for i := range kinds {
		if at := mentioned(prompt, kinds[i].words); at >= 0 {
			all = append(all, found{&kinds[i], at})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	if i := slices.IndexFunc(all, func(f found) bool { return f.kind.name == "boat" }); i > 0 {
		all[0], all[i] = all[i], all[0]
	}
	who := people(prompt)
	if coat := first(who); coat != "" && slices.ContainsFunc(all, func(f found) bool { return f.kind.name == "boat" }) {
		w.dress(coat)
	}
	for _, f := range all {
		if w.Place == "" {
			w.Place = f.kind.home
		}
		if !w.holds(f.kind) {
			continue
		}
		if f.kind.name == "person" {
			w.join(f.kind, who, r)
			continue
		}
		if !w.shows(f.kind.name) {
			w.put(f.kind, first(who), r)
		}
	}
	if over := len(w.Things) - maxThings; over > 0 {
		w.Things = w.Things[over:]
	}
}

// holds reports whether a thing can be where the world is: nothing stands in a room that is larger than it, and a lamp for
// a table not on the sea.
func (w *world) holds(k *kind) bool {
	switch k.name {
	case "lamp":
		return w.Place == "room" || w.Place == "studio"
	case "lighthouse", "boat", "ship", "rocks", "wave", "house", "tree", "car", "train", "bridge", "balloon":
		return w.Place != "room"
	}
	return true
}

// join puts those people into sight who are not there yet. Who rows sits in the boat; somebody of whom nothing is said is
// whoever is there.
func (w *world) join(k *kind, who []string, r *rand.Rand) {
	there := map[string]int{}
	for _, t := range w.Things {
		if (t.Kind == "person" || t.Kind == "boat") && w.sees(t) {
			if there[""]++; t.Coat != "" {
				there[t.Coat]++
			}
		}
	}
	for _, coat := range who {
		if there[coat] > 0 {
			if there[coat]--; coat != "" {
				there[""]--
			}
			continue
		}
		w.put(k, coat, r)
	}
}

// dress gives who sits in a boat in sight, and of whom nothing was said before, the coat of whom the words put into it.
func (w *world) dress(coat string) {
	for i, t := range w.Things {
		if t.Kind == "boat" && t.Coat == "" && w.sees(t) {
			w.Things[i].Coat = coat
			return
		}
	}
}

func first(coats []string) string {
	if len(coats) == 0 {
		return ""
	}
	return coats[0]
}

// put gives a thing the place in sight that is free.
func (w *world) put(k *kind, coat string, r *rand.Rand) {
	t := thing{Kind: k.name, Size: k.size * (0.92 + 0.16*r.Float64()), Y: k.base}
	if k.name == "person" || k.name == "boat" {
		t.Coat = coat
	}
	if t.X = w.free(r); w.Place == "studio" && k.home == "studio" {
		t.X = w.pedestal()
	}
	w.Things = append(w.Things, t)
}

// free is the slot in sight that lies farthest from what stands there.
func (w *world) free(r *rand.Rand) float64 {
	best, at := -1.0, 0.0
	for _, s := range slots {
		x, gap := w.View.X+(s+0.05*r.Float64())/w.View.Zoom, 1.0
		for _, t := range w.Things {
			gap = min(gap, math.Abs(t.X-x))
		}
		if len(w.Things) == 0 {
			gap = r.Float64()
		}
		if gap > best {
			best, at = gap, x
		}
	}
	return at
}

// pedestal is the place of the next product in a studio: the middle, then to either side of it.
func (w *world) pedestal() float64 {
	n := 0
	for _, t := range w.Things {
		if k := kindOf(t.Kind); k != nil && k.home == "studio" {
			n++
		}
	}
	return [...]float64{0, -0.15, 0.15}[n%3]
}

// slots are where things stand across the picture, for a frame 16:9 or narrower.
var slots = []float64{-0.2, 0.24, -0.46, 0.5, 0.04, -0.34, 0.38}

// shows reports whether such a thing is about where the camera looks.
func (w *world) shows(kind string) bool {
	for _, t := range w.Things {
		if t.Kind == kind && w.sees(t) {
			return true
		}
	}
	return false
}

func (w *world) sees(t thing) bool { return math.Abs(t.X-w.View.X) < 1.4/w.View.Zoom }

// weather follows the words; it ends when the mood changes.
func (w *world) weather(prompt string, changed bool) {
	switch {
	case mentions(prompt, []string{"snowfall", "snowing", "snowflake", "blizzard", "下雪", "雪花", "飘雪"}):
		w.Weather = "snow"
	case w.Mood == "storm" || mentions(prompt, []string{"rain", "rainy", "raining", "downpour", "雨"}):
		w.Weather = "rain"
	case changed:
		w.Weather = ""
	}
}

// lookOf takes the colours of a picture.
func lookOf(img image.Image) look {
	band := func(from, to float64) tone {
		b := img.Bounds()
		var t tone
		n := 0.0
		for i := range 12 {
			for j := range 32 {
				y := b.Min.Y + int((from+(to-from)*float64(i)/12)*float64(b.Dy()-1))
				x := b.Min.X + (2*j+1)*b.Dx()/64
				r, g, bl, _ := img.At(x, y).RGBA()
				t = tone{t.R + float64(r>>8), t.G + float64(g>>8), t.B + float64(bl>>8)}
				n++
			}
		}
		return t.times(1 / n)
	}
	l := look{Zenith: band(0, 0.12), Sky: band(0.2, 0.4), Horizon: band(0.45, 0.58), Near: band(0.85, 1).times(0.55)}
	l.Far = l.Horizon.to(l.Near, 0.45)
	l.Light = l.Horizon.to(tone{255, 246, 224}, 0.7)
	l.Dark = l.Sky.light() < 90
	return l
}

// sane reports whether a remembered world can be drawn; a file may say anything.
func (w *world) sane() bool {
	ok := w.View.Zoom >= minZoom && w.View.Zoom <= maxZoom && math.Abs(w.View.X) < 1e4 && w.View.Y >= highest &&
		w.View.Y <= lowest
	ok = ok && len(w.Things) <= maxThings && slices.ContainsFunc(places, func(n named) bool { return n.name == w.Place })
	ok = ok && w.Wear.sane() && (w.Weather == "" || w.Weather == "rain" || w.Weather == "snow")
	for _, t := range w.Things {
		ok = ok && kindOf(t.Kind) != nil && math.Abs(t.X) < 1e4 && math.Abs(t.Y) < 2 && t.Size > 0 && t.Size < 2
	}
	return ok
}

func kindOf(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	return nil
}
