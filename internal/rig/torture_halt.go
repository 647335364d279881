package rig

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// haltPatience bounds how long a process may take to stand still: as long as the disk keeps it.
const haltPatience = 10 * time.Second

// halt lets a process stand still and waits until all its threads do.
func halt(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), haltPatience)
	defer cancel()
	for ctx.Err() == nil {
		moving := false
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, path := range threads {
			state, _ := statOf(path)
			moving = moving || state != "" && state != "T" && state != "Z"
		}
		if !moving {
			return nil
		}
		wait(ctx, time.Millisecond)
	}
	return fmt.Errorf("process %d does not stand still", pid)
}

// childrenOf finds the processes that a process has started.
func childrenOf(pid int) (children []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		if _, parent := statOf(path); parent != pid {
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			children = append(children, child)
		}
	}
	return children
}

// statOf reads the state and the parent of a process or thread; of one that has ended meanwhile nothing.
func statOf(path string) (state string, parent int) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", 0
	}
	// The name, in brackets, may have anything in it; state and parent follow.
	after := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(after) < 2 {
		return "", 0
	}
	parent, _ = strconv.Atoi(string(after[1]))
	return string(after[0]), parent
}
