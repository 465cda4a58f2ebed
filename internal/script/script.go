// Package script reads the commands that a repository holds: shell scripts, the
// lines that documents tell people to type, and Makefiles. Nothing is run, no
// variable is filled in.
package script

import "strings"

// Command is one simple command.
type Command struct {
	// Words are the command and its arguments, quotes taken off; never empty.
	Words []string
	// Text is the command as written.
	Text string
	// Line of the first word, from 0 within what was read.
	Line int
}

// maxCommands bounds what is read of one script.
const maxCommands = 2000

// Commands splits a shell script into its simple commands: at newlines, ";",
// "&", "&&", "||", "|" and parentheses, outside quotes. Variables stay as
// written; comments and here-documents are left out.
func Commands(script string) []Command { return (&lexer{text: script}).run() }

// Typed splits one line as a document shows it. There, "<your name>" is one
// word, and backslashes and parentheses are parts of words: paths of Windows,
// calls in other languages.
func Typed(line string) []Command { return (&lexer{text: line, typed: true}).run() }

// Assigns reports whether a word gives a variable its value: "PORT=80".
func Assigns(word string) bool {
	name, _, found := strings.Cut(word, "=")
	if !found || name == "" || '0' <= name[0] && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

type lexer struct {
	text  string
	typed bool

	at, line int
	// begun is where the text of the command begins, started the line of its
	// first word.
	begun, started int
	word           strings.Builder
	inWord         bool
	words          []string
	heredoc        string
	commands       []Command
}

func (l *lexer) run() []Command {
	for l.at < len(l.text) && len(l.commands) < maxCommands {
		l.step()
	}
	l.endCommand(l.at)
	return l.commands
}

func (l *lexer) step() {
	c := l.text[l.at]
	l.at++
	switch {
	case c == '\n':
		l.endCommand(l.at - 1)
		l.line++
		l.skipHeredoc()
	case c == '\'' || c == '"':
		l.quoted(c)
	case c == '#' && !l.inWord:
		l.endCommand(l.at - 1)
		l.skipComment()
	case c == ' ' || c == '\t' || c == '\r':
		l.endWord()
	case c == ';' || c == '|' || c == '&' && l.ampersandEnds():
		l.endCommand(l.at - 1)
	case l.typed:
		l.stepTyped(c)
	case c == '(' || c == ')':
		l.endCommand(l.at - 1)
	case c == '\\' && l.at < len(l.text):
		l.escaped()
	case c == '<' && strings.HasPrefix(l.text[l.at:], "<"):
		l.at++
		l.openHeredoc()
	default:
		l.add(c)
	}
}

// ampersandEnds tells "a & b", which documents write for "and", from "a && b".
func (l *lexer) ampersandEnds() bool {
	if !l.typed || strings.HasPrefix(l.text[l.at:], "&") {
		return true
	}
	return l.at > 1 && strings.IndexByte("&|;", l.text[l.at-2]) >= 0
}

func (l *lexer) stepTyped(c byte) {
	n := 0
	if c == '<' {
		n = placeholderLength(l.text[l.at:])
	}
	l.add(c)
	l.word.WriteString(l.text[l.at : l.at+n])
	l.at += n
}

func (l *lexer) escaped() {
	if next := l.text[l.at]; next == '\n' {
		l.endWord()
		l.line++
	} else {
		l.add(next)
	}
	l.at++
}

func (l *lexer) begin() {
	if !l.inWord && len(l.words) == 0 {
		l.started = l.line
	}
	l.inWord = true
}

func (l *lexer) add(c byte) {
	l.begin()
	l.word.WriteByte(c)
}

// quoted keeps what stands between two quotes in one word; a quote that is never
// closed ends with its line, so that one slip does not hide the rest.
func (l *lexer) quoted(quote byte) {
	end := strings.IndexByte(l.text[l.at:], quote)
	if end < 0 {
		if end = strings.IndexByte(l.text[l.at:], '\n'); end < 0 {
			end = len(l.text) - l.at
		}
	}
	inner := l.text[l.at : l.at+end]
	l.begin()
	l.word.WriteString(inner)
	l.line += strings.Count(inner, "\n")
	l.at += end
	if l.at < len(l.text) && l.text[l.at] == quote {
		l.at++
	}
}

func (l *lexer) skipComment() {
	if end := strings.IndexByte(l.text[l.at:], '\n'); end >= 0 {
		l.at += end
	} else {
		l.at = len(l.text)
	}
	l.begun = l.at
}

func (l *lexer) openHeredoc() {
	rest := strings.TrimLeft(l.text[l.at:], "-< \t")
	end := strings.IndexAny(rest, " \t\n;|&)")
	if end < 0 {
		end = len(rest)
	}
	l.heredoc = strings.Trim(rest[:end], `'"\`)
}

// skipHeredoc leaves out the lines of an open here-document.
func (l *lexer) skipHeredoc() {
	for l.heredoc != "" && l.at < len(l.text) {
		line, _, found := strings.Cut(l.text[l.at:], "\n")
		l.at += len(line)
		if found {
			l.at++
		}
		l.line++
		if strings.TrimSpace(line) == l.heredoc {
			l.heredoc = ""
		}
	}
	l.heredoc, l.begun = "", l.at
}

func (l *lexer) endWord() {
	if l.inWord {
		l.words = append(l.words, l.word.String())
	}
	l.word.Reset()
	l.inWord = false
}

// endCommand ends the command before a position; the next one begins behind it.
func (l *lexer) endCommand(end int) {
	l.endWord()
	if len(l.words) > 0 {
		text := strings.TrimSpace(l.text[l.begun:end])
		l.commands = append(l.commands, Command{Words: l.words, Text: text, Line: l.started})
	}
	l.words, l.begun = nil, min(end+1, len(l.text))
}
