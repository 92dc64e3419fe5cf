package vet

import (
	"context"
	"fmt"
	"image"
	"math"
)

// Limits of pictures (gateways-and-vetting §8).
const (
	sameFirst    = 0.90 // SSIM of the first frame that proves it
	unlikeFirst  = 0.75 // below it is another picture
	sameEnd      = 0.80 // models approach an end frame
	sameLast     = 35.0 // dB PSNR of a returned last frame
	neighbourGap = 2.0  // dB that the last frame is nearer to itself than to the one before
	controlGap   = 0.10 // SSIM by which a clip without the still must be farther from it
	neighbours   = 5    // frames before the last that it is compared with
)

// tenth is a number as evidence shows it.
func tenth(x float64) string {
	if math.IsInf(x, 0) {
		return fmt.Sprint(x)
	}
	return fmt.Sprintf("%.1f", x)
}

// frame decodes one frame of a clip in its own size.
func (j *judge) frame(ctx context.Context, clip string, n int) (*image.Gray, error) {
	all, err := j.in.Frames(ctx, clip, []int{n}, j.m.Width, j.m.Height)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// firstFrame compares frame 0 with the still that was given.
func (j *judge) firstFrame(ctx context.Context) error {
	return j.given(ctx, j.c.First, 0, "first_frame", sameFirst, unlikeFirst)
}

// endFrame compares the last frame with the still that was to be reached.
func (j *judge) endFrame(ctx context.Context) error {
	return j.given(ctx, j.c.End, j.m.Frames-1, "end_frame", sameEnd, unlikeFirst)
}

func (j *judge) given(ctx context.Context, still string, n int, check string, same, unlike float64) error {
	if still == "" {
		return nil
	}
	want, _, err := j.in.Picture(still)
	if err != nil {
		return fmt.Errorf("%s: %w", check, err)
	}
	got, err := j.frame(ctx, j.c.Path, n)
	if err != nil {
		return err
	}
	want = resized(want, j.m.Width, j.m.Height)
	s, db := ssim(want, got), psnr(want, got)
	evidence := []any{"SSIM", fmt.Sprintf("%.3f", s), "PSNR dB", tenth(db)}
	far := 0.0
	if j.c.Control != "" {
		other, err := j.frame(ctx, j.c.Control, n)
		switch {
		case err == nil:
			far = ssim(want, other)
			evidence = append(evidence, "SSIM of a clip without it", fmt.Sprintf("%.3f", far))
		case ctx.Err() != nil:
			return ctx.Err()
		default: // it is shorter, or does not decode, which its own probe says
			evidence = append(evidence, "SSIM of a clip without it", "none: it has no such frame")
		}
	}
	name := map[string]string{"first_frame": "the first frame", "end_frame": "the end frame"}[check]
	f := finding(check, Contract, NotTested, "%s resembles the picture given, but not clearly (SSIM %.2f)", name, s)
	switch {
	case s >= same && far > s-controlGap:
		f = finding(check, Contract, NotTested, "%s is as given (SSIM %.2f), but a clip without it is as near (%.2f)", name,
			s, far)
	case s >= same:
		f = finding(check, Contract, Proven, "%s is the picture given (SSIM %.2f)", name, s)
	case s < unlike:
		f = finding(check, Contract, Refuted, "%s is not the picture given (SSIM %.2f)", name, s)
	}
	j.add(f.with(evidence...))
	return nil
}

// lastFrame compares the returned picture with the clip's last frames: it must be nearest to the very last.
func (j *judge) lastFrame(ctx context.Context) error {
	if j.c.LastFrame == "" {
		return nil
	}
	pic, media, err := j.in.Picture(j.c.LastFrame)
	if err != nil {
		j.add(finding("last_frame", Contract, Refuted, "the returned last frame does not decode"))
		return nil
	}
	if w, h := pic.Rect.Dx(), pic.Rect.Dy(); w != j.m.Width || h != j.m.Height {
		j.add(finding("last_frame", Contract, Refuted, "the returned last frame is %d×%d, the clip %d×%d", w, h, j.m.Width,
			j.m.Height))
		return nil
	}
	from := max(0, j.m.Frames-1-neighbours)
	var numbers []int
	for n := from; n < j.m.Frames; n++ {
		numbers = append(numbers, n)
	}
	frames, err := j.in.Frames(ctx, j.c.Path, numbers, j.m.Width, j.m.Height)
	if err != nil {
		return err
	}
	db := make([]float64, len(frames))
	evidence := []any{"type", media}
	best := 0
	for i, f := range frames {
		if db[i] = min(psnr(pic, f), 99); db[i] >= db[best] {
			best = i
		}
		evidence = append(evidence, fmt.Sprintf("PSNR dB to frame %d", numbers[i]), tenth(db[i]))
	}
	j.add(j.nearest(db, best).with(evidence...))
	return nil
}

// nearest judges by the order of the neighbours, which tells where a threshold alone cannot.
func (j *judge) nearest(db []float64, best int) Finding {
	last := len(db) - 1
	switch {
	case db[best] < 20:
		return finding("last_frame", Contract, Refuted, "the returned picture is no frame of the clip's end (%.1f dB)",
			db[best])
	case best != last && db[best]-db[last] >= neighbourGap:
		return finding("last_frame", Contract, Refuted, "the returned picture is the frame %d before the last", last-best)
	case best != last || last > 0 && db[last]-db[last-1] < neighbourGap:
		return finding("last_frame", Contract, NotTested,
			"the clip stands still at its end: its last frames cannot be told apart")
	case db[last] < sameLast:
		return finding("last_frame", Contract, NotTested,
			"the returned picture is nearest to the last frame, but not the same (%.1f dB)", db[last])
	}
	return finding("last_frame", Contract, Proven,
		"the returned picture is the clip's last frame (%.1f dB, the one before %.1f)", db[last], db[max(last-1, 0)])
}
