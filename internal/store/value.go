package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
)

// JSON has no time and no bytes. An object with exactly one of these keys stands
// for one; an object of ours that would look like it is wrapped in tagMap.
const (
	tagTime  = "$time"  // RFC 3339 with nanoseconds
	tagUnix  = "$unix"  // seconds, nanoseconds and offset in seconds, for what RFC 3339 cannot write
	tagBytes = "$bytes" // base64, for a string that is not UTF-8
	tagMap   = "$map"
)

// text is a string that may hold any byte.
type text string

func (s text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(s)) {
		return json.Marshal(string(s))
	}
	return json.Marshal(map[string][]byte{tagBytes: []byte(s)})
}

func (s *text) UnmarshalJSON(content []byte) error {
	if len(content) > 0 && content[0] == '{' {
		var tagged map[string][]byte
		if err := json.Unmarshal(content, &tagged); err != nil {
			return err
		}
		*s = text(tagged[tagBytes])
		return nil
	}
	return json.Unmarshal(content, (*string)(s))
}

// instant is a time to the nanosecond with its offset from UTC; the name of the
// zone is lost.
type instant time.Time

func (i instant) MarshalJSON() ([]byte, error) {
	t := time.Time(i)
	_, offset := t.Zone()
	if t.Year() < 0 || t.Year() > 9999 || offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		return json.Marshal(map[string][3]int64{tagUnix: {t.Unix(), int64(t.Nanosecond()), int64(offset)}})
	}
	return json.Marshal(t.Format(time.RFC3339Nano))
}

func (i *instant) UnmarshalJSON(content []byte) error {
	if len(content) > 0 && content[0] == '{' {
		var tagged map[string][3]int64
		if err := json.Unmarshal(content, &tagged); err != nil {
			return err
		}
		parts := tagged[tagUnix]
		*i = at(time.Unix(parts[0], parts[1]), int(parts[2]))
		return nil
	}
	var written string
	if err := json.Unmarshal(content, &written); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339Nano, written)
	if err != nil {
		return err
	}
	// Parse takes the zone of the machine when its offset is the same.
	_, offset := t.Zone()
	*i = at(t, offset)
	return nil
}

func at(t time.Time, offset int) instant {
	if offset == 0 {
		return instant(t.UTC())
	}
	return instant(t.In(time.FixedZone("", offset)))
}

// value is one argument or fact: nil, a bool, string, int, float64,
// json.Number, time.Time, []string, []any or map[string]any.
type value struct{ any }

func (v value) MarshalJSON() ([]byte, error) {
	switch v := v.any.(type) {
	case string:
		return text(v).MarshalJSON()
	case time.Time:
		content, err := instant(v).MarshalJSON()
		if err != nil || content[0] == '{' {
			return content, err
		}
		return json.Marshal(map[string]json.RawMessage{tagTime: content})
	case []string:
		return json.Marshal(convert[text](v))
	case []any:
		values := make([]value, len(v))
		for i, one := range v {
			values[i] = value{one}
		}
		return json.Marshal(values)
	case map[string]any:
		return marshalMap(v)
	}
	return json.Marshal(v.any)
}

func marshalMap(m map[string]any) ([]byte, error) {
	values := make(map[string]value, len(m))
	ambiguous := false
	for k, one := range m {
		values[k] = value{one}
		ambiguous = len(m) == 1 && strings.HasPrefix(k, "$")
	}
	if ambiguous {
		return json.Marshal(map[string]any{tagMap: values})
	}
	return json.Marshal(values)
}

func (v *value) UnmarshalJSON(content []byte) error {
	switch content[0] {
	case '{':
		return v.unmarshalMap(content)
	case '[':
		var values []value
		if err := json.Unmarshal(content, &values); err != nil {
			return err
		}
		v.any = list(values)
		return nil
	case '"', 't', 'f', 'n':
		return json.Unmarshal(content, &v.any)
	}
	v.any = number(json.Number(content))
	return nil
}

func (v *value) unmarshalMap(content []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(content, &raw); err != nil {
		return err
	}
	if len(raw) == 1 {
		for tag, inner := range raw {
			if done, err := v.unmarshalTagged(tag, inner, content); done || err != nil {
				return err
			}
		}
	}
	m := make(map[string]any, len(raw))
	for k, inner := range raw {
		var one value
		if err := one.UnmarshalJSON(inner); err != nil {
			return err
		}
		m[k] = one.any
	}
	v.any = m
	return nil
}

// unmarshalTagged reads the inside of an object with one key.
func (v *value) unmarshalTagged(tag string, inner, whole []byte) (done bool, err error) {
	switch tag {
	case tagTime, tagUnix:
		if tag == tagUnix {
			inner = whole
		}
		var t instant
		err = t.UnmarshalJSON(inner)
		v.any = time.Time(t)
	case tagBytes:
		var s text
		err = s.UnmarshalJSON(whole)
		v.any = string(s)
	case tagMap:
		var m map[string]value
		err = json.Unmarshal(inner, &m)
		v.any = plain(m)
	default:
		return false, nil
	}
	return true, err
}

// list returns the strings when there is nothing else in it: that is what checks
// give.
func list(values []value) any {
	strs := make([]string, 0, len(values))
	anys := make([]any, 0, len(values))
	for _, v := range values {
		if s, ok := v.any.(string); ok {
			strs = append(strs, s)
		}
		anys = append(anys, v.any)
	}
	if len(strs) == len(values) {
		return strs
	}
	return anys
}

// number keeps an int an int, since both would not print the same.
func number(n json.Number) any {
	if n != "-0" && !strings.ContainsAny(n.String(), ".eE") {
		if i, err := strconv.Atoi(n.String()); err == nil {
			return i
		}
		return n
	}
	if f, err := n.Float64(); err == nil {
		return f
	}
	return n
}

// plain unwraps values; an empty map comes back as nil.
func plain(values map[string]value) map[string]any {
	if len(values) == 0 {
		return nil
	}
	m := make(map[string]any, len(values))
	for k, v := range values {
		m[k] = v.any
	}
	return m
}

// arguments keeps the types that a reason's argument may have. Any other is kept
// as the words that it prints as.
func arguments(args map[string]any) map[string]value {
	kept := make(map[string]value, len(args))
	for name, arg := range args {
		switch arg.(type) {
		case nil, bool, string, int, json.Number, time.Time, []string:
		case float64:
			if _, err := json.Marshal(arg); err != nil {
				arg = fmt.Sprint(arg)
			}
		default:
			arg = audit.Format(arg, audit.English)
		}
		kept[name] = value{arg}
	}
	return kept
}

// facts turns measured values into what JSON can say.
func facts(all map[string]any) (map[string]value, error) {
	kept := make(map[string]value, len(all))
	for name, fact := range all {
		simple, err := simplify(fact)
		if err != nil {
			return nil, fmt.Errorf("fact %q: %w: %w", name, audit.ErrUnsupported, err)
		}
		kept[name] = value{simple}
	}
	return kept, nil
}

func simplify(fact any) (any, error) {
	switch fact := fact.(type) {
	case nil, bool, string, int, time.Time, []string, json.Number:
		return fact, nil
	case []any:
		out := make([]any, len(fact))
		return out, eachSimple(len(fact), func(i int) (err error) { out[i], err = simplify(fact[i]); return })
	case []map[string]any:
		out := make([]any, len(fact))
		return out, eachSimple(len(fact), func(i int) (err error) { out[i], err = simplify(fact[i]); return })
	case map[string]any:
		if fact == nil {
			return nil, nil
		}
		out := make(map[string]any, len(fact))
		for k, inner := range fact {
			simple, err := simplify(inner)
			if err != nil {
				return nil, err
			}
			out[k] = simple
		}
		return out, nil
	}
	return throughJSON(fact)
}

func eachSimple(n int, one func(i int) error) error {
	for i := range n {
		if err := one(i); err != nil {
			return err
		}
	}
	return nil
}

// throughJSON gives a struct, or a list of them, the shape that it prints as.
func throughJSON(fact any) (any, error) {
	content, err := json.Marshal(fact)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var shaped any
	if err := decoder.Decode(&shaped); err != nil {
		return nil, err
	}
	if n, ok := shaped.(json.Number); ok {
		return number(n), nil
	}
	return shaped, nil
}
