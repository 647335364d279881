package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

// process is a running program that does not outlive this one.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// launch starts a program in a group of its own, so that Ctrl-C reaches only us. The thread that started it waits for
// it, because the kernel kills it when that thread ends.
func launch(cmd *exec.Cmd) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	endWithUs(cmd.SysProcAttr)
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // How it ended stands in its log.
		}
		close(p.ended)
	}()
	return p, <-started
}

// kill ends it as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop asks it to end, and ends it where it does not listen.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(30*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	<-p.ended
}

// gone reports whether it has ended.
func (p *process) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// base are the words that every command about the database takes.
func (r *rack) base() []string {
	words := []string{"-db", r.DB}
	if r.KEKFile != "" {
		words = append(words, "-kek-file", r.KEKFile)
	}
	if len(r.Options) > 0 {
		words = append(words, "-accept-weak-durability")
	}
	return words
}

// tell runs a command of Verno to its end and reads the JSON that it prints.
func (r *rack) tell(ctx context.Context, out any, command string, more ...string) error {
	words := append(append([]string{command}, r.base()...), "-json")
	cmd := exec.CommandContext(ctx, r.Program, append(words, more...)...)
	var text, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &errs
	p, err := launch(cmd)
	if err != nil {
		return err
	}
	<-p.ended
	if err := json.Unmarshal(text.Bytes(), out); err != nil {
		return fmt.Errorf("verno %s: %w\n%s%s", command, err, text.Bytes(), errs.Bytes())
	}
	return ctx.Err()
}

// answersOn is the line in which Verno says where it answers.
var answersOn = regexp.MustCompile(`answers on (http://\S+)`)

// startPatience bounds how long Verno may take to come up, with what the database has to recover.
const startPatience = 60 * time.Second

// start starts Verno and waits until it answers.
func (r *rack) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(r.folder, "verno.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	words := append([]string{"serve", "-listen", "127.0.0.1:0", "-no-rate-limits"}, r.base()...)
	if r.Fault == "race" {
		words = append(words, "-clock-file", r.clockFile())
	}
	cmd := exec.Command(r.Program, words...) //nolint:noctx // It ends by a signal of its own.
	speaks, ear, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stderr = ear
	p, err := launch(cmd)
	_ = ear.Close()
	if err != nil {
		_ = speaks.Close()
		return err
	}
	r.verno = p
	found := make(chan string, 1)
	go listen(speaks, log.Name(), found)
	timer := time.NewTimer(startPatience)
	defer timer.Stop()
	select {
	case at := <-found:
		r.caller = newCaller(at, r.stage.Live.APIKey, r.Clients)
		return nil
	case <-p.ended:
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("verno serve has ended: %s", said[max(0, len(said)-2000):])
	case <-timer.C:
		return errors.New("verno serve does not answer")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen writes what a process says into its log and finds out where it answers.
func listen(from io.ReadCloser, log string, found chan<- string) {
	defer from.Close()
	into, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer into.Close()
	for lines := bufio.NewScanner(from); lines.Scan(); {
		fmt.Fprintln(into, lines.Text())
		if m := answersOn.FindStringSubmatch(lines.Text()); m != nil {
			found <- m[1]
		}
	}
}

// clockFile moves Verno's clock, where races need it.
func (r *rack) clockFile() string { return filepath.Join(r.folder, "clock") }

// verify lets Verno check the whole database itself.
func (r *rack) verify(ctx context.Context) error {
	var report struct {
		OK       bool            `json:"ok"`
		Problems json.RawMessage `json:"problems"`
	}
	if err := r.tell(ctx, &report, "verify"); err != nil {
		return err
	}
	if r.Verify = report.OK; !report.OK {
		r.blamef(&r.Wrong, "verify: %.2000s", report.Problems)
	}
	return nil
}

// now is the time by Verno's clock, as far as we have moved it.
func (r *rack) now() time.Time { return r.Clock().Add(r.moved) }

// clockRest is how long Verno may go by the old time after its clock was moved.
const clockRest = 200 * time.Millisecond

// moveClock sets Verno's clock. Whoever was identified before is so no more.
func (r *rack) moveClock(ctx context.Context, to time.Time) error {
	r.moved = to.Sub(r.Clock())
	next := r.clockFile() + ".next"
	if err := os.WriteFile(next, []byte(r.moved.String()), 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, r.clockFile()); err != nil {
		return err
	}
	clear(r.stage.presences)
	wait(ctx, clockRest)
	return ctx.Err()
}
