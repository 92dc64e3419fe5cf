// Package ffmpeg is the only place of shotchain that starts a process. Start with [Run] (ffmpeg with progress and
// cancellation), [Probe] (what a clip is), [Verify] (whether all of it decodes) and [LastFrame].
//
// It promises that a process never outlives its context, that a stranger's clip can open no other file and no
// network connection, that file names with colons, percent signs or leading dashes mean themselves, and that an
// error names the cause without the whole log and without URLs. What programs and sounds said of themselves it keeps
// where [Remember] says. The package knows nothing of films. All functions
// may be called by many goroutines at once; each process is one unit of work, bounding them is the caller's task.
package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Env names the environment variable that points to another ffmpeg: the program, or the folder that holds it and
// ffprobe.
const Env = "SHOTCHAIN_FFMPEG"

// oldest is the first version whose options are used here (-fps_mode).
var oldest = [2]int{5, 1}

// ErrMissing is in the error of everything that needs ffmpeg where there is none.
var ErrMissing = errors.New("ffmpeg is not installed")

// Tools are the programs that were found. Immutable.
type Tools struct {
	FFmpeg, FFprobe string // absolute paths
	Version         string // as ffmpeg tells it: 5.1.9-0+deb12u1
}

// found remembers the versions of programs by path, size and time, so that looking again costs no process.
var found sync.Map

// Find looks for ffmpeg and ffprobe at SHOTCHAIN_FFMPEG, else on PATH. The error is one line that says how to get
// them on this system.
func Find() (Tools, error) {
	f, p, err := locate(os.Getenv(Env))
	if err != nil {
		return Tools{}, err
	}
	key := fingerprint(f)
	if t, ok := found.Load(key); ok {
		return t.(Tools), nil
	}
	t := Tools{FFmpeg: f, FFprobe: p}
	var told struct {
		Version  string
		Encoders []string
	}
	kept := remembered("ffmpeg", key)
	if !recall(kept, &told) || !plainVersion.MatchString(told.Version) || tooOld(told.Version) {
		var encoders []byte
		if told.Version, encoders, err = version(f); err != nil {
			return Tools{}, err
		}
		told.Encoders = names(encoders, encoderLine)
		remember(kept, told)
	}
	t.Version = told.Version
	found.Store(key, t)
	listed.Store(listOf(t, "-encoders"), told.Encoders)
	return t, nil
}

func locate(env string) (ffmpeg, ffprobe string, err error) {
	if env == "" {
		if ffmpeg, err = exec.LookPath("ffmpeg"); err == nil {
			ffprobe, err = exec.LookPath("ffprobe")
		}
		if err != nil {
			return "", "", fmt.Errorf("%w: %s", ErrMissing, howToGet(runtime.GOOS))
		}
	} else {
		if st, err := os.Stat(env); err == nil && st.IsDir() {
			env = filepath.Join(env, "ffmpeg")
		}
		if ffmpeg, err = exec.LookPath(env); err != nil {
			return "", "", fmt.Errorf("%w at %s=%s: %s", ErrMissing, Env, env, howToGet(runtime.GOOS))
		}
		if ffprobe, err = exec.LookPath(filepath.Join(filepath.Dir(ffmpeg), "ffprobe")); err != nil {
			return "", "", fmt.Errorf("ffprobe is not beside %s=%s", Env, env)
		}
	}
	if ffmpeg, err = filepath.Abs(ffmpeg); err != nil {
		return "", "", err
	}
	ffprobe, err = filepath.Abs(ffprobe)
	return ffmpeg, ffprobe, err
}

func howToGet(goos string) string {
	switch goos {
	case "darwin":
		return "brew install ffmpeg"
	case "windows":
		return "winget install ffmpeg"
	case "freebsd":
		return "pkg install ffmpeg"
	}
	return "apt-get install ffmpeg (or your system's way)"
}

func fingerprint(path string) string {
	st, err := os.Stat(path)
	if err != nil {
		return path
	}
	return fmt.Sprint(path, st.Size(), st.ModTime().UnixNano())
}

var versionLine = regexp.MustCompile(`^ffmpeg version (\S+)`)

// version is what a program says above the list of its encoders, and that list. Both are wanted by every film, and
// starting a program that is linked to a hundred libraries takes longer than reading a clip.
func version(program string) (v string, encoders []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var banner bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "-encoders")
	cmd.Env, cmd.WaitDelay, cmd.Stderr = environment(os.Environ()), time.Second, &banner
	if encoders, err = cmd.Output(); err != nil {
		return "", nil, fmt.Errorf("%s does not run: %w", program, err)
	}
	m := versionLine.FindSubmatch(banner.Bytes())
	if m == nil {
		return "", nil, fmt.Errorf("%s is not ffmpeg: it did not tell its version", program)
	}
	v = string(m[1])
	if tooOld(v) {
		return "", nil, fmt.Errorf("ffmpeg %s is too old: %d.%d or newer is needed, %s", v, oldest[0], oldest[1],
			howToGet(runtime.GOOS))
	}
	return v, encoders, nil
}

// plainVersion is what a kept version may be: it is shown to people.
var plainVersion = regexp.MustCompile(`^[\w.+~:-]{1,100}$`)

var numbers = regexp.MustCompile(`^n?(\d+)\.(\d+)`)

// tooOld is false for builds that name no release (N-12345-gabcdef, git-2026…): they are newer than they look.
func tooOld(v string) bool {
	m := numbers.FindStringSubmatch(v)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major < oldest[0] || major == oldest[0] && minor < oldest[1]
}

// passed are the environment variables that ffmpeg gets. It needs no key of any service, so it sees none.
var passed = map[string]bool{
	"PATH": true, "HOME": true, "TMPDIR": true, "TMP": true, "TEMP": true, "LANG": true, "LC_ALL": true,
	"LD_LIBRARY_PATH": true, "DYLD_LIBRARY_PATH": true, "DYLD_FALLBACK_LIBRARY_PATH": true,
	"SYSTEMROOT": true, "SYSTEMDRIVE": true, "WINDIR": true, "FONTCONFIG_FILE": true, "FONTCONFIG_PATH": true,
}

func environment(all []string) []string {
	env := []string{"AV_LOG_FORCE_NOCOLOR=1"}
	for _, kv := range all {
		if name, _, ok := strings.Cut(kv, "="); ok && passed[strings.ToUpper(name)] {
			env = append(env, kv)
		}
	}
	return env
}
