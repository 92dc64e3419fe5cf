package ffmpeg

import (
	"bytes"
	"context"
	"regexp"
	"sync"
)

// Encoders are the names of the encoders that this ffmpeg has.
func Encoders(ctx context.Context) ([]string, error) { return list(ctx, "-encoders", encoderLine) }

// Filters are the names of the filters that this ffmpeg has.
func Filters(ctx context.Context) ([]string, error) { return list(ctx, "-filters", filterLine) }

// HasEncoder reports whether this ffmpeg has an encoder.
func HasEncoder(ctx context.Context, name string) (bool, error) {
	return has(Encoders(ctx))(name)
}

// HasFilter reports whether this ffmpeg has a filter.
func HasFilter(ctx context.Context, name string) (bool, error) {
	return has(Filters(ctx))(name)
}

func has(all []string, err error) func(string) (bool, error) {
	return func(name string) (bool, error) {
		for _, a := range all {
			if a == name {
				return true, err
			}
		}
		return false, err
	}
}

var (
	encoderLine = regexp.MustCompile(`(?m)^ [VAS][A-Z.]{5} (\w\S*)`)
	filterLine  = regexp.MustCompile(`(?m)^ [TSC.]{2,3} (\w\S*)\s+\S+->`)
)

// listed are what list has been told, by program and option: it does not change while this process runs, and asking
// takes longer than reading a clip.
var listed sync.Map

func listOf(t Tools, what string) [3]string { return [3]string{t.FFmpeg, t.Version, what} }

func list(ctx context.Context, what string, line *regexp.Regexp) ([]string, error) {
	t, err := Find()
	if err != nil {
		return nil, err
	}
	if known, ok := listed.Load(listOf(t, what)); ok {
		return known.([]string), nil
	}
	var out bytes.Buffer
	if err := run(ctx, t.FFmpeg, []string{"-hide_banner", "-v", "error", what}, Options{Stdout: &out}); err != nil {
		return nil, err
	}
	all := names(out.Bytes(), line)
	listed.Store(listOf(t, what), all)
	return all, nil
}

func names(told []byte, line *regexp.Regexp) []string {
	var all []string
	for _, m := range line.FindAllSubmatch(told, -1) {
		all = append(all, string(m[1]))
	}
	return all
}
