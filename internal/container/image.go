package container

import "strings"

// Image is the parts of an image's name.
type Image struct {
	// Registry is the host that serves it, "docker.io" when none is written.
	Registry string
	// Name is the path on the registry, in lower case; an official image of
	// Docker is one word: "node", not "library/node".
	Name string
	// Tag and Digest are "" when not written.
	Tag, Digest string
}

// ParseImage splits an image's name as Docker does: what stands before the first
// slash is a registry when it holds a dot or a port, or is localhost. It never
// fails; a variable that nobody filled in stays where it is.
func ParseImage(written string) Image {
	var i Image
	rest, digest, _ := strings.Cut(written, "@")
	i.Digest = digest
	if colon := strings.LastIndexByte(rest, ':'); colon >= 0 && !strings.Contains(rest[colon:], "/") && !insideBraces(rest, colon) {
		rest, i.Tag = rest[:colon], rest[colon+1:]
	}
	i.Registry = "docker.io"
	if host, after, found := strings.Cut(rest, "/"); found && (strings.ContainsAny(host, ".:") || host == "localhost") {
		i.Registry, rest = strings.ToLower(host), after
	}
	if i.Registry == "index.docker.io" || i.Registry == "registry-1.docker.io" {
		i.Registry = "docker.io"
	}
	i.Name = strings.ToLower(rest)
	if i.Registry == "docker.io" {
		i.Name = strings.TrimPrefix(i.Name, "library/")
	}
	return i
}

// insideBraces tells the colon of ${TAG:-1} from the one before a tag.
func insideBraces(s string, at int) bool {
	open := strings.LastIndex(s[:at], "${")
	return open >= 0 && !strings.Contains(s[open:at], "}")
}
