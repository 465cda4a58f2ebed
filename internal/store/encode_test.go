package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

// words are strings of any bytes, and those that look like our tags.
var words = rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	rapid.SampledFrom([]string{"", tagTime, tagUnix, tagBytes, tagMap, "\u2028<>&", "\xff\x00"}))

// names are what a value is called: JSON has no other keys than UTF-8.
var names = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", tagTime, tagUnix, tagBytes, tagMap}))

// times go to the nanosecond, far before and after those that RFC 3339 can write.
var times = rapid.Custom(func(t *rapid.T) time.Time {
	zone := time.UTC
	offsets := rapid.OneOf(rapid.Map(rapid.IntRange(-99*60, 99*60), func(minutes int) int { return minutes * 60 }), rapid.IntRange(-9999, 9999))
	if offset := offsets.Draw(t, "offset"); offset != 0 {
		zone = time.FixedZone("", offset)
	}
	seconds := rapid.OneOf(rapid.Int64Range(0, 2e9), rapid.Int64Range(-1e14, 1e14)).Draw(t, "seconds")
	return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
})

var ratios = rapid.Float64Range(0, 1)

func values(depth int) *rapid.Generator[any] {
	simple := []*rapid.Generator[any]{
		words.AsAny(), rapid.Int().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), times.AsAny(),
		rapid.SliceOf(words).AsAny(), rapid.Just[any](nil),
	}
	if depth > 0 {
		simple = append(simple, rapid.SliceOf(values(depth-1)).AsAny(), rapid.MapOf(names, values(depth-1)).AsAny())
	}
	return rapid.OneOf(simple...)
}

// known is a catalogue of two; a check of another severity than there, and one
// that is not there, come back as they were.
var known = map[string]*audit.Check{
	"known-check": {ID: "known-check", Axis: audit.Deployment, Severity: audit.Blocker, EffortHours: 2, Side: audit.Team, Source: "here"},
	"other-check": {ID: "other-check", Axis: audit.Reliability, Severity: audit.Minor, EffortHours: 1, Side: audit.DSI},
}

func find(id string) (*audit.Check, bool) {
	c, ok := known[id]
	return c, ok
}

var results = rapid.Custom(func(t *rapid.T) *audit.Result {
	r := &audit.Result{
		Target: words.Draw(t, "target"), Catalogue: rapid.String().Draw(t, "catalogue"), TakenAt: times.Draw(t, "taken"),
		Repository: audit.Repository{URL: words.Draw(t, "url"), Branch: words.Draw(t, "branch"), Commit: "c0ffee", CommittedAt: times.Draw(t, "committed")},
		Languages:  rapid.MapOfN(rapid.String(), ratios, 1, 3).Draw(t, "languages"), DocumentationLanguage: audit.French,
		Score: audit.Score{Continuity: rapid.Ptr(ratios, true).Draw(t, "continuity")},
	}
	for i, id := range []string{"known-check", "other-check", "gone-check"} {
		severity := []audit.Severity{audit.Blocker, audit.Major, audit.Minor}[i]
		c := &audit.Check{ID: id, Axis: audit.Deployment, Severity: severity}
		if k, ok := find(id); ok {
			copied := *k
			copied.Severity = severity
			c = &copied
		}
		v := audit.Verdict{Answer: rapid.SampledFrom(audit.Answers).Draw(t, "answer"), Reason: audit.Reason{
			Key: "seen", Args: rapid.MapOfN(names, values(0), 1, 4).Draw(t, "args"),
		}, Facts: rapid.MapOfN(names, values(2), 1, 4).Draw(t, "facts")}
		v.Places = []audit.Place{{Path: words.Draw(t, "path"), Line: rapid.IntRange(0, 9).Draw(t, "line"), Text: words.Draw(t, "text")}}
		r.Judged = append(r.Judged, audit.Judged{Check: c, Verdict: v})
		if v.Answer.Gap() {
			r.Actions = append(r.Actions, audit.Action{Check: c, Gain: ratios.Draw(t, "gain"), Blocking: true, Side: c.Side})
		}
	}
	return r
})

// same compares what is left after the round trip with what went in: times by
// the instant and the offset, and numbers by what they print.
func same(want, got *audit.Result) string {
	return cmp.Diff(want, got,
		cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.String() == b.String() }),
		cmp.Comparer(func(a, b map[string]any) bool { return printed(a) == printed(b) }))
}

// printed writes a value as the reports do, times to the nanosecond.
func printed(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().String()
	case string:
		return "s" + v
	case []string:
		return "[" + strings.Join(v, ",s") + "]"
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = strings.TrimPrefix(printed(one), "s")
			if _, ok := one.(string); ok && i > 0 {
				parts[i] = "s" + parts[i]
			}
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		inner := map[string]string{}
		for k, one := range v {
			inner[k] = printed(one)
		}
		return fmt.Sprint(inner)
	}
	return audit.Format(v, audit.French)
}

func TestResultsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := results.Draw(t, "result")
		content, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(content) {
			t.Fatalf("not JSON: %s", content)
		}
		got, err := Decode(content, find)
		if err != nil {
			t.Fatal(err)
		}
		if diff := same(want, got); diff != "" {
			t.Fatalf("-want +got:\n%s\nkept: %s", diff, content)
		}
		for _, j := range got.Judged {
			if j.Check.ID == "known-check" && j.Check != known["known-check"] {
				t.Fatal("a known check is not the catalogue's own")
			}
		}
		again, err := Encode(got)
		if err != nil || !bytes.Equal(content, again) {
			t.Fatalf("kept twice, it is not the same: %v\n%s\n%s", err, content, again)
		}
	})
}

// A field that is added to the words and forgotten here would be lost in
// silence.
func TestNoFieldIsForgotten(t *testing.T) {
	want := &audit.Result{}
	fill(reflect.ValueOf(want).Elem(), 1)
	for i := range want.Judged {
		want.Judged[i].Check = known["known-check"]
	}
	for i := range want.Actions {
		// Where an action stands depends on the day on which it is looked at.
		a := want.Actions[i]
		want.Actions[i] = audit.Action{Check: known["known-check"], Gain: a.Gain, Blocking: a.Blocking, Side: known["known-check"].Side}
	}
	// It changes while the answers do not, and is kept beside them.
	want.Handover = nil
	content, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(content, find)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a field does not come back (-want +got):\n%s", diff)
	}
}

// fill sets every field to something that is not zero.
func fill(v reflect.Value, n int) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, n, 2, 3, 4, 5, time.UTC)))
	case v.Type() == reflect.TypeFor[*audit.Check]():
		v.Set(reflect.ValueOf(known["known-check"]))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n+1)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case v.Kind() == reflect.Map:
		inner := reflect.New(v.Type().Elem()).Elem()
		fill(inner, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("name"), inner)
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("word", n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(int64(n))
	case v.CanFloat():
		v.SetFloat(0.5)
	case v.Kind() == reflect.Interface:
		v.Set(reflect.ValueOf("any"))
	default:
		panic("cannot fill " + v.Type().String())
	}
}

func TestUnknownCheckSaysWhatItWas(t *testing.T) {
	r := &audit.Result{Judged: []audit.Judged{{
		Check:   &audit.Check{ID: "gone-check", Axis: audit.Reliability, Severity: audit.Major, Side: audit.DSI, EffortHours: 3, Source: "there"},
		Verdict: audit.NotMet("seen", "count", 3),
	}}}
	r.Actions = []audit.Action{{Check: r.Judged[0].Check, Side: r.Judged[0].Check.Side}}
	content, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(content, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := audit.Check{ID: "gone-check", Axis: audit.Reliability, Severity: audit.Major, Side: audit.DSI, EffortHours: 3}
	if diff := cmp.Diff(&want, got.Judged[0].Check); diff != "" {
		t.Error(diff)
	}
	if got.Judged[0].Check != got.Actions[0].Check {
		t.Error("the verdict and the action have two checks")
	}
	if text, err := got.Judged[0].Check.Text(audit.French); err != nil || text.Title != "gone-check" {
		t.Errorf("%v, %v", text, err)
	}
}

type fact struct {
	Path string    `json:"path"`
	At   time.Time `json:"at"`
	N    int64     `json:"n"`
}

func TestStructsComeBackAsTheyPrint(t *testing.T) {
	facts := map[string]any{
		"one": fact{"a<b", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), math.MaxInt64},
		"all": []fact{{Path: "x"}}, "kinds": []audit.Kind{audit.Library}, "maps": []map[string]any{{"line": 3}}, "big": uint64(math.MaxUint64),
		"text": audit.French, "share": float32(0.5), "raw": json.RawMessage(`{"$time": "no time"}`),
	}
	r := &audit.Result{Judged: []audit.Judged{{Check: known["known-check"], Verdict: audit.Verdict{Answer: audit.AnswerMet, Facts: facts}}}}
	content, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(content, find)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape(t, facts), shape(t, got.Judged[0].Verdict.Facts)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// shape is a value as its JSON says it, whatever the order of the keys.
func shape(t *testing.T, v any) any {
	t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var shaped any
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(&shaped); err != nil {
		t.Fatal(err)
	}
	return shaped
}

func TestWhatCannotBeKept(t *testing.T) {
	r := &audit.Result{Judged: []audit.Judged{{Check: known["known-check"], Verdict: audit.Met("seen").Fact("share", math.NaN())}}}
	if _, err := Encode(r); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("not a number: %v", err)
	}
	for content, want := range map[string]error{
		"": audit.ErrDamaged, "{": audit.ErrDamaged, "[]": audit.ErrDamaged, `{"taken_at":"yesterday"}`: audit.ErrDamaged,
		"{}": audit.ErrUnsupported, `{"schema":"perenne.result/v9"}`: audit.ErrUnsupported,
	} {
		if _, err := Decode([]byte(content), nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", content, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"schema":"perenne.result/v1","taken_at":{"$unix":[1,2]},"checks":[{"id":"a","facts":{"a":{"$map":{"$bytes":"AA=="}}}}]}`))
	f.Add([]byte(`{"schema":"perenne.result/v1","checks":[{"facts":{"a":[1,1.5,{"$time":"2026-01-02T03:04:05Z"},null,true]}}],"actions":[{}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := Decode(content, find)
		if err != nil {
			return
		}
		if _, err := Encode(r); err != nil {
			t.Errorf("decoded, it cannot be kept again: %v", err)
		}
	})
}
