package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
)

// version and commit are set by the linker in released builds; otherwise they
// come from what the go command recorded.
var version, commit string

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: p.say("help.version"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v, c := build()
			_, err := fmt.Fprintf(p.stdout, "perenne %s\ncommit %s\ncatalogue %s\n", v, c, checks.Version)
			return err
		}}
}

// build returns the version and the commit this program was built from,
// "unknown" where nobody recorded them.
func build() (v, c string) {
	v, c = version, commit
	info, ok := debug.ReadBuildInfo()
	if ok && v == "" {
		v = info.Main.Version
	}
	if ok && c == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				c = s.Value
			}
		}
	}
	if v == "" {
		v = "unknown"
	}
	if c == "" {
		c = "unknown"
	}
	return v, c
}
