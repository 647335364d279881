package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// shop is a database of which nothing is there yet, in a folder of its own.
type shop struct {
	t   *testing.T
	dir string
	db  string
	kek string
	env []string
}

// eachShop runs a test on both engines.
func eachShop(t *testing.T, fn func(s *shop)) {
	t.Helper()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			fn(newShop(t, e))
		})
	}
}

func newShop(t *testing.T, e store.Engine) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{t: t, dir: dir, db: filepath.Join(dir, "shop.db"), kek: filepath.Join(dir, "shop.kek")}
	if e == store.PostgreSQL {
		s.db, s.kek = storetest.Empty(t, e), filepath.Join(dir, "verno.kek")
	}
	return s
}

// said is what a command printed and how it ended.
type said struct {
	out, err string
	code     int
}

func (s *shop) command(ctx context.Context, words ...string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, program, words...)
	cmd.Dir = s.dir
	cmd.Env = append([]string{"BE_VERNO=1", "PATH=" + os.Getenv("PATH"), "VERNO_DB=" + s.db}, s.env...)
	return cmd
}

// verno runs a command to its end.
func (s *shop) verno(words ...string) said {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer stop()
	var out, errs bytes.Buffer
	cmd := s.command(ctx, words...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // The code says how it ended.
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// does runs a command that must succeed.
func (s *shop) does(words ...string) said {
	s.t.Helper()
	got := s.verno(words...)
	if got.code != 0 {
		s.t.Fatalf("verno %s: exit code %d\n%s%s", strings.Join(words, " "), got.code, got.out, got.err)
	}
	return got
}

// refuses runs a command that must end with a code and say something in one line.
func (s *shop) refuses(code int, want string, words ...string) {
	s.t.Helper()
	got := s.verno(words...)
	lines := strings.Count(strings.TrimSpace(got.err), "\n") + 1
	if got.code != code || !strings.Contains(got.err, want) || lines != 1 {
		s.t.Errorf("verno %s: exit code %d, want %d and one line with %q:\n%s%s", strings.Join(words, " "), got.code, code, want, got.out, got.err)
	}
}

// founded is what init prints.
type founded struct {
	Password string `json:"owner_password"`
	Live     struct {
		Programme string `json:"programme_id"`
		Token     string `json:"terminal_token"`
		Key       string `json:"api_key"`
	} `json:"live"`
}

func (s *shop) found() (made founded) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.does("init", "--json").out), &made); err != nil {
		s.t.Fatal(err)
	}
	return made
}

// serving is a server that runs.
type serving struct {
	shop  *shop
	cmd   *exec.Cmd
	base  string
	log   *transcript
	ended chan struct{}
}

// transcript is what a server says on standard error.
type transcript struct {
	sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func (l *transcript) Write(b []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return l.text.Write(b)
}

func (l *transcript) String() string {
	l.Lock()
	defer l.Unlock()
	return l.text.String()
}

var answersOn = regexp.MustCompile(`answers on (http://\S+)`)

// serve starts a server and waits until it answers.
func (s *shop) serve(words ...string) *serving {
	s.t.Helper()
	v := &serving{shop: s, log: &transcript{grown: make(chan struct{}, 1)}, ended: make(chan struct{})}
	v.cmd = s.command(context.WithoutCancel(s.t.Context()), append([]string{"serve", "--listen", "127.0.0.1:0"}, words...)...)
	v.cmd.Stderr, v.cmd.Stdout = v.log, io.Discard
	if err := v.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = v.cmd.Wait()
		close(v.ended)
	}()
	s.t.Cleanup(func() {
		_ = v.cmd.Process.Kill()
		<-v.ended
	})
	late := time.After(time.Minute)
	for {
		if m := answersOn.FindStringSubmatch(v.log.String()); m != nil {
			v.base = m[1]
			return v
		}
		select {
		case <-v.log.grown:
		case <-v.ended:
			s.t.Fatalf("serve ended with %d: %s", v.cmd.ProcessState.ExitCode(), v.log)
		case <-late:
			s.t.Fatalf("serve does not answer: %s", v.log)
		}
	}
}

// stop sends SIGTERM and gives the exit code.
func (v *serving) stop() int {
	v.shop.t.Helper()
	_ = v.cmd.Process.Signal(syscall.SIGTERM)
	return v.code()
}

func (v *serving) code() int {
	v.shop.t.Helper()
	select {
	case <-v.ended:
	case <-time.After(time.Minute):
		v.shop.t.Fatalf("serve does not end: %s", v.log)
	}
	return v.cmd.ProcessState.ExitCode()
}

// chain opens the demo's chain through the API of a server.
func (v *serving) chain(made founded, guests int) *rig.Chain {
	v.shop.t.Helper()
	none := func(string, int, int) {}
	c, err := rig.OpenChain(v.shop.t.Context(), rig.NewClient(v.base, made.Live.Key, 8), made.Live.Programme, "en", []string{"A", "B"}, 1)
	if err == nil {
		err = c.Enrol(v.shop.t.Context(), guests, none)
	}
	if err != nil {
		v.shop.t.Fatal(err, v.log)
	}
	return c
}
