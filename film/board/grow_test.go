package board

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/film"
)

const gatedText = `title: Gate
look: { model: seedance-1.0-pro, resolution: 480p, duration: 2s, seam: { gate: stop } }
scenes:
  - id: s
    shots:
      - { id: o, prompt: "day, a boat at sea" }
      - { id: a, prompt: "day, a boat at sea", to: black.png }   # ends dark
      - id: b   # grows from it

        prompt: "day, a boat at sea"   # and goes on
`

// TestWhatAGateHoldsIsOnThePageAndItsSuggestionIsWritten makes a film whose chain a gate stops, and takes a moment that
// would pass.
func TestWhatAGateHoldsIsOnThePageAndItsSuggestionIsWritten(t *testing.T) {
	dir := t.TempDir()
	var black bytes.Buffer
	require.NoError(t, png.Encode(&black, image.NewGray(image.Rect(0, 0, 864, 480))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "black.png"), black.Bytes(), 0o644))
	path := filepath.Join(dir, "film.yaml")
	require.NoError(t, os.WriteFile(path, []byte(gatedText), 0o644))

	b := Of(Options{File: path,
		Make: func(ctx context.Context, f *film.Film, p *film.Plan, observe func(chain.Event)) (*film.Made, error) {
			made, err := f.Make(ctx, p, film.MakeOptions{})
			var held *chain.Held
			for _, o := range made.Reel.Outcomes {
				if errors.As(o.Fault, &held) {
					require.Empty(t, held.At, "all of the last second is dark")
					held.At = "-5f"
				}
			}
			return made, err
		}})
	offer, err := b.Offer(t.Context())
	require.NoError(t, err)
	_, err = b.Run(t.Context(), offer.ID, nil)
	require.ErrorContains(t, err, "s/b is held: s/a's last frame is black, or of one colour")

	p, err := b.Page(t.Context())
	require.NoError(t, err)
	why := p.Films[0].Shots[2].Takes[0].Failure
	require.Equal(t, "s/a's last frame is black, or of one colour", why.Message)
	g := why.Grow
	require.Equal(t, "s/b s/a -5f", strings.Join([]string{g.Shot, g.From, g.At}, " "))

	text := func() string {
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(now)
	}
	require.ErrorIs(t, b.Grow(t.Context(), g.Shot, "s/none", g.At), ErrGrown)
	require.ErrorIs(t, b.Grow(t.Context(), "s/a", "s/b", g.At), ErrGrown)
	require.ErrorContains(t, b.Grow(t.Context(), g.Shot, g.From, "5h"), "film.yaml:")
	require.ErrorContains(t, b.Grow(t.Context(), g.Shot, g.From, "1s }, prompt: evil"), "cannot be changed in place")
	require.Equal(t, gatedText, text(), "what is refused writes nothing")

	require.NoError(t, b.Grow(t.Context(), g.Shot, g.From, g.At))
	require.Equal(t,
		strings.Replace(gatedText, "# grows from it\n", "# grows from it\n        from: { shot: s/a, at: -5f }\n", 1), text(),
		"every comment and blank line stays")
	require.ErrorIs(t, b.Grow(t.Context(), g.Shot, g.From, g.At), ErrGrown, "once")

	p, err = b.Page(t.Context())
	require.NoError(t, err)
	require.Nil(t, p.Films[0].Shots[2].Takes[0].Failure, "it is another shot now")
	offer, err = b.Offer(t.Context())
	require.NoError(t, err)
	_, err = b.Run(t.Context(), offer.ID, nil)
	require.NoError(t, err)
}
