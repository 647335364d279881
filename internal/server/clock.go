package server

import (
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// ShiftedClock is the real clock moved by a duration that stands in a file, such as "72h". It is for trying Verno out at
// other times; the file is read again every tenth of a second. A file that cannot be read moves nothing.
func ShiftedClock(file string) func() time.Time {
	var next, shift atomic.Int64
	return func() time.Time {
		now := time.Now()
		if due := next.Load(); now.UnixNano() >= due && next.CompareAndSwap(due, now.Add(100*time.Millisecond).UnixNano()) {
			text, _ := os.ReadFile(file)
			d, _ := time.ParseDuration(strings.TrimSpace(string(text)))
			shift.Store(int64(d))
		}
		return now.Add(time.Duration(shift.Load()))
	}
}
