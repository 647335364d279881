package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
)

// TestOnlineShop runs the guide of online shops as its reader would: its commands by a shell, with curl, and their answers
// compared with those that it shows. Between them time passes and the customer picks up the phone, where the guide says so.
func TestOnlineShop(t *testing.T) {
	t.Parallel()
	steps := guide(t, "en")
	if there := guide(t, "ru"); len(there) != len(steps) {
		t.Errorf("the guide has %d steps, in Russian %d", len(steps), len(there))
	}
	for i, step := range guide(t, "ru") {
		if i < len(steps) && step != steps[i] {
			t.Errorf("in Russian it is not\n%v\nbut\n%v", steps[i], step)
		}
	}
	each(t, func(b *bundle) {
		sh := b.reader()
		for _, s := range steps {
			switch {
			case s.kind == "sh":
				sh.types(s.text)
			case strings.HasSuffix(s.text, "minutes pass"):
				var minutes int
				_, err := fmt.Sscan(s.text, &minutes)
				b.must(err)
				b.wait(time.Duration(minutes) * time.Minute)
			case s.text == "the customer opens the card in the phone":
				b.holds(sh.says("$MEMBER"))
			case s.text == "the customer says yes":
				var question verno.ConfirmationID
				b.must(question.UnmarshalText([]byte(sh.says("$QUESTION"))))
				b.must(b.counter.Answer(b.ctx, b.herself(sh.says("$MEMBER")), question, true))
			case s.kind == "json":
				var want any
				b.must(json.Unmarshal([]byte(s.text), &want))
				var got any
				if err := json.Unmarshal([]byte(sh.last), &got); err != nil || !shows(want, got) {
					b.t.Errorf("after\n%sthe guide shows\n%sand it is\n%s", sh.typed, s.text, sh.last)
				}
			default:
				b.t.Fatalf("the guide says %q, which nobody does", s.text)
			}
		}
	})
}

// step is a piece of a guide: what is typed (sh), what is answered (json), or what happens meanwhile.
type step struct{ kind, text string }

var stepPattern = regexp.MustCompile("(?s)```(sh|json)\n(.*?)```|<!-- ([^>]*) -->")

func guide(t *testing.T, lang string) (steps []step) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/guide/online-shop." + lang + ".md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range stepPattern.FindAllStringSubmatch(string(page), -1) {
		steps = append(steps, step{m[1], m[2] + m[3]})
	}
	return steps
}

// shows reports whether an answer has all that a guide shows of it. A text that ends in … begins like the answer's.
func shows(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		all, ok := got.(map[string]any)
		for name, v := range want {
			one, there := all[name]
			ok = ok && there && shows(v, one)
		}
		return ok
	case []any:
		all, ok := got.([]any)
		ok = ok && len(all) == len(want)
		for i := range want {
			ok = ok && shows(want[i], all[i])
		}
		return ok
	case string:
		text, ok := got.(string)
		begin, cut := strings.CutSuffix(want, "…")
		return ok && (text == want || cut && strings.HasPrefix(text, begin))
	default:
		return want == got
	}
}

// terminal is a shell at which somebody types what a guide says.
type terminal struct {
	b           *bundle
	in          io.Writer
	out         *bufio.Reader
	typed, last string
}

const typedEnd = "-- that was all --"

// reader sits down at a shell of their own, with a Verno that runs already.
func (b *bundle) reader() *terminal {
	b.t.Helper()
	dir := b.t.TempDir()
	made, err := json.Marshal(m{"test": m{"api_key": b.key, "programme_id": b.made.Programme.String(), "store_id": b.made.Store.String()}})
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, "made.json"), made, 0o600))
	shell := exec.CommandContext(b.ctx, "bash", "-euo", "pipefail")
	shell.Dir, shell.Stderr = dir, os.Stderr
	in, err := shell.StdinPipe()
	b.must(err)
	out, err := shell.StdoutPipe()
	b.must(err)
	b.must(shell.Start())
	b.t.Cleanup(func() { _, _ = in.Close(), shell.Wait() })
	sh := &terminal{b: b, in: in, out: bufio.NewReader(out)}
	sh.types("verno() { case $1 in init) cat made.json;; esac; }\ncurl() { command curl -sS \"$@\"; }\n")
	return sh
}

// types hands lines to the shell and keeps what it prints.
func (sh *terminal) types(lines string) {
	sh.b.t.Helper()
	sh.typed, sh.last = lines, ""
	lines = strings.ReplaceAll(lines, "http://127.0.0.1:8080", sh.b.server.URL)
	_, err := io.WriteString(sh.in, lines+"\necho; echo '"+typedEnd+"'\n")
	sh.b.must(err)
	for {
		line, err := sh.out.ReadString('\n')
		if err != nil {
			sh.b.t.Fatalf("the shell gave up: %v at\n%s", err, sh.typed)
		}
		if strings.TrimSpace(line) == typedEnd {
			return
		}
		sh.last += line
	}
}

// says is the value of a variable.
func (sh *terminal) says(variable string) string {
	sh.b.t.Helper()
	sh.types("echo \"" + variable + "\"\n")
	return strings.TrimSpace(sh.last)
}
