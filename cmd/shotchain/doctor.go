package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/font"
)

func (p *program) doctorVerb() *cobra.Command {
	var service serviceFlags
	var stores storeFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "say what is missing on this machine, and how to get it",
		Long: `Doctor looks at what shotchain needs: ffmpeg with its encoders and filters, fonts, the key (set or not, never its
value), the provider, and whether the store can be written. It sends nothing. It ends with 0 where a film can be made
with the simulator, else with 1.`,
		Example: "shotchain doctor --provider ark",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := p.service(service)
			if err != nil {
				return err
			}
			return p.tellFindings(p.examine(cmd.Context(), s, stores))
		},
	}
	service.add(cmd)
	stores.add(cmd)
	return cmd
}

// finding is one thing that doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it no film can be made
	Found  string `json:"found"`
	Hint   string `json:"hint,omitempty"` // what to do about it
}

func (p *program) examine(ctx context.Context, s service, stores storeFlags) []finding {
	all := examineFFmpeg(ctx)
	all = append(all, examineFonts(), p.examineKey(s),
		finding{What: "provider", OK: true, Found: s.by()}, p.examineStore(stores), examineTemp())
	return all
}

// needed are the parts of ffmpeg that films are made with.
var needed = []struct{ kind, name, hint string }{
	{"encoder", "libx264", "get an ffmpeg that is built with libx264 (GPL builds are)"},
	{"encoder", "aac", "get a complete ffmpeg build"},
	{"filter", "scale", "get a complete ffmpeg build"},
	{"filter", "pad", "get a complete ffmpeg build"},
	{"filter", "fps", "get a complete ffmpeg build"},
	{"filter", "aresample", "get a complete ffmpeg build"},
}

func examineFFmpeg(ctx context.Context) []finding {
	t, err := ffmpeg.Find()
	if err != nil {
		return []finding{{What: "ffmpeg", Needed: true, Found: err.Error()}}
	}
	all := []finding{{What: "ffmpeg", OK: true, Needed: true, Found: t.Version + " at " + t.FFmpeg},
		{What: "ffprobe", OK: true, Needed: true, Found: t.FFprobe}}
	for _, n := range needed {
		has := ffmpeg.HasFilter
		if n.kind == "encoder" {
			has = ffmpeg.HasEncoder
		}
		f := finding{What: n.kind + " " + n.name, Needed: true, Found: "there"}
		var err error
		if f.OK, err = has(ctx, n.name); err != nil {
			f.Found = err.Error()
		} else if !f.OK {
			f.Found, f.Hint = "not in this ffmpeg", n.hint
		}
		all = append(all, f)
	}
	return all
}

// scripts are texts that slates and captions may hold.
var scripts = []struct{ name, text string }{{"Chinese", "海上的灯塔"}, {"Japanese", "灯台の夜"}, {"Korean", "등대의 밤"}}

// examineFonts tries whether the scripts that need large fonts can be drawn. The program brings its own for the others.
func examineFonts() finding {
	f := finding{What: "fonts", OK: true}
	var can, cannot []string
	for _, s := range scripts {
		if len(font.Missing(s.text)) == 0 {
			can = append(can, s.name)
		} else {
			cannot = append(cannot, s.name)
		}
	}
	f.Found = say.Count(len(font.System()), "font") + " of the system"
	if len(can) > 0 {
		f.Found += ", " + strings.Join(can, ", ") + " can be drawn"
	}
	if len(cannot) > 0 {
		f.OK, f.Found = false, f.Found+"; not "+strings.Join(cannot, ", ")
		f.Hint = "install a font, as the package fonts-noto-cjk or fonts-wqy-microhei"
	}
	return f
}

// examineKey tells whether there is a key, never which.
func (p *program) examineKey(s service) finding {
	f := finding{What: envKey, OK: true, Found: "set"}
	switch {
	case p.env(envKey) != "":
	case s.simulated():
		f.Found = "not set: clips come from the built-in simulator"
		f.Hint = "set it to buy clips from Volcengine Ark; for BytePlus add --provider byteplus"
	default:
		f.OK, f.Found, f.Hint = false, "not set", "set it to the API key of "+s.name
	}
	return f
}

func (p *program) examineStore(stores storeFlags) finding {
	dir := stores.dir
	if dir == "" {
		dir = p.env(envStore)
	}
	if dir == "" {
		dir = store.DirName
	}
	f := finding{What: "store", Needed: true, Found: dir}
	if _, err := store.Peek(dir); err != nil {
		f.Found = err.Error()
		return f
	}
	if err := writable(dir); err != nil {
		f.Found, f.Hint = err.Error(), "choose another folder with --store or "+envStore
		return f
	}
	f.OK, f.Found = true, dir+" can be written"
	return f
}

func examineTemp() finding {
	f := finding{What: "temporary folder", Needed: true, Found: os.TempDir() + " can be written"}
	if err := writable(os.TempDir()); err != nil {
		f.Found, f.Hint = err.Error(), "set TMPDIR to a folder that can be written"
		return f
	}
	f.OK = true
	return f
}

// writable tries whether files can be made in a folder, or in the nearest one above it that exists.
func writable(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for {
		f, err := os.CreateTemp(dir, ".shotchain-doctor-*")
		if err == nil {
			f.Close()
			return os.Remove(f.Name())
		}
		up := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || up == dir {
			return fmt.Errorf("%s cannot be written: %w", dir, err)
		}
		dir = up
	}
}

// tellFindings prints them. The error says that a film cannot be made.
func (p *program) tellFindings(all []finding) error {
	ok := true
	for _, f := range all {
		ok = ok && (f.OK || !f.Needed)
	}
	if p.json {
		p.printJSON(map[string]any{"ok": ok, "findings": all})
	} else {
		p.printFindings(all)
	}
	if ok {
		return nil
	}
	return &ended{Failure: &Failure{Kind: Failed, Message: "a film cannot be made yet"}, told: true}
}

func (p *program) printFindings(all []finding) {
	t := newTable("", "", "")
	t.rows = nil
	for _, f := range all {
		mark := "ok"
		if !f.OK && f.Needed {
			mark = "MISSING"
		} else if !f.OK {
			mark = "note"
		}
		t.add(mark, f.What, f.Found)
		if f.Hint != "" {
			t.add("", "", "-> "+f.Hint)
		}
	}
	t.write(p.out, nil)
}
