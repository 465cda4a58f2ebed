package portfolio

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/form"
)

// Fault is one thing that is wrong in a portfolio.
type Fault = form.Fault

// Faults are all that is wrong in a portfolio, by file and line.
type Faults = form.Faults

// value is one value of a portfolio that is being read.
type value struct {
	form.Value
	*loader
}

// place is where something stands.
type place struct {
	file string
	line int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

func (v value) place() place { return place{v.File, v.Node.Line} }

// at returns the value of a node, aliases followed.
func (v value) at(node *yaml.Node) value { return value{v.At(node), v.loader} }

// field is a key that an object may have.
type field struct {
	name string
	read func(value)
}

// object reads a mapping by its fields.
func (v value) object(what string, fields ...field) {
	all := make([]form.Field, len(fields))
	for i, f := range fields {
		all[i] = form.Field{Name: f.name, Read: func(inner form.Value) { f.read(value{inner, v.loader}) }}
	}
	v.Object(what, all...)
}

// list reads every item of a sequence.
func (v value) list(what string, item func(value)) {
	v.List(what, func(inner form.Value) { item(value{inner, v.loader}) })
}
