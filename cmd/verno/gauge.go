package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// gauge shows how far something is: a bar that is drawn anew on a terminal, a line every few seconds elsewhere, nothing
// elsewhere where the result is for a program.
func (t *term) gauge(quiet bool) func(what string, done, bytes, of int64) {
	began := time.Now()
	shown := began
	drawn := isTerminal(t.err)
	return func(what string, done, bytes, of int64) {
		now := time.Now()
		last := bytes >= of && of > 0
		wait := 200 * time.Millisecond
		if !drawn {
			wait = 5 * time.Second
		}
		if quiet && !drawn || now.Sub(shown) < wait && (!last || !drawn) {
			return
		}
		shown = now
		seconds := now.Sub(began).Seconds()
		line := fmt.Sprintf("%d %s, %.0f a second", done, what, float64(done)/max(seconds, 0.001))
		if of > 0 {
			share := min(1, float64(bytes)/float64(of))
			left := time.Duration(seconds / max(share, 0.001) * (1 - share) * float64(time.Second)).Round(time.Second)
			line = fmt.Sprintf("[%-30s] %3.0f %%  %s, %v left", strings.Repeat("=", int(share*30)), share*100, line, left)
		}
		if !drawn {
			fmt.Fprintln(t.err, line)
			return
		}
		fmt.Fprintf(t.err, "\r\x1b[K%s", line)
		if last {
			fmt.Fprintln(t.err)
		}
	}
}

// isTerminal says whether somebody watches what is written.
func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}
