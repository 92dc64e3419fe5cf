package storyboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSetPickChangesNothingElse(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"over a value",
			"scenes:\n- id: a\n  shots:\n  - id: b # first\n    takes: 3\n    pick: 1   # the blue one\n    prompt: x\n",
			"scenes:\n- id: a\n  shots:\n  - id: b # first\n    takes: 3\n    pick: 2   # the blue one\n    prompt: x\n"},
		{"behind takes", "scenes:\n- id: a\n  shots:\n  - id: b\n    prompt: x\n    takes: 3 # three\n\n    caption: c\n",
			"scenes:\n- id: a\n  shots:\n  - id: b\n    prompt: x\n    takes: 3 # three\n    pick: 2\n\n    caption: c\n"},
		{"behind the id", "scenes:\n- id: a\n  shots:\n  -   id: 'b'\n      prompt: x\n",
			"scenes:\n- id: a\n  shots:\n  -   id: 'b'\n      pick: 2\n      prompt: x\n"},
		{"in braces", "scenes: [{id: a, shots: [{id: b, takes: 3, prompt: x}]}]",
			"scenes: [{id: a, shots: [{id: b, takes: 3, pick: 2, prompt: x}]}]"},
		{"JSON", `{"scenes": [{"id": "a", "shots": [{"id": "b", "takes": 3}]}]}`,
			`{"scenes": [{"id": "a", "shots": [{"id": "b", "takes": 3, "pick": 2}]}]}`},
		{"CRLF", "scenes:\r\n- id: a\r\n  shots:\r\n  - prompt: x\r\n    id: b",
			"scenes:\r\n- id: a\r\n  shots:\r\n  - prompt: x\r\n    id: b\r\n    pick: 2"},
		{"a byte order mark", "\ufeffscenes: [{id: a, shots: [{id: b, pick: 1}]}]\n",
			"\ufeffscenes: [{id: a, shots: [{id: b, pick: 2}]}]\n"},
		{"over an alias", "vars: {n: &n 1}\nscenes: [{id: a, shots: [{id: b, pick: *n , prompt: x}]}]\n",
			"vars: {n: &n 1}\nscenes: [{id: a, shots: [{id: b, pick: 2 , prompt: x}]}]\n"},
		{"behind characters of several bytes", "scenes: [{id: a, shots: [{prompt: 灯塔🚣, id: b, pick: 1}]}]",
			"scenes: [{id: a, shots: [{prompt: 灯塔🚣, id: b, pick: 2}]}]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetPick([]byte(c.src), "a/b", 2)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestSetPickRefusesWhatItWouldChangeElsewhere(t *testing.T) {
	for _, src := range []string{
		"scenes: [{id: a, shots: &s [{id: b, prompt: x}]}, {id: c, shots: *s}]",
		"scenes: [{id: a, shots: [&s {id: b, prompt: x}]}, {id: c, shots: [{id: d}, *s]}]",
		"scenes: [{id: a, shots: [{id: b, pick: &p 1}, {id: c, pick: *p}]}]",
		"scenes: [{id: a, shots: [{id: b, pick: [1]}]}]",
		"scenes: [{id: a, shots: [{? id : b}]}]\n- x",
	} {
		_, err := SetPick([]byte(src), "a/b", 2)
		require.Error(t, err, src)
	}
	_, err := SetPick([]byte("scenes: [{id: a, shots: [{id: b}]}, {id: c, shots: [{id: b}]}]"), "b", 2)
	require.ErrorContains(t, err, "several shots")
	_, err = SetPick([]byte("scenes: [{id: a, shots: [{id: b}]}]"), "d", 2)
	require.ErrorContains(t, err, `no shot "d"`)
}

// Whatever a file looks like, setting a pick changes one number or adds one line, the film means the same otherwise,
// and setting it back gives the same bytes.
func TestSetPickProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(rt, "end")
		comment := rapid.SampledFrom([]string{"", " # c: {x}", "   #pick: 7", " "})
		blank := rapid.SampledFrom([]string{"", end, "# pick: 9" + end, end + end})
		indent := strings.Repeat(" ", rapid.IntRange(0, 3).Draw(rt, "indent"))
		var b strings.Builder
		b.WriteString("title: 'pick: 1'" + end + "scenes:" + end + indent + "- id: a" + end + indent + "  shots:" + end)
		shots := rapid.IntRange(1, 4).Draw(rt, "shots")
		for i := range shots {
			keys := []string{rapid.SampledFrom([]string{"id: s%d", "id: 's%d'", `id: "s%d"`}).Draw(rt, "id"),
				"prompt: \"a 船, pick: 2\"", "takes: 9"}
			keys[0] = fmt.Sprintf(keys[0], i)
			if rapid.Bool().Draw(rt, "has") {
				keys = append(keys, "pick: 4")
			}
			keys = rapid.Permutation(keys).Draw(rt, "keys")
			if rapid.Bool().Draw(rt, "flow") {
				b.WriteString(indent + "  - {" + strings.Join(keys, ", ") + "}" + comment.Draw(rt, "comment") + end)
				continue
			}
			for j, k := range keys {
				lead := indent + "    "
				if j == 0 {
					lead = indent + "  - "
				}
				b.WriteString(lead + k + comment.Draw(rt, "comment") + end + blank.Draw(rt, "blank"))
			}
		}
		src := b.String()
		if rapid.Bool().Draw(rt, "no end") {
			src = strings.TrimRight(src, "\r\n")
		}
		shot := fmt.Sprintf("a/s%d", rapid.IntRange(0, shots-1).Draw(rt, "shot"))
		before, err := Parse("f", ".", []byte(src), Options{})
		if err != nil {
			rt.Fatalf("%v\n%s", err, src)
		}
		was, _ := before.Shot(shot)
		n := rapid.IntRange(1, 9).Draw(rt, "n")
		out, err := SetPick([]byte(src), shot, n)
		if err != nil {
			rt.Fatalf("%v\n%s", err, src)
		}
		after, err := Parse("f", ".", out, Options{})
		if err != nil {
			rt.Fatalf("%v\n%s", err, out)
		}
		for _, s := range after.Shots() {
			want, _ := before.Shot(s.Name())
			pick := want.Pick.Value
			if s.Name() == shot {
				pick = n
			}
			if s.Pick.Value != pick || s.Prompt != want.Prompt || s.Takes != want.Takes {
				rt.Fatalf("%s changed:\n%s\n%s", s.Name(), src, out)
			}
		}
		if was.Pick.Set {
			if back, err := SetPick(out, shot, was.Pick.Value); err != nil || string(back) != src {
				rt.Fatalf("not back: %v\n%q\n%q", err, src, back)
			}
		} else if again, err := SetPick(out, shot, n); err != nil || string(again) != string(out) || len(out) <= len(src) {
			rt.Fatalf("not the same: %v\n%q\n%q", err, out, again)
		}
	})
}
