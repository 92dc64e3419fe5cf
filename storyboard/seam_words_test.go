package storyboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASeamIsSetInTheLanguagesWords(t *testing.T) {
	s, err := unsaidSeam.With("colour=level, align=on,still=skip")
	require.NoError(t, err)
	require.Equal(t, "level", s.Colour.Value)
	require.True(t, s.Align.Value)
	require.Equal(t, "skip", s.Still.Value)
	require.Equal(t, unsaidSeam.Gate, s.Gate)

	s, err = s.With("align=false")
	require.NoError(t, err)
	require.False(t, s.Align.Value)
	require.Equal(t, "level", s.Colour.Value, "what is not named stays")

	for setting, words := range map[string]string{
		"":                             `"" is no setting of a seam`,
		"level":                        `"level" is no setting of a seam`,
		"colour=lvel":                  "must be one of none, match, level",
		"color=level":                  "color",
		"align=maybe":                  "must be true or false",
		"gate=stop":                    "a gate corrects nothing",
		"colour=level }, x: { y=z":     "is no setting of a seam",
		"colour=level\nscenes: [] #=x": "is no setting of a seam",
	} {
		_, err := unsaidSeam.With(setting)
		var p *Problem
		require.ErrorAs(t, err, &p, setting)
		require.Contains(t, p.Message, words)
		require.Zero(t, p.Line)
	}
}
