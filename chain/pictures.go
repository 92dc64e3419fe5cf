package chain

// This file freezes the pictures that a take's key names, and holds the request to them: none leaves without every
// one of them, as it is in the key.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// role is what a picture is to a request.
type role string

const (
	opening   role = "first frame"
	closing   role = "end frame"
	reference role = "reference"
)

// given is a picture that a take's key names, on its way into the request. It is a frame of another take's clip, a still,
// or an address on the web, of which nobody here has seen the bytes.
type given struct {
	role  role
	file  string            // in the take's folder, without the end of the name
	name  string            // in the key
	up    *KeptClip         // the clip whose frame it is; nil for a still
	of    *graph.Take       // that clip's
	frame int               // of that clip
	asked *provider.Frame   // a still as the request asks for it
	still *storyboard.Still // and where its bytes are

	frozen string // the file in the take's folder; "" before freeze, and on the web
	digest string // sha256 of that file, hex
}

// pictures are all that the key names, in the order of the request.
func pictures(t *graph.Take, up Upstream, a graph.Anchors) (all []*given) {
	if a.First != "" || t.From != nil {
		all = append(all,
			&given{role: opening, file: "first_frame", name: a.First, up: up.From, of: t.From, frame: up.From.numbered(t.FromFrame()),
				asked: t.Request.FirstFrame, still: t.Shot.FirstFrame})
	}
	if a.Last != "" || t.To != nil {
		all = append(all,
			&given{role: closing, file: "end_frame", name: a.Last, up: up.To, of: t.To, frame: up.To.numbered(t.ToFrame),
				asked: t.Request.LastFrame, still: t.Ending})
	}
	for i := range t.Request.References {
		f := &t.Request.References[i]
		all = append(all,
			&given{role: reference, file: fmt.Sprintf("reference_%d", i+1), name: f.InKey(), asked: f, still: t.Looks[i]})
	}
	return all
}

// numbered is the number of a frame of the clip, from 0; Last for its last. k may be nil.
func (k *KeptClip) numbered(frame int) int {
	if k == nil {
		return frame
	}
	return graph.Numbered(frame, k.Clip.Frames)
}

// from is where the picture comes from, as messages name it.
func (p *given) from() string {
	switch {
	case p.up != nil && p.frame == graph.Last:
		return "the last frame of " + p.of.Name()
	case p.up != nil:
		return fmt.Sprintf("frame %d of %s", p.frame, p.of.Name())
	case p.asked == nil || p.still == nil:
		return "a picture that nothing names"
	case p.asked.Web != "":
		return p.asked.Web
	}
	return p.still.Path
}

// faulty is an error of the picture, told with its role and where it comes from.
func (p *given) faulty(err error) error {
	return fmt.Errorf("its %s (%s): %w", p.role, p.from(), err)
}

// freeze puts the bytes of the take's pictures into its folder, each as what the key says that it is. What an
// earlier attempt froze is replaced.
func (v *life) freeze(ctx context.Context) error {
	if v.final { // nothing is sent but the draft's task
		return nil
	}
	v.pictures = pictures(v.t, v.up, v.a)
	for _, p := range v.pictures {
		if p.up == nil && p.asked != nil && p.asked.Web != "" {
			continue
		}
		b, err := v.source(ctx, p)
		if err != nil {
			return p.faulty(err)
		}
		name := p.file + p.end()
		if err := v.l.WriteFile(name, b); err != nil {
			return p.faulty(err)
		}
		p.frozen, p.digest = name, digestOf(b)
	}
	return nil
}

// end is the end of the frozen file's name.
func (p *given) end() string {
	switch {
	case p.up != nil && p.frame == graph.Last:
		return filepath.Ext(p.up.Clip.LastFrame.Name)
	case p.up != nil || p.asked.Fit != "":
		return ".png"
	}
	return "." + p.still.Format
}

// errOther is why a picture is not used: its bytes are not those that the key was made of.
var errOther = errors.New("it is no longer the picture that the clip was planned with")

// source reads a picture where it comes from, and compares it with what the key says of it.
func (v *life) source(ctx context.Context, p *given) ([]byte, error) {
	switch {
	case p.up != nil && p.frame == graph.Last:
		path := p.up.Dir.Path(p.up.Clip.LastFrame.Name)
		b, err := p.up.Dir.ReadFile(p.up.Clip.LastFrame.Name, maxFrameBytes)
		if err == nil && digestOf(b) != p.name {
			err = fmt.Errorf("%w: %s is damaged", errOther, path)
		}
		return b, err
	case p.up != nil:
		return v.moment(ctx, p)
	case p.asked == nil || p.still == nil:
		return nil, errors.New("it is named, and nowhere to be found")
	}
	b, err := p.still.Read()
	if err == nil && digestOf(b) != p.asked.Digest {
		err = errOther
	}
	if err != nil || p.asked.Fit == "" {
		return b, err
	}
	var width, height int
	if _, err := fmt.Sscanf(p.asked.Fit, "%dx%d", &width, &height); err != nil {
		return nil, err
	}
	if b, err = v.how.Inspector.Fit(b, width, height); err != nil {
		return nil, fmt.Errorf("the still does not fit: %w", err)
	}
	return b, nil
}

// moment decodes a frame from the middle of a clip, which must be the clip that the key names.
func (v *life) moment(ctx context.Context, p *given) ([]byte, error) {
	clip := p.up.Clip
	if p.frame < 0 || p.frame >= clip.Frames {
		return nil, fmt.Errorf("the clip has %d frames", clip.Frames)
	}
	file, err := p.up.Dir.Describe(clip.Video.Name)
	if err != nil {
		return nil, err
	}
	if fmt.Sprintf("%s@%d", file.Digest, p.frame) != p.name {
		return nil, fmt.Errorf("%w: %s is damaged", errOther, p.up.Dir.Path(clip.Video.Name))
	}
	temp := v.l.Temp(p.file + ".png")
	defer v.discard(temp)
	if err := v.how.Inspector.FrameAt(ctx, p.up.Dir.Path(clip.Video.Name), p.frame, temp); err != nil {
		return nil, err
	}
	return v.l.ReadFile(filepath.Base(temp), maxFrameBytes)
}

// carried is the picture as a request carries it: the service's own URL where it still holds it and may be asked for
// it, else the frozen bytes.
func (v *life) carried(ctx context.Context, p *given, urls bool) (*provider.Frame, error) {
	if p.frozen == "" {
		return p.asked, nil
	}
	if urls && p.up != nil && p.frame == graph.Last {
		if u := v.frameURL(ctx, p.up); u != "" {
			return &provider.Frame{Digest: p.up.Clip.LastFrame.Digest, URL: u}, nil
		}
	}
	path := v.l.Path(p.frozen)
	mediaType, err := v.how.Inspector.Picture(path)
	if err != nil {
		return nil, err
	}
	b, err := v.l.ReadFile(p.frozen, maxFrameBytes)
	if err != nil {
		return nil, err
	}
	return &provider.Frame{Digest: p.name, MediaType: mediaType, Data: b}, nil
}

// into puts the picture at its place in a request.
func (p *given) into(req *provider.Request, f *provider.Frame) {
	switch p.role {
	case opening:
		req.FirstFrame = f
	case closing:
		req.LastFrame = f
	default:
		req.References = append(req.References, *f)
	}
}

// sealed compares a request with the key, right before it is sent: it has exactly the pictures that the key names.
// What the service holds itself is what was downloaded from it under that digest; what is fitted or decoded is what
// was made of the bytes that the key names, and a web still is its address.
func (v *life) sealed(req provider.Request) error {
	if v.t.Key(v.plan.Graph.Service.Namespace, v.a) != v.l.Key {
		return errors.New("nothing was sent: the request is not the one that its key was made of")
	}
	sent := picturesOf(&req)
	if req.DraftTask != "" {
		if from := v.promotion(); from == nil || from.Task != req.DraftTask || len(sent) > 0 {
			return fmt.Errorf("nothing was sent: task %s is not the draft of this clip", req.DraftTask)
		}
		return nil
	}
	if v.final {
		return errors.New("nothing was sent: its key says that it is made from a draft, and the request is not")
	}
	if len(sent) != len(v.pictures) {
		return fmt.Errorf("nothing was sent: the request has %d pictures, and its key names %d", len(sent), len(v.pictures))
	}
	for i, p := range v.pictures {
		if sent[i].role != p.role || !p.is(sent[i].Frame) {
			return fmt.Errorf("nothing was sent: %w", p.faulty(fmt.Errorf("%w: %s", errOther, v.l.Path(p.frozen))))
		}
	}
	return nil
}

// is reports whether what is sent for a picture is what the key names.
func (p *given) is(f provider.Frame) bool {
	switch {
	case f.URL != "":
		return p.up != nil && p.frame == graph.Last && p.up.Clip.LastFrame.Digest == p.name && f.Digest == p.name
	case f.Web != "":
		return p.up == nil && f.Web == p.name
	case p.frozen == "":
		return false
	}
	exact := p.frame == graph.Last
	if p.up == nil {
		exact = p.asked.Fit == ""
	}
	digest := digestOf(f.Data)
	return digest == p.digest && (!exact || digest == p.name)
}

// sent is a picture of a request in its role.
type sent struct {
	role role
	provider.Frame
}

// picturesOf are what a request carries, in the order in which it is sent.
func picturesOf(r *provider.Request) (all []sent) {
	if r.FirstFrame != nil {
		all = append(all, sent{opening, *r.FirstFrame})
	}
	if r.LastFrame != nil {
		all = append(all, sent{closing, *r.LastFrame})
	}
	for _, f := range r.References {
		all = append(all, sent{reference, f})
	}
	return all
}

// digestOf is the sha256 of bytes, hex.
func digestOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// frozenFiles notes in a take's record which files hold its pictures, and their digests.
func (v *life) frozenFiles(req *store.Request) {
	for _, p := range v.pictures {
		switch p.role {
		case opening:
			req.First = p.frozen
		case closing:
			req.Last = p.frozen
		default:
			req.References = append(req.References, p.frozen)
		}
		if p.frozen != "" {
			if req.Frozen == nil {
				req.Frozen = map[string]string{}
			}
			req.Frozen[p.frozen] = p.digest
		}
	}
}
