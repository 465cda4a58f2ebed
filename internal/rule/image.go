package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

// ImagePattern fits names of images: "python" and "gcr.io/distroless/*" with any
// tag, "node:20*" with some. "*" stands for any text; an image without a registry
// is one of docker.io.
type ImagePattern struct {
	written   string
	name, tag string
}

// ParseImagePattern reads a pattern. The error says what is wrong.
func ParseImagePattern(s string) (ImagePattern, error) {
	if s == "" || strings.ContainsAny(s, " @,") || len(s) > maxGlob {
		return ImagePattern{}, fmt.Errorf("%q is not a pattern of images", s)
	}
	name, tag := s, ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		name, tag = s[:i], s[i+1:]
	}
	first, _, more := strings.Cut(name, "/")
	if !more || !strings.ContainsAny(first, ".:*") && first != "localhost" {
		// A pattern that begins with "*" stands for any registry.
		if !strings.HasPrefix(name, "*") {
			name = "docker.io/" + strings.TrimPrefix(name, "library/")
		}
	}
	name = strings.Replace(name, "docker.io/library/", "docker.io/", 1)
	return ImagePattern{written: s, name: strings.ToLower(name), tag: tag}, nil
}

// String returns the pattern as written.
func (p ImagePattern) String() string { return p.written }

// Fits reports whether an image as written, "python:3.12-slim", fits.
func (p ImagePattern) Fits(image string) bool {
	parts := container.ParseImage(image)
	return wild(p.name, parts.Registry+"/"+parts.Name) && (p.tag == "" || wild(p.tag, parts.Tag))
}

// wild matches "*" with any text, in time that grows with the product of both
// lengths at most.
func wild(pattern, text string) bool {
	star, resume := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p, t = p+1, t+1
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Bases wants what is shipped to be built on images that fit.
type Bases struct{ Allowed []ImagePattern }

func (Bases) kind() string { return "bases" }

func (t Bases) run(s *audit.Snapshot) audit.Verdict {
	var bad, unresolved []string
	var at []audit.Place
	judged := 0
	for _, d := range container.Dockerfiles(s) {
		if d.Development {
			continue
		}
		base := shippedBase(d)
		switch {
		case d.Err != nil || base != nil && !base.Resolved:
			unresolved = append(unresolved, d.Path)
		case base == nil:
		case base.Image == "scratch" || slices.ContainsFunc(t.Allowed, func(p ImagePattern) bool { return p.Fits(base.Image) }):
			judged++
		default:
			bad = append(bad, base.Image)
			at = append(at, audit.Place{Path: d.Path, Line: base.Line})
		}
	}
	switch {
	case len(bad) > 0:
		slices.Sort(bad)
		return audit.NotMet("bases-other", "images", few(slices.Compact(bad))).At(at[:min(len(at), maxPlaces)]...)
	case len(unresolved) > 0:
		return audit.Unknown("bases-unresolved", "paths", few(unresolved))
	case judged == 0:
		return audit.NotApplicable("bases-none")
	}
	return audit.Met("bases-allowed")
}

// shippedBase is the stage that what is shipped is built on, nil for none.
func shippedBase(d *container.Dockerfile) *container.Stage {
	if shipped := d.Shipped(); shipped != nil {
		return d.Base(shipped)
	}
	return nil
}
