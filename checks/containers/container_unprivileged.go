package containers

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

var containerUnprivileged = &audit.Check{
	ID: "container-unprivileged", Axis: audit.Deployment, Severity: audit.Moderate,
	Needs: audit.NeedTree, Kinds: run, EffortHours: 3.5, Side: audit.Team,
	Source: "https://github.com/cloud-pi-native/cct-cloud-native (EXI-ARCH-18)",
	Texts:  texts, Run: runContainerUnprivileged,
}

// shippedImage is what the last stage of one Dockerfile runs as.
type shippedImage struct {
	Path string `json:"path"`
	// User as written, "" when the base image decides.
	User string `json:"user"`
	// Root is nil when it cannot be told.
	Root  *bool    `json:"root"`
	Ports []string `json:"ports"`

	line      int
	base      string
	privilege privilege
}

// privilege is what an image runs as and how sure that is, worst first.
type privilege int

const (
	isRoot privilege = iota
	isUnknown
	stepsDown
	guessed
	lowPort
	byBase
	byUser
)

func runContainerUnprivileged(s *audit.Snapshot) audit.Verdict {
	if filesOnly(s) {
		return audit.NotApplicable("static-only")
	}
	j := judgedDockerfiles(s)
	if len(j.files)+len(j.unread) == 0 {
		return j.without()
	}
	images := []shippedImage{}
	for _, d := range j.files {
		images = append(images, shipped(d))
	}
	return judgeUsers(images, j.unread).Fact("images", images)
}

func shipped(d *container.Dockerfile) shippedImage {
	stage := d.Shipped()
	base := d.Base(stage)
	i := shippedImage{Path: d.Path, User: stage.User, Ports: listed(stage.Ports), line: stage.UserLine, base: base.Image}
	if i.line == 0 {
		i.line = stage.Line
	}
	i.privilege = privilegeOf(stage.User, base.Image)
	yes, no := true, false
	switch i.privilege {
	case isRoot, stepsDown:
		i.Root = &yes
	case byBase, byUser:
		i.Root = &no
	}
	if i.privilege > lowPort && hasLowPort(stage.Ports) {
		i.privilege = lowPort
	}
	return i
}

func privilegeOf(user, base string) privilege {
	name, _, _ := strings.Cut(strings.TrimSpace(user), ":")
	switch {
	case user == "":
		return defaultUser(base)
	case strings.Contains(name, "$"):
		return isUnknown
	case isRootName(name):
		return isRoot
	}
	return byUser
}

// isRootName reports root and its number, and the all-mighty user of Windows.
func isRootName(name string) bool {
	return strings.EqualFold(name, "root") || name != "" && strings.Trim(name, "0") == "" ||
		strings.EqualFold(name, "ContainerAdministrator")
}

// highestLowPort is the last that the rule keeps for privileged processes.
const highestLowPort = 1024

// hasLowPort reads "80", "80/tcp" and "8000-8010"; what is no number is let
// through.
func hasLowPort(ports []string) bool {
	for _, port := range ports {
		number := 0
		for i := 0; i < len(port) && isDigit(port[i]) && number <= highestLowPort; i++ {
			number = number*10 + int(port[i]-'0')
		}
		if number > 0 && number <= highestLowPort {
			return true
		}
	}
	return false
}

// judgeUsers answers for the worst of the images.
func judgeUsers(images []shippedImage, unread []string) audit.Verdict {
	worst := byUser
	for _, i := range images {
		worst = min(worst, i.privilege)
	}
	if len(unread) > 0 && worst != isRoot {
		return audit.Unknown("unreadable", "paths", named(unread)).At(places(unread)...)
	}
	var paths, bases []string
	var at []audit.Place
	for _, i := range images {
		if i.privilege == worst {
			paths, bases = appendNew(paths, i.Path), appendNew(bases, shown(i.base))
			at = append(at, audit.Place{Path: i.Path, Line: i.line})
		}
	}
	return userVerdict(worst, named(paths), named(bases)).At(at...)
}

func userVerdict(worst privilege, paths, bases []string) audit.Verdict {
	switch worst {
	case isRoot:
		return audit.NotMet("root", "paths", paths)
	case isUnknown:
		return audit.Unknown("unknown-user", "paths", paths, "images", bases)
	case stepsDown:
		return audit.PartlyMet("steps-down", "paths", paths, "images", bases)
	case guessed:
		return audit.PartlyMet("guessed", "paths", paths, "images", bases)
	case lowPort:
		return audit.PartlyMet("low-port", "paths", paths)
	case byBase:
		return audit.Met("by-base", "paths", paths, "images", bases)
	}
	return audit.Met("unprivileged", "paths", paths)
}
