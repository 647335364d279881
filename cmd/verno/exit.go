package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

// The exit codes. A disk that fails to sync ends the process with 70, in internal/server.
const (
	codeDone    = 0
	codeFailed  = 1
	codeWords   = 2   // words or settings that are off; of verify: it could not be checked
	codeStopped = 130 // by a second signal
)

// errUsage ends a command whose words were off, when its usage has been shown.
var errUsage = errors.New("usage")

// wrong is an error of the words or settings.
type wrong struct{ error }

func (w wrong) Unwrap() error { return w.error }

// unchecked is why verify could say neither that the books are sound nor that they are not.
type unchecked struct{ error }

func (u unchecked) Unwrap() error { return u.error }

// tell says in one line how a command failed, if it did, and returns the exit code.
func (t *term) tell(err error) int {
	var w wrong
	var u unchecked
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return codeDone
	case errors.Is(err, errUsage):
		return codeWords
	}
	fmt.Fprintln(t.err, "verno: "+t.sentence(err))
	if errors.As(err, &w) || errors.As(err, &u) {
		return codeWords
	}
	return codeFailed
}

// sentence is an error as people read it, on one line, in their language where it has one.
func (t *term) sentence(err error) string {
	if refusal, ok := errors.AsType[*server.Refusal](err); ok {
		return refusal.Code + ": " + refusal.Text(t.lang)
	}
	if e := verno.AsError(err); e != nil && e.Kind != verno.Internal {
		text := []string{e.Code + ": " + verno.TextOf(e.Code, t.lang, e.Params)}
		for _, field := range e.Fields {
			text = append(text, field.Pointer+": "+verno.TextOf(field.Code, t.lang, field.Params))
		}
		return strings.Join(text, "; ")
	}
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}

// language is that of the terminal: what LC_ALL, LC_MESSAGES and LANG say, the first that is set.
func language(env func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "ru") {
				return "ru"
			}
			return "en"
		}
	}
	return "en"
}
