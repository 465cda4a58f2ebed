// Package config holds perenne's settings. default.yaml is the only place where
// a default stands; a file, the environment and flags override it, in that
// order.
package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"github.com/perenne-audit/perenne/internal/acquire"
)

//go:embed default.yaml
var defaults []byte

// Config is every setting.
type Config struct {
	// Jobs is how many repositories are audited side by side; 0 means one for
	// each processor.
	Jobs   int            `mapstructure:"jobs"`
	Limits acquire.Limits `mapstructure:"limits"`
}

// Load reads the defaults, then the file when path is not empty, then the
// environment: PERENNE_LIMITS_TIMEOUT overrides limits.timeout. The error lists
// every fault.
func Load(path string) (Config, error) {
	v := viper.New()
	v.SetConfigType("yaml")
	v.SetEnvPrefix("PERENNE")
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	var c Config
	if err := v.ReadConfig(bytes.NewReader(defaults)); err != nil {
		return c, fmt.Errorf("read the built-in configuration: %w", err)
	}
	if path != "" {
		v.SetConfigFile(path)
		if err := v.MergeInConfig(); err != nil {
			return c, fmt.Errorf("read configuration %s: %w", path, err)
		}
	}
	strict := func(d *mapstructure.DecoderConfig) { d.ErrorUnused = true }
	if err := v.Unmarshal(&c, strict); err != nil {
		return c, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, c.validate()
}

func (c Config) validate() error {
	var faults []error
	for name, value := range map[string]int64{
		"limits.fetch_bytes": c.Limits.FetchBytes, "limits.blob_bytes": c.Limits.BlobBytes,
		"limits.memory_bytes": c.Limits.MemoryBytes, "limits.disk_bytes": c.Limits.DiskBytes,
		"limits.files":   int64(c.Limits.Files),
		"limits.commits": int64(c.Limits.Commits), "limits.unfiltered_commits": int64(c.Limits.UnfilteredCommits),
		"limits.timeout": int64(c.Limits.Timeout),
	} {
		if value <= 0 {
			faults = append(faults, fmt.Errorf("%s must be above 0, and is %d", name, value))
		}
	}
	if c.Jobs < 0 {
		faults = append(faults, fmt.Errorf("jobs must be 0 or more, and is %d", c.Jobs))
	}
	return errors.Join(faults...)
}
