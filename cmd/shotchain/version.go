package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what this program was built from.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from files that were not committed
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// version is stamped into what `make build` and releases build; "" leaves it to Go's own record.
var version string

func buildInfo() build {
	b := build{Version: "dev", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	if version != "" {
		b.Version = version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	s := "shotchain " + b.Version
	if b.Revision != "" {
		s += " (" + b.Revision[:min(12, len(b.Revision))]
		if b.Modified {
			s += ", modified"
		}
		s += ")"
	}
	return fmt.Sprintf("%s %s %s", s, b.Go, b.Platform)
}

func (p *program) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print what this program was built from",
		Long:    `Version prints the program's version and revision, the Go version that built it, and the platform.`,
		Example: "shotchain version --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			p.printVersion()
			return nil
		},
	}
}

func (p *program) printVersion() {
	if p.json {
		p.printJSON(buildInfo())
		return
	}
	fmt.Fprintln(p.out, buildInfo())
}
