package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// Downloads are bounded: the longest clip at the highest rate stays far below, and a frame is one picture.
const (
	maxClipBytes  = 4 << 30
	maxFrameBytes = 64 << 20
)

// result is what a task made, as far as it is here: what decodes is not fetched again for what does not come.
type result struct {
	task  string      // its id, as it is on record
	clip  *store.Clip // nil until the video decodes
	video string      // its path
}

// fetch gets clip and last frame, checks that they decode, and puts them in place.
func (v *life) fetch(ctx context.Context, task provider.Task, got *result) error {
	if got.clip == nil {
		video, err := v.fetched(ctx, got.task, clipName, task.Video, maxClipBytes)
		if err != nil {
			return err
		}
		facts, err := v.how.Inspector.Clip(ctx, video)
		if err != nil {
			return v.spoiled(ctx, video, fmt.Errorf("the clip does not decode: %w", err))
		}
		got.clip, got.video = facts.clip(), video
	}
	frame, err := v.lastFrame(ctx, task, got)
	if err != nil {
		return err
	}
	defer func() {
		if got.clip.Decoded {
			v.discard(frame)
		}
	}()
	mediaType, err := v.how.Inspector.Picture(frame)
	if err != nil {
		return v.spoiled(ctx, frame, fmt.Errorf("the last frame does not decode: %w", err))
	}
	return v.adopt(got.clip, got.video, frame, "last_frame"+extension(mediaType))
}

// lastFrame gets the provider's last frame, or cuts it from the clip where the provider gives none.
func (v *life) lastFrame(ctx context.Context, task provider.Task, got *result) (path string, err error) {
	got.clip.Decoded = task.LastFrame == ""
	if !got.clip.Decoded {
		return v.fetched(ctx, got.task, "last_frame", task.LastFrame, maxFrameBytes)
	}
	path = v.l.Temp("last_frame.png")
	if err := v.how.Inspector.LastFrame(ctx, got.video, path); err != nil {
		v.discard(path)
		return "", err
	}
	return path, nil
}

// spoiled throws away a file that is not what it should be. Where the run ends, nobody has said that it is not.
func (v *life) spoiled(ctx context.Context, path string, err error) error {
	if ctx.Err() == nil {
		v.discard(path)
	}
	return err
}

// fetched is a whole download of a task's: the one that an earlier run has left, or a new one.
func (v *life) fetched(ctx context.Context, task, name string, u provider.SignedURL, limit int64) (path string,
	err error) {
	if path, ok := v.l.Fetched(task, name); ok {
		return path, nil
	}
	temp := v.l.Temp(name)
	defer v.discard(temp)
	if err := v.download(ctx, u, temp, limit); err != nil {
		return "", err
	}
	if path, err = v.l.PutFetched(task, name, temp); err != nil {
		return "", &unkept{err}
	}
	return path, nil
}

// adopt puts files that were checked in place. What they are is on record before: whoever finds them there later, with
// no facts beside them, holds them against it.
func (v *life) adopt(clip *store.Clip, video, frame, frameName string) (err error) {
	defer func() {
		if err != nil {
			err = &unkept{err}
		}
	}()
	if clip.Video, err = v.l.Describe(filepath.Base(video)); err != nil {
		return err
	}
	if clip.LastFrame, err = v.l.Describe(filepath.Base(frame)); err != nil {
		return err
	}
	clip.Video.Name, clip.LastFrame.Name = clipName, frameName
	v.j.Last().Fetched = &store.Files{Video: clip.Video, LastFrame: clip.LastFrame}
	if err := v.l.PutJournal(v.j); err != nil {
		return err
	}
	if err := v.l.Adopt(frame, frameName); err != nil {
		return err
	}
	return v.l.Adopt(video, clipName)
}

// unkept is a failure of the disk: downloading again would not help.
type unkept struct{ error }

func (u *unkept) Unwrap() error { return u.error }

// describe measures the files of a clip that are in place.
func (v *life) describe(clip *store.Clip, frameName string) (err error) {
	if clip.Video, err = v.l.Describe(clipName); err != nil {
		return err
	}
	clip.LastFrame, err = v.l.Describe(frameName)
	return err
}

func (v *life) download(ctx context.Context, u provider.SignedURL, path string, limit int64) error {
	if u == "" {
		return errors.New("the task succeeded without a result")
	}
	f, err := v.l.Create(path)
	if err != nil {
		return &unkept{err}
	}
	defer f.Close()
	to := &disk{to: f}
	if err := v.how.Provider.Fetch(ctx, u, to, limit); to.err != nil {
		return &unkept{to.err}
	} else if err != nil {
		return err
	}
	if to.n == 0 {
		return errors.New("the download is empty")
	}
	if err := f.Close(); err != nil {
		return &unkept{err}
	}
	return nil
}

// disk writes to a file and remembers whether that failed, since a provider may call it a failed download.
type disk struct {
	to  io.Writer
	n   int64
	err error
}

func (d *disk) Write(b []byte) (n int, err error) {
	n, err = d.to.Write(b)
	d.n += int64(n)
	d.err = err
	return n, err
}
