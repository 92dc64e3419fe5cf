package ffmpeg

import (
	"path/filepath"
	"strings"
)

// demuxers are what a clip's name may choose, by extension. Anything else is left to ffmpeg's own look at the
// bytes, among formats that refer to nothing outside the file.
var demuxers = map[string]string{".mp4": "mov", ".m4v": "mov", ".m4a": "mov", ".mov": "mov"}

// selfContained are the formats that are read where a name says nothing: a playlist, a concat script or an image
// sequence would make ffmpeg open files of the clip's choice.
const selfContained = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,ogg,wav,aiff,mp3,aac,flac,h264,hevc,nut,yuv4mpegpipe"

// File is a path as ffmpeg takes it: with the protocol named, so that no colon, percent sign or leading dash in it
// means anything.
func File(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return "file:" + filepath.ToSlash(path)
}

// Guard are the input options that keep a stranger's clip from opening anything but itself.
func Guard(path string) []string {
	a := []string{"-protocol_whitelist", "file,pipe"}
	if d := demuxers[strings.ToLower(filepath.Ext(path))]; d != "" {
		return append(a, "-f", d)
	}
	return append(a, "-format_whitelist", selfContained)
}

// Input are the arguments that read a clip.
func Input(path string) []string { return append(Guard(path), "-i", File(path)) }
