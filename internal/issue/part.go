package issue

import (
	"regexp"
	"strings"
	"time"
)

// endMark ends the part that perenne writes.
const endMark = "<!-- perenne:end -->"

// The states that the second mark tells.
const (
	open = "open"
	// done is an issue that perenne closed because nothing was left.
	done = "done"
)

// boxKey names a box of the list: the check, and what stands for the repository.
type boxKey struct{ check, repository string }

// box is one line of the list as it was found.
type box struct {
	ticked bool
	// mark says why perenne ticked it: because an audit found it in order, or because
	// somebody said so in the service; "" where a tick is a hand's.
	mark string
}

// The marks of boxes.
const (
	markDone = "done"
	markSaid = "said"
)

// byHand reports whether somebody ticked it in the issue.
func (b box) byHand() bool { return b.ticked && b.mark == "" }

// part is what perenne wrote into an issue, as it was found there.
type part struct {
	text  string
	at    time.Time
	state string
	boxes map[boxKey]box
	// order is that of the boxes.
	order []boxKey
}

var (
	stateMark = regexp.MustCompile(`<!-- perenne:state (\S+) (open|done) -->`)
	boxLine   = regexp.MustCompile(`(?m)^\s*[-*+] \[([ xX])\] .*<!-- perenne:item ([a-z-]+) ([0-9a-f]+)(?: (done|said))? -->`)
)

// cut takes an issue's body apart: what people wrote before perenne's part, the part,
// and what they wrote after it. Where the end is lost, all is theirs, and the part is
// written anew at the top.
func (s *Subject) cut(body string) (before string, found part, after string) {
	begin := strings.Index(body, s.Marker())
	found = part{state: open}
	if begin < 0 {
		return "", found, "\n\n" + body
	}
	length := strings.Index(body[begin:], endMark)
	found.read(body[begin:])
	if length < 0 {
		theirs := stateMark.ReplaceAllString(strings.ReplaceAll(body, s.Marker(), ""), "")
		return "", found, "\n\n" + strings.TrimLeft(theirs, "\r\n")
	}
	end := begin + length + len(endMark)
	found.text = strings.ReplaceAll(body[begin:end], "\r\n", "\n")
	return body[:begin], found, body[end:]
}

// read takes in what the part's marks and boxes say.
func (p *part) read(text string) {
	if i := strings.Index(text, endMark); i >= 0 {
		text = text[:i]
	}
	if m := stateMark.FindStringSubmatch(text); m != nil {
		p.state = m[2]
		p.at, _ = time.Parse(time.RFC3339, m[1])
	}
	p.boxes = map[boxKey]box{}
	for _, m := range boxLine.FindAllStringSubmatch(text, -1) {
		key := boxKey{m[2], m[3]}
		if _, twice := p.boxes[key]; !twice {
			p.order = append(p.order, key)
		}
		p.boxes[key] = box{m[1] != " ", m[4]}
	}
}
