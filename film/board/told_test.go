package board

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/storyboard"
)

func TestABoardSaysWhatIsWrongOnce(t *testing.T) {
	film := func(duration string) error {
		_, err := storyboard.Parse("film.yaml", t.TempDir(),
			[]byte("scenes: [{id: a, shots: [{id: b, prompt: x, takes: 2, pick: 3"+duration+"}]}]\n"), storyboard.Options{})
		require.Error(t, err)
		return told(err)
	}
	require.EqualError(t, film(""), "film.yaml:1:61: take 3 is picked of 2")
	require.EqualError(t, film(", duration: 5"), "film.yaml:1:61: take 3 is picked of 2 (and 1 more problem)")
}
