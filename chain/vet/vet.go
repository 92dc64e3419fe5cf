// Package vet judges a service that sells clips, or one clip, by evidence. A [Finding] is one thing that was looked at,
// with what came of it and the raw evidence; a [Report] gathers findings under the lines of a checklist and gives each
// line a verdict of its own – never one for all. [Judge] judges a clip against what is claimed of it, [Free] asks a
// service what it refuses, which costs nothing, and [Paid] judges clips that were bought for the purpose.
//
// The package reads files and computes; what decodes media is handed in as an [Inspector], what sends requests as an
// [Asker]. It knows no store: whoever sends a request that might buy something writes it down first. Rules and limits
// are from published measurements of June to November 2026; where they cannot tell, the verdict is [NotTested].
package vet

import (
	"context"
	"fmt"
	"image"
	"strings"
	"unicode"
)

// Verdict is what became of a question.
type Verdict string

const (
	Proven    Verdict = "proven"     // measured here
	Claimed   Verdict = "claimed"    // the service, or the file, says so
	Refuted   Verdict = "refuted"    // measured here, and it is not so
	NotTested Verdict = "not tested" // with the reason
)

// Line is a line of the checklist; "" for what belongs to none.
type Line string

const (
	ModelID   Line = "exact model id"
	Sound     Line = "native audio"
	Retention Line = "result retention"
	Billing   Line = "failure billing"
	Contract  Line = "callback/polling contract"
	Terms     Line = "commercial and likeness terms"
)

// lines are the checklist, in its order.
var lines = []Line{ModelID, Sound, Retention, Billing, Contract, Terms}

// Finding is one thing that was looked at.
type Finding struct {
	Check    string     `json:"check"`           // a stable name: size, length, last_frame, F4 …
	Probe    string     `json:"probe,omitempty"` // the paid probe or clip that it was seen in
	Line     Line       `json:"line,omitempty"`
	Verdict  Verdict    `json:"verdict"`
	Found    string     `json:"found"` // one sentence
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is something raw: a measurement, a request without its key, an answer, a hash.
type Evidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// finding makes one; what is found is a format.
func finding(check string, line Line, v Verdict, format string, args ...any) Finding {
	return Finding{Check: check, Line: line, Verdict: v, Found: fmt.Sprintf(format, args...)}
}

// with adds evidence: names and values in turn.
func (f Finding) with(pairs ...any) Finding {
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Evidence = append(f.Evidence, Evidence{fmt.Sprint(pairs[i]), printable(fmt.Sprint(pairs[i+1]), maxEvidence)})
	}
	return f
}

// maxEvidence is how many characters of one piece of evidence are kept.
const maxEvidence = 2000

// printable is at most so many characters of a stranger's text, with whatever is not printable as spaces.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// Inspector looks into media files.
type Inspector interface {
	// Clip decodes the whole file. An error means that it does not decode.
	Clip(ctx context.Context, path string) (Media, error)
	// Frames are frames of a clip by ascending numbers from 0, each of width × height pixels.
	Frames(ctx context.Context, path string, numbers []int, width, height int) ([]*image.Gray, error)
	// Picture decodes a still, whatever its name says.
	Picture(path string) (img *image.Gray, mediaType string, err error)
	// Sound measures the first sound of a clip that has one.
	Sound(ctx context.Context, path string) (Heard, error)
}

// Media is what a clip is, decoded.
type Media struct {
	Width, Height int
	Frames        int    // that came out of the decoder
	Rate          string // frames per second as a ratio, 24 or 24/1
	Seconds       float64
	Codec, PixFmt string // as ffmpeg names them
	Audio         string // codec, "" for none
}

// Heard is what a clip's sound is.
type Heard struct {
	Channels   int
	Seconds    float64
	Peak       float64   // dBFS, -Inf for digital silence
	Integrated float64   // loudness as BS.1770 gates it, LUFS; -Inf for silence
	Levels     []float64 // of each 20 ms, dBFS
}
