package delivery

import "strings"

// shellCommand is one simple command of a script.
type shellCommand struct {
	words []string
	// line counts from 0, within the script.
	line int
}

// maxCommands bounds what is read of one script.
const maxCommands = 2000

// shellCommands splits a script into its simple commands: at newlines, ";",
// "&&", "||", "|" and parentheses, outside quotes. It is no shell: variables
// stay as written, comments and here-documents are left out.
func shellCommands(script string) []shellCommand {
	l := &shellLexer{script: script}
	for l.at < len(l.script) && len(l.commands) < maxCommands {
		l.step()
	}
	l.endCommand()
	return l.commands
}

type shellLexer struct {
	script   string
	at       int
	line     int
	started  int // line of the first word of the command
	word     strings.Builder
	inWord   bool
	words    []string
	heredoc  string
	commands []shellCommand
}

func (l *shellLexer) step() {
	c := l.script[l.at]
	l.at++
	switch {
	case c == '\n':
		l.endCommand()
		l.line++
		l.skipHeredoc()
	case c == '\\' && l.at < len(l.script):
		if next := l.script[l.at]; next == '\n' {
			l.endWord()
			l.line++
		} else {
			l.add(next)
		}
		l.at++
	case c == '\'' || c == '"':
		l.quoted(c)
	case c == '#' && !l.inWord:
		l.skipComment()
	case c == ' ' || c == '\t' || c == '\r':
		l.endWord()
	case c == '<' && strings.HasPrefix(l.script[l.at:], "<"):
		l.at++
		l.openHeredoc()
	case strings.IndexByte(";|&()", c) >= 0:
		l.endCommand()
	default:
		l.add(c)
	}
}

func (l *shellLexer) add(c byte) {
	if !l.inWord && len(l.words) == 0 {
		l.started = l.line
	}
	l.inWord = true
	l.word.WriteByte(c)
}

// quoted keeps what stands between two quotes in one word; a quote that is never
// closed ends with its line, so that one slip does not hide the rest.
func (l *shellLexer) quoted(quote byte) {
	end := strings.IndexByte(l.script[l.at:], quote)
	if end < 0 {
		if end = strings.IndexByte(l.script[l.at:], '\n'); end < 0 {
			end = len(l.script) - l.at
		}
	}
	text := l.script[l.at : l.at+end]
	if !l.inWord && len(l.words) == 0 {
		l.started = l.line
	}
	l.inWord = true
	l.word.WriteString(text)
	l.line += strings.Count(text, "\n")
	l.at += end
	if l.at < len(l.script) && l.script[l.at] == quote {
		l.at++
	}
}

func (l *shellLexer) skipComment() {
	if end := strings.IndexByte(l.script[l.at:], '\n'); end >= 0 {
		l.at += end
	} else {
		l.at = len(l.script)
	}
}

func (l *shellLexer) openHeredoc() {
	rest := strings.TrimLeft(l.script[l.at:], "-< \t")
	end := strings.IndexAny(rest, " \t\n;|&)")
	if end < 0 {
		end = len(rest)
	}
	l.heredoc = strings.Trim(rest[:end], `'"\`)
}

// skipHeredoc leaves out the lines of an open here-document.
func (l *shellLexer) skipHeredoc() {
	for l.heredoc != "" && l.at < len(l.script) {
		line, _, found := strings.Cut(l.script[l.at:], "\n")
		l.at += len(line)
		if found {
			l.at++
		}
		l.line++
		if strings.TrimSpace(line) == l.heredoc {
			l.heredoc = ""
		}
	}
	l.heredoc = ""
}

func (l *shellLexer) endWord() {
	if l.inWord {
		l.words = append(l.words, l.word.String())
	}
	l.word.Reset()
	l.inWord = false
}

func (l *shellLexer) endCommand() {
	l.endWord()
	if len(l.words) > 0 {
		l.commands = append(l.commands, shellCommand{words: l.words, line: l.started})
	}
	l.words = nil
}
