package storyboard

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilmedLeavesFootageOut(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good", "footage.yaml"), Options{})
	require.NoError(t, err)
	continued := sb.Continued()
	require.Len(t, continued, 1)
	require.Equal(t, "street/walk", continued[0].Name())
	require.Equal(t, "clips/walk.mp4", continued[0].Clip.Name)

	frame := &Still{Path: "/store/frame.png", Format: "png", Width: 64, Height: 36}
	film := sb.Filmed(map[string]*Still{continued[0].Clip.Path: frame})
	var names []string
	for _, s := range film.Shots() {
		names = append(names, s.Name())
	}
	require.Equal(t, []string{"street/before", "street/door"}, names)
	door, ok := film.Shot("street/door")
	require.True(t, ok)
	require.Empty(t, door.From)
	require.Equal(t, "street/walk", door.FirstFrame.Of)
	require.Equal(t, frame.Path, door.FirstFrame.Path)
	require.Empty(t, frame.Of, "what was given is not changed")
	_, ok = film.Shot("street/walk")
	require.False(t, ok)

	door, _ = sb.Shot("street/door")
	require.Equal(t, "street/walk", door.From, "the film itself is not changed")
	require.Nil(t, door.FirstFrame)
	require.Same(t, film, film.Filmed(nil), "a film without footage is returned as it is")
}
