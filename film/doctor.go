package film

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/render/ffmpeg"
	"shotchain/render/font"
)

// Finding is one thing that Examine looked at.
type Finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it no film can be made
	Found  string `json:"found"`
	Hint   string `json:"hint,omitempty"` // what to do about it
}

// EnvStore is the environment variable that names the store that films share.
const EnvStore = "SHOTCHAIN_STORE"

// Examine looks at what films need on this machine: ffmpeg with its parts, fonts, whether there is a key, the service,
// and whether the store at dir ("" for the one beside a storyboard here) can be written. It sends nothing.
func Examine(ctx context.Context, s Service, key bool, dir string) []Finding {
	return append(examineFFmpeg(ctx), examineFonts(), examineKey(s, key),
		Finding{What: "provider", OK: true, Found: s.By()}, examineStore(dir), examineTemp())
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

func examineFFmpeg(ctx context.Context) []Finding {
	t, err := ffmpeg.Find()
	if err != nil {
		return []Finding{{What: "ffmpeg", Needed: true, Found: err.Error()}}
	}
	all := []Finding{{What: "ffmpeg", OK: true, Needed: true, Found: t.Version + " at " + t.FFmpeg},
		{What: "ffprobe", OK: true, Needed: true, Found: t.FFprobe}}
	for _, n := range needed {
		has := ffmpeg.HasFilter
		if n.kind == "encoder" {
			has = ffmpeg.HasEncoder
		}
		f := Finding{What: n.kind + " " + n.name, Needed: true, Found: "there"}
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
func examineFonts() Finding {
	f := Finding{What: "fonts", OK: true}
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
func examineKey(s Service, there bool) Finding {
	f := Finding{What: s.KeyEnv, OK: true, Found: "set"}
	switch {
	case there:
	case s.Simulated():
		f.Found = "not set: clips come from the built-in simulator"
		f.Hint = "set it to buy clips from Volcengine Ark; for BytePlus add --provider byteplus, for fal.ai --provider fal and FAL_KEY"
	default:
		f.OK, f.Found, f.Hint = false, "not set", "set it to the API key of "+s.Name
	}
	return f
}

func examineStore(dir string) Finding {
	named := dir
	dir = cmp.Or(dir, store.DirName)
	f := Finding{What: "store", Needed: true, Found: dir}
	if _, err := Peek(named, ".", nil); err != nil {
		f.Found = err.Error()
		return f
	}
	if err := writable(dir); err != nil {
		f.Found, f.Hint = err.Error(), "choose another folder with --store or "+EnvStore
		return f
	}
	f.OK, f.Found = true, dir+" can be written"
	return f
}

func examineTemp() Finding {
	f := Finding{What: "temporary folder", Needed: true, Found: os.TempDir() + " can be written"}
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
