package metrics

import (
	"strconv"
	"strings"
)

// line writes the series of one family. What is written is the same in the
// Prometheus text format and in OpenMetrics: all of these families are gauges
// without timestamps.
type line struct {
	// before holds what precedes each label's value.
	before []string
}

func newLine(f family) line {
	l := line{}
	for i, label := range f.labels {
		if i == 0 {
			l.before = append(l.before, f.name+`{`+label+`="`)
		} else {
			l.before = append(l.before, `",`+label+`="`)
		}
	}
	return l
}

// append adds one series, or nothing when the value is no number.
func (l line) append(b []byte, value float64, labels [3]string) []byte {
	if !known(value) {
		return b
	}
	for i, before := range l.before {
		b = append(b, before...)
		b = appendLabel(b, labels[i])
	}
	b = append(b, `"} `...)
	switch value {
	case 0:
		b = append(b, '0')
	case 1:
		b = append(b, '1')
	default:
		b = strconv.AppendFloat(b, value, 'g', -1, 64)
	}
	return append(b, '\n')
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// appendLabel adds a label's value, escaped where it must be. Almost none must.
func appendLabel(b []byte, v string) []byte {
	for i := range len(v) {
		if c := v[i]; c == '\\' || c == '\n' || c == '"' || c >= 0x80 {
			return append(b, labelEscapes.Replace(strings.ToValidUTF8(v, "\uFFFD"))...)
		}
	}
	return append(b, v...)
}

// appendHeader adds the two lines that stand before a family's series. The help
// texts are ours and hold nothing to escape.
func appendHeader(b []byte, f family) []byte {
	b = append(b, "# HELP "+f.name+" "+f.help+"\n"...)
	return append(b, "# TYPE "+f.name+" "+f.kind+"\n"...)
}
