package sheet

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"

	"shotchain/internal/durable"
	"shotchain/render/ffmpeg"
)

// Pictures are large enough for a sharp screen at the size that the page shows them; previews move, and may be
// smaller. What they are is part of their names, so that a change of these numbers makes them anew.
const (
	pictureWidth = 640 // pixels, of the longer side
	previewWidth = 448
	pictureMark  = "p1"
	previewMark  = "v1"
)

// Prepare makes the pictures and previews of all clips of a page in the folder work, as many at once as there are
// cores, and none that is there already. A clip that cannot be decoded is shown without them: the error names it, and
// the page is fit to be rendered all the same, unless ctx has ended.
func Prepare(ctx context.Context, p *Page, work string) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	var first []*Clip
	same := map[string][]*Clip{}
	shots := p.shownIn()
	for _, c := range p.clips() {
		key := c.Digest + c.LastDigest
		if len(same[key]) == 0 {
			first = append(first, c)
		}
		same[key] = append(same[key], c)
	}
	failed := make([]error, len(first))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, c := range first {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			failed[i] = c.prepare(ffmpeg.For(ctx, shots[c.Digest+c.LastDigest]...), work)
			for _, other := range same[c.Digest+c.LastDigest] {
				other.first, other.last, other.preview = c.first, c.last, c.preview
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return errors.Join(failed...)
}

// clips are all clips of the page, each file once for each place where it is shown.
func (p *Page) clips() (all []*Clip) {
	seen := map[*Clip]bool{}
	for f := range p.Films {
		for s := range p.Films[f].Shots {
			for t := range p.Films[f].Shots[s].Takes {
				if c := p.Films[f].Shots[s].Takes[t].Clip; c != nil && !seen[c] {
					seen[c] = true
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// shownIn are the names of the shots that show a clip, with their variant, by the clip's digests.
func (p *Page) shownIn() map[string][]string {
	names := map[string][]string{}
	for _, f := range p.Films {
		for s := range f.Shots {
			name := f.Shots[s].Name()
			if f.Variant != "" {
				name = f.Variant + ":" + name
			}
			for _, t := range f.Shots[s].Takes {
				if t.Clip == nil {
					continue
				}
				key := t.Clip.Digest + t.Clip.LastDigest
				if all := names[key]; len(all) == 0 || all[len(all)-1] != name {
					names[key] = append(all, name)
				}
			}
		}
	}
	return names
}

func (c *Clip) prepare(ctx context.Context, work string) error {
	first := filepath.Join(work, "sheet-"+c.Digest+"-first-"+pictureMark+".jpg")
	last := filepath.Join(work, "sheet-"+c.LastDigest+"-last-"+pictureMark+".jpg")
	preview := filepath.Join(work, "sheet-"+c.Digest+"-"+previewMark+".mp4")
	for _, m := range []struct {
		path string
		make func(context.Context, string) error
		into *string
	}{{first, c.makeFirst, &c.first}, {last, c.makeLast, &c.last}, {preview, c.makePreview, &c.preview}} {
		if !ffmpeg.Made(m.path) {
			if err := m.make(ctx, m.path); err != nil {
				return fmt.Errorf("%s cannot be shown: %w", filepath.Base(filepath.Dir(c.Video)), err)
			}
		}
		*m.into = m.path
	}
	return nil
}

// fit scales a size down to a longest side, to even numbers.
func fit(w, h, most int) (int, int) {
	if long := max(w, h); long > most {
		w, h = w*most/long, h*most/long
	}
	return max(2, w&^1), max(2, h&^1)
}

func (c *Clip) makeFirst(ctx context.Context, out string) error {
	w, h := fit(c.Width, c.Height, pictureWidth)
	frames, err := ffmpeg.Frames(ctx, c.Video, []int{0}, w, h)
	if err != nil {
		return err
	}
	return writeJPEG(out, frames[0])
}

func (c *Clip) makeLast(_ context.Context, out string) error {
	b, err := os.ReadFile(c.LastFrame)
	if err != nil {
		return err
	}
	img, _, err := ffmpeg.DecodeImage(b)
	if err != nil {
		return err
	}
	w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), pictureWidth)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
	return writeJPEG(out, small)
}

func writeJPEG(path string, img image.Image) error {
	return durable.Write(durable.OS(filepath.Dir(path)), filepath.Base(path),
		func(w io.Writer) error { return jpeg.Encode(w, img, &jpeg.Options{Quality: 82}) })
}

// makePreview makes a small silent copy of the clip that starts at once.
func (c *Clip) makePreview(ctx context.Context, out string) error {
	tmp, err := os.CreateTemp(filepath.Dir(out), "tmp-*.mp4")
	if err != nil {
		return err
	}
	tmp.Close()
	defer os.Remove(tmp.Name())
	w, h := fit(c.Width, c.Height, previewWidth)
	args := append([]string{"-threads", "1"}, ffmpeg.Input(c.Video)...)
	args = append(args, "-map", "0:v:0", "-an", "-vf", "scale="+strconv.Itoa(w)+":"+strconv.Itoa(h)+",setsar=1",
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "29", "-pix_fmt", "yuv420p", "-threads", "1", "-map_metadata", "-1",
		"-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "mp4", ffmpeg.File(tmp.Name()))
	if err := ffmpeg.Run(ctx, args, ffmpeg.Options{}); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), out)
}
