package work

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"shotchain/internal/durable"
	"shotchain/render/ffmpeg"
)

// Folder is a folder of files named by what they are made of. Files appear by rename, so several processes may share
// one: the worst that happens is that both make the same file.
type Folder struct {
	dir  string
	disk durable.FS // of dir
}

const workReadme = `What is here was made by shotchain from the clips of your films, each file named by what it is made
of: clips conformed to a film's format (picture-*.mp4), the ends of them that transitions use
(edge-*.mp4), their first and last frames, made small (edges-*, ends-*.yuv), and what was measured by
those where one continues another (link-*.json), transitions and frames with words on them
(piece-*.mp4), sounds as plain samples
(sound-*.f32), stretches of mixed sound (aac-*.m4a) and how loud they are (level*, limited*);
pictures and previews for the contact sheet (sheet-*), stills as they are shown (card-*.png), fonts,
what encoded films are made of (output-*.txt), and what ffmpeg and sound files said of themselves
(ffmpeg-*.json, sound-facts-*.json). Each file's time is that of its
last use, to the day, and ` + "`shotchain store gc`" + ` removes those that nobody has used for long.
All of it can be made again; delete it whenever you like.
`

// openWork makes the folder where needed. An empty dir is a temporary folder that close removes.
func openWork(dir string) (w Folder, closing func(), err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "shotchain-"); err != nil {
			return Folder{}, nil, err
		}
		return Folder{dir, durable.OS(dir)}, func() { os.RemoveAll(dir) }, nil
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return Folder{}, nil, err
	}
	if err = os.MkdirAll(dir, 0o755); err != nil {
		return Folder{}, nil, err
	}
	readme := filepath.Join(dir, "README")
	if _, err := os.Stat(readme); err != nil {
		if err := os.WriteFile(readme, []byte(workReadme), 0o644); err != nil {
			return Folder{}, nil, err
		}
	}
	return Folder{dir, durable.OS(dir)}, func() {}, nil
}

func (w Folder) Path(name string) string { return filepath.Join(w.dir, name) }

// Has reports whether the file is there and not empty, and notes its use: a name is given only to what was checked,
// but a power cut can leave the name without the bytes.
func (w Folder) Has(name string) bool { return ffmpeg.Made(w.Path(name)) }

var temps atomic.Int64

// Temp is a new file name for something that is not finished.
func (w Folder) Temp(ext string) string {
	return w.Path(fmt.Sprintf("tmp-%d-%s%s", os.Getpid(), strconv.FormatInt(temps.Add(1), 10), ext))
}

// Keep gives a finished file of the folder its name.
func (w Folder) Keep(tmp, name string) error {
	tmp = filepath.Base(tmp)
	if err := w.disk.SyncFile(tmp); err != nil {
		return err
	}
	return durable.Rename(w.disk, tmp, name)
}

// Write puts a file into the folder that appears whole or not at all.
func (w Folder) Write(name string, fill func(io.Writer) error) error {
	return durable.Write(w.disk, name, fill)
}
