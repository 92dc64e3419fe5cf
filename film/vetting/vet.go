// Package vetting answers the checklist for trusting a service with evidence: a clip judged as a file, free probes that
// make nothing, and paid probes, each of which is a take of a storyboard of its own, bought and kept as any film's. What a
// finding is, and what follows from all of them, package vet says.
package vetting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/internal/durable"
	"shotchain/render/ffmpeg"
)

// Clip says which file is judged, and what of.
type Clip struct {
	Path                  string
	Claims                string   // key=value pairs: model, resolution, ratio, duration, audio
	First, End, LastFrame string   // pictures that it was to begin with, to end on, and that came with it; "" for none
	URL                   string   // that it came from; never shown whole
	Tokens                int64    // that were billed for it; 0 for not known
	Earlier               []string // reports whose clips it is compared with
	Models                string   // a file of models; "" for the built-in ones
	Version               string   // of the program
}

// Judge judges a file against what is claimed of it. It sends nothing.
func Judge(ctx context.Context, v Clip) (*vet.Report, error) {
	cat, err := film.Catalogue(v.Models)
	if err != nil {
		return nil, err
	}
	claims, err := vet.ParseClaims(v.Claims, cat)
	if err != nil {
		return nil, misused("it looks like model=seedance-2.0,resolution=480p,ratio=16:9,duration=4,audio=true",
			"--claims: %v", err)
	}
	earlier, err := earlierPrints(v.Earlier)
	if err != nil {
		return nil, err
	}
	r, err := newReport(cat, v.Version)
	if err != nil {
		return nil, err
	}
	r.Subject = vet.Subject{File: filepath.Base(v.Path), Model: claims.Model, Claims: claims}
	clip := vet.Clip{Path: v.Path, Claims: claims, First: v.First, End: v.End, LastFrame: v.LastFrame, URL: v.URL,
		Tokens: v.Tokens}
	found, print, err := vet.Judge(ctx, inspector{}, clip, cat, earlier)
	if err != nil {
		return nil, err
	}
	r.Findings, r.Clips = found, []vet.Print{print}
	r.Conclude()
	return r, nil
}

// newReport begins a report. It needs ffmpeg.
func newReport(cat *models.Catalogue, version string) (*vet.Report, error) {
	tools, err := ffmpeg.Find()
	if err != nil {
		return nil, err
	}
	return &vet.Report{Date: time.Now().UTC().Truncate(time.Second), Program: version, FFmpeg: tools.Version,
		Catalogue: cat.Date}, nil
}

// maxReport is the largest report that is read, bytes.
const maxReport = 16 << 20

// ReadReport reads a report's JSON.
func ReadReport(path string) (*vet.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &film.Failure{Kind: film.Failed, Message: err.Error(), Hint: "a report is the report.json that vet wrote"}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxReport+1))
	r := new(vet.Report)
	if err == nil && len(b) > maxReport {
		err = errors.New("too large for a report")
	}
	if err == nil {
		err = json.Unmarshal(b, r)
	}
	if err == nil && r.Schema != 1 {
		err = fmt.Errorf("no report of this program, or of a newer one: schema %d", r.Schema)
	}
	if err != nil {
		return nil, &film.Failure{Kind: film.Failed, Message: filepath.Base(path) + ": " + err.Error(),
			Hint: "a report is the report.json that vet wrote"}
	}
	return r, nil
}

func earlierPrints(paths []string) (all []vet.Print, err error) {
	for _, path := range paths {
		r, err := ReadReport(path)
		if err != nil {
			return nil, err
		}
		all = append(all, r.Clips...)
	}
	return all, nil
}

// WriteReport writes a report as report.json, report.md and report.html into a folder, which is made. Each appears whole.
func WriteReport(r *vet.Report, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"report.json": append(b, '\n'), "report.md": []byte(r.Markdown()),
		"report.html": r.Page()} {
		if err := durable.WriteFile(durable.OS(dir), name, text); err != nil {
			return err
		}
	}
	return nil
}

// Outcome is what a report means for whoever asked, nil where nothing is refuted and no bill unclear.
func Outcome(r *vet.Report) *film.Failure {
	switch {
	case r.Unclear():
		return &film.Failure{Kind: film.Unclear, Message: "it is not known whether a probe was bought",
			Hint: "look into the service's console; the same command never sends it again, one with another --report does"}
	case r.Refuted():
		return &film.Failure{Kind: film.Incomplete, Message: "something that is claimed is not so"}
	}
	return nil
}

// misused is a failure of who asked.
func misused(hint, format string, args ...any) error {
	return &film.Failure{Kind: film.Misused, Message: fmt.Sprintf(format, args...), Hint: hint}
}
