package containers

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/container"
)

// movingWords are tags, or parts of one, that name another image next month.
var movingWords = map[string]bool{
	"latest": true, "stable": true, "lts": true, "edge": true, "nightly": true, "main": true, "master": true, "trunk": true,
	"head": true, "dev": true, "devel": true, "develop": true, "development": true, "current": true, "mainline": true,
	"rolling": true, "unstable": true, "testing": true, "canary": true, "next": true, "snapshot": true, "daily": true,
	"weekly": true, "prod": true, "production": true, "release": true, "staging": true, "preprod": true, "default": true,
	"oldstable": true, "sid": true, "rawhide": true, "tip": true, "insiders": true,
}

// variantWords say how an image is made, and not which version it is. The
// codename of a system and "alpine3.19" do say a version, if only the system's.
var variantWords = map[string]bool{
	"alpine": true, "slim": true, "debian": true, "ubuntu": true, "fpm": true, "apache": true, "cli": true, "zts": true,
	"perl": true, "nonroot": true, "debug": true, "static": true,
	"base": true, "runtime": true, "amd64": true, "arm64": true, "arm": true, "jre": true, "jdk": true, "full": true,
	"minimal": true, "management": true, "openjdk": true, "temurin": true, "headless": true, "unprivileged": true, "buildpack": true,
	"onbuild": true, "browsers": true, "community": true, "windowsservercore": true, "nanoserver": true, "otel": true,
}

// pinned reports whether an image's name fixes what is built: a digest, or a tag
// that holds at least a major version, or the release of the system. Nil means that a variable decides. A tag
// of unknown make counts as fixed: a false alarm is worse than a miss.
func pinned(image string) *bool {
	yes, no := true, false
	if image == "scratch" {
		return &yes
	}
	ref := container.ParseImage(image)
	switch {
	case strings.Contains(ref.Digest, "$"):
		return nil
	case ref.Digest != "":
		return &yes
	case strings.Contains(ref.Tag, "$"):
		return openTag(ref.Tag)
	case ref.Tag == "" && strings.Contains(lastPart(ref.Name), "${"):
		return nil // the variable may bring the tag along
	case ref.Tag == "":
		return &no
	}
	fixed := fixedTag(ref)
	return &fixed
}

// openTag judges the part of a tag before its first variable: in 18-${VARIANT}
// the version is there.
func openTag(tag string) *bool {
	if written, _, _ := strings.Cut(tag, "$"); startsWithVersion(written) && strings.HasSuffix(written, "-") {
		yes := true
		return &yes
	}
	return nil
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func fixedTag(ref container.Image) bool {
	words := strings.FieldsFunc(strings.ToLower(ref.Tag), func(r rune) bool { return r == '-' || r == '_' })
	for i, word := range words {
		if startsWithVersion(word) {
			return true
		}
		if i == 0 && movingWords[word] && !slices.ContainsFunc(words[1:], startsWithVersion) {
			return false
		}
		if !variantWords[word] && !movingWords[word] {
			return true
		}
	}
	// Nothing but variants is left: the program's own version is open, unless the
	// image's name says one.
	return namesVersion(ref.Name)
}

// namesVersion reports names such as distroless/static-debian12 and ubi9/ubi.
func namesVersion(name string) bool {
	last := lastPart(name)
	return last != "" && isDigit(last[len(last)-1])
}

// startsWithVersion reports 20, v1.2, 3.19rc1 and the name of a commit.
func startsWithVersion(word string) bool {
	number := strings.TrimPrefix(word, "v")
	return number != "" && isDigit(number[0]) || isCommit(word)
}

func isCommit(word string) bool {
	return len(word) >= 7 && strings.Trim(word, "0123456789abcdef") == "" && strings.ContainsAny(word, "0123456789")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
