package rig

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// A run that is killed cannot tidy up behind itself, so each run holds a lock on its cluster's folder while it lives, and
// the next one removes the folders whose locks nobody holds.

// lockName is the file on which the lock is. It gets its name when the lock is held, so that nobody finds it without.
const lockName = "lock"

// lockedFolder makes a folder for a cluster, which is ours until the file is closed.
func lockedFolder(below string) (folder string, lock *os.File, err error) {
	if folder, err = os.MkdirTemp(below, clusterFolders); err != nil {
		return "", nil, err
	}
	first := filepath.Join(folder, lockName+".new")
	if lock, err = os.OpenFile(first, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err = lockFile(lock); err == nil {
			err = os.Rename(first, filepath.Join(folder, lockName))
		}
		if err != nil {
			_ = lock.Close()
		}
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	return folder, lock, nil
}

// sweepFolders removes the folders of runs that have ended. What it cannot remove it leaves to the next one.
func sweepFolders(below string) {
	locks, _ := filepath.Glob(filepath.Join(below, clusterFolders+"*", lockName))
	for _, path := range locks {
		lock, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if lockFile(lock) == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
		_ = lock.Close()
	}
}

// lockFile takes the lock on a file, or fails where somebody has it. It ends with the file, and with the process.
func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
