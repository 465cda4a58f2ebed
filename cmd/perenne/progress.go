package main

import (
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows one line per running audit on a terminal, and nothing anywhere
// else.
type progress struct {
	lines *mpb.Progress
	whole *mpb.Bar
}

func newProgress(w io.Writer, targets int) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	p := &progress{lines: mpb.New(mpb.WithOutput(f), mpb.WithWidth(24))}
	if targets > 1 {
		p.whole = p.lines.AddBar(int64(targets), mpb.BarPriority(targets), mpb.BarRemoveOnComplete(),
			mpb.AppendDecorators(decor.CountersNoUnit("%d / %d")))
	}
	return p
}

// start adds a line for a target.
func (p *progress) start(target string) *progressLine {
	if p.lines == nil {
		return &progressLine{}
	}
	line := &progressLine{whole: p.whole}
	line.bar = p.lines.New(1, mpb.SpinnerStyle(), mpb.BarRemoveOnComplete(), mpb.BarWidth(2),
		mpb.AppendDecorators(decor.Name(target+"  "), decor.Any(func(decor.Statistics) string {
			stage, _ := line.now.Load().(string)
			return stage
		})))
	return line
}

func (p *progress) wait() {
	if p.lines != nil {
		p.lines.Wait()
	}
}

// progressLine is the line of one audit.
type progressLine struct {
	bar, whole *mpb.Bar
	now        atomic.Value
}

func (l *progressLine) stage(name string) { l.now.Store(name) }

func (l *progressLine) done() {
	if l.bar != nil {
		l.bar.Increment()
	}
	if l.whole != nil {
		l.whole.Increment()
	}
}
