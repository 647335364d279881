//go:build unix

package server

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// alone takes the lock of whoever serves a SQLite file, for as long as the process lives: compiled rules are cached and
// rates are counted in one process. The lock is on a file of its own, because closing any other descriptor of the
// database would take SQLite's locks away.
func (c *Config) alone() (release func(), err error) {
	path, err := sqliteFile(c.DB)
	if err != nil || path == "" || !c.Alone {
		return func() {}, err
	}
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, refusal(err, c.DB)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, refuse("database_in_use", err, "db", path)
		}
		return nil, fmt.Errorf("lock %s.lock: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
