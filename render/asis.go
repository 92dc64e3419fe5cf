package render

import (
	"context"
	"fmt"
	"io"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// asTheyAre are the clips' own packets where these make the film as it is: only hard cuts, at places where decoding
// can begin and end, and all clips coded with one set of parameters in the film's very form. nil where anything has
// to be encoded. Nothing is lost then, and nothing is waited for.
//
// It is all clips or none. A film that has some clips copied and others encoded would need two sets of parameters in
// its head (an encoder cannot be told to write another one's), which some hardware decoders do not play.
func asTheyAre(tl *timeline.Timeline) []mux.Range {
	if len(tl.Burned()) > 0 || tl.Quality != "" && tl.Quality != "standard" || len(tl.Encoder) > 0 {
		return nil
	}
	read := map[string]*mux.Packets{}
	var all []mux.Range
	for i, it := range tl.Items {
		if !untouched(tl, it) {
			return nil
		}
		p := read[it.Path]
		if p == nil {
			var err error
			if p, err = mux.ReadPackets(it.Path, "vide"); err != nil || len(p.Sizes) != it.Length {
				return nil
			}
			read[it.Path] = p
		}
		from, to := it.In, it.Out
		// A seam shows one picture twice, and mostly only its first showing can be left out without its clip's key
		// frame: the other clip's last frame.
		if it.Continues && i > 0 && it.In == 1 {
			from = 0
		}
		if i+1 < len(tl.Items) && tl.Items[i+1].Continues && tl.Items[i+1].In == 1 {
			to--
		}
		if string(p.Entry) != string(firstEntry(all, p)) || !p.Clean(from, to) {
			return nil
		}
		if alone, err := p.Alone(from, to); err != nil || !alone {
			return nil
		}
		all = append(all, mux.Range{Packets: p, From: from, To: to})
	}
	return all
}

// decodes makes sure that what is copied can be played: what is encoded is decoded on the way, and this is not. A clip
// that comes with its digest was looked through when it was kept; of others the work folder remembers the digest.
func decodes(ctx context.Context, sh *work.Shop, tl *timeline.Timeline) error {
	seen := map[string]bool{}
	group, ctx := work.Group(ctx, sh.Workers)
	for _, it := range tl.Items {
		if it.Digest != "" || seen[it.Path] {
			continue
		}
		seen[it.Path] = true
		group.Go(func() error {
			if err := looked(ffmpeg.For(ctx, it.Shot), sh, it.Path); err != nil {
				return fmt.Errorf("shot %s: %w", it.Shot, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// looked looks a file through, once for the same bytes.
func looked(ctx context.Context, sh *work.Shop, path string) error {
	digest, err := sh.DigestOf(path)
	if err != nil {
		return err
	}
	name := work.Key("decodes", digest)
	if sh.Has(name) {
		return nil
	}
	if _, err := ffmpeg.Verify(ctx, path, ffmpeg.Facts{}); err != nil {
		return err
	}
	return sh.Write(name, func(w io.Writer) error {
		_, err := io.WriteString(w, digest+"\n")
		return err
	})
}

func firstEntry(all []mux.Range, p *mux.Packets) []byte {
	if len(all) > 0 {
		return all[0].Entry
	}
	return p.Entry
}

// untouched reports whether an item's frames are the clip's, in the film's form.
func untouched(tl *timeline.Timeline, it timeline.Item) bool {
	f := it.Source
	whole := timeline.Place{Width: tl.Width, Height: tl.Height}
	place := it.Place
	if place.CropWidth == f.Width && place.CropHeight == f.Height {
		place.CropWidth, place.CropHeight = 0, 0
	}
	place.Blur = false // there is nothing around a picture of the film's size
	c := f.Color
	return it.Transition.Frames == 0 && it.Plain() && it.Hold == 0 && it.Correction.None() && place == whole &&
		f.Width == tl.Width && f.Height == tl.Height &&
		f.Codec == "h264" && f.PixFmt == "yuv420p" && f.SAR.Is(1, 1) && !f.Rotated && seekable(layer{Item: it}) &&
		(c.Range == "" || c.Range == "tv") && (c.Space == "" || c.Space == "bt709")
}
