package ark_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// Downloads that go wrong, through the real client and the real run, in virtual time.

// holds asserts that what is kept of a/one is, byte for byte, what the service filmed, and how often it was fetched.
func (s *stage) holds(filmed map[string]sim.Footage, videos, lastFrames int) {
	t := s.t
	t.Helper()
	entries, err := s.st.Ls()
	require.NoError(t, err)
	for _, e := range s.service.Stats().Tasks {
		if e.Continues {
			continue
		}
		require.Equal(t, videos, e.Videos, "downloads of the clip")
		require.Equal(t, lastFrames, e.LastFrames, "downloads of its last frame")
		for _, kept := range entries {
			if kept.Clip == nil || kept.Clip.Task != e.ID {
				continue
			}
			footage := filmed[e.ID]
			require.Equal(t, digestOf(t, footage.Video), digestOf(t, kept.Path(kept.Clip.Video.Name)))
			require.Equal(t, digestOf(t, footage.Video), kept.Clip.Video.Digest)
			require.Equal(t, digestOf(t, footage.LastFrame), digestOf(t, kept.Path(kept.Clip.LastFrame.Name)))
			for _, prefix := range []string{"fetched-", ".new-"} {
				left, err := kept.Names(prefix)
				require.NoError(t, err)
				require.Empty(t, left, "nothing is left over")
			}
			return
		}
	}
	t.Fatal("a/one is not kept")
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// filming is simtest's camera with clips of 300 kB, so that they are worth waiting for; filmed is what it made.
func filming() (o sim.Options, filmed map[string]sim.Footage) {
	filmed = map[string]sim.Footage{}
	return sim.Options{Cameras: 1, Camera: func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
		f, err := simtest.Camera(ctx, sc, dir)
		if err != nil {
			return f, err
		}
		clip, err := os.OpenFile(f.Video, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return f, err
		}
		defer clip.Close()
		print := simtest.Fingerprint(sc)
		_, err = clip.Write(bytes.Repeat(print[:], 300_000/len(print)))
		filmed[sc.Task] = f
		return f, err
	}}, filmed
}

func TestATrickleIsGivenUpAndTheClipIsThereForTheNextRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, filmed := filming()
		s, stop := newStage(t, o)
		defer stop()
		s.inject(sim.Fault{Op: "video", Match: "A boat", Action: "trickle", Times: -1})
		began := time.Now()
		reel, err := s.run()
		require.NoError(t, err)
		require.Equal(t, chain.Failed, reel.Outcomes[0].Standing)
		require.ErrorContains(t, reel.Outcomes[0].Fault, "less than 60 kB came in a minute")
		require.ErrorContains(t, reel.Outcomes[0].Fault, "is paid, and the next run tries again")
		require.Less(t, time.Since(began), 25*time.Minute, "a run's patience is 15 minutes")
		s.secretless(reel)
		tried := s.service.Stats().Tasks[0].Videos

		s.service.ClearFaults()
		reel, err = s.run()
		require.NoError(t, err)
		require.True(t, reel.Whole())
		require.Equal(t, 2, s.service.Stats().Created)
		s.holds(filmed, tried+1, 1)
	})
}

func TestAnOutageOfTheStorageIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		op, lasts string
		patience  time.Duration
		whole     bool
	}{
		{"video", "3s", 0, true}, {"video", "10m", 0, true}, {"video", "20m", 0, false}, {"video", "20m", time.Hour, true},
		{"video", "3s", time.Second, false}, {"last_frame", "10m", 0, true}, {"last_frame", "20m", 0, false},
	} {
		t.Run(c.op+" "+c.lasts+" "+c.patience.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, filmed := filming()
				s, stop := newStage(t, o)
				defer stop()
				s.timing.Patience = c.patience
				s.inject(sim.Fault{Op: c.op, Match: "A boat", Action: "answer", Status: 503, For: c.lasts})
				reel, err := s.run()
				require.NoError(t, err)
				require.Equal(t, c.whole, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				s.secretless(reel)
				if !c.whole {
					require.ErrorContains(t, reel.Outcomes[0].Fault, "503")
					s.service.ClearFaults()
					reel, err = s.run()
					require.NoError(t, err)
					require.True(t, reel.Whole())
				}
				e := s.service.Stats().Tasks[0]
				if c.op == "last_frame" {
					s.holds(filmed, 1, e.LastFrames)
					require.Greater(t, e.LastFrames, 1)
				} else {
					s.holds(filmed, e.Videos, 1)
					require.Greater(t, e.Videos, 1)
				}
				require.Equal(t, 2, s.service.Stats().Created)
			})
		})
	}
}

// Where only the frame does not come, or comes broken, the clip is fetched once.
func TestAClipIsNotFetchedAgainForItsFrame(t *testing.T) {
	for _, action := range []string{"answer", "drop-after", "truncate", "corrupt", "html200", "empty200", "hang"} {
		t.Run(action, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, filmed := filming()
				s, stop := newStage(t, o)
				defer stop()
				s.inject(sim.Fault{Op: "last_frame", Match: "A boat", Action: action, Times: 2})
				reel, err := s.run()
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				s.holds(filmed, 1, 3)
				require.Equal(t, 2, s.service.Stats().Created)
			})
		})
	}
}

// dying is an inspector under which the program dies while it decodes a clip.
type dying struct {
	looker
	die func()
}

func (d dying) Clip(ctx context.Context, path string) (chain.Facts, error) {
	if strings.Contains(path, "fetched-") || strings.Contains(path, ".new-") {
		d.die()
		return chain.Facts{}, errors.New("signal: killed")
	}
	return d.looker.Clip(ctx, path)
}

// A program that is killed while a clip is decoded has its bytes on disk: they are checked, and used.
func TestADownloadOutlivesAKillWhileItIsDecoded(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(t *testing.T, path string)
		videos int
	}{
		"whole": {func(*testing.T, string) {}, 1},
		"with a byte turned over": {func(t *testing.T, path string) {
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			b[len(b)/2] ^= 1
			require.NoError(t, os.WriteFile(path, b, 0o600))
		}, 2},
		"cut short": {func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 1000)) }, 2},
		"of another task": {func(t *testing.T, path string) {
			at := strings.Index(path, "fetched-") + len("fetched-")
			require.NoError(t, os.Rename(path, path[:at]+"0123456789abcdef"+path[at+16:]))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, filmed := filming()
				s, stop := newStage(t, o)
				defer stop()
				ctx, kill := context.WithCancel(t.Context())
				s.ctx, s.inspector = ctx, dying{die: kill}
				reel, err := s.run()
				require.ErrorAs(t, err, new(*chain.StoppedError))
				require.Equal(t, chain.InFlight, reel.Outcomes[0].Standing)
				takes, err := s.st.Takes()
				require.NoError(t, err)
				require.Len(t, takes, 1)
				left, err := takes[0].Names("fetched-")
				require.NoError(t, err)
				require.Len(t, left, 1)
				c.spoil(t, takes[0].Path(left[0]))

				s.ctx, s.inspector = t.Context(), looker{}
				reel, err = s.run()
				require.NoError(t, err)
				require.True(t, reel.Whole(), "%v", reel.Outcomes[0].Fault)
				s.holds(filmed, c.videos, 1)
				require.Equal(t, 2, s.service.Stats().Created)
			})
		})
	}
}

// A service that points inside is not followed there, and what it made is not lost.
func TestAURLThatLeadsInsideEndsTheTakeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, filmed := filming()
		s, stop := newStage(t, o)
		defer stop()
		s.inject(sim.Fault{Op: "video", Match: "A boat", Action: "redirect", Times: -1,
			Location: "http://169.254.169.254/latest/meta-data"})
		reel, err := s.run()
		require.NoError(t, err)
		require.Equal(t, chain.Failed, reel.Outcomes[0].Standing)
		require.ErrorContains(t, reel.Outcomes[0].Fault, "it leads to 169.254.169.254, a cloud's metadata service")
		s.secretless(reel)
		tried := s.service.Stats().Tasks[0].Videos
		require.Equal(t, 3, tried)
		s.service.ClearFaults()
		reel, err = s.run()
		require.NoError(t, err)
		require.True(t, reel.Whole())
		require.Equal(t, 2, s.service.Stats().Created)
		s.holds(filmed, tried+1, 1)
	})
}
