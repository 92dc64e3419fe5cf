package storyboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetFromChangesNothingElse(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"behind the id", "scenes:\n- id: a\n  shots:\n  - id: o\n  - id: b # second\n    prompt: x\n",
			"scenes:\n- id: a\n  shots:\n  - id: o\n  - id: b # second\n    from: { shot: a/o, at: 1.5s }\n    prompt: x\n"},
		{"over a name", "scenes:\n- id: a\n  shots:\n  - id: b\n    from: o   # the boat\n    prompt: x\n",
			"scenes:\n- id: a\n  shots:\n  - id: b\n    from: { shot: a/o, at: 1.5s }   # the boat\n    prompt: x\n"},
		{"in braces", "scenes: [{id: a, shots: [{id: b, takes: 2, prompt: x}]}]",
			"scenes: [{id: a, shots: [{id: b, takes: 2, from: { shot: a/o, at: 1.5s }, prompt: x}]}]"},
		{"into braces", "scenes: [{id: a, shots: [{id: b, from: {shot: o}, prompt: x}]}]",
			"scenes: [{id: a, shots: [{id: b, from: {shot: o, at: 1.5s}, prompt: x}]}]"},
		{"into a block", "scenes:\n- id: a\n  shots:\n  - id: b\n    from:\n      shot: o # the boat\n    prompt: x\n",
			"scenes:\n- id: a\n  shots:\n  - id: b\n    from:\n      shot: o # the boat\n      at: 1.5s\n    prompt: x\n"},
		{"JSON", `{"scenes": [{"id": "a", "shots": [{"id": "b"}]}]}`,
			`{"scenes": [{"id": "a", "shots": [{"id": "b", "from": { "shot": "a/o", "at": "1.5s" }}]}]}`},
		{"into JSON", `{"scenes": [{"id": "a", "shots": [{"id": "b", "from": {"shot": "o"}}]}]}`,
			`{"scenes": [{"id": "a", "shots": [{"id": "b", "from": {"shot": "o", "at": "1.5s"}}]}]}`},
		{"CRLF", "scenes:\r\n- id: a\r\n  shots:\r\n  - id: b",
			"scenes:\r\n- id: a\r\n  shots:\r\n  - id: b\r\n    from: { shot: a/o, at: 1.5s }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetFrom([]byte(c.src), "a/b", "a/o", "1.5s")
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestSetFromWritesNothingElse(t *testing.T) {
	src := []byte("scenes: [{id: a, shots: [{id: b, prompt: x}]}]")
	for _, evil := range []string{"1s }, prompt: evil, x: { y: z", "1s\n  evil: 1", "1s # }", "*a", "&a 1s", "\"1s",
		"[1s]", "5", ""} {
		_, err := SetFrom(src, "a/b", "a/o", evil)
		require.ErrorContains(t, err, "cannot be changed in place", evil)
		_, err = SetFrom(src, "a/b", evil, "1s")
		require.ErrorContains(t, err, "cannot be changed in place", evil)
	}
	for _, shared := range []string{
		"scenes: [{id: a, shots: [{id: b, from: &f {shot: o}}, {id: c, from: *f}]}]",
		"scenes: [{id: a, shots: &s [{id: b, prompt: x}]}, {id: c, shots: *s}]",
	} {
		_, err := SetFrom([]byte(shared), "a/b", "a/o", "1s")
		require.Error(t, err, shared)
	}
}
